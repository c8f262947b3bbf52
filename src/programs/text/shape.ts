/** fold, fmt, column, expand, unexpand, split, strings, envsubst. */
import type { Routine } from '../../sim/routine.ts';
import { byColumns, displayWidth } from '../files/columns.ts';
import { parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool } from '../tool.ts';

/** A filter that does something to each line. */
export function* eachLine(call: Call, use: (line: string) => string): Routine<number> {
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

export const shapePrograms = { fold, fmt, column, expand, split, strings, envsubst };
