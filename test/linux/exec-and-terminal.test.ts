import { expect, test } from 'vitest';
import { newWorld, run, Session } from '../shell/world.ts';

test('exec keeps the process and changes what it is', () => {
  const world = newWorld();
  const result = run('exec sleep 3', { world, limit: 1000 });
  expect(result.status).toBe(-1);
  const process = [...world.kernel.processes.values()].find((one) => one.comm === 'sleep');
  expect(process?.argv).toEqual(['sleep', '3']);
  expect(process?.exe).toBe('/bin/sleep');
  world.sim.advance(5000);
  expect(process?.exitStatus).toBe(0);
});

test('/dev/fd/N is the descriptor, and /dev/stdin and its like', () => {
  expect(run('cat /dev/fd/3 3<<< three; echo one > /dev/stdout; echo two > /dev/stderr; cat /dev/stdin', { stdin: 'in\n' })).toEqual({
    stdout: 'three\none\nin\n',
    stderr: 'two\n',
    status: 0,
  });
});

test('Ctrl-C reaches the foreground group only', () => {
  const session = new Session();
  session.type('sleep 77 &');
  session.type('sleep 88');
  session.tty.interrupt();
  session.advance();
  const left = [...session.world.kernel.processes.values()].filter((one) => one.comm === 'sleep').map((one) => one.argv[1]);
  expect(left).toEqual(['77']);
});

test('nothing is left open or running when a session ends', () => {
  const session = new Session();
  session.type('x=$(echo a | cat); cat <(echo b); (exit 3) | true; sleep 1 &', 3000);
  session.type('exit');
  session.advance(3000);
  expect([...session.world.kernel.processes.values()].map((one) => one.comm)).toEqual(['init']);
});
