/** The same in tmux, as many learners will run it. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, environment, program, stateFolder } from './terminal.ts';

beforeAll(ensureBuilt);
const installed = spawnSync('tmux', ['-V']).status === 0;

test.skipIf(!installed)('tmux (skipped where tmux is not installed)', async () => {
  const state = stateFolder();
  const socket = `k8s-lab-${process.pid}`;
  const tmux = async (...args: string[]): Promise<string> =>
    (await execa('tmux', ['-L', socket, ...args], { env: environment({ XDG_STATE_HOME: state }), extendEnv: false })).stdout;
  const until = async (wanted: (screen: string) => boolean): Promise<string> => {
    for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const screen = await tmux('capture-pane', '-p');
      if (wanted(screen)) return screen;
      if (Date.now() > end) throw new Error(`timeout; the screen shows\n${screen}`);
    }
  };
  await tmux('-f', '/dev/null', '-u', 'new-session', '-d', '-x', '100', '-y', '30', `${process.execPath} ${program} architecture/control-plane-tour; sleep 60`);
  try {
    await until((screen) => screen.includes('root@controlplane:~#'));
    await tmux('send-keys', '-l', 'echo 파드');
    await until((screen) => screen.includes('echo 파드'));
    await tmux('send-keys', 'Enter');
    await until((screen) => /│ 파드$/m.test(screen));
    await tmux('send-keys', 'F2');
    await until((screen) => screen.includes('X-ray'));
    await tmux('resize-window', '-x', '140', '-y', '40');
    await until((screen) => screen.split('\n')[39]?.includes('[Terminal]') ?? false);
    await tmux('send-keys', 'C-q');
    await until((screen) => screen.includes('Quit k8s-lab'));
    await tmux('send-keys', 'Down', 'Enter');
    expect(await until((screen) => !screen.includes('k8s-lab'))).not.toContain('│');
  } finally {
    await tmux('kill-server');
    rmSync(state, { recursive: true, force: true });
  }
});
