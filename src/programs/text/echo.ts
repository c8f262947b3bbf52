/** echo, printf, yes, seq, true, false (GNU coreutils 9.1). */
import { quote } from '../quote.ts';
import { Failure, tool, UsageError } from '../tool.ts';
import { formatArguments, unescapeEcho } from './format.ts';

const echo = tool({
  usage: '[-neE] [STRING]...',
  summary: 'Display a line of text.',
  options: [],
  raw: true,
  *run(call) {
    let at = 0;
    let newline = true;
    let escapes = false;
    for (; /^-[neE]+$/.test(call.operands[at] ?? ''); at++)
      for (const letter of (call.operands[at] as string).slice(1)) {
        if (letter === 'n') newline = false;
        else escapes = letter === 'e';
      }
    const text = call.operands.slice(at).join(' ');
    const { out, stopped } = escapes ? unescapeEcho(text) : { out: text, stopped: false };
    yield* call.print(out + (newline && !stopped ? '\n' : ''));
    return 0;
  },
});

const printf = tool({
  usage: 'FORMAT [ARGUMENT]...',
  summary: 'Print ARGUMENT(s) according to FORMAT.',
  options: [],
  raw: true,
  *run(call) {
    const operands = call.operands[0] === '--' ? call.operands.slice(1) : call.operands;
    const [format, ...rest] = operands;
    if (format === undefined) throw new UsageError('missing operand');
    const { text, complaints } = formatArguments(format, rest);
    yield* call.print(text);
    for (const complaint of complaints) yield* call.complain(complaint);
    return call.status;
  },
});

const yes = tool({
  usage: '[STRING]...',
  summary: "Repeatedly output a line with all specified STRING(s), or 'y'.",
  options: [],
  *run(call) {
    const line = `${call.operands.length === 0 ? 'y' : call.operands.join(' ')}\n`;
    const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
    for (;;) {
      call.out.add(block);
      yield* call.out.flush();
    }
  },
});

const seq = tool({
  usage: '[OPTION]... LAST | FIRST LAST | FIRST INCREMENT LAST',
  summary: 'Print numbers from FIRST to LAST, in steps of INCREMENT.',
  negativeOperands: true,
  options: [
    ['f,format=FORMAT', 'use printf style floating-point FORMAT'],
    ['s,separator=STRING', 'use STRING to separate numbers'],
    ['w,equal-width', 'equalize width by padding with leading zeroes'],
  ],
  *run(call) {
    const { operands } = call;
    if (operands.length === 0) throw new UsageError('missing operand');
    if (operands.length > 3) throw new UsageError(`extra operand ${quote(operands[3] ?? '')}`);
    for (const operand of operands)
      if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(operand)) throw new UsageError(`invalid floating point argument: ${quote(operand)}`);
    const first = operands.length > 1 ? (operands[0] as string) : '1';
    const step = operands.length > 2 ? (operands[1] as string) : '1';
    const last = operands[operands.length - 1] as string;
    if (Number(step) === 0) throw new UsageError(`invalid Zero increment value: ${quote(step)}`);
    const decimals = (text: string): number => /\.(\d*)/.exec(text)?.[1]?.length ?? 0;
    const places = Math.max(decimals(first), decimals(step));
    const width = call.has('w') ? Math.max(Number(first).toFixed(places).length, Number(last).toFixed(places).length) : 0;
    const format = call.value('f');
    if (format !== undefined && !/%/.test(format)) throw new Failure(`format ${quote(format)} has no % directive`);
    const separator = call.value('s') ?? '\n';
    const steps = Math.floor((Number(last) - Number(first)) / Number(step) + 1e-9);
    for (let i = 0; i <= steps; i++) {
      const value = Number(first) + i * Number(step);
      const plain = value.toFixed(places);
      const shown =
        format !== undefined
          ? formatArguments(format, [plain]).text
          : plain.startsWith('-')
            ? `-${plain.slice(1).padStart(width - 1, '0')}`
            : plain.padStart(width, '0');
      yield* call.print((i > 0 ? separator : '') + shown);
    }
    if (steps >= 0) yield* call.print('\n');
    return 0;
  },
});

const succeed = tool({
  usage: '',
  summary: 'Exit with a status code indicating success.',
  options: [],
  raw: true,
  run: function* () {
    return 0;
  },
});
const fail = tool({
  usage: '',
  summary: 'Exit with a status code indicating failure.',
  options: [],
  raw: true,
  run: function* () {
    return 1;
  },
});

export const echoPrograms = { echo, printf, yes, seq, true: succeed, false: fail };
