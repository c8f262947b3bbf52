/** What dash and busybox's ash say where bash says it in its own words. */
import type { Flavor } from './shell.ts';

type Wording = { readonly pattern: RegExp; readonly dash: string; readonly ash: string };

const wordings: readonly Wording[] = [
  { pattern: /^(.*): unbound variable$/, dash: '$1: parameter not set', ash: '$1: parameter not set' },
  { pattern: /^(.*): readonly variable$/, dash: '$1: is read only', ash: '$1: is read only' },
  { pattern: /^(.*): division by 0 \(.*$/, dash: 'arithmetic expression: division by zero: "$1"', ash: 'divide by zero' },
  { pattern: /^(.*): syntax error: operand expected \(.*$/, dash: 'arithmetic expression: expecting primary: "$1"', ash: 'arithmetic syntax error' },
  { pattern: /^syntax error near unexpected token `newline'$/, dash: 'Syntax error: newline unexpected', ash: 'syntax error: unexpected newline' },
  { pattern: /^syntax error near unexpected token `(.*)'$/, dash: 'Syntax error: "$1" unexpected', ash: 'syntax error: unexpected "$1"' },
  { pattern: /^syntax error: unexpected end of file$/, dash: 'Syntax error: end of file unexpected', ash: 'syntax error: unexpected end of file' },
  {
    pattern: /^unexpected EOF while looking for matching `["']'$/,
    dash: 'Syntax error: Unterminated quoted string',
    ash: 'syntax error: unterminated quoted string',
  },
  {
    pattern: /^unexpected EOF while looking for matching `\)'$/,
    dash: 'Syntax error: end of file unexpected (expecting ")")',
    ash: 'syntax error: unexpected end of file (expecting ")")',
  },
  { pattern: /^unexpected EOF while looking for matching `\}'$/, dash: "Syntax error: Missing '}'", ash: "syntax error: missing '}'" },
  { pattern: /^(\S+): (.*): numeric argument required$/, dash: '$1: Illegal number: $2', ash: '$1: Illegal number: $2' },
  { pattern: /^(\[|test): (.*): integer expression expected$/, dash: '$1: Illegal number: $2', ash: '$2: bad number' },
  { pattern: /^(\[|test): (.*): unary operator expected$/, dash: '$1: $2: unexpected operator', ash: '$2: unknown operand' },
  { pattern: /^(unset|export|readonly|read): `(.*)': not a valid identifier$/, dash: '$1: $2: bad variable name', ash: '$1: $2: bad variable name' },
  { pattern: /^printf: (.*): invalid number$/, dash: 'printf: $1: expected numeric value', ash: '$&' },
  { pattern: /^printf: `(.)': invalid format character$/, dash: 'printf: %$1: invalid directive', ash: '$&' },
  { pattern: /^local: can only be used in a function$/, dash: 'local: not in a function', ash: 'local: not in a function' },
  { pattern: /^\[: missing `\]'$/, dash: '[: missing ]', ash: 'missing ]' },
  { pattern: /^(\S+): (-.): invalid option$/, dash: '$1: Illegal option $2', ash: '$1: invalid option $2' },
];

/** A message of bash's in the words of the shell that runs. */
export function inWordsOf(flavor: Flavor, message: string): string {
  if (flavor === 'bash') return message;
  const found = wordings.find(({ pattern }) => pattern.test(message));
  return found ? message.replace(found.pattern, found[flavor]) : message;
}
