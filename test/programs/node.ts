/** A small machine to run programs on: files, users, devices, pipelines. */

import { FileNode } from '../../src/linux/file-node.ts';
import { SpecialNode } from '../../src/linux/inode.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import { newPipe, type OpenFile, Sink, textFile } from '../../src/linux/open-file.ts';
import type { Process } from '../../src/linux/process.ts';
import { TerminalFile, type Tty } from '../../src/linux/tty.ts';
import { programs } from '../../src/programs/index.ts';
import { newSim, type Sim } from '../../src/sim/sim.ts';

export type Result = { readonly stdout: string; readonly stderr: string; readonly status: number };

export type Running = { readonly process: Process; stdout(): string; stderr(): string };

const epoch = Date.UTC(2026, 5, 1, 8, 0, 0);

export class Machine {
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly init: Process;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.sim = newSim({ seed: 7, epoch });
    const table = new Map(Object.entries(programs));
    this.kernel = new Kernel({ sim: this.sim, hostname: 'node01', programs: table, memoryBytes: 2 ** 31, cpus: 2, diskBytes: 20 * 2 ** 30 });
    this.init = this.kernel.start({
      argv: ['init'],
      program: function* () {
        for (;;) yield { timeout: 3_600_000 };
      },
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', USER: 'root' },
      fds: new Map(),
    });
    const { fs } = this.init;
    for (const folder of ['/bin', '/dev', '/etc', '/tmp', '/root', '/usr/bin', '/work', '/var/log']) fs.mkdir(folder, { parents: true });
    for (const name of table.keys()) this.#program(`/bin/${name}`, name);
    // A node, not an image with busybox alone.
    fs.write('/bin/bash', '');
    for (const device of ['null', 'zero', 'full', 'random', 'tty'])
      fs.mknod(`/dev/${device}`, new SpecialNode('character', { mode: 0o666, uid: 0, gid: 0, mtime: epoch }, device));
    fs.write('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n');
    fs.write('/etc/group', 'root:x:0:\nalice:x:1000:\n');
    fs.write('/etc/hosts', '127.0.0.1 localhost\n');
    for (const [name, text] of Object.entries(files)) {
      const path = name.startsWith('/') ? name : `/work/${name}`;
      fs.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
      fs.write(path, text);
    }
  }

  #program(path: string, name: string): void {
    const node = new FileNode({ mode: 0o755, uid: 0, gid: 0, mtime: epoch });
    node.program = name;
    this.init.fs.mknod(path, node);
  }

  /** Starts one command; it runs when the clock is moved. */
  start(
    argv: readonly string[],
    options: { readonly stdin?: string | OpenFile; readonly tty?: Tty; readonly env?: Readonly<Record<string, string>> } = {},
  ): Running {
    let stdout = '';
    let stderr = '';
    const { tty } = options;
    const stdin = typeof options.stdin === 'object' ? options.stdin : tty ? new TerminalFile(tty) : textFile(options.stdin ?? '');
    const fds = new Map<number, OpenFile>([
      [0, stdin],
      [
        1,
        tty
          ? new TerminalFile(tty)
          : new Sink((text) => {
              stdout += text;
            }),
      ],
      [
        2,
        tty
          ? new TerminalFile(tty)
          : new Sink((text) => {
              stderr += text;
            }),
      ],
    ]);
    const process = this.init.spawn({ argv, fds, cwd: '/work', group: 'new', env: { ...this.init.env, ...options.env }, tty: tty ?? null });
    return { process, stdout: () => stdout, stderr: () => stderr };
  }

  run(argv: readonly string[], options: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {}, limit = 60_000): Result {
    const running = this.start(argv, options);
    this.sim.advanceUntil(() => running.process.exitStatus !== undefined, limit, 2_000_000);
    return { stdout: running.stdout(), stderr: running.stderr(), status: running.process.exitStatus ?? -1 };
  }

  /** A pipeline of words with simple quotes, `|` between the stages. */
  pipe(line: string, options: { readonly stdin?: string } = {}, limit = 60_000): Result {
    const stages = splitLine(line);
    let stdout = '';
    let stderr = '';
    let input: OpenFile = textFile(options.stdin ?? '');
    let last: Process | undefined;
    for (const [i, argv] of stages.entries()) {
      const end = i === stages.length - 1;
      const pipe = end ? undefined : newPipe();
      const output =
        pipe?.writer ??
        new Sink((text) => {
          stdout += text;
        });
      const fds = new Map<number, OpenFile>([
        [0, input],
        [1, output],
        [
          2,
          new Sink((text) => {
            stderr += text;
          }),
        ],
      ]);
      last = this.init.spawn({ argv, fds, cwd: '/work', group: i === 0 ? 'new' : (last?.group ?? 0), tty: null });
      if (pipe) input = pipe.reader;
    }
    const final = last as Process;
    this.sim.advanceUntil(() => final.exitStatus !== undefined, limit, 2_000_000);
    return { stdout, stderr, status: final.exitStatus ?? -1 };
  }
}

/** Words of a line as a shell would cut it: single and double quotes (no expansion), backslash outside single quotes. */
export function splitLine(line: string): string[][] {
  const stages: string[][] = [[]];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) stages[stages.length - 1]!.push(word);
    word = undefined;
  };
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === ' ' || character === '\n') end();
    else if (character === '|') {
      end();
      stages.push([]);
    } else if (character === "'") {
      const close = line.indexOf("'", i + 1);
      word = (word ?? '') + line.slice(i + 1, close);
      i = close;
    } else if (character === '"') {
      word = word ?? '';
      for (i++; line[i] !== '"'; i++) {
        if (line[i] === '\\' && '"\\$`'.includes(line[i + 1]!)) i++;
        word += line[i];
      }
    } else if (character === '\\') word = (word ?? '') + line[++i];
    else word = (word ?? '') + character;
  }
  end();
  return stages;
}
