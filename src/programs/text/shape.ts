/** fold, fmt, column, expand, unexpand, split, strings, envsubst, numfmt, factor, expr. */
import type { Routine } from '../../sim/routine.ts';
import { byColumns, displayWidth } from '../files/columns.ts';
import { humanSize, parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { RegexError } from '../regex/node.ts';
import { groupText, Regex } from '../regex/regex.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';

/** A filter that does something to each line. */
function* eachLine(call: Call, use: (line: string) => string): Routine<number> {
  yield* call.eachFile(function* (file) {
    const input = call.lines(file);
    for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) yield* call.print(use(line) + (input.complete ? '\n' : ''));
  });
  return call.status;
}

const fold = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Wrap input lines in each FILE, writing to standard output.',
  digits: 'w',
  options: [
    ['b,bytes', ''],
    ['s,spaces', 'break at spaces'],
    ['w,width=WIDTH', 'use WIDTH columns instead of 80'],
  ],
  run: (call) => {
    const width = Number(call.value('w') ?? 80);
    return eachLine(call, (line) => {
      const out: string[] = [];
      let rest = line;
      while (rest.length > width) {
        const space = call.has('s') ? rest.lastIndexOf(' ', width - 1) : -1;
        const at = space >= 0 ? space + 1 : width;
        out.push(rest.slice(0, at));
        rest = rest.slice(at);
      }
      return [...out, rest].join('\n');
    });
  },
});

const fmt = tool({
  usage: '[-WIDTH] [OPTION]... [FILE]...',
  summary: 'Reformat each paragraph in the FILE(s), writing to standard output.',
  digits: 'w',
  options: [['w,width=WIDTH', 'maximum line width (default of 75 columns)']],
  *run(call) {
    const width = Number(call.value('w') ?? 75);
    let text = '';
    yield* call.eachFile(function* (file) {
      text += yield* call.whole(file);
    });
    for (const [i, paragraph] of text
      .replace(/\n+$/, '')
      .split(/\n{2,}/)
      .entries()) {
      let line = '';
      const out: string[] = [];
      for (const word of paragraph.split(/\s+/).filter((each) => each !== '')) {
        if (line !== '' && line.length + 1 + word.length > width) {
          out.push(line);
          line = word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      yield* call.print(`${i > 0 ? '\n' : ''}${[...out, line].join('\n')}\n`);
    }
    return call.status;
  },
});

const column = tool({
  usage: '[options] [<file>...]',
  summary: 'Columnate lists.',
  options: [
    ['t,table', 'create a table'],
    ['s,separator=string', 'possible table delimiters'],
    ['o,output-separator=string', 'columns separator for table output (default is two spaces)'],
    ['N,table-columns=names', 'comma separated columns names'],
    ['c,output-width=width', 'width of output in number of characters'],
    ['x,fillrows', 'fill rows before columns'],
    ['L,keep-empty-lines', ''],
  ],
  *run(call) {
    let text = '';
    yield* call.eachFile(function* (file) {
      text += yield* call.whole(file);
    });
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (!call.has('t')) {
      yield* call.print(byColumns(lines, Number(call.value('c') ?? call.process.stdout.tty?.size.columns ?? 80), call.has('x')));
      return 0;
    }
    const separators = call.value('s');
    const cut = (line: string): string[] => {
      if (separators === undefined) return line.trim().split(/[ \t]+/);
      const cells: string[] = [''];
      for (const character of line) {
        if (separators.includes(character)) cells.push('');
        else cells[cells.length - 1] += character;
      }
      return cells;
    };
    const rows = [...(call.has('N') ? [(call.value('N') ?? '').split(',')] : []), ...lines.map(cut)];
    const widths: number[] = [];
    for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    const gap = call.value('o') ?? '  ';
    for (const row of rows) {
      const padded = [...row, ...Array<string>(Math.max(0, widths.length - row.length)).fill('')];
      const line = padded.map((cell, i) => (i === padded.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - displayWidth(cell)))).join(gap);
      yield* call.print(`${line}\n`);
    }
    return 0;
  },
});

const tabStops = (call: Call): number => Number(call.value('t') ?? 8);

const expand = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Convert tabs in each FILE to spaces, writing to standard output.',
  digits: 't',
  options: [
    ['i,initial', ''],
    ['t,tabs=N', 'have tabs N characters apart, not 8'],
  ],
  run: (call) =>
    eachLine(call, (line) => {
      let out = '';
      for (const character of line) out += character === '\t' ? ' '.repeat(tabStops(call) - (displayWidth(out) % tabStops(call))) : character;
      return out;
    }),
});

