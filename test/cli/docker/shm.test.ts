/** /dev/shm and --tmpfs are as big as they were made, and what is in them is the container's memory. */
import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);

test('a memory file system has an end', () => {
  run('docker pull -q busybox:1.36');
  expect(run('docker run --rm busybox:1.36 df -h /dev/shm | tail -1')).toMatch(/^shm +64M +0 +64M +0% \/dev\/shm$/);
  const fill = "sh -c 'dd if=/dev/zero of=/x/a bs=1M count=5 2>&1 | head -1; df -h /x | tail -1; rm /x/a; df -h /x | tail -1'";
  expect(run(`docker run --rm --tmpfs /x:size=2m busybox:1.36 ${fill}`)).toMatch(
    /^dd: error writing '\/x\/a': No space left on device\n.* 2\.0M +2\.0M +0 +100% .*\n.* 2\.0M +0 +2\.0M +0% \/x$/,
  );
  expect(run("nerdctl run -q --rm --shm-size 1m busybox:1.36 sh -c 'dd if=/dev/zero of=/dev/shm/a bs=1M count=2; echo $?' 2>/dev/null | tail -1")).toBe('1');
});

test('what is in it counts, and goes with the container', () => {
  const before = Number(run('cat /sys/fs/cgroup/memory.current'));
  run("docker run -d --name big --shm-size 1g busybox:1.36 sh -c 'dd if=/dev/zero of=/dev/shm/a bs=1M count=20; sleep 100'; sleep 1");
  expect(Number(run('cat /sys/fs/cgroup/memory.current')) - before).toBeGreaterThan(20 * 2 ** 20);
  run('docker rm -f big');
  expect(Math.abs(Number(run('cat /sys/fs/cgroup/memory.current')) - before)).toBeLessThan(2 ** 20);
  run("docker run --name small --memory 8m --shm-size 1g busybox:1.36 sh -c 'dd if=/dev/zero of=/dev/shm/a bs=1M count=20; echo $?'");
  expect(run("docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' small")).toBe('true 137');
});
