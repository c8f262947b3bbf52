/** Amounts with a suffix, `100m`, `1.5Gi`: kubernetes apimachinery/pkg/api/resource. Exact to a nano, rounded up below that. */
import { remembered } from '../sim/remembered.ts';

type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

const nano = 1_000_000_000n;
const maxNanos = (2n ** 63n - 1n) * nano;

const decimalSuffixes: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const suffixOfExponent = new Map(Object.entries(decimalSuffixes).map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes: Readonly<Record<string, bigint>> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const binaryNames = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const wrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";
const wrongNumber = 'unable to parse numeric part of quantity';

/** What is wrong with a quantity's text, in upstream's words. */
export class QuantityError extends Error {}

/** One amount, immutable. */
export class Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;

  constructor(nanos: bigint, format: QuantityFormat) {
    this.nanos = nanos;
    this.format = format;
  }

  /** In whole units, rounded up (away from zero, as upstream does). */
  value(): number {
    return Number(ceilDivide(this.nanos, nano));
  }

  /** In thousandths, rounded up. */
  milliValue(): number {
    return Number(ceilDivide(this.nanos, 1_000_000n));
  }

  add(other: Quantity): Quantity {
    // Zero takes the format of what is added to it.
    return new Quantity(this.nanos + other.nanos, this.nanos === 0n ? other.format : this.format);
  }

  sub(other: Quantity): Quantity {
    return new Quantity(this.nanos - other.nanos, this.nanos === 0n ? other.format : this.format);
  }

  /** Negative, 0 or positive. */
  compare(other: Quantity): number {
    return this.nanos < other.nanos ? -1 : this.nanos > other.nanos ? 1 : 0;
  }

  isZero(): boolean {
    return this.nanos === 0n;
  }

  /** The canonical text: `1024Mi` becomes `1Gi`, `0.5` becomes `500m`. */
  toString(): string {
    return formatQuantity(this);
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Reads a quantity; a number stands for its own text. Throws QuantityError. */
export const parseQuantity = (input: string | number): Quantity => read(String(input).trim());

/** The same few amounts stand in all pods and nodes. */
const read = remembered((text: string): Quantity => {
  if (text === '') throw new QuantityError(wrongFormat);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*)([-+]?\d*)$/.exec(text);
  if (!match) throw new QuantityError(/^[+-]?[0-9.]+([eEinumkKMGTP]*[-+]?[0-9]*)$/.test(text) ? wrongNumber : wrongFormat);
  const [, sign, whole = '', fraction = '', letters = '', exponent = ''] = match;
  if (whole === '' && fraction === '') throw new QuantityError(wrongFormat);
  const magnitude = amount(whole, fraction, letters, exponent);
  const capped = magnitude.nanos > maxNanos ? maxNanos : magnitude.nanos;
  return new Quantity(sign === '-' ? -capped : capped, magnitude.format);
}, 32);

/** The quantity a text names, undefined when it names none. */
export function tryParseQuantity(input: string | number | undefined): Quantity | undefined {
  if (input === undefined) return undefined;
  try {
    return parseQuantity(input);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function amount(whole: string, fraction: string, letters: string, exponent: string): Quantity {
  const digits = BigInt(whole + fraction);
  const binary = exponent === '' ? binarySuffixes[letters] : undefined;
  if (binary !== undefined) return new Quantity(ceilDivide(digits * binary * nano, 10n ** BigInt(fraction.length)), 'BinarySI');
  const power = decimalPower(letters, exponent);
  const shift = power + 9 - fraction.length;
  const nanos = shift >= 0 ? digits * 10n ** BigInt(shift) : ceilDivide(digits, 10n ** BigInt(-shift));
  return new Quantity(nanos, exponent === '' ? 'DecimalSI' : 'DecimalExponent');
}

function decimalPower(letters: string, exponent: string): number {
  if (exponent === '') {
    const power = decimalSuffixes[letters];
    if (power !== undefined) return power;
    throw new QuantityError(/^[eEinumkKMGTP]*$/.test(letters) ? wrongSuffix : wrongFormat);
  }
  if ((letters === 'e' || letters === 'E') && /\d/.test(exponent)) return Number(exponent);
  throw new QuantityError(/^[eEinumkKMGTP]*$/.test(letters) ? wrongSuffix : wrongFormat);
}

function ceilDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  if (quotient * b === a) return quotient;
  return a < 0n ? quotient - 1n : quotient + 1n;
}

function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const whole = nanos % nano === 0n;
  const small = nanos < 1024n * nano && nanos > -1024n * nano;
  if (format === 'BinarySI' && whole && !small) return formatBinary(nanos / nano);
  return formatDecimal(nanos, format === 'DecimalExponent');
}

function formatBinary(units: bigint): string {
  let rest = units;
  let step = 0;
  while (rest % 1024n === 0n && step < binaryNames.length - 1) {
    rest /= 1024n;
    step++;
  }
  return `${rest}${binaryNames[step]}`;
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  let rest = nanos;
  let exponent = -9;
  while (rest % 1000n === 0n && exponent < 18) {
    rest /= 1000n;
    exponent += 3;
  }
  if (asExponent) return exponent === 0 ? String(rest) : `${rest}e${exponent}`;
  return `${rest}${suffixOfExponent.get(exponent)}`;
}

/** Zero, with the format of CPU amounts. */
export const zero = new Quantity(0n, 'DecimalSI');

/** So many whole units. */
export const newQuantity = (value: number, format: QuantityFormat = 'DecimalSI'): Quantity => new Quantity(BigInt(Math.ceil(value)) * nano, format);

const plainMillis = /^(\d{1,12})(m?)$/;

/** Thousandths of a CPU in a text, without making a Quantity where it can be helped; 0 for none. */
export function cpuMillis(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const match = plainMillis.exec(String(text));
  if (!match) return parseQuantity(text).milliValue();
  return match[2] === 'm' ? Number(match[1]) : Number(match[1]) * 1000;
}

const plainBytes = /^(\d{1,6})(Ki|Mi|Gi)$/;
const byteFactors: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** Bytes (or any whole units) in a text; 0 for none. */
export function wholeValue(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const match = plainBytes.exec(String(text));
  return match ? Number(match[1]) * (byteFactors[match[2] ?? ''] ?? 1) : parseQuantity(text).value();
}

/** The sum. */
export const add = (a: Quantity, b: Quantity): Quantity => a.add(b);
/** The canonical text. */
export const formatQuantityText = (quantity: Quantity): string => quantity.toString();
