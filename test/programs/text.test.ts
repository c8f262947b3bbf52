import { expect, test } from 'vitest';
import { Cgroup } from '../../src/linux/cgroup.ts';
import { Machine } from './node.ts';

test('endless producers end when their reader goes', () => {
  const machine = new Machine();
  const began = machine.sim.now;
  expect(machine.pipe('yes | head -2')).toEqual({ stdout: 'y\ny\n', stderr: '', status: 0 });
  expect(machine.pipe('cat /dev/zero | head -c 3 | od -c').stdout).toBe('0000000  \\0  \\0  \\0\n0000003\n');
  expect(machine.sim.now - began).toBeLessThan(100);
});

test('memory is bounded', () => {
  const machine = new Machine();
  expect(machine.pipe('yes abc | sort')).toEqual({ stdout: '', stderr: 'sort: memory exhausted\n', status: 2 });
});

test('endless output lets the clock go on and can be interrupted', () => {
  const machine = new Machine();
  const running = machine.start(['yes']);
  machine.sim.advance(10, 100_000);
  running.process.signal('SIGINT');
  machine.sim.advance(1);
  expect(running.process.exitStatus).toBe(130);
});

test('getopt complains as GNU does', () => {
  const machine = new Machine();
  expect(machine.run(['ls', '-z'])).toEqual({ stdout: '', stderr: "ls: invalid option -- 'z'\nTry 'ls --help' for more information.\n", status: 2 });
  expect(machine.run(['ls', '--x']).stderr).toBe("ls: unrecognized option '--x'\nTry 'ls --help' for more information.\n");
  expect(machine.run(['head', '-n']).stderr).toBe("head: option requires an argument -- 'n'\nTry 'head --help' for more information.\n");
  expect(machine.run(['ls', 'nosuch'])).toEqual({ stdout: '', stderr: "ls: cannot access 'nosuch': No such file or directory\n", status: 2 });
  expect(machine.run(['cat', 'nosuch']).stderr).toBe('cat: nosuch: No such file or directory\n');
});

test('tail -f shows what is appended, -F follows a file that is replaced', () => {
  const machine = new Machine({ log: 'one\ntwo\n' });
  const running = machine.start(['tail', '-n1', '-F', 'log']);
  machine.sim.advance(2000);
  expect(running.stdout()).toBe('two\n');
  machine.init.fs.write('/work/log', 'three\n', { append: true });
  machine.sim.advance(10);
  expect(running.stdout()).toBe('two\nthree\n');
  machine.init.fs.rename('/work/log', '/work/log.1');
  machine.sim.advance(1500);
  expect(running.stderr()).toBe("tail: 'log' has become inaccessible: No such file or directory\n");
  machine.init.fs.write('/work/log', 'fresh\n');
  machine.sim.advance(1500);
  expect(running.stdout()).toBe('two\nthree\nfresh\n');
});

test('tail /dev/zero is killed at its memory limit', () => {
  const machine = new Machine();
  const cgroup = new Cgroup('small', machine.kernel.rootCgroup);
  cgroup.memoryMaxBytes = 128 * 2 ** 20;
  const process = machine.init.spawn({ argv: ['tail', '/dev/zero'], cgroup });
  machine.sim.advanceUntil(() => process.exitStatus !== undefined, 60_000);
  expect(process.exitStatus).toBe(137);
  expect(process.oomKilled).toBe(true);
});

test('sed: the text of a, i and c keeps its blanks after a backslash, and knows \\n and \\t', () => {
  const said = (script: string): string => new Machine().pipe(`echo x | sed '${script}'`).stdout;
  expect(said('/x$/a\\    - --one\\n    - --two')).toBe('x\n    - --one\n    - --two\n');
  expect(said('a   one\\n\\ttwo')).toBe('x\none\n\ttwo\n');
  expect(said('i\\  z\\ty')).toBe('  z\ty\nx\n');
  expect(said('c\\  z\\\\y')).toBe('  z\\y\n');
  expect(said('1a \\  x')).toBe('x\n  x\n');
  expect(said('a\\\n  l1\\\n  l2')).toBe('x\n  l1\n  l2\n');
  expect(said('1a\\text')).toBe('x\ntext\n');
});
