/** The real program in a real pseudo-terminal, with a terminal emulator that reads its screen. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(root, 'bin', 'k8s-lab.mjs');

/** The bundle is what is tested; it is made when it is not there. */
export function ensureBuilt(): void {
  if (!existsSync(join(root, 'dist', 'start.mjs'))) spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' });
}

/** What the test runner sets would change what is tested. */
export const environment = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...(Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CI|VITEST.*|CONTINUOUS_INTEGRATION|NO_COLOR|FORCE_COLOR|LC_.*|NODE_ENV|TEST)$/.test(name)),
  ) as Record<string, string>),
  TERM: 'xterm-256color',
  LANG: 'en_US.UTF-8',
  K8S_LAB_NO_CACHE: '1',
  ...extra,
});

export const stateFolder = (): string => mkdtempSync(join(tmpdir(), 'k8s-lab-e2e-'));

export type ScreenOptions = {
  readonly columns?: number;
  readonly rows?: number;
  readonly state?: string;
  readonly arguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

const patience = 20_000;

export class Screen {
  readonly state: string;
  readonly exited: Promise<{ exitCode: number; signal?: number }>;
  readonly terminal: InstanceType<typeof xterm.Terminal>;
  readonly #process: pty.IPty;

  constructor({ columns = 80, rows = 24, state = stateFolder(), arguments: args = [], env = {} }: ScreenOptions = {}) {
    this.state = state;
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.#process = pty.spawn(process.execPath, [program, ...args], {
      cols: columns,
      rows,
      name: env['TERM'] ?? 'xterm-256color',
      env: environment({ XDG_STATE_HOME: state, ...env }),
    });
    this.#process.onData((data) => this.terminal.write(data));
    // The terminal's own answers go back.
    this.terminal.onData((data) => this.#process.write(data));
    // Only once all that it wrote is on the screen too.
    this.exited = new Promise((resolve) => this.#process.onExit((end) => this.terminal.write('', () => resolve(end))));
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The rows shown now. */
  get rows(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from({ length: this.terminal.rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '');
  }

  get text(): string {
    return this.rows.join('\n');
  }

  type(keys: string): void {
    this.#process.write(keys);
  }

  /** A line for the shell, once it waits for one. */
  async line(text: string): Promise<void> {
    await this.until((rows) => /[#$>] ?$/.test(rows[this.terminal.buffer.active.cursorY]?.slice(0, this.terminal.buffer.active.cursorX) ?? ''));
    this.type(`${text}\r`);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.#process.resize(columns, rows);
  }

  kill(signal: string): void {
    process.kill(this.pid, signal);
  }

  /** Waits until the screen shows a text, or is as the predicate wants it. */
  async until(wanted: string | RegExp | ((rows: readonly string[]) => boolean), time = patience): Promise<readonly string[]> {
    const end = Date.now() + time;
    for (;;) {
      await new Promise<void>((resolve) => this.terminal.write('', resolve));
      const { rows } = this;
      const text = rows.join('\n');
      if (typeof wanted === 'function' ? wanted(rows) : typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return rows;
      if (Date.now() > end) throw new Error(`timeout waiting for ${String(wanted)}; the screen shows\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** What is kept of the learner's progress. */
  progress(): {
    lessons: Record<string, { done: boolean; points: number; session?: { inputs: readonly { line?: string }[] } }>;
    language?: string;
    name?: string;
  } {
    const file = join(this.state, 'k8s-lab', 'progress.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { lessons: {} };
  }

  close(): void {
    try {
      this.#process.kill('SIGKILL');
    } catch {
      // It has ended.
    }
    rmSync(this.state, { recursive: true, force: true });
  }
}

export const keys = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  end: '\x1b[F',
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  f1: '\x1bOP',
  f2: '\x1bOQ',
  f3: '\x1bOR',
  f4: '\x1bOS',
  f5: '\x1b[15~',
  f6: '\x1b[17~',
  f7: '\x1b[18~',
  f8: '\x1b[19~',
  f9: '\x1b[20~',
  f10: '\x1b[21~',
  ctrlC: '\x03',
  ctrlQ: '\x11',
  pageUp: '\x1b[5~',
} as const;
