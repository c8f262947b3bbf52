/** printf(1), as bash's builtin and coreutils' program have it. */
import { decodeEscapes, quoteBackslash } from './quote.ts';
import { strftime } from './strftime.ts';

/** What is printed, and what went wrong (`printf: abc: invalid number`); status is 1 when `errors` is not empty. */
type Printed = { readonly text: string; readonly errors: readonly string[] };

/** Clock for `%(…)T`, in milliseconds since 1970; when the shell began for -2. */
type PrintfClock = { readonly now: number; readonly started: number };

/** Formats arguments; the format is used again while arguments are left. */
export function formatPrintf(format: string, args: readonly string[], clock: PrintfClock, flavor = 'bash'): Printed {
  return new Printer(format, args, clock, flavor).run();
}

/** More than this would only eat memory: `printf '%1000000000s'`. */
const maxWidth = 1_000_000;

class Printer {
  readonly #format: string;
  readonly #args: readonly string[];
  readonly #clock: PrintfClock;
  /** dash knows no %q and no %(…)T. */
  readonly #plain: boolean;
  readonly #errors: string[] = [];
  #next = 0;
  #out = '';
  #stopped = false;

  constructor(format: string, args: readonly string[], clock: PrintfClock, flavor: string) {
    this.#format = format;
    this.#args = args;
    this.#clock = clock;
    this.#plain = flavor === 'dash';
  }

