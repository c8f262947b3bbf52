/** Regular files: text that is kept, generated, or stands for a binary. */
import { Condition } from '../sim/routine.ts';
import { byteLength } from '../sim/stream.ts';
import type { Disk } from './disk.ts';
import { Errno } from './errno.ts';
import type { Attributes } from './inode.ts';

/** A regular file. A generated one (/proc, cgroupfs) has functions in place of stored content. */
export class FileNode implements Attributes {
  readonly type = 'file';
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  nlink = 1;
  /** As a directory's. */
  disk: Disk | undefined;
  /** Name of the Program that runs when this file is executed; its bytes are then only what names it (`executableText`). */
  program: string | undefined;
  /** Told of each change of content, for inotify-like watchers (a kubelet on its manifests) and `tail -f`. */
  get changed(): Condition {
    this.#changed ??= new Condition();
    return this.#changed;
  }
  /** What a real file of this kind would weigh, where the lab holds no such bytes (a binary). */
  apparentSize: number | undefined;
  /** Most files are never watched. */
  #changed: Condition | undefined;
  #content: string;
  #size: number | undefined;
  /** What was made of the content, until it changes. */
  #derived: Map<string, unknown> | undefined;
  readonly #generate: (() => string) | undefined;
  readonly #accept: ((text: string) => void) | undefined;

  constructor(attributes: Attributes, content = '', generated?: { readonly read: () => string; readonly write?: (text: string) => void }) {
    this.mode = attributes.mode;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.mtime = attributes.mtime;
    this.#content = content;
    this.#generate = generated?.read;
    this.#accept = generated?.write;
  }

  get generated(): boolean {
    return this.#generate !== undefined;
  }

  read(): string {
    if (this.program !== undefined) return executableText(this.program, this.apparentSize);
    return this.#generate ? this.#generate() : this.#content;
  }

  /**
   * What a pure function makes of the content, kept until that changes: a file of an image is the same in all its containers, and is
   * parsed once. `key` tells apart what different callers make of it, and goes to the function too.
   */
  derived<T>(key: string, make: (content: string, key: string) => T): T {
    if (this.generated) return make(this.read(), key);
    this.#derived ??= new Map();
    let made = this.#derived.get(key) as T | undefined;
    if (made === undefined) {
      made = make(this.read(), key);
      this.#derived.set(key, made);
    }
    return made;
  }

  /** Replaces the content. */
  write(text: string): void {
    this.#derived = undefined;
    if (this.#generate) {
      if (!this.#accept) throw new Errno('EACCES');
      this.#accept(text);
    } else {
      const executable = parseExecutable(text);
      this.#content = executable ? '' : text;
      this.#size = undefined;
      this.program = executable?.program;
      this.apparentSize = executable?.size;
    }
    this.#changed?.notify();
  }

  append(text: string): void {
    if (this.#generate || this.program !== undefined || this.#content === '') return this.write(this.#generate ? text : this.read() + text);
    this.#derived = undefined;
    if (this.#size !== undefined) this.#size += byteLength(text);
    this.#content += text;
    this.#changed?.notify();
  }

  /** Bytes. */
  get size(): number {
    if (this.apparentSize !== undefined) return this.apparentSize;
    if (this.#generate) return 0;
    this.#size ??= byteLength(this.#content);
    return this.#size;
  }

  /** UTF-16 units of text kept. */
  get held(): number {
    return this.#content.length;
  }

  copy(): FileNode {
    const copy = new FileNode(this, this.program === undefined ? this.read() : '');
    copy.program = this.program;
    copy.apparentSize = this.apparentSize;
    return copy;
  }
}

const elf = '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0';

/** The bytes of an executable: an ELF header and the name of what runs, so that a binary that went through a tar or a pipe is one still. */
export const executableText = (program: string, size: number | undefined): string => `${elf}${program}\0${size ?? ''}\0`;

/** What an executable's bytes name; undefined for other bytes. */
export function parseExecutable(text: string): { readonly program: string; readonly size: number | undefined } | undefined {
  if (!text.startsWith(elf)) return undefined;
  const [program = '', size = '', end] = text.slice(elf.length).split('\0');
  return end === '' && program !== '' ? { program, size: size === '' ? undefined : Number(size) } : undefined;
}

/**
 * A file that holds the JSON of a value, written out only when somebody reads it: config.json of a bundle, state.json of a runtime.
 * Once something else was written to it, it is an ordinary file and `value` is undefined.
 */
export class JsonFile extends FileNode {
  #value: (() => unknown) | undefined;
  #text: string | undefined;
  readonly #end: string;

  /** `end` stands behind the JSON. */
  constructor(attributes: Attributes, value: () => unknown, end = '') {
    super(attributes);
    this.#value = value;
    this.#end = end;
  }

  get value(): unknown {
    return this.#value?.();
  }

  override read(): string {
    if (this.#value === undefined) return super.read();
    this.#text ??= JSON.stringify(this.#value()) + this.#end;
    return this.#text;
  }

  override write(text: string): void {
    this.#value = undefined;
    super.write(text);
  }

  override append(text: string): void {
    this.write(this.read() + text);
  }

  override get size(): number {
    return this.#value === undefined ? super.size : byteLength(this.read());
  }
}
