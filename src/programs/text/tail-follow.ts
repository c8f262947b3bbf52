/** The second life of tail -f: waiting for files to grow, and with -F for files to come and be replaced. */
import { Errno } from '../../linux/errno.ts';
import type { FileNode } from '../../linux/file-node.ts';
import { type OpenFile, RegularFile } from '../../linux/open-file.ts';
import type { Condition, Routine } from '../../sim/routine.ts';
import { openInput } from '../input.ts';
import { quote } from '../quote.ts';
import type { Call } from '../tool.ts';

type Followed = { readonly name: string; file: OpenFile | undefined; length: number; gone: boolean };

type FollowOptions = {
  readonly headers: boolean;
  readonly byName: boolean;
  readonly retry: boolean;
  readonly seconds: number;
  readonly pid: number | undefined;
};

export class Follower {
  readonly #call: Call;
  readonly #options: FollowOptions;
  readonly #files: Followed[] = [];
  #shown: string | undefined;

  constructor(call: Call, options: FollowOptions) {
    this.#call = call;
    this.#options = options;
  }

  add(name: string, file: OpenFile): void {
    this.#files.push({ name, file, length: 0, gone: false });
  }

  /** The file added last has been read to its end. */
  measure(): void {
    const last = this.#files[this.#files.length - 1];
    if (last?.file) last.length = lengthOf(last.file);
  }

  missing(name: string): void {
    this.#files.push({ name, file: undefined, length: 0, gone: true });
  }

  *header(name: string): Routine {
    if (!this.#options.headers || this.#shown === name) return;
    yield* this.#call.print(`${this.#shown === undefined ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
    this.#shown = name;
  }

  close(): void {
    for (const { file } of this.#files) file?.close();
  }

  *run(): Routine {
    const { pid } = this.#options;
    while (this.#files.some(({ file }) => file) || this.#options.retry) {
      for (const each of this.#files) yield* this.#look(each);
      yield* this.#call.out.flush();
      if (pid !== undefined && !this.#call.process.kernel.processes.has(pid)) return;
      // A pipe on standard input has ended by now: nothing more can come.
      const nodes = this.#files.flatMap(({ file }) => (file instanceof RegularFile ? [file.inode] : []));
      if (nodes.length === 0 && !this.#options.retry) return;
      yield* this.#wait(nodes);
    }
    if (this.#files.every(({ file }) => !file)) yield* this.#call.complain('no files remaining');
  }

  *#wait(nodes: readonly FileNode[]): Routine {
    const on: Condition[] = nodes.map((node) => node.changed);
    const poll = this.#options.byName || this.#options.pid !== undefined || nodes.some((node) => node.generated);
    yield poll ? { on, timeout: this.#options.seconds * 1000 } : { on };
  }

  *#look(each: Followed): Routine {
    if (this.#options.byName) yield* this.#reopen(each);
    const { file } = each;
    if (!file) return;
    if (file instanceof RegularFile) {
      const length = lengthOf(file);
      if (length < each.length) {
        yield* this.#say(`${each.name}: file truncated`);
        this.#replace(each);
      }
      each.length = length;
      if (each.file !== file) return yield* this.#drain(each);
    }
    yield* this.#drain(each);
  }

  *#drain(each: Followed): Routine {
    if (!(each.file instanceof RegularFile)) return;
    for (let text = yield* each.file.read(); text !== undefined; text = yield* each.file.read()) {
      yield* this.header(each.name);
      yield* this.#call.print(text);
      yield* this.#call.out.flush();
    }
    each.length = lengthOf(each.file);
  }

  *#reopen(each: Followed): Routine {
    const inode = this.#call.process.fs.find(each.name);
    const current = each.file instanceof RegularFile ? each.file.inode : undefined;
    if (inode && inode === current) return;
    if (!inode) {
      if (each.gone) return;
      yield* this.#drain(each);
      yield* this.#say(`${quote(each.name)} has become inaccessible: No such file or directory`);
      each.file?.close();
      each.file = undefined;
      each.gone = true;
      return;
    }
    yield* this.#drain(each);
    const text = each.gone ? 'has appeared;  following new file' : 'has been replaced;  following new file';
    yield* this.#say(`${quote(each.name)} ${text}`);
    this.#replace(each);
  }

  *#say(text: string): Routine {
    yield* this.#call.out.flush();
    yield* this.#call.process.printError(`${this.#call.name}: ${text}\n`);
  }

  #replace(each: Followed): void {
    each.file?.close();
    each.file = undefined;
    each.gone = true;
    try {
      each.file = openInput(this.#call.process, each.name);
      each.gone = false;
      each.length = 0;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}

const lengthOf = (file: OpenFile): number => (file instanceof RegularFile ? file.inode.read().length : 0);
