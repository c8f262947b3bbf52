/** A tiny machine for the shell's tests: a kernel, a few files, a few programs. */

import { FileNode } from '../../src/linux/file-node.ts';
import { SpecialNode } from '../../src/linux/inode.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import { type OpenFile, Sink, textFile } from '../../src/linux/open-file.ts';
import type { Process } from '../../src/linux/process.ts';
import type { Program } from '../../src/linux/program.ts';
import { TerminalFile, Tty } from '../../src/linux/tty.ts';
import { catPrograms } from '../../src/programs/text/cat.ts';
import { cutPrograms } from '../../src/programs/text/cut.ts';
import { echoPrograms } from '../../src/programs/text/echo.ts';
import { grepPrograms } from '../../src/programs/text/grep.ts';
import { headPrograms } from '../../src/programs/text/head.ts';
import { sortPrograms } from '../../src/programs/text/sort.ts';
import { tailPrograms } from '../../src/programs/text/tail.ts';
import { trPrograms } from '../../src/programs/text/tr.ts';
import { uniqPrograms } from '../../src/programs/text/uniq.ts';
import { wcPrograms } from '../../src/programs/text/wc.ts';
import { type Completer, makeShellPrograms } from '../../src/shell/index.ts';
import { sleep } from '../../src/sim/routine.ts';
import { newSim, type Sim } from '../../src/sim/sim.ts';

const ls: Program = function* (argv, process) {
  const path = argv.slice(1).find((arg) => !arg.startsWith('-')) ?? '.';
  for (const [name] of process.fs.list(path)) yield* process.print(`${name}\n`);
  return 0;
};

const env: Program = function* (_, process) {
  for (const [name, value] of Object.entries(process.env).sort()) yield* process.print(`${name}=${value}\n`);
  return 0;
};

const touch: Program = function* (argv, process) {
  for (const path of argv.slice(1)) process.fs.touch(path);
  return 0;
};
const mkdir: Program = function* (argv, process) {
  for (const path of argv.slice(1).filter((arg) => arg !== '-p')) process.fs.mkdir(path, { parents: true });
  return 0;
};
const rm: Program = function* (argv, process) {
  for (const path of argv.slice(1).filter((arg) => !arg.startsWith('-'))) if (process.fs.exists(path)) process.fs.unlink(path);
  return 0;
};
const chmod: Program = function* (argv, process) {
  for (const path of argv.slice(2)) process.fs.chmod(path, argv[1] === '+x' ? process.fs.stat(path).mode | 0o111 : Number.parseInt(argv[1] ?? '644', 8));
  return 0;
};
const sleepProgram: Program = function* (argv) {
  yield* sleep(Number(argv[1]) * 1000);
  return 0;
};

const text = {
  ...catPrograms,
  ...cutPrograms,
  ...echoPrograms,
  ...grepPrograms,
  ...headPrograms,
  ...sortPrograms,
  ...tailPrograms,
  ...trPrograms,
  ...uniqPrograms,
  ...wcPrograms,
};

/** The real ones where they exist. */
const all: Readonly<Record<string, Program>> = { ls, env, touch, mkdir, rm, chmod, sleep: sleepProgram, ...text };

export type World = { readonly sim: Sim; readonly kernel: Kernel };

/** A machine with / , /bin, /etc, /tmp, /root, /dev and the programs above. */
export function newWorld(options: { readonly completers?: ReadonlyMap<string, Completer>; readonly bash?: boolean } = {}): World {
  const sim = newSim({ seed: 7, epoch: Date.UTC(2026, 0, 15, 9, 30) });
  const shells = makeShellPrograms(options);
  const table = new Map<string, Program>([...Object.entries(all), ...Object.entries(shells)]);
  const kernel = new Kernel({ sim, hostname: 'lab', programs: table, memoryBytes: 2 ** 31, cpus: 2, diskBytes: 2 ** 30 });
  const init = kernel.start({ argv: ['init'], env: {}, program: forever });
  kernel.skipPids(99);
  const { fs } = init;
  for (const folder of ['/bin', '/etc', '/tmp', '/root', '/dev', '/home/user', '/tmp/w']) fs.mkdir(folder, { parents: true });
  const attributes = { mode: 0o755, uid: 0, gid: 0, mtime: sim.now };
  for (const name of table.keys()) {
    if (options.bash === false && (name === 'bash' || name === 'dash')) continue;
    const file = new FileNode(attributes);
    file.program = name;
    fs.mknod(`/bin/${name}`, file);
  }
  for (const device of ['null', 'zero', 'tty']) fs.mknod(`/dev/${device}`, new SpecialNode('character', { ...attributes, mode: 0o666 }, device));
  fs.write('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/user:/bin/bash\n');
  return { sim, kernel };
}

const forever: Program = function* (_, process) {
  process.onSignal('SIGCHLD', () => {
    for (const child of [...process.children]) process.reap(child);
  });
  for (;;) yield { on: [process.childChanged] };
};

export type Result = { readonly stdout: string; readonly stderr: string; readonly status: number };

export const environment = { PATH: '/bin', HOME: '/root', USER: 'root' };

/** Runs `bash -c script` (or another argv) to its end. */
export function run(
  script: string,
  options: { readonly world?: World; readonly argv?: readonly string[]; readonly stdin?: string; readonly limit?: number } = {},
): Result {
  const world = options.world ?? newWorld();
  let stdout = '';
  let stderr = '';
  const process = spawn(world, options.argv ?? ['bash', '-c', script], [
    textFile(options.stdin ?? ''),
    new Sink((text) => {
      stdout += text;
    }),
    new Sink((text) => {
      stderr += text;
    }),
  ]);
  world.sim.advanceUntil(() => process.exitStatus !== undefined, options.limit ?? 600_000, 5_000_000);
  return { stdout, stderr, status: process.exitStatus ?? -1 };
}

function spawn(world: World, argv: readonly string[], [stdin, stdout, stderr]: [OpenFile, OpenFile, OpenFile]): Process {
  return world.kernel.spawn(world.kernel.processes.get(1) as Process, {
    argv,
    env: environment,
    cwd: '/tmp/w',
    fds: new Map([
      [0, stdin],
      [1, stdout],
      [2, stderr],
    ]),
  });
}

/** A shell on a terminal. */
export class Session {
  readonly world: World;
  readonly tty = new Tty('pts/0');
  readonly process: Process;
  #screen = '';

  constructor(argv: readonly string[] = ['bash'], world: World = newWorld(), cwd = '/root') {
    this.world = world;
    const file = new TerminalFile(this.tty);
    this.process = world.kernel.spawn(world.kernel.processes.get(1) as Process, {
      argv,
      env: environment,
      cwd,
      session: 'new',
      tty: this.tty,
      fds: new Map([
        [0, file],
        [1, file.retain()],
        [2, file.retain()],
      ]),
    });
    this.advance();
  }

  /** Everything on the screen so far. */
  get screen(): string {
    for (let text = this.tty.output.take(); text !== undefined; text = this.tty.output.take()) this.#screen += text;
    return this.#screen;
  }

  advance(milliseconds = 100): void {
    this.world.sim.advance(milliseconds, 1_000_000);
  }

  /** Types a line and gives what it showed, prompt and echo aside. */
  type(line: string, milliseconds = 100): string {
    const before = this.screen.length;
    this.tty.typeLine(line);
    this.advance(milliseconds);
    return this.screen.slice(before + line.length + 1);
  }
}
