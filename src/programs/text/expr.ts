/** expr, factor, numfmt: numbers on the command line. */
import { humanSize, parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { RegexError } from '../regex/node.ts';
import { groupText, Regex } from '../regex/regex.ts';
import { Failure, tool, UsageError } from '../tool.ts';
import { eachLine } from './shape.ts';

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

export const exprPrograms = { numfmt, factor, expr };