  run(): Printed {
    do {
      const before = this.#next;
      this.#once();
      if (this.#next === before) break;
    } while (this.#next < this.#args.length && !this.#stopped);
    return { text: this.#out, errors: this.#errors };
  }

  #once(): void {
    const format = this.#format;
    for (let i = 0; i < format.length && !this.#stopped; ) {
      const percent = format.indexOf('%', i);
      const end = percent < 0 ? format.length : percent;
      this.#literal(format.slice(i, end));
      if (percent < 0) return;
      i = this.#directive(percent);
    }
  }

  #literal(text: string): void {
    const stop = /(?<!\\)(?:\\\\)*\\c/.exec(text);
    this.#out += decodeEscapes(stop ? text.slice(0, stop.index) : text, 'printf').text;
    if (stop) this.#stopped = true;
  }

  /** Handles one `%…` and returns the index behind it. */
  #directive(at: number): number {
    const found = /^%([-+ 0#']*)(\*|\d+)?(?:\.(\*|\d*))?(?:[hlqjzt]*?)(?:\(([^)]*)\)(T)|([%a-zA-Z]))/.exec(this.#format.slice(at));
    if (!found) {
      const bad = this.#format.slice(at, at + 2);
      this.#errors.push(bad === '%' ? "`%': missing format character" : `\`${bad.slice(1)}': invalid format character`);
      this.#stopped = true;
      return this.#format.length;
    }
    const [all, flags = '', widthText, precisionText, time, timeLetter, letter = timeLetter ?? ''] = found;
    if (letter === '%') {
      this.#out += '%';
      return at + all.length;
    }
    const width = this.#size(widthText);
    const precision = precisionText === undefined ? undefined : this.#size(precisionText === '' ? '0' : precisionText);
    const spec: Spec = {
      flags: width < 0 ? `${flags}-` : flags,
      width: Math.min(Math.abs(width), maxWidth),
      precision: precision !== undefined && precision < 0 ? undefined : precision,
    };
    this.#convert(letter, spec, time);
    return at + all.length;
  }

  #size(text: string | undefined): number {
    if (text === undefined) return 0;
    return text === '*' ? Number(this.#integer(this.#take())) : Number(text);
  }

  #take(): string {
    return this.#args[this.#next++] ?? '';
  }

  #convert(letter: string, spec: Spec, time: string | undefined): void {
    if (letter === 's') this.#out += pad(cut(this.#take(), spec), spec);
    else if (letter === 'c') this.#out += pad(String.fromCodePoint(this.#take().codePointAt(0) ?? 0), spec);
    else if (letter === 'b') this.#escaped(spec);
    else if ((letter === 'q' || letter === 'Q') && !this.#plain) this.#out += pad(cut(quoteBackslash(this.#take()), spec), spec);
    else if (letter === 'd' || letter === 'i') this.#out += number(this.#integer(this.#take()), 10, spec);
    else if ('uoxX'.includes(letter)) this.#out += unsigned(this.#integer(this.#take()), letter, spec);
    else if ('eEfFgGaA'.includes(letter)) this.#out += float(this.#number(this.#take()), letter, spec);
    else if (letter === 'T' && !this.#plain) this.#time(time ?? '', spec);
    else {
      this.#errors.push(`\`${letter}': invalid format character`);
      this.#stopped = true;
    }
  }

  #escaped(spec: Spec): void {
    const { text, stopped } = decodeEscapes(this.#take(), 'echo');
    // Unlike echo, %b takes \nnn without the leading zero too.
    this.#out += pad(cut(decodeEscapes(text, 'printf').text, spec), spec);
    this.#stopped = stopped;
  }

  #time(format: string, spec: Spec): void {
    const text = this.#take();
    const seconds = text === '' ? -1 : Number(text);
    const moment = seconds === -1 ? this.#clock.now : seconds === -2 ? this.#clock.started : seconds * 1000;
    this.#out += pad(strftime(format === '' ? '%X' : format, moment), spec);
  }

  #integer(text: string): bigint {
    const trimmed = text.trim();
    if (trimmed === '') return 0n;
    if (/^["']/.test(trimmed)) return BigInt(trimmed.codePointAt(1) ?? 0);
    const found = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(trimmed);
    if (!found || found[0].length < trimmed.length) this.#errors.push(`${text}: invalid number`);
    if (!found) return 0n;
    const [, sign, digits = '0'] = found;
    const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    return sign === '-' ? -value : value;
  }

  #number(text: string): number {
    const trimmed = text.trim();
    if (trimmed === '') return 0;
    if (/^["']/.test(trimmed)) return trimmed.codePointAt(1) ?? 0;
    const found = /^[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i.exec(trimmed);
    if (!found || found[0].length < trimmed.length) this.#errors.push(`${text}: invalid number`);
    if (!found) return 0;
    const special = /^([-+]?)(inf|nan)/i.exec(found[0]);
    if (!special) return Number(found[0]);
    return special[2]?.toLowerCase() === 'nan' ? Number.NaN : special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
}

type Spec = { readonly flags: string; readonly width: number; readonly precision: number | undefined };

const cut = (text: string, spec: Spec): string => (spec.precision === undefined ? text : text.slice(0, spec.precision));

const pad = (text: string, spec: Spec): string => (spec.flags.includes('-') ? text.padEnd(spec.width) : text.padStart(spec.width));

/** Sign and digits, filled with zeros between them where asked for. */
function fill(sign: string, digits: string, spec: Spec, zeros: boolean): string {
  const text = zeros && !spec.flags.includes('-') ? sign + digits.padStart(spec.width - sign.length, '0') : sign + digits;
  return pad(text, spec);
}

const signOf = (negative: boolean, spec: Spec): string => (negative ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : '');

function number(value: bigint, base: number, spec: Spec): string {
  let digits = (value < 0n ? -value : value).toString(base).padStart(spec.precision ?? 1, '0');
  if (spec.flags.includes("'")) digits = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return fill(signOf(value < 0n, spec), digits, spec, spec.flags.includes('0') && spec.precision === undefined);
}

function unsigned(value: bigint, letter: string, spec: Spec): string {
  const base = letter === 'u' ? 10 : letter === 'o' ? 8 : 16;
  const natural = BigInt.asUintN(64, value);
  const digits = natural.toString(base).padStart(spec.precision ?? 1, '0');
  const prefix = !spec.flags.includes('#') || natural === 0n ? '' : letter === 'o' ? '0' : base === 16 ? `0${letter}` : '';
  const text = fill(prefix, letter === 'X' ? digits.toUpperCase() : digits, spec, spec.flags.includes('0') && spec.precision === undefined);
  return text;
}

function float(value: number, letter: string, spec: Spec): string {
  const sign = signOf(value < 0 || Object.is(value, -0), spec);
  const size = Math.abs(value);
  if (!Number.isFinite(size)) return pad(sign + (Number.isNaN(value) ? 'nan' : 'inf'), spec);
  const precision = spec.precision ?? 6;
  const lower = letter.toLowerCase();
  const digits =
    lower === 'f' ? fixed(size, Math.min(precision, 100)) : lower === 'e' ? exponent(size, precision) : general(size, precision || 1, spec.flags.includes('#'));
  return fill(sign, letter === lower ? digits : digits.toUpperCase(), spec, spec.flags.includes('0'));
}

/** C rounds exact ties to even, where toFixed rounds them up. */
function fixed(size: number, precision: number): string {
  const tie = Number.isInteger(size * 2 ** (precision + 1)) && size * 10 ** precision - Math.floor(size * 10 ** precision) === 0.5;
  const below = Math.floor(size * 10 ** precision);
  return tie && below % 2 === 0 ? (below / 10 ** precision).toFixed(precision) : size.toFixed(precision);
}

/** C writes at least two digits of exponent. */
const exponent = (size: number, precision: number): string => size.toExponential(Math.min(precision, 100)).replace(/e([-+])(\d)$/, 'e$10$2');

function general(size: number, precision: number, keepZeros: boolean): string {
  const power = size === 0 ? 0 : Number(size.toExponential(precision - 1).split('e')[1]);
  const scientific = power < -4 || power >= precision;
  const text = scientific ? exponent(size, precision - 1) : size.toFixed(Math.max(0, precision - 1 - power));
  return keepZeros ? text : text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
}
