import { describe, expect, test } from 'vitest';
import { newWorld, run } from './world.ts';

describe('what never ends is ended', () => {
  test('a function that calls itself', () => {
    expect(run('f() { f; }; f; echo no')).toEqual({ stdout: '', stderr: 'environment: line 1: f: maximum function nesting level exceeded (500)\n', status: 1 });
  });

  test('eval and source that call themselves', () => {
    expect(run(`x='eval "$x"'; eval "$x"`).stderr).toContain('maximum eval nesting level exceeded');
    expect(run(`echo '. ./r' > r; . ./r`).stderr).toContain('maximum source nesting level exceeded');
  });

  test('braces, captured output and patterns', () => {
    expect(run('echo {1..100000000}').stderr).toBe('bash: line 1: brace expansion: failed to allocate memory for 100000000 elements\n');
    expect(run('x=$(yes); echo no').stderr).toMatch(/cannot allocate/);
    expect(run(`x=$(printf 'a%.0s' {1..2000}); [[ $x == +(+(a))b ]]; echo $?`).stdout).toBe('1\n');
  });

  test('a fork bomb meets pids.max', () => {
    const world = newWorld();
    world.kernel.rootCgroup.pidsMax = 60;
    const { stderr } = run(':(){ :|:& };:; sleep 1', { world, limit: 60_000 });
    expect(stderr).toContain('fork: retry: Resource temporarily unavailable');
  });

  test('a writer whose reader has gone', () => {
    expect(run('yes | head -n 1; echo ${PIPESTATUS[@]}').stdout).toBe('y\n141 0\n');
    expect(run('while true; do echo x; done | head -n 2; echo ${PIPESTATUS[@]}').stdout).toBe('x\nx\n141 0\n');
  });
});

describe('time', () => {
  test('a busy loop moves the clock', () => {
    const world = newWorld();
    const before = world.sim.now;
    run('for ((i=0; i<6400; i++)); do :; done', { world });
    expect(world.sim.now - before).toBeGreaterThanOrEqual(100);
  });

  test('a pipeline streams: each line arrives when it is written', () => {
    expect(run('(echo a; sleep 5; echo b) | while read x; do echo $x $SECONDS; done').stdout).toBe('a 0\nb 5\n');
  });

  test('signals are trapped while waiting', () => {
    expect(run(`trap 'echo term; exit 5' TERM; (sleep 1; kill $$) & while :; do sleep 2; done`)).toEqual({ stdout: 'term\n', stderr: '', status: 5 });
    expect(run(`trap 'echo term' TERM; (sleep 1; kill $$) & sleep 5 & wait; echo $?`).stdout).toBe('term\n143\n');
  });
});
