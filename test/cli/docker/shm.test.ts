/** /dev/shm and --tmpfs are as big as they were made, and what is in them is the container's memory. */
import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);

test('a memory file system has an end', () => {
  run('docker pull -q busybox:1.36');
  expect(run('docker run --rm busybox:1.36 df -h /dev/shm | tail -1')).toMatch(/^shm +64\.0M +0 +64\.0M +0% \/dev\/shm$/);
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

test('a child that is killed for memory is told while the container goes on', () => {
  run("docker run -d --name hog -m 20m debian:12 bash -c 'head -c 100m /dev/zero | tail | grep -q x; sleep 900'; sleep 2");
  expect(run("docker inspect -f '{{.State.OOMKilled}} {{.State.Running}}' hog")).toBe('true true');
  run('docker rm -f hog');
});

test('a volume with options is a mount while somebody uses it', () => {
  run('docker volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,uid=1000 mem');
  expect(run("docker run --rm -v mem:/d busybox:1.36 sh -c 'df /d | tail -1; touch /d/x'")).toMatch(/^tmpfs +1024 +0 +1024 +0% \/d$/);
  expect(run('docker run --rm -v mem:/d busybox:1.36 ls -A /d; docker volume inspect -f "{{json .Options}}" mem')).toBe(
    '{"type":"tmpfs","device":"tmpfs","o":"size=1m,uid=1000"}',
  );
  run('mkdir /srv/x; docker volume create -o type=none -o device=/srv/x -o o=bind bound; docker run --rm -v bound:/d busybox:1.36 touch /d/b');
  expect(run('ls /srv/x; docker volume rm bound; ls /srv/x')).toBe('b\nbound\nb');
  run('docker volume create -o type=none -o device=/nosuch -o o=bind lost');
  expect(run('docker run --rm -v lost:/d busybox:1.36 true 2>&1 | head -1')).toBe(
    "docker: Error response from daemon: error while mounting volume '/var/lib/docker/volumes/lost/_data': failed to mount local volume: mount /nosuch:/var/lib/docker/volumes/lost/_data, flags: 0x1000: no such file or directory",
  );
  expect(run('docker volume create -o foo=1 odd; docker volume create -o type=none odd')).toBe(
    'Error response from daemon: create odd: invalid option: "foo"\nError response from daemon: create odd: missing required option: "device"',
  );
});

test('who made an image is told', () => {
  run('docker run -d --name sleeper busybox:1.36 sleep 1000; docker commit -a me -m hi sleeper my:1');
  expect(run("docker inspect -f '{{.Author}} {{.Comment}}' my:1; docker rm -f sleeper")).toBe('me hi\nsleeper');
});
