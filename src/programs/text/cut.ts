/** cut (GNU coreutils 9.1). */
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { fromBinary, toBinary } from '../bytes.ts';
import { quote } from '../quote.ts';
import { type Call, tool, UsageError } from '../tool.ts';

type Ranges = readonly (readonly [number, number])[];

const cut = tool({
  usage: 'OPTION... [FILE]...',
  summary: 'Print selected parts of lines from each FILE to standard output.',
  options: [
    ['b,bytes=LIST', 'select only these bytes'],
    ['c,characters=LIST', 'select only these characters'],
    ['d,delimiter=DELIM', 'use DELIM instead of TAB for field delimiter'],
    ['f,fields=LIST', 'select only these fields'],
    ['n', '(ignored)'],
    ['complement', 'complement the set of selected bytes, characters or fields'],
    ['s,only-delimited', 'do not print lines not containing delimiters'],
    ['output-delimiter=STRING', 'use STRING as the output delimiter'],
    ['z,zero-terminated', 'line delimiter is NUL, not newline'],
  ],
  *run(call) {
    const mode = call.last('b', 'c', 'f');
    if (mode === undefined) throw new UsageError('you must specify a list of bytes, characters, or fields');
    if (['b', 'c', 'f'].filter((key) => call.has(key)).length > 1) throw new UsageError('only one list may be specified');
    const delimiter = call.value('d') ?? '\t';
    if ([...delimiter].length > 1) throw new UsageError('the delimiter must be a single character');
    if (mode !== 'f' && call.has('d')) throw new UsageError('an input delimiter may be specified only when operating on fields');
    if (mode !== 'f' && call.has('s')) throw new UsageError('suppressing non-delimited lines makes sense\n\tonly when operating on fields');
    const ranges = parseList(call.value(mode) ?? '', mode === 'f', call.has('complement'));
    yield* call.eachFile((file) => (mode === 'f' ? fields(call, file, ranges, delimiter) : bytes(call, file, ranges)));
    return call.status;
  },
});

/** `1,3-5,7-` as sorted ranges that do not touch. */
function parseList(list: string, isFields: boolean, complement: boolean): Ranges {
  const ranges: [number, number][] = [];
  for (const part of list.split(/[, \t]/)) {
    const bounds = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!bounds) throw new UsageError(isFields ? `invalid field value ${quote(part)}` : `invalid byte/character position ${quote(part)}`);
    const [, first = '', dash, last = ''] = bounds;
    if (first === '' && last === '' && dash) throw new UsageError('invalid range with no endpoint: -');
    const low = first === '' ? 1 : Number(first);
    const high = dash === '' ? low : last === '' ? Number.POSITIVE_INFINITY : Number(last);
    if (low === 0 || (first === '' && !dash)) throw new UsageError(isFields ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1');
    if (high < low) throw new UsageError('invalid decreasing range');
    ranges.push([low, high]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of ranges) {
    const before = merged[merged.length - 1];
    if (before && low <= before[1]) before[1] = Math.max(before[1], high);
    else merged.push([low, high]);
  }
  return complement ? complementOf(merged) : merged;
}

function complementOf(ranges: Ranges): Ranges {
  const out: [number, number][] = [];
  let from = 1;
  for (const [low, high] of ranges) {
    if (low > from) out.push([from, low - 1]);
    from = high + 1;
  }
  if (Number.isFinite(from)) out.push([from, Number.POSITIVE_INFINITY]);
  return out;
}

function* fields(call: Call, file: OpenFile, ranges: Ranges, delimiter: string): Routine {
  const end = call.has('z') ? '\0' : '\n';
  const gap = call.value('output-delimiter') ?? delimiter;
  const input = call.lines(file, end);
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    if (!line.includes(delimiter)) {
      if (!call.has('s')) yield* call.print(line + end);
      continue;
    }
    const parts = line.split(delimiter);
    const chosen = ranges.flatMap(([low, high]) => parts.slice(low - 1, high));
    yield* call.print(chosen.join(gap) + end);
  }
}

function* bytes(call: Call, file: OpenFile, ranges: Ranges): Routine {
  const end = call.has('z') ? '\0' : '\n';
  const gap = call.value('output-delimiter') ?? '';
  const input = call.lines(file, end);
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    const binary = toBinary(line);
    const pieces = ranges.map(([low, high]) => fromBinary(binary.slice(low - 1, high))).filter((piece) => piece !== '');
    yield* call.print(pieces.join(gap) + end);
  }
}

export const cutPrograms = { cut };