const split = tool({
  usage: '[OPTION]... [FILE [PREFIX]]',
  summary: 'Output pieces of FILE to PREFIXaa, PREFIXab, ...',
  digits: 'l',
  options: [
    ['l,lines=NUMBER', 'put NUMBER lines/records per output file'],
    ['b,bytes=SIZE', 'put SIZE bytes per output file'],
    ['d', 'use numeric suffixes starting at 0, not alphabetic'],
    ['a,suffix-length=N', 'generate suffixes of length N (default 2)'],
    ['additional-suffix=SUFFIX', 'append an additional SUFFIX to file names'],
  ],
  *run(call) {
    const text = yield* call.slurp(call.operands[0] ?? '-');
    const length = Number(call.value('a') ?? 2);
    const pieces: string[] = [];
    if (call.has('b')) {
      const size = parseSize(call.value('b') ?? '') ?? 0;
      if (size === 0) throw new Failure(`invalid number of bytes: ${quote(call.value('b') ?? '')}`);
      for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
    } else {
      const count = Number(call.value('l') ?? 1000);
      const all = text.split(/(?<=\n)/).filter((line) => line !== '');
      for (let at = 0; at < all.length; at += count) pieces.push(all.slice(at, at + count).join(''));
    }
    for (const [i, piece] of pieces.entries()) {
      let suffix = '';
      for (let digit = 0, rest = i; digit < length; digit++, rest = Math.floor(rest / (call.has('d') ? 10 : 26)))
        suffix = (call.has('d') ? String(rest % 10) : String.fromCharCode(97 + (rest % 26))) + suffix;
      call.process.fs.write(`${call.operands[1] ?? 'x'}${suffix}${call.value('additional-suffix') ?? ''}`, piece);
    }
    return 0;
  },
});

const strings = tool({
  usage: '[option(s)] [file(s)]',
  summary: 'Display printable strings in [file(s)].',
  options: [
    ['n,bytes=NUMBER', 'the minimum length of strings'],
    ['a,all', ''],
  ],
  *run(call) {
    const least = Number(call.value('n') ?? 4);
    yield* call.eachFile(function* (file) {
      for (const run of (yield* call.whole(file)).match(/[\t -~]+/g) ?? []) if (run.length >= least) yield* call.print(`${run}\n`);
    });
    return call.status;
  },
});

const envsubst = tool({
  usage: '[OPTION] [SHELL-FORMAT]',
  summary: 'Substitute the values of environment variables.',
  options: [['v,variables', 'output the variables occurring in SHELL-FORMAT']],
  *run(call) {
    const format = call.operands[0];
    const names = format === undefined ? undefined : new Set([...format.matchAll(/\$\{?(\w+)/g)].map((match) => match[1]));
    if (call.has('v')) {
      yield* call.print([...(names ?? [])].map((name) => `${name}\n`).join(''));
      return 0;
    }
    const text = yield* call.slurp('-');
    yield* call.print(
      text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced: string | undefined, bare: string | undefined) => {
        const name = braced ?? bare ?? '';
        return names && !names.has(name) ? whole : (call.process.env[name] ?? '');
      }),
    );
    return 0;
  },
});

const numfmt = tool({
  usage: '[OPTION]... [NUMBER]...',
  summary: 'Reformat NUMBER(s), or the numbers from standard input if none are specified.',
  options: [
    ['from=UNIT', 'auto-scale input numbers to UNITs; default is none'],
    ['to=UNIT', 'auto-scale output numbers to UNITs'],
    ['suffix=SUFFIX', 'add SUFFIX to output numbers'],
    ['field=FIELDS', ''],
  ],
  *run(call) {
    const one = (text: string): string => {
      const from = call.value('from') ?? 'none';
      const value =
        from === 'none' ? Number(text) : (parseSize(text.toUpperCase().replace(/I$/, '') + (from === 'si' && /[A-Z]$/i.test(text) ? 'B' : '')) ?? Number.NaN);
      if (Number.isNaN(value)) throw new Failure(`invalid number: ${quote(text)}`, 2);
      const to = call.value('to') ?? 'none';
      const shown =
        to === 'none'
          ? String(value)
          : to === 'si'
            ? humanSize(value, 1000).replace('k', 'K')
            : `${humanSize(value)}${to === 'iec-i' && value >= 1024 ? 'i' : ''}`;
      return shown + (call.value('suffix') ?? '');
    };
    if (call.operands.length === 0) return yield* eachLine(call, (line) => one(line.trim()));
    for (const operand of call.operands) yield* call.print(`${one(operand)}\n`);
    return 0;
  },
});

