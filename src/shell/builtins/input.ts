/** read, mapfile. */

import { readUntil } from '../../linux/line-input.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Builtin, Shell } from '../shell.ts';
import { IndexedArray } from '../variable-values.ts';
import { interruptible } from '../wait.ts';
import { fail, invalidOption, readOptions } from './usage.ts';

function* read(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid, missing } = readOptions(args, 'ersE', 'adinNptu');
  if (invalid)
    return yield* invalidOption(
      shell,
      'read',
      invalid,
      'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]',
    );
  if (missing) return yield* fail(shell, 'read', `${missing}: option requires an argument`, 2);
  for (const name of rest) if (!/^[A-Za-z_]\w*(?:\[.*\])?$/.test(name)) return yield* fail(shell, 'read', `\`${name}': not a valid identifier`);
  const fd = Number(options.get('u') ?? 0);
  const file = shell.process.fds.get(fd);
  if (!file) return yield* fail(shell, 'read', `${fd}: invalid file descriptor: Bad file descriptor`);
  const prompt = options.get('p');
  if (prompt !== undefined && file.tty) yield* shell.process.printError(prompt);
  const silent = options.has('s') && file.tty;
  if (silent) file.tty?.set({ echo: false });
  try {
    return yield* readRecord(shell, file, options, rest);
  } finally {
    if (silent) file.tty?.set({ echo: true });
  }
}

function* readRecord(shell: Shell, file: OpenFile, options: ReadonlyMap<string, string>, names: readonly string[]): Routine<ExitCode> {
  const raw = options.has('r');
  const exact = options.has('N');
  const delimiter = exact ? '' : (options.get('d') ?? '\n').slice(0, 1) || '\0';
  const limit = Number(options.get('N') ?? options.get('n') ?? Number.POSITIVE_INFINITY);
  if (limit === 0) return 0;
  const timeout = options.get('t');
  const body = collect(file, delimiter, limit, raw);
  const got = yield* interruptible(shell, timeout === undefined ? body : withTimeout(shell, body, Number(timeout) * 1000));
  if (got === undefined) return 142;
  store(shell, got, options, names, exact);
  return got.ended ? 1 : 0;
}

type Got = { readonly text: string; readonly quoted: ReadonlySet<number>; readonly ended: boolean };

/** A record with its backslashes taken out; `quoted` are the places of characters that do not separate. */
function* collect(file: OpenFile, delimiter: string, limit: number, raw: boolean): Routine<Got> {
  let text = '';
  const quoted = new Set<number>();
  for (;;) {
    const part = delimiter === '' ? yield* exactly(file, limit) : yield* readUntil(file, delimiter, limit - text.length);
    if (raw) return { text: text + part.text, quoted, ended: part.ended };
    let open = false;
    for (const char of part.text) {
      if (open) quoted.add(text.length);
      else if (char === '\\') {
        open = true;
        continue;
      }
      if (!(open && char === '\n')) text += char;
      open = false;
    }
    // A backslash before the delimiter continues the record.
    if (!open || part.ended) return { text, quoted, ended: part.ended };
  }
}

function* exactly(file: OpenFile, count: number): Routine<{ readonly text: string; readonly ended: boolean }> {
  let text = '';
  while (text.length < count) {
    const chunk = yield* file.read();
    if (chunk === undefined) return { text, ended: true };
    const room = count - text.length;
    if (chunk.length > room) file.unread(chunk.slice(room));
    text += chunk.slice(0, room);
  }
  return { text, ended: false };
}

/** Runs a routine for at most so long; undefined when the time was up. */
function* withTimeout<T>(shell: Shell, routine: Routine<T>, milliseconds: number): Routine<T | undefined> {
  const until = shell.process.now + milliseconds;
  for (let step = routine.next(); ; step = routine.next()) {
    if (step.done) return step.value;
    const left = until - shell.process.now;
    if (left <= 0) break;
    const { on = [], timeout } = step.value;
    yield { on, timeout: Math.min(left, timeout ?? left) };
  }
  routine.return(undefined as T);
  return undefined;
}

