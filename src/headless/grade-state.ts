/** Grades as they come, on disk: bounded memory however many there are, and a run that was stopped goes on where it was. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FileReport, GradeKey } from '../grading/grade.ts';
import type { GradeOptions, Outcome } from './grade-job.ts';
import { makeFolder } from './make-folder.ts';
import type { Found } from './submission-files.ts';

/** Where a grade stands in the state file: it is read again when it is written out. */
export type Entry = GradeKey & { readonly at: number; readonly bytes: number; readonly index: number };

const piece = 64 * 1024;

/** One file a run; a run that was stopped goes on with it. */
export class GradeState {
  readonly path: string;
  readonly #descriptor: number;
  readonly #known = new Set<string>();
  /** By path: where each grade stands in the file. A file that was changed and graded again has only its new ones. */
  readonly #byPath = new Map<string, { readonly entries: readonly Entry[]; readonly problem: Outcome['problem'] }>();
  #end = 0;

  /** Throws the system's error when the file cannot be had. */
  constructor(path: string, run: string) {
    this.path = path;
    makeFolder(dirname(path), 0o700);
    this.#descriptor = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
    if (!this.#resume(run)) {
      ftruncateSync(this.#descriptor, 0);
      this.#end = this.#write(`${run}\n`, 0);
    }
  }

  /** Files that an earlier run had graded. */
  get resumed(): number {
    return this.#known.size;
  }

  has(found: Found): boolean {
    return this.#known.has(identityOf(found));
  }

  add(outcome: Outcome, found: Found): void {
    const text = `${JSON.stringify({ path: resolve(found.path), identity: identityOf(found), outcome })}\n`;
    const at = this.#end;
    this.#end += this.#write(text, at);
    this.#index(resolve(found.path), outcome, at, this.#end - at);
  }

  /** What there is of these files. */
  of(files: readonly Found[]): { readonly entries: Entry[]; readonly problems: FileReport[] } {
    const kept = files.flatMap(({ path }) => this.#byPath.get(resolve(path)) ?? []);
    return { entries: kept.flatMap(({ entries }) => entries), problems: kept.flatMap(({ problem }) => problem ?? []) };
  }

  outcomeOf({ at, bytes }: Pick<Entry, 'at' | 'bytes'>): Outcome {
    const buffer = Buffer.alloc(bytes);
    readSync(this.#descriptor, buffer, 0, bytes, at);
    return (JSON.parse(buffer.toString('utf8')) as { outcome: Outcome }).outcome;
  }

  close(keep: boolean): void {
    closeSync(this.#descriptor);
    if (!keep) rmSync(this.path, { force: true });
  }

  #index(path: string, { grades, problem }: Outcome, at: number, bytes: number): void {
    this.#byPath.set(path, {
      entries: grades.map(({ who, lesson, made, file, state }, index) => ({ who, lesson, made, file, state, at, bytes, index })),
      problem,
    });
  }

  #write(text: string, at: number): number {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done, bytes.length - done, at + done);
    return bytes.length;
  }

  /** False: it is another run's. A last line that was cut off is written again. */
  #resume(run: string): boolean {
    const { size } = fstatSync(this.#descriptor);
    let rest: Buffer = Buffer.alloc(0);
    let at = 0;
    for (let position = 0; position < size; ) {
      const buffer = Buffer.alloc(Math.min(piece, size - position));
      const read = readSync(this.#descriptor, buffer, 0, buffer.length, position);
      if (read === 0) break;
      position += read;
      rest = Buffer.concat([rest, buffer.subarray(0, read)]);
      for (let newline = rest.indexOf(10); newline >= 0; newline = rest.indexOf(10)) {
        const line = rest.subarray(0, newline).toString('utf8');
        if (at === 0 ? line !== run : !this.#take(line, at, newline + 1)) return at > 0;
        at += newline + 1;
        rest = rest.subarray(newline + 1);
        this.#end = at;
      }
    }
    if (at > 0) ftruncateSync(this.#descriptor, at);
    return at > 0;
  }

  #take(line: string, at: number, bytes: number): boolean {
    try {
      const { path, identity, outcome } = JSON.parse(line) as { path: string; identity: string; outcome: Outcome };
      this.#known.add(identity);
      this.#index(path, outcome, at, bytes);
      return true;
    } catch {
      return false; // Damaged: what follows is graded again.
    }
  }
}

function identityOf({ path }: Found): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${resolve(path)} ${size} ${mtimeMs}`;
  } catch {
    return `${resolve(path)} ?`;
  }
}

/** What a run's results depend on besides the files. */
export const runId = (options: GradeOptions, build: string, lessons: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([build, options, lessons]))
    .digest('hex');