const factor = tool({
  usage: '[NUMBER]...',
  summary: 'Print the prime factors of each specified integer NUMBER.',
  options: [],
  *run(call) {
    for (const operand of call.operands) {
      if (!/^\d+$/.test(operand) || Number(operand) > 2 ** 40) {
        yield* call.complain(`${quote(operand)} is not a valid positive integer`);
        continue;
      }
      const factors: number[] = [];
      let rest = Number(operand);
      for (let divisor = 2; divisor * divisor <= rest; divisor++) for (; rest % divisor === 0; rest /= divisor) factors.push(divisor);
      if (rest > 1) factors.push(rest);
      yield* call.print(`${operand}:${factors.map((each) => ` ${each}`).join('')}\n`);
    }
    return call.status;
  },
});

const expr = tool({
  usage: 'EXPRESSION',
  summary: 'Print the value of EXPRESSION to standard output.',
  trouble: 2,
  raw: true,
  options: [],
  *run(call) {
    const words = [...call.operands];
    if (words.length === 0) throw new UsageError('missing operand');
    const value = expression(words, 0);
    if (words.length > 0) throw new Failure(`syntax error: unexpected argument ${quote(words[0] ?? '')}`, 2);
    yield* call.print(`${value}\n`);
    return value === '' || /^-?0+$/.test(value) ? 1 : 0;
  },
});

const levels: readonly (readonly string[])[] = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']];

function expression(words: string[], level: number): string {
  const operators = levels[level];
  if (!operators) return operand(words);
  let left = expression(words, level + 1);
  while (words[0] !== undefined && operators.includes(words[0])) {
    const operator = words.shift() as string;
    left = combine(operator, left, expression(words, level + 1));
  }
  return left;
}

function operand(words: string[]): string {
  const word = words.shift();
  if (word === undefined) throw new Failure('syntax error: missing argument', 2);
  if (word === '(') {
    const value = expression(words, 0);
    if (words.shift() !== ')') throw new Failure("syntax error: expecting ')'", 2);
    return value;
  }
  if (word === 'length' && words.length > 0) return String([...(words.shift() ?? '')].length);
  if (word === 'index' && words.length > 1) {
    const [text = '', set = ''] = words.splice(0, 2);
    return String([...text].findIndex((character) => set.includes(character)) + 1);
  }
  if (word === 'substr' && words.length > 2) {
    const [text = '', from = '1', count = '0'] = words.splice(0, 3);
    return text.slice(Number(from) - 1, Number(from) - 1 + Number(count));
  }
  return word;
}

function combine(operator: string, left: string, right: string): string {
  const numbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  const no = (text: string): boolean => text === '' || /^-?0+$/.test(text);
  if (operator === '|') return no(left) ? (no(right) ? '0' : right) : left;
  if (operator === '&') return no(left) || no(right) ? '0' : left;
  if (operator === ':') return matched(left, right);
  if ('+-*/%'.includes(operator)) {
    if (!numbers) throw new Failure('non-integer argument', 2);
    const [a, b] = [BigInt(left), BigInt(right)];
    if ((operator === '/' || operator === '%') && b === 0n) throw new Failure('division by zero', 2);
    return String(operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b);
  }
  const order = numbers ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
  const results: Readonly<Record<string, boolean>> = {
    '<': order < 0,
    '<=': order <= 0,
    '=': order === 0,
    '==': order === 0,
    '!=': order !== 0,
    '>=': order >= 0,
    '>': order > 0,
  };
  return results[operator] ? '1' : '0';
}

function matched(text: string, pattern: string): string {
  try {
    const regex = new Regex(`^${pattern.replace(/^\^/, '')}`, 'basic');
    const match = regex.exec(text);
    if (regex.groups > 0) return match ? groupText(text, match, 1) : '';
    return String(match ? (match[1] as number) : 0);
  } catch (error) {
    if (error instanceof RegexError) throw new Failure(error.message, 2);
    throw error;
  }
}

export const shapePrograms = { fold, fmt, column, expand, split, strings, envsubst, numfmt, factor, expr };