function store(shell: Shell, got: Got, options: ReadonlyMap<string, string>, names: readonly string[], exact: boolean): void {
  const array = options.get('a');
  const ifs = shell.variables.get('IFS') ?? ' \t\n';
  if (array !== undefined) {
    shell.variables.setArray(array, IndexedArray.from(splitRecord(got, ifs, Number.POSITIVE_INFINITY)));
    return;
  }
  if (names.length === 0 || exact) {
    assign(shell, names[0] ?? 'REPLY', got.text);
    for (const name of names.slice(1)) assign(shell, name, '');
    return;
  }
  const fields = splitRecord(got, ifs, names.length);
  for (const [index, name] of names.entries()) assign(shell, name, fields[index] ?? '');
}

function assign(shell: Shell, name: string, text: string): void {
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(name);
  if (element) shell.set(element[1] as string, element[2], text);
  else shell.variables.set(name, text);
}

/** Splits by IFS into at most `count` fields; the last one keeps its separators but not its outer blanks. */
function splitRecord({ text, quoted }: Got, ifs: string, count: number): string[] {
  const separates = (at: number): boolean => at < text.length && !quoted.has(at) && ifs.includes(text[at] as string);
  const blank = (at: number): boolean => separates(at) && ' \t\n'.includes(text[at] as string);
  const out: string[] = [];
  let at = 0;
  while (blank(at)) at++;
  while (at < text.length) {
    if (out.length === count - 1) {
      out.push(lastField(text, at, blank, separates));
      break;
    }
    const from = at;
    while (at < text.length && !separates(at)) at++;
    out.push(text.slice(from, at));
    while (blank(at)) at++;
    if (separates(at) && !blank(at)) {
      at++;
      while (blank(at)) at++;
    }
  }
  return out;
}

function lastField(text: string, from: number, blank: (at: number) => boolean, separates: (at: number) => boolean): string {
  let end = text.length;
  while (end > from && blank(end - 1)) end--;
  // One separator at the very end, with no other before it, only ends the field.
  if (end > from && separates(end - 1)) {
    let others = false;
    for (let i = from; i < end - 1; i++) others ||= separates(i);
    if (!others) end--;
  }
  return text.slice(from, end);
}

/** See Sim.toil. */
const keptSteps = 0.2;

function* mapfile(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 't', 'dnOsuCc');
  if (invalid)
    return yield* invalidOption(
      shell,
      'mapfile',
      invalid,
      'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
    );
  const file = shell.process.fds.get(Number(options.get('u') ?? 0));
  if (!file) return yield* fail(shell, 'mapfile', `${options.get('u')}: invalid file descriptor: Bad file descriptor`);
  const delimiter = options.has('d') ? (options.get('d') ?? '').slice(0, 1) || '\0' : '\n';
  const limit = Number(options.get('n') ?? 0) || Number.POSITIVE_INFINITY;
  const name = rest[0] ?? 'MAPFILE';
  const old = shell.variables.value(name);
  const array = options.has('O') && old instanceof IndexedArray ? old : new IndexedArray();
  let index = Number(options.get('O') ?? 0);
  let skip = Number(options.get('s') ?? 0);
  for (let count = 0; count < limit; ) {
    const { text, ended } = yield* readUntil(file, delimiter);
    if (ended && text === '') break;
    if (skip > 0) skip--;
    else {
      shell.process.toil(keptSteps);
      array.set(index++, options.has('t') || ended ? text : text + delimiter);
      count++;
    }
    if (ended) break;
  }
  shell.variables.setArray(name, array);
  return 0;
}

/** What reads. */
export const inputBuiltins: Readonly<Record<string, Builtin>> = { read, mapfile, readarray: mapfile };
