/** What a terminal does to a full-screen program: sizes, pastes, signals, other programs, an end at any time. Tests that follow each other share a world. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt, keys, Screen, type ScreenOptions } from './terminal.ts';

beforeAll(ensureBuilt);
const opened: Screen[] = [];
afterAll(() => {
  for (const screen of opened.splice(0)) screen.close();
});

const tour = 'architecture/control-plane-tour';
function open(options: ScreenOptions = {}): Screen {
  const screen = new Screen(options);
  opened.push(screen);
  return screen;
}
const prompt = /root@\w+:~#/;
const restored = (screen: Screen): void => {
  expect(screen.terminal.buffer.active.type).toBe('normal');
  expect(screen.terminal.modes.bracketedPasteMode).toBe(false);
};

describe('a shell on one machine', () => {
  let screen: Screen;
  beforeAll(async () => {
    screen = open({ arguments: ['sh', '--world', 'node'] });
    await screen.until(prompt);
  });

  test('Korean goes in and comes out, the cursor behind it', async () => {
    screen.type('echo 파드 하나');
    await screen.until('echo 파드 하나');
    expect(screen.terminal.buffer.active.cursorX).toBe('root@node01:~# echo '.length + 9);
    screen.type('\r');
    await screen.until(/^파드 하나 *$/m);
  });

  test('a paste of several lines runs them one after the other; the last waits', async () => {
    screen.type('\x1b[200~echo one\necho two $((1+1))\ncat <<END\nthree\nEND\necho unsent\x1b[201~');
    await screen.until((rows) => rows.some((row) => row.includes('two 2')) && rows.some((row) => /^three *$/.test(row)));
    await screen.until(/# echo unsent *$/m);
    expect(screen.text).not.toMatch(/^unsent/m);
  });

  test('Ctrl-C gives up the line, and ends what runs', async () => {
    screen.type(keys.ctrlC);
    await screen.until('echo unsent^C');
    await screen.line('sleep 1000');
    await screen.until((rows) => rows.some((row) => row.endsWith('# sleep 1000')));
    screen.type(keys.ctrlC);
    await screen.until(/^\^C/m);
    await screen.line('echo status $?');
    await screen.until('status 130');
  });

  test('Tab completes, the history comes back, Ctrl-R finds', async () => {
    screen.type('cat /etc/hostn\t');
    await screen.until('cat /etc/hostname ');
    screen.type('\r');
    await screen.until(/^node01 *$/m);
    await screen.line('echo second');
    await screen.until(/^second *$/m);
    screen.type('\x12hostn');
    await screen.until("(reverse-i-search)`hostn': cat /etc/hostname");
    screen.type(keys.ctrlC);
    screen.type(`${keys.up}${keys.up}`);
    await screen.until(/# cat \/etc\/hostname *$/m);
    screen.type(keys.ctrlC);
  });

  test('a busy loop does not stop the screen', async () => {
    await screen.line('while true; do :; done');
    screen.type(keys.f1);
    await screen.until('Where you are');
    screen.type(keys.f1);
    await screen.until((rows) => !rows.some((row) => row.includes('Where you are')));
    screen.type(keys.ctrlC);
    await screen.until(prompt);
  });

  test('vi edits a file in the pane, at the size that the pane has', async () => {
    await screen.line('vi notes.txt');
    await screen.until('"notes.txt" [New]');
    screen.type('ihello from vi');
    await screen.until('hello from vi');
    screen.type(keys.escape);
    screen.type(':wq\r');
    await screen.until((rows) => rows.some((row) => prompt.test(row)) && !rows.some((row) => row.startsWith('~')));
    await screen.line('cat notes.txt');
    await screen.until(/^hello from vi *$/m);
  });

  test('less pages through a file', async () => {
    await screen.line('seq 1 300 > numbers; less numbers');
    await screen.until(/^1 *$/m);
    screen.type('G');
    await screen.until(/^300 *$/m);
    screen.type('q');
    await screen.until((rows) => rows.some((row) => /less numbers/.test(row)));
  });

  test('it is stopped, and taken again afterwards', async () => {
    screen.kill('SIGTSTP');
    // To be woken it must really have stopped, not only have given the terminal back.
    const stopped = (): boolean => spawnSync('ps', ['-o', 'stat=', '-p', String(screen.pid)], { encoding: 'utf8' }).stdout.startsWith('T');
    await screen.until(() => screen.terminal.buffer.active.type === 'normal' && stopped());
    restored(screen);
    screen.kill('SIGCONT');
    await screen.until(() => screen.terminal.buffer.active.type === 'alternate');
    await screen.until(prompt);
    await screen.line('echo back again');
    await screen.until(/^back again *$/m);
  });

  test('its exit status is ours', async () => {
    await screen.line('exit 7');
    expect((await screen.exited).exitCode).toBe(7);
    await screen.until(() => screen.terminal.buffer.active.type === 'normal');
    restored(screen);
  });
});

describe('a lesson', () => {
  let screen: Screen;
  beforeAll(async () => {
    screen = open({ columns: 50, rows: 12, arguments: [tour] });
    await screen.until(prompt);
  });

  test('too small for a lesson: the terminal alone; 20×5 says so and does not end', async () => {
    await screen.until('from 60×18 (50×12)');
    await screen.line('echo still here');
    await screen.until(/^still here *$/m);
    // Quick as it was, it is kept at once: nothing is lost by a kill -9.
    await screen.until(() => screen.progress().lessons[tour]?.session?.inputs.some(({ line }) => line === 'echo still here') ?? false);
    screen.resize(20, 5);
    await screen.until('Window too small');
    screen.resize(80, 24);
    await screen.until('Step 1 of 9');
    await screen.until(/^still here *$/m);
  });

  test('200×60, 80×24, 60×18 and back: nothing is lost or out of line', async () => {
    screen.resize(200, 60);
    await screen.line('kubectl get nodes');
    await screen.until('node02');
    await screen.until((rows) => rows[59]?.includes('[Terminal]') ?? false);
    const bars = screen.rows.slice(1, 59).map((row) => row.indexOf('│'));
    expect(new Set(bars).size).toBe(1);
    for (const [columns, rows] of [
      [80, 24],
      [60, 18],
      [200, 60],
      [60, 18],
    ] as const) {
      screen.resize(columns, rows);
      // Where there is little room the status line tells keys only.
      await screen.until((shown) => (shown[rows - 1]?.includes('F1 help') ?? false) && shown.some((row) => row.includes('node02')));
      expect(screen.rows[0]).toContain('k8s-lab');
    }
    // The world's terminal has the size of the pane.
    await screen.line('stty size');
    await screen.until(/^\d+ 60 *$/m);
  });

  test('time stands still, runs ten times as fast, and skips', async () => {
    screen.resize(80, 24);
    screen.type(keys.f5);
    await screen.until('paused');
    screen.type(keys.f5);
    await screen.until('×1 ');
    screen.type(keys.f6);
    await screen.until('×10');
    screen.type(keys.f6);
    await screen.line('sleep 120; echo slept');
    await screen.until((rows) => rows.some((row) => row.endsWith('echo slept')));
    screen.type(keys.f7);
    await screen.until(/^slept *$/m, 40_000);
  });

  test('undo takes back the last command and what it did', async () => {
    await screen.line('echo kept > a');
    await screen.line('rm a; echo gone');
    await screen.until(/^gone *$/m);
    screen.type(keys.f8);
    await screen.until((rows) => rows.some((row) => row.includes('echo kept > a')) && !rows.some((row) => /^gone/.test(row)));
    await screen.line('cat a');
    await screen.until(/^kept *$/m);
  });

  test('a question waits while the window is too small to show it', async () => {
    screen.resize(50, 14);
    await screen.until('from 60×18 (50×14)');
    await screen.line('kubectl get pods -n kube-system');
    await screen.until('Step passed');
    await screen.line('echo typing goes on');
    await screen.until(/^typing goes on *$/m);
    screen.resize(80, 24);
    await screen.until('Step 2 of 9');
    await screen.until('Enter answer');
  });

  test('X-ray and cluster, by keys', async () => {
    screen.resize(120, 50);
    screen.type(keys.escape);
    await screen.line('kubectl get pods -n kube-system');
    screen.type(keys.f2);
    await screen.until(/kubectl → kube-apiserver \[rest\]/);
    await screen.until(/GET \/api\/v1\/namespaces\/kube-system\/pods/);
    screen.type(keys.f3);
    await screen.until(/node02 Ready/);
    await screen.until(/kube-system\/kube-apiserver-controlplane .*Running .*● kube-apiserver/);
    screen.type(keys.f3);
    await screen.until((rows) => !rows.some((row) => row.includes('── Cluster')));
  });

  test('the language changes while it is open, and is kept', async () => {
    screen.type(keys.f10);
    await screen.until('9단계 중 2단계');
    expect(screen.progress().language).toBe('ko');
    screen.type(keys.f10);
    await screen.until('Step 2 of 9');
  });

  test('killed, it is taken up again where it was', async () => {
    screen.kill('SIGTERM');
    const { exitCode, signal } = await screen.exited;
    expect(signal ? 128 + signal : exitCode).toBe(143);
    restored(screen);
    expect(screen.progress().lessons[tour]?.session?.inputs.some(({ line }) => line?.startsWith('kubectl'))).toBe(true);
    screen = open({ state: screen.state, arguments: [tour] });
    await screen.until('Go on where I left off');
    screen.type(keys.enter);
    await screen.until('Step 2 of 9', 40_000);
    await screen.until('kube-scheduler-controlplane');
  });

  test('it goes back to where the step began, and to its own beginning', async () => {
    screen.type(keys.f9);
    await screen.until('Start this lesson over?');
    screen.type(keys.down);
    screen.type(keys.enter);
    await screen.until('Going back');
    await screen.until((rows) => !rows.join().includes('Going back'), 40_000);
    // The step before must not show for a moment.
    expect(screen.text).toContain('Step 2 of 9');
    screen.type(keys.f9);
    await screen.until('Start this lesson over?');
    for (const key of [keys.down, keys.down, keys.enter]) screen.type(key);
    await screen.until('Step 1 of 9');
  });

  test('at its end the terminal is given back', async () => {
    await screen.until(() => screen.terminal.buffer.active.type === 'alternate' && screen.terminal.modes.bracketedPasteMode);
    screen.type(keys.ctrlQ);
    await screen.until('Quit k8s-lab');
    screen.type(keys.down);
    screen.type(keys.enter);
    expect((await screen.exited).exitCode).toBe(0);
    await screen.until(() => screen.terminal.buffer.active.type === 'normal');
    restored(screen);
  });
});

describe('the menu', () => {
  test('at 20×5', async () => {
    const screen = open({ columns: 20, rows: 5 });
    await screen.until((rows) => rows.some((row) => row.includes('❯')));
    screen.type('q');
    expect((await screen.exited).exitCode).toBe(0);
  });

  test('keys typed before it takes any are not lost; a terminal that hangs up ends it', async () => {
    const screen = open();
    screen.type(keys.f10);
    await screen.until('끝내기');
    screen.kill('SIGHUP');
    expect((await screen.exited).exitCode).toBe(129);
    restored(screen);
  });
});
