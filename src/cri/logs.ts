/** Container logs in the CRI's format: `2026-11-22T12:48:15.970664205Z stdout F text` (internal/cri/io/logger.go). */
import { dateTime } from '../apimachinery/time.ts';
import { isErrno } from '../linux/errno.ts';
import type { FileNode } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Routine } from '../sim/routine.ts';
import type { CriContainer } from './records.ts';

/** Longer lines are cut, with the tag P. */
const maxLine = 16 * 1024;
/** See Sim.toil. */
const linesPerStep = 60;

/** Opens the log file anew at each rotation; a full disk loses lines. */
export class LogFile {
  readonly #files: FileSystem;
  readonly #path: string;
  readonly #toil: (steps: number) => void;
  #inode: FileNode | undefined;

  /** `toil`: a container may write without end. */
  constructor(files: FileSystem, path: string, toil: (steps: number) => void) {
    this.#files = files;
    this.#path = path;
    this.#toil = toil;
  }

  reopen(): void {
    this.#inode = undefined;
    if (this.#path === '') return;
    try {
      const inode = this.#files.open(this.#path, { write: true, create: true, append: true, mode: 0o640 });
      if (inode.type === 'file') this.#inode = inode;
    } catch (error) {
      if (!isErrno(error)) throw error;
    }
  }

  append(lines: readonly Line[], stream: string, at: number): void {
    this.#toil(lines.length / linesPerStep);
    if (!this.#inode) return;
    try {
      this.#files.put(this.#inode, formatLines(lines, stream, at), true);
    } catch (error) {
      if (!isErrno(error, 'ENOSPC')) throw error;
    }
  }
}

/** Copies one stream of a container to its log and to whoever is attached, until the stream ends. */
export function* pumpLog(container: CriContainer, stream: 'stdout' | 'stderr', log: LogFile, now: () => number): Routine {
  const { io } = container;
  const source = io[stream];
  if (!source) return;
  for (let text = yield* source.receive(); text !== undefined; text = yield* source.receive()) {
    for (const client of io.attached) (stream === 'stderr' ? (client.stderr ?? client.stdout) : client.stdout).push(text);
    const { lines, rest } = cut(io.partial[stream] + text);
    io.partial[stream] = rest;
    if (lines.length > 0) log.append(lines, stream, now());
  }
  if (io.partial[stream] !== '') log.append([['F', io.partial[stream]]], stream, now());
  io.partial[stream] = '';
}

type Line = readonly [tag: 'F' | 'P', text: string];

function cut(text: string): { readonly lines: Line[]; readonly rest: string } {
  const lines: Line[] = [];
  const parts = text.split('\n');
  let rest = parts.pop() as string;
  const long = (part: string): string => {
    let left = part;
    for (; left.length > maxLine; left = left.slice(maxLine)) lines.push(['P', left.slice(0, maxLine)]);
    return left;
  };
  for (const part of parts) lines.push(['F', long(part)]);
  rest = long(rest);
  return { lines, rest };
}

const formatLines = (lines: readonly Line[], stream: string, at: number): string => {
  const prefix = `${timestamp(at)} ${stream}`;
  return lines.map(([tag, line]) => `${prefix} ${tag} ${line}\n`).join('');
};

/** RFC 3339 with nanoseconds; below the microsecond the virtual clock knows nothing. */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.floor((ms - whole) * 1000);
  return `${dateTime(whole)}.${String(((whole % 1000) + 1000) % 1000).padStart(3, '0')}${String(micros).padStart(3, '0')}${String((whole * 7 + micros * 13) % 1000).padStart(3, '0')}Z`;
}
