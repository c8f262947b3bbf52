/** Files, pipes and commands that an awk program reads and writes. */
import { Errno } from '../../linux/errno.ts';
import { newPipe, type OpenFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { descriptors } from '../execute.ts';
import { Output } from '../output.ts';
import type { Call } from '../tool.ts';
import { AwkError, type Redirect } from './ast.ts';
import { RecordReader } from './record-reader.ts';

type Sink = { readonly out: Output; readonly file: OpenFile; readonly child: Process | undefined };
type Source = { readonly reader: RecordReader; readonly file: OpenFile; readonly child: Process | undefined };

export class Streams {
  readonly #call: Call;
  readonly #sinks = new Map<string, Sink>();
  readonly #sources = new Map<string, Source>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** Where `print > "f"` goes; opened at its first use. */
  *sink(kind: Redirect['kind'], name: string): Routine<Output> {
    const known = this.#sinks.get(name);
    if (known) return known.out;
    if (name === '/dev/stdout' || name === '-') return this.#call.out;
    const { process } = this.#call;
    yield* this.#call.out.flush();
    if (kind === '|') {
      const pipe = newPipe();
      const child = process.spawn({ argv: ['sh', '-c', name], fds: descriptors(process, new Map([[0, pipe.reader]])) });
      return this.#keep(name, pipe.writer, child);
    }
    if (name === '/dev/stderr') return this.#keep(name, process.stderr.retain(), undefined);
    try {
      return this.#keep(name, process.kernel.open(process, name, { write: true, create: true, truncate: kind === '>', append: kind === '>>' }), undefined);
    } catch (error) {
      if (error instanceof Errno) throw new AwkError(`cannot open "${name}" for output (${error.message})`);
      throw error;
    }
  }

  #keep(name: string, file: OpenFile, child: Process | undefined): Output {
    const out = new Output(this.#call.process, () => file);
    this.#sinks.set(name, { out, file, child });
    return out;
  }

  /** What `getline < "f"` and `"cmd" | getline` read; undefined where it cannot be opened. */
  *source(from: 'file' | 'command', name: string): Routine<RecordReader | undefined> {
    const known = this.#sources.get(name);
    if (known) return known.reader;
    const { process } = this.#call;
    yield* this.flush();
    try {
      let file: OpenFile;
      let child: Process | undefined;
      if (from === 'command') {
        const pipe = newPipe();
        file = pipe.reader;
        child = process.spawn({ argv: ['sh', '-c', name], fds: descriptors(process, new Map([[1, pipe.writer]])) });
      } else file = name === '-' ? process.stdin.retain() : process.kernel.open(process, name, { read: true });
      const reader = new RecordReader(file, this.#call);
      this.#sources.set(name, { reader, file, child });
      return reader;
    } catch (error) {
      if (error instanceof Errno) return undefined;
      throw error;
    }
  }

  /** close(name): the exit status of a command, -1 for what was not open. */
  *close(name: string): Routine<number> {
    let status = -1;
    const sink = this.#sinks.get(name);
    if (sink) {
      this.#sinks.delete(name);
      yield* sink.out.flush();
      sink.file.close();
      status = sink.child ? yield* this.#call.process.wait(sink.child) : 0;
    }
    const source = this.#sources.get(name);
    if (source) {
      this.#sources.delete(name);
      source.file.close();
      status = source.child ? yield* this.#call.process.wait(source.child) : 0;
    }
    return status;
  }

  *flush(): Routine {
    yield* this.#call.out.flush();
    for (const { out } of this.#sinks.values()) yield* out.flush();
  }

  *closeAll(): Routine {
    for (const name of [...this.#sinks.keys(), ...this.#sources.keys()]) yield* this.close(name);
  }

  /** What is still open at the end, which may have come from a signal. */
  abandon(): void {
    for (const { file } of [...this.#sinks.values(), ...this.#sources.values()]) file.close();
    this.#sinks.clear();
    this.#sources.clear();
  }

  *system(command: string): Routine<number> {
    yield* this.flush();
    const { process } = this.#call;
    return yield* process.wait(process.spawn({ argv: ['sh', '-c', command] }));
  }
}
