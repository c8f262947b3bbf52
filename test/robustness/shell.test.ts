import { beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/session/session.ts';
import { interrupted, newSession, pass, screenOf, type } from './lab.ts';

describe('whatever is typed, the prompt comes back', () => {
  let session: Session;
  beforeAll(() => {
    session = newSession();
  });

  test('a command, a flag, a resource, an image that is not there', () => {
    expect(type(session, 'frobnicate')).toBe('bash: frobnicate: command not found');
    expect(type(session, 'kubectl --frobnicate')).toContain('error: unknown flag: --frobnicate');
    expect(type(session, 'kubectl frobnicate')).toContain('error: unknown command "frobnicate" for "kubectl"');
    expect(type(session, 'kubectl get frobs')).toContain('error: the server doesn\'t have a resource type "frobs"');
    expect(type(session, 'kubectl run ghost --image=no.such.host/ghost:1')).toBe('pod/ghost created');
    pass(session, 30_000);
    expect(type(session, 'kubectl get pod ghost')).toMatch(/ghost +0\/1 +(ErrImagePull|ImagePullBackOff)/);
  });

  test('endless output and endless work end with Ctrl-C', () => {
    for (const line of ['yes', 'cat /dev/zero', 'while true; do :; done', 'cat /dev/urandom', 'cat', 'yes | cat']) {
      expect(interrupted(session, line), line).toMatch(/\^C\n[^\n]*# $/);
      expect(type(session, 'echo $?')).toBe('130');
    }
  });

  test('a flood nobody looks at is not kept', () => {
    expect(interrupted(session, 'yes', 60_000).length).toBeLessThan(9 * 1024 * 1024);
  });

  test('a pipe whose reader has gone', () => {
    expect(type(session, 'yes | head -n 2; echo ${PIPESTATUS[@]}')).toBe('y\ny\n141 0');
    expect(type(session, 'cat /dev/urandom | head -c 100000 | wc -c')).toBe('100000');
    expect(type(session, 'cat /dev/zero | head -c 1000000 | tail -c 3 | base64')).toBe('AAAA');
  });

  test('closed descriptors', () => {
    expect(type(session, '(exec 0<&-; cat; read x; echo $?)')).toMatch(
      /^cat: -: Bad file descriptor\n.*read: 0: invalid file descriptor: Bad file descriptor\n1$/,
    );
    expect(type(session, 'cat <&7; echo x >&7; echo $?')).toBe('bash: 7: Bad file descriptor\nbash: 7: Bad file descriptor\n1');
    expect(type(session, 'echo x >&-; echo still here')).toContain('still here');
    expect(type(session, 'echo x >/dev/full; echo $?')).toContain('No space left on device');
  });

  test('a line of ten megabytes, and ten megabytes of lines', () => {
    expect(type(session, `echo ${'x'.repeat(10_000_000)} | wc -c`)).toMatch(/10000001$/);
    for (let i = 0; i < 10_000; i++) session.input({ line: `: ${'y'.repeat(1000)}` });
    session.input({ line: 'echo all read' });
    session.cluster.sim.advance(30_000);
    // Compared as a whole, a failure would print ten megabytes.
    expect(screenOf(session).slice(-100)).toMatch(/all read\n[^\n]*# $/);
  });

  test('a heredoc without end waits, and Ctrl-C or Ctrl-D ends it', () => {
    session.input({ line: 'cat <<EOF' });
    session.input({ line: 'unfinished' });
    pass(session, 500);
    session.input({ interrupt: true });
    session.untilPrompt(1_000);
    expect(type(session, 'echo here')).toBe('here');
    session.input({ line: 'cat <<EOF' });
    session.input({ line: 'unfinished' });
    pass(session, 500);
    session.input({ endOfFile: true });
    pass(session, 500);
    expect(screenOf(session)).toContain('unfinished\n');
    expect(type(session, 'echo here')).toBe('here');
  });

  test('recursion without end', () => {
    expect(type(session, 'f() { f; }; f')).toContain('maximum function nesting level exceeded');
    expect(type(session, `echo $(${'echo $('.repeat(150)}echo deep${')'.repeat(150)})`)).toContain('deep');
    type(session, `echo $((${'('.repeat(20_000)}1${')'.repeat(20_000)}))`);
    type(session, `${'{ '.repeat(5_000)}echo deep; ${'}; '.repeat(5_000)}`);
    type(session, `${'('.repeat(5_000)}`);
    session.input({ interrupt: true });
    session.untilPrompt(1_000);
    expect(type(session, 'echo alive')).toBe('alive');
  });

  test('a text that doubles for ever', () => {
    expect(type(session, 'x=a; while true; do x=$x$x; done')).toBe('bash: xrealloc: cannot allocate 134217728 bytes');
    expect(type(session, "bash -c 'x=a; while true; do x=$x$x; done'; echo $?")).toBe('bash: line 1: xrealloc: cannot allocate 134217728 bytes\n2');
    expect(type(session, 'unset x; echo alive')).toBe('alive');
  });

  test('bytes that are no text', () => {
    expect(type(session, 'head -c 4096 /dev/urandom | wc -c')).toBe('4096');
    type(session, 'head -c 4096 /dev/urandom');
    expect(type(session, "printf '\\xff\\x00\\xfe' | base64")).toBe('/wD+');
  });

  test('a terminal of one column, and of none', () => {
    for (const size of [
      [1, 1],
      [20, 5],
      [0, 0],
      [500, 200],
    ] as const) {
      session.input({ resize: size });
      expect(type(session, 'kubectl get nodes')).toContain('controlplane');
    }
    session.input({ resize: [80, 24] });
  });
});

test('a shell without a terminal to read from ends; what is typed then is lost, nothing else', () => {
  const session = newSession();
  type(session, 'exec 0<&-');
  expect(session.ended).toBe(true);
  for (const input of [{ line: 'ls' }, { keys: '\x03' }, { interrupt: true }, { endOfFile: true }, { resize: [1, 1] }] as const) session.input(input);
  pass(session, 1_000);
  expect(session.restart().ended).toBe(false);
});

test('a fork bomb fills its own slice, not the node', () => {
  const session = newSession();
  session.input({ line: ':(){ :|:& };:' });
  pass(session, 10_000);
  expect(screenOf(session)).toContain('fork: retry: Resource temporarily unavailable');
  expect(session.cluster.machine('controlplane').kernel.processes.size).toBeLessThan(600);
  expect(session.cluster.rest({ method: 'GET', path: '/api/v1/nodes' })?.status).toBe(200);
  expect(type(session.restart(), 'echo $?')).toBe('0');
});
