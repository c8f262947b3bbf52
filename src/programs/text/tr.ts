/** tr (GNU coreutils 9.1): works on bytes, as the original does. */
import { fromBinary, toBinary } from '../bytes.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';

const tr = tool({
  usage: '[OPTION]... STRING1 [STRING2]',
  summary: 'Translate, squeeze, and/or delete characters from standard input, writing to standard output.',
  inOrder: true,
  options: [
    ['c,C,complement', 'use the complement of STRING1'],
    ['d,delete', 'delete characters in STRING1, do not translate'],
    ['s,squeeze-repeats', 'replace each sequence of a repeated character listed in the last specified STRING with a single one'],
    ['t,truncate-set1', 'first truncate STRING1 to length of STRING2'],
  ],
  *run(call) {
    const convert = plan(call);
    for (let text = yield* call.process.stdin.read(); text !== undefined; text = yield* call.process.stdin.read()) {
      call.memory.goThrough(text.length);
      call.out.add(fromBinary(convert(toBinary(text))));
      yield* call.out.flush();
    }
    return call.status;
  },
});

/** Checks the operands and gives what is to be done with each piece of input. */
function plan(call: Call): (binary: string) => string {
  const [first, second, extra] = call.operands;
  const deletes = call.has('d');
  const squeezes = call.has('s');
  if (first === undefined) throw new UsageError('missing operand');
  if (second === undefined && deletes === squeezes) {
    const why = deletes ? 'Two strings must be given when both deleting and squeezing repeats.' : 'Two strings must be given when translating.';
    throw new UsageError(`missing operand after ${quote(first)}\n${why}`);
  }
  if (extra !== undefined) throw new UsageError(`extra operand ${quote(extra)}`);
  if (deletes && !squeezes && second !== undefined)
    throw new UsageError(`extra operand ${quote(second)}\nOnly one string may be given when deleting without squeezing repeats.`);
  let from = expand(first, 0);
  if (call.has('c')) from = complementOf(from);
  const to = second === undefined ? undefined : expand(second, from.length);
  if (deletes) {
    const gone = new Set(from);
    const squeeze = squeezes && to ? squeezer(new Set(to)) : (text: string) => text;
    return (binary) => squeeze(keep(binary, (character) => !gone.has(character)));
  }
  if (!to) return squeezer(new Set(from));
  if (to.length === 0 && from.length > 0 && !call.has('t')) throw new Failure('when not truncating set1, string2 must be non-empty');
  const map = new Map<string, string>();
  const last = to[to.length - 1] as string;
  from.forEach((character, i) => {
    if (!call.has('t') || i < to.length) map.set(character, to[i] ?? last);
  });
  const squeeze = squeezes ? squeezer(new Set(to)) : (text: string) => text;
  return (binary) => squeeze(translate(binary, map));
}

function translate(binary: string, map: ReadonlyMap<string, string>): string {
  let out = '';
  for (const character of binary) out += map.get(character) ?? character;
  return out;
}

function keep(binary: string, test: (character: string) => boolean): string {
  let out = '';
  for (const character of binary) if (test(character)) out += character;
  return out;
}

/** Remembers the last character over the ends of pieces. */
function squeezer(set: ReadonlySet<string>): (binary: string) => string {
  let before: string | undefined;
  return (binary) =>
    keep(binary, (character) => {
      const repeated = character === before && set.has(character);
      before = character;
      return !repeated;
    });
}

const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));

const complementOf = (set: readonly string[]): string[] => {
  const known = new Set(set);
  return all.filter((character) => !known.has(character));
};

const classTests: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[0-9A-Za-z]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[\t-\r ]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /[\x00-\x1f\x7f]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** The bytes of a set like `a-z[:digit:]\n[x*]`; `room` is how long a `[x*]` fills up to. */
function expand(text: string, room: number): string[] {
  const units = tokens(toBinary(text));
  const out: string[] = [];
  let fill: { at: number; character: string } | undefined;
  for (let i = 0; i < units.length; i++) {
    const unit = units[i] as Token;
    const next = units[i + 1];
    const after = units[i + 2];
    if (unit.kind === 'class') out.push(...unit.members);
    else if (unit.kind === 'repeat') {
      if (unit.count === 0) fill = { at: out.length, character: unit.character };
      else for (let n = 0; n < unit.count; n++) out.push(unit.character);
    } else if (next?.kind === 'character' && next.character === '-' && !next.escaped && after?.kind === 'character') {
      const [low, high] = [unit.character.charCodeAt(0), after.character.charCodeAt(0)];
      if (high < low) throw new Failure(`range-endpoints of '${unit.character}-${after.character}' are in reverse collating sequence order`);
      for (let code = low; code <= high; code++) out.push(String.fromCharCode(code));
      i += 2;
    } else out.push(unit.character);
  }
  if (fill) out.splice(fill.at, 0, ...new Array<string>(Math.max(0, room - out.length)).fill(fill.character));
  return out;
}

type Token =
  | { readonly kind: 'character'; readonly character: string; readonly escaped: boolean }
  | { readonly kind: 'class'; readonly members: readonly string[] }
  | { readonly kind: 'repeat'; readonly character: string; readonly count: number };

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\' };

function tokens(text: string): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < text.length; ) {
    const rest = text.slice(i);
    const named = /^\[:(\w+):\]/.exec(rest);
    if (named) {
      const test = classTests[named[1] as string];
      if (!test) throw new Failure(`invalid character class ${quote(named[1] as string)}`);
      out.push({ kind: 'class', members: all.filter((character) => test.test(character)) });
      i += named[0].length;
      continue;
    }
    const repeat = /^\[(\\?[^\\]|\\\\)\*(\d*)\]/.exec(rest);
    if (repeat) {
      const inner = tokens(repeat[1] as string)[0];
      const digits = repeat[2] ?? '';
      out.push({
        kind: 'repeat',
        character: inner?.kind === 'character' ? inner.character : '',
        count: Number.parseInt(digits || '0', digits.startsWith('0') ? 8 : 10),
      });
      i += repeat[0].length;
      continue;
    }
    const escaped = /^\\(?:([0-7]{1,3})|([\s\S]))/.exec(rest);
    if (escaped) {
      const character = escaped[1] ? String.fromCharCode(Number.parseInt(escaped[1], 8) & 255) : (escapes[escaped[2] as string] ?? (escaped[2] as string));
      out.push({ kind: 'character', character, escaped: true });
      i += escaped[0].length;
      continue;
    }
    out.push({ kind: 'character', character: text[i++] as string, escaped: false });
  }
  return out;
}

export const trPrograms = { tr };
