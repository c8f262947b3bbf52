import { expect, test } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.ts';
import { worlds } from '../../src/cluster/worlds/index.ts';
import { Sink, textFile } from '../../src/linux/open-file.ts';

test("root's sessions share a slice with a limit of tasks", () => {
  const cluster = new Cluster('node');
  cluster.boot();
  const { kernel } = cluster.machine(cluster.home);
  let output = '';
  const sink = new Sink((text) => {
    output += text;
  });
  const shell = cluster.openScript(cluster.home, ['bash', '-c', 'echo $$; cat /proc/self/cgroup; cat /sys/fs/cgroup/user.slice/user-0.slice/pids.max'], {
    stdin: textFile(''),
    stdout: sink,
    stderr: sink.retain(),
  });
  expect(cluster.sim.advanceUntil(() => shell.exitStatus !== undefined, 5_000)).toBe(true);
  expect(output).toMatch(/^\d+\n0::\/user\.slice\/user-0\.slice\/session-\d+\.scope\n512\n$/);
  expect(kernel.rootCgroup.find('user.slice/user-0.slice')?.pids).toBe(0);
});

test('a machine that is not there is named, with those that are', () => {
  expect(() => new Cluster('node').machine('moon')).toThrow(/^there is no machine moon; there are /);
  expect(Object.keys(worlds).length).toBeGreaterThan(1);
});
