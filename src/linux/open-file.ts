/** Open file descriptions: what file descriptors point to. Shared between processes, counted, closed with the last one. */
import { Channel } from '../sim/channel.ts';
import type { Random } from '../sim/random.ts';
import type { Routine } from '../sim/routine.ts';
import { type ByteStream, newByteStream } from '../sim/stream.ts';
import { Errno } from './errno.ts';
import type { FileNode } from './file-node.ts';
import type { FileSystem } from './file-system.ts';
import type { Tty } from './tty.ts';

/** open(2): `exclusive` with `create` is EEXIST for what is there; `mode` is meant before the umask. */
export type OpenFlags = {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
  readonly exclusive?: boolean;
  readonly mode?: number;
};

/** Read and written by Routines, for both may wait. Whoever keeps a second reference calls `retain`, and `close` once for each. */
export abstract class OpenFile {
  /** The terminal, when it is one (isatty). */
  readonly tty: Tty | undefined = undefined;
  // Not `#`: V8 adds private fields to a base class of many subclasses slowly, and files are opened by the million.
  private references = 1;
  private pushedBack = '';

  /** Waits for data; undefined at the end of the file. */
  *read(): Routine<string | undefined> {
    if (this.pushedBack === '') return yield* this.readMore();
    const text = this.pushedBack;
    this.pushedBack = '';
    return text;
  }

  /** Waits for room; throws EPIPE when nobody reads any more. */
  abstract write(text: string): Routine;

  protected abstract readMore(): Routine<string | undefined>;

  /** Gives back what was read too much (the `read` builtin takes one line from a shared stdin). */
  unread(text: string): void {
    this.pushedBack = text + this.pushedBack;
  }

  /** Another descriptor for the same description (dup, fork). */
  retain(): this {
    this.references++;
    return this;
  }

  close(): void {
    if (this.references > 0 && --this.references === 0) this.release();
  }

  protected release(): void {}
}

/** Reads all that is left. */
export function* readAll(file: OpenFile): Routine<string> {
  let all = '';
  for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) all += text;
  return all;
}

/** One end of a pipe (or of any byte stream). */
export class StreamReader extends OpenFile {
  readonly stream: ByteStream;
  constructor(stream: ByteStream) {
    super();
    this.stream = stream;
  }
  protected *readMore(): Routine<string | undefined> {
    return yield* this.stream.receive();
  }
  *write(): Routine {
    throw new Errno('EBADF');
  }
  protected override release(): void {
    this.stream.break();
  }
}

/** The writing end; waits while the stream is full and throws EPIPE once its reader has gone. */
export class StreamWriter extends OpenFile {
  readonly stream: ByteStream;
  constructor(stream: ByteStream) {
    super();
    this.stream = stream;
  }
  protected *readMore(): Routine<string | undefined> {
    throw new Errno('EBADF');
  }
  *write(text: string): Routine {
    if (text === '') return;
    while (this.stream.full && !this.stream.broken) yield { on: [this.stream.changed] };
    if (!this.stream.push(text)) throw new Errno('EPIPE');
  }
  protected override release(): void {
    this.stream.close();
  }
}

/** pipe(2). */
export function newPipe(): { readonly reader: OpenFile; readonly writer: OpenFile } {
  const stream = newByteStream();
  return { reader: new StreamReader(stream), writer: new StreamWriter(stream) };
}

/** Chunk in which regular files are read, in UTF-16 units. */
const chunk = 64 * 1024;

/** A regular file opened by a process; `position` is shared by all descriptors of the description. */
export class RegularFile extends OpenFile {
  readonly inode: FileNode;
  readonly path: string;
  readonly #fs: FileSystem;
  readonly #mode: { readonly read: boolean; readonly write: boolean; readonly append: boolean };
  #position = 0;

  constructor(inode: FileNode, path: string, fs: FileSystem, mode: { readonly read: boolean; readonly write: boolean; readonly append: boolean }) {
    super();
    this.inode = inode;
    this.path = path;
    this.#fs = fs;
    this.#mode = mode;
  }

  protected *readMore(): Routine<string | undefined> {
    if (!this.#mode.read) throw new Errno('EBADF');
    const content = this.inode.read();
    if (this.#position >= content.length) return undefined;
    const text = content.slice(this.#position, this.#position + chunk);
    this.#position += text.length;
    return text;
  }

  *write(text: string): Routine {
    if (!this.#mode.write) throw new Errno('EBADF');
    const { inode } = this;
    if (this.#mode.append || inode.generated || this.#position === inode.read().length) this.#fs.put(inode, text, true);
    else {
      const content = inode.read();
      this.#fs.put(inode, content.slice(0, this.#position) + text + content.slice(this.#position + text.length));
    }
    this.#position = this.#mode.append ? inode.read().length : this.#position + text.length;
  }
}

/** Character devices of /dev that are no terminal. */
export class Device extends OpenFile {
  readonly #device: string;
  readonly #random: Random;
  readonly #toil: ((steps: number) => void) | undefined;
  /** `toil`: see Sim.toil. */
  constructor(device: string, random: Random, toil?: (steps: number) => void) {
    super();
    this.#device = device;
    this.#random = random;
    this.#toil = toil;
  }
  protected *readMore(): Routine<string | undefined> {
    if (this.#device === 'null') return undefined;
    // An endless device must let the clock go on, or a reader that never stops would hold the world at one instant.
    yield { timeout: 0.1 };
    if (this.#device === 'random') {
      // Made, and then read by somebody who finds no two pieces alike.
      this.#toil?.(12);
      const units = new Uint16Array(4096);
      for (let i = 0; i < units.length; i++) units[i] = unitOfByte(this.#random.int(256));
      return String.fromCharCode(...units);
    }
    return zeros;
  }
  *write(): Routine {
    if (this.#device === 'full') throw new Errno('ENOSPC');
  }
}

/** One text for all reads: what is written of it to a file is then kept once. */
const zeros = '\0'.repeat(32 * 1024);

const unitOfByte = (value: number): number => (value < 0x80 ? value : 0xdc00 + value);

/** Text in memory as a file to read: a here-document. */
export function textFile(text: string): OpenFile {
  const stream = new Channel<string>();
  if (text !== '') stream.push(text);
  stream.close();
  return new StreamReader(stream);
}

/** A file whose writes are handed to a function: a log, a collector of output. */
export class Sink extends OpenFile {
  readonly #accept: (text: string) => void;
  readonly #onClose: () => void;
  constructor(accept: (text: string) => void, onClose: () => void = () => {}) {
    super();
    this.#accept = accept;
    this.#onClose = onClose;
  }
  protected *readMore(): Routine<string | undefined> {
    return undefined;
  }
  *write(text: string): Routine {
    this.#accept(text);
  }
  protected override release(): void {
    this.#onClose();
  }
}
