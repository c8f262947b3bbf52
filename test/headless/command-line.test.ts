/** The command line itself: the bundle where there is one, else one that is made here. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArguments, UsageError } from '../../src/arguments.ts';
import { lesson, shell } from '../../src/headless/commands.ts';
import { openScreen } from '../../src/headless/screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-cli-'));
const env = {
  ...process.env,
  XDG_STATE_HOME: join(folder, 'state'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  K8S_LAB_NO_CACHE: '1',
  LANG: 'C',
  LC_ALL: '',
  FORCE_COLOR: '',
};

beforeAll(() => {
  if (!existsSync('dist/start.mjs')) spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = { readonly status: number | null; readonly stdout: string; readonly stderr: string };
const run = (args: readonly string[], input: string | Buffer = ''): Run => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/k8s-lab.mjs', ...args], { input, env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
};
/** In the world that is up soonest: these are not about the cluster. */
const sh = (args: readonly string[], input?: string): Run => run(['sh', '--world', 'node', ...args], input);
const place = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('wrong usage: exit status 2, what was wrong, and where to look', () => {
  const cases: readonly (readonly [args: readonly string[], says: string])[] = [
    [['--nosuch'], "Unknown option '--nosuch'"],
    [['nosuch/lesson'], 'there is no lesson "nosuch/lesson"; there are '],
    [['sh', '--seed', 'x', '-c', 'true'], '--seed takes a whole number up to 4294967295, not "x"'],
    [['sh', '--seed', '4294967296', '-c', 'true'], '--seed takes a whole number'],
    [['sh', '--seed=1.5', '-c', 'true'], '--seed takes a whole number'],
    [['sh', '--world', 'nosuch', '-c', 'true'], 'there is no world "nosuch"; there are kubeadm-3, '],
    [['sh', '--world', '__proto__', '-c', 'true'], 'there is no world "__proto__"'],
    [['sh', '--world', 'constructor', '-c', 'true'], 'there is no world "constructor"'],
    [['sh', '--limit', 'x', '-c', 'true'], '--limit takes seconds of the world\'s time, not "x"'],
    [['sh', '--limit=-1', '-c', 'true'], '--limit takes seconds'],
    [['sh', '-c'], 'argument missing'],
    [['sh', '/k8s-lab-nosuch/script'], '/k8s-lab-nosuch/script: no such file or directory'],
    [['sh', tmpdir()], 'illegal operation on a directory'],
    [['sh', '--transcript', '/k8s-lab-nosuch'], '/k8s-lab-nosuch: no such file or directory'],
    [['lesson'], 'lesson takes list, new, check, play'],
    [['lesson', 'list', '--lessons', '/k8s-lab-nosuch'], '/k8s-lab-nosuch: there is no tracks.yaml, and no TRACK/LESSON/lesson.yaml'],
    [['lesson', 'list', '--lang', 'xx'], '--lang takes en or ko, not "xx"'],
    [['lesson', 'check', '/k8s-lab-nosuch'], '/k8s-lab-nosuch: no such folder'],
    [['lesson', 'check', 'test/transcripts'], 'there is no lesson.yaml below test/transcripts'],
    [['lesson', 'play'], 'lesson play takes a lesson and --script FILE'],
    [['lesson', 'play', 'nosuch', '--script', '/dev/null'], 'there is no lesson "nosuch"'],
  ];
  /** As main does, without a process for each. */
  const dispatch = async (args: readonly string[]): Promise<unknown> => {
    const { values, positionals } = readArguments(args);
    const [command, ...rest] = positionals;
    if (command === 'sh') return shell(values, rest);
    if (command === 'lesson') return lesson(values, rest);
    return openScreen({ values, target: command, seed: 1 });
  };
  for (const [args, says] of cases)
    test(args.join(' '), async () => {
      const error: unknown = await dispatch(args).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).message).toContain(says);
    });

  test('as a process', () => {
    expect(run(['--nosuch'])).toEqual({ status: 2, stdout: '', stderr: "k8s-lab: Unknown option '--nosuch'\nTry 'k8s-lab --help'.\n" });
    expect(run(['sh', '--limit', 'x', '-c', 'true'])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('exit statuses of sh', () => {
  test("the script's own, 70 for what is not simulated, 124 for too long, 128 and more for signals", () => {
    expect(sh(['-c', 'exit 7']).status).toBe(7);
    expect(sh(['-c', 'true']).status).toBe(0);
    expect(sh(['-c', 'nosuch']).status).toBe(127);
    expect(sh(['-c', 'kill -9 $$']).status).toBe(137);
    expect(sh(['-c', 'git status'])).toEqual({ status: 70, stdout: '', stderr: 'k8s-lab: git is not simulated\n' });
    expect(sh(['--limit', '5', '-c', 'sleep 100'])).toEqual({
      status: 124,
      stdout: '',
      stderr: "k8s-lab: the script was still running after 5 s of the world's time\n",
    });
  });

  test('a script from a file and from standard input, with arguments and with its own input', () => {
    const script = place('script.sh', 'echo "$0 $1"; exit 3\n');
    expect(sh([script, 'one'])).toEqual({ status: 3, stdout: `${script} one\n`, stderr: '' });
    expect(sh(['-'], 'echo hi; exit 4')).toEqual({ status: 4, stdout: 'hi\n', stderr: '' });
    expect(sh([], 'cat\nthis is read by cat\n')).toEqual({ status: 0, stdout: 'this is read by cat\n', stderr: '' });
    expect(sh([], '').status).toBe(0);
  });

  test('bytes go through unchanged', () => {
    const { stdout } = spawnSync(process.execPath, ['bin/k8s-lab.mjs', 'sh', '--world', 'node', '-c', "printf '\\xff\\x00\\xfe한글'"], {
      env,
      timeout: 60_000,
    });
    expect([...stdout]).toEqual([0xff, 0, 0xfe, ...Buffer.from('한글')]);
  });
});

describe('a reader that has gone', () => {
  const until = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on('exit', resolve));

  test('ends an endless command', { timeout: 30_000 }, async () => {
    const child = spawn(process.execPath, ['bin/k8s-lab.mjs', 'sh', '--world', 'node', '-c', 'yes'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await until(child)).toBe(141);
  });

  test('ends a list', { timeout: 30_000 }, async () => {
    const child = spawn(process.execPath, ['bin/k8s-lab.mjs', '--help'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout?.destroy();
    expect([0, 141]).toContain(await until(child));
  });

  test('a full disk', () => {
    if (!existsSync('/dev/full')) return;
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" bin/k8s-lab.mjs sh --world node -c 'echo x' > /dev/full`], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('k8s-lab: write error: ENOSPC') as string });
  });
});

describe('files that are not what they should be', () => {
  test('a transcript of garbage', () => {
    expect(run(['sh', '--transcript', '-'], Buffer.from([0, 255, 10, 61, 61, 200, 10, 36])).stdout).toMatch(/^# k8s-lab, seed 1\n/);
    const cases = { '@ soon\n$ true\n': 'the transcript says "@ soon", which is no time', '#! world: moon\n': 'there is no world "moon"' };
    for (const [text, says] of Object.entries(cases)) {
      const { status, stderr } = run(['sh', '--transcript', place('transcript.txt', text)]);
      expect({ status, says: stderr.includes(says) }, text).toEqual({ status: 2, says: true });
    }
    expect(run(['sh', '--transcript', place('transcript.txt', '$ echo "unfinished\n[exit 0]\n$ echo next\n')]).stdout).toContain('$ echo next\nnext\n[exit 0]');
  });

  test('tracks.yaml', () => {
    mkdirSync(join(folder, 'lessons'), { recursive: true });
    for (const [text, says] of [
      ['', 'tracks.yaml:1: the file: found nothing, expected keys with values'],
      ['tracks: 5', 'tracks.yaml:1: tracks: found 5, expected a list'],
      ['tracks: [{ id: a, title: { en: A, ko: A }, lessons: [nosuch] }]', 'nosuch/lesson.yaml:1: the file is missing'],
      ['a: &a [*a]', 'tracks.yaml:1: '],
    ] as const) {
      writeFileSync(join(folder, 'lessons', 'tracks.yaml'), text);
      const { status, stderr } = run(['lesson', 'list', '--lessons', join(folder, 'lessons')]);
      expect(stderr, text).toContain(says);
      expect(status).toBe(1);
    }
  });

  test('damaged progress does not keep the list from being shown', () => {
    mkdirSync(join(folder, 'state', 'k8s-lab'), { recursive: true });
    writeFileSync(join(folder, 'state', 'k8s-lab', 'progress.json'), '{"version":1,"less');
    expect(run(['lesson', 'list'])).toMatchObject({ status: 0, stdout: expect.stringContaining('control-plane-tour') as string });
  });

  test('lesson check fails for a broken lesson, and says it in JSON too', () => {
    const { status, stdout } = run(['lesson', 'check', '--json', 'test/broken-lessons/yaml-bomb', 'test/broken-lessons/good']);
    expect(status).toBe(1);
    expect((JSON.parse(stdout) as { ok: boolean }[]).map(({ ok }) => ok)).toEqual([false, true]);
  });
});

test('no terminal: the lab as lines, until the end of the input', () => {
  expect(run([], '')).toMatchObject({ status: 0, stderr: '' });
  expect(run([], 'nonsense\n99\n:quit\n').status).toBe(0);
});
