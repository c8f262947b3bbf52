/** Without a screen: pipes, screen readers, dumb terminals. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureBuilt, environment, keys, program, Screen } from './terminal.ts';

beforeAll(ensureBuilt);
let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'k8s-lab-e2e-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const run = (lines: readonly string[], ...args: string[]) =>
  execa(process.execPath, [program, ...args], { input: `${lines.join('\n')}\n`, env: environment({ XDG_STATE_HOME: state }), extendEnv: false, reject: false });

test('a whole lesson through a pipe', async () => {
  const { stdout, exitCode } = await run(
    [
      'kubectl get pods',
      ':hint',
      'kubectl get pods -n kube-system',
      ':answer 2',
      ':xray',
      ':cluster',
      ':pause',
      ':bogus',
      'kubectl delete pod kube-scheduler-controlplane -n kube-system',
      'crictl ps',
      'mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/',
      'for name in web shop blog radio; do kubectl run $name --image=nginx:1.27; done',
      ':answer 1',
      ':answer 3',
      'mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/',
      ':answer 2,3,4',
    ],
    'architecture/control-plane-tour',
  );
  expect(stdout).toContain('Step 1 of 9');
  expect(stdout).toContain('Hint 1: ');
  expect(stdout).toContain('That was the namespace `default`');
  expect(stdout).toContain('Not yet. Try again.');
  expect(stdout).toContain('Lesson done');
  expect(stdout).toContain('kube-proxy running');
  expect(stdout).toContain('time stands still');
  expect(stdout).toContain('There is no :bogus.');
  // Nothing that a screen reader would spell out, and one prompt at a time.
  expect(stdout).not.toMatch(/[\x1b\u2500-\u25ff]/);
  expect(stdout).not.toMatch(/~# root@/);
  expect(exitCode).toBe(0);
});

test('in Korean, with the list of lessons, X-ray, undo and help', async () => {
  const { stdout } = await run(['1', 'kubectl get nodes', ':xray', ':undo', ':check', ':help', ':quit'], '--lang', 'ko', '--plain');
  expect(stdout).toContain('컨트롤 플레인 둘러보기 (15분)');
  expect(stdout).toContain('9단계 중 1단계');
  expect(stdout).toContain('kubectl → kube-apiserver [rest]');
  expect(stdout).toContain('콜론으로 시작하는 줄');
});

test('a dumb terminal gets lines by itself', async () => {
  const screen = new Screen({ state, columns: 120, rows: 60, arguments: ['architecture/control-plane-tour'], env: { TERM: 'dumb' } });
  try {
    await screen.until('Type :help');
    expect(screen.terminal.buffer.active.type).toBe('normal');
    await screen.line('hostname');
    await screen.until(/^controlplane *$/m);
    screen.type(`:quit${keys.enter}`);
    expect((await screen.exited).exitCode).toBe(0);
  } finally {
    screen.close();
  }
});

test('an unknown lesson is a usage error', async () => {
  const { stderr, exitCode } = await run([], 'architecture/none');
  expect(stderr).toContain('there is no lesson "architecture/none"; there are architecture/why-orchestrate');
  expect(exitCode).toBe(2);
});
