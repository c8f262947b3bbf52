import { describe, expect, test } from 'vitest';
import { newWorld, Session } from './world.ts';

const prompt = 'root@lab:~# ';

describe('the prompt', () => {
  test('shows user, host and directory, and runs lines in one shell', () => {
    const session = new Session();
    expect(session.screen).toBe(prompt);
    expect(session.type('x=5; echo $x')).toBe(`5\n${prompt}`);
    expect(session.type('cd /etc')).toBe('root@lab:/etc# ');
  });

  test('sh in an image without bash looks like busybox', () => {
    const session = new Session(['sh'], newWorld({ bash: false }), '/');
    expect(session.screen).toBe('/ # ');
    expect(session.type('nosuch')).toBe('sh: nosuch: not found\n/ # ');
    expect(session.type('> /nosuch/x')).toBe("sh: can't create /nosuch/x: nonexistent directory\n/ # ");
    session.type('exit 3');
    expect(session.process.exitStatus).toBe(3);
  });

  test.each([
    [['for i in 1 2', 'do echo $i', 'done'], '1\n2\n'],
    [['f() {', 'echo f; }; f'], 'f\n'],
    [['echo "abc', 'def"'], 'abc\ndef\n'],
    [['cat <<E', 'a $((1+1))', 'E'], 'a 2\n'],
    [['cat <<E', 'a \\$B \\`c\\` \\\\ \\z', 'E'], 'a $B `c` \\ \\z\n'],
    [['cat <<-E', '\\$B', 'E'], '$B\n'],
    [['echo a \\', 'b'], 'a b\n'],
    [['true &&', 'echo yes'], 'yes\n'],
    [['case x in', 'x) echo cx;;', 'esac'], 'cx\n'],
    [['echo $(', 'echo sub)'], 'sub\n'],
  ])('asks for more lines: %j', (lines, output) => {
    const session = new Session();
    for (const line of lines.slice(0, -1)) expect(session.type(line)).toBe('> ');
    expect(session.type(lines[lines.length - 1] as string)).toBe(output + prompt);
  });

  test('a line that was typed ahead stands behind the prompt once more, as readline shows it', () => {
    const session = new Session();
    session.tty.typeLine('sleep 2');
    session.advance(500);
    session.tty.typeLine('echo ahead');
    session.advance(3_000);
    expect(session.screen).toBe(`${prompt}sleep 2\necho ahead\n${prompt}echo ahead\nahead\n${prompt}`);
  });

  test('tells of mistakes without a line number', () => {
    const session = new Session();
    expect(session.type('echo a)')).toBe(`bash: syntax error near unexpected token \`)'\n${prompt}`);
    expect(session.type('nosuch')).toBe(`bash: nosuch: command not found\n${prompt}`);
    expect(session.type('echo $((1/0)); echo x')).toBe(`bash: 1/0: division by 0 (error token is "0")\n${prompt}`);
  });

  test('Ctrl-D ends it', () => {
    const session = new Session();
    session.type('(exit 4)');
    session.tty.endOfFile();
    session.advance();
    expect(session.screen.endsWith('exit\n')).toBe(true);
    expect(session.process.exitStatus).toBe(4);
  });

  test('reads ~/.bashrc, not for scripts', () => {
    const world = newWorld();
    world.kernel.processes.get(1)?.fs.write('/root/.bashrc', 'PS1="> "; alias hi="echo hello"\n');
    const session = new Session(['bash'], world);
    expect(session.screen).toBe('> ');
    expect(session.type('hi you')).toBe('hello you\n> ');
  });
});

describe('Ctrl-C', () => {
  test.each([
    'sleep 100',
    'while true; do echo -n; done',
    'while true; do sleep 1; done',
    'sleep 100 | cat',
    'cat',
    'read x',
    'bash -c "sleep 100; echo no"',
    'wait',
  ])('ends %s and nothing more', (command) => {
    const session = new Session();
    if (command === 'wait') session.type('sleep 1000 &');
    session.type(command, 50);
    session.tty.interrupt();
    session.advance();
    expect(session.type('echo st $?')).toBe(`st 130\n${prompt}`);
    expect(session.process.exitStatus).toBe(undefined);
  });

  test('at the prompt gives a new prompt and status 130', () => {
    const session = new Session();
    session.tty.interrupt();
    session.advance();
    expect(session.screen).toBe(`${prompt}^C\n${prompt}`);
    expect(session.type('echo $?')).toBe(`130\n${prompt}`);
  });

  test('ends only the innermost shell’s job', () => {
    const session = new Session();
    session.type('bash');
    session.type('sleep 100');
    session.tty.interrupt();
    session.advance();
    expect(session.type('echo $SHLVL')).toBe(`2\n${prompt}`);
    session.type('exit');
    expect(session.type('echo $SHLVL')).toBe(`1\n${prompt}`);
  });
});

describe('jobs', () => {
  test('start, show, kill', () => {
    const session = new Session();
    expect(session.type('sleep 50 &')).toMatch(/^\[1\] \d+\n/);
    expect(session.type('jobs')).toBe(`[1]+  Running                 sleep 50 &\n${prompt}`);
    expect(session.type('kill %1')).toBe(`[1]+  Terminated              sleep 50\n${prompt}`);
  });

  test('tell when they are done, before the next prompt', () => {
    const session = new Session();
    session.type('sleep 1 | cat &');
    session.advance(2000);
    expect(session.type('echo b')).toBe(`b\n[1]+  Done                    sleep 1 | cat\n${prompt}`);
  });

  test('stop, go on behind, come back', () => {
    const session = new Session();
    session.type('sleep 100');
    session.tty.type('\x1a');
    session.advance();
    expect(session.screen).toContain('^Z\n[1]+  Stopped                 sleep 100\n');
    expect(session.type('bg')).toBe(`[1]+ sleep 100 &\n${prompt}`);
    expect(session.type('fg')).toBe('sleep 100\n');
    session.tty.interrupt();
    session.advance();
    expect(session.type('jobs')).toBe(prompt);
  });

  test('exit warns of stopped ones, once', () => {
    const session = new Session();
    session.type('sleep 100');
    session.tty.type('\x1a');
    session.advance();
    expect(session.type('exit')).toBe(`exit\nThere are stopped jobs.\n${prompt}`);
    session.type('exit');
    expect(session.process.exitStatus).toBe(1);
  });
});

describe('history', () => {
  test('is kept and expanded', () => {
    const session = new Session();
    session.type('echo one');
    session.type('echo two');
    expect(session.type('!!')).toBe(`echo two\ntwo\n${prompt}`);
    expect(session.type('!1')).toBe(`echo one\none\n${prompt}`);
    expect(session.type('echo !$')).toBe(`echo one\none\n${prompt}`);
    expect(session.type('^one^three')).toBe(`echo three\nthree\n${prompt}`);
    expect(session.type('!nosuch')).toBe(`bash: !nosuch: event not found\n${prompt}`);
    expect(session.type('history 2')).toBe(`    6  echo three\n    7  history 2\n${prompt}`);
    expect(session.tty.reader?.history()).toContain('echo three');
  });
});
