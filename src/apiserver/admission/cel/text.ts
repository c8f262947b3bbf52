/** Strings in CEL beyond the language: cel-go ext/strings.go, and the named formats of apiserver/pkg/cel/library format.go. */
import { Optional } from '@marcbachmann/cel-js';
import * as names from '../../../apimachinery/names.ts';
import { ValueError } from './network.ts';

/** The constants `format` and `strings`. */
export class Formats {}
export class Strings {}

class Format {
  readonly problems: (text: string) => string[];
  constructor(problems: (text: string) => string[]) {
    this.problems = problems;
  }
}

export const textTypes = [
  ['kubernetes.NamedFormats', Formats],
  ['kubernetes.NamedFormat', Format],
  ['kubernetes.Strings', Strings],
] as const;

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const matching = (pattern: RegExp, message: string) => (text: string) => (pattern.test(text) ? [] : [message]);
const prefix = (check: (text: string) => string[]) => (text: string) => check(text.replace(/-+$/, '') || text);

/** The names that `format.named(…)` knows. */
const formats: Readonly<Record<string, (text: string) => string[]>> = {
  dns1123Label: names.validateDnsLabel,
  dns1123Subdomain: names.validateDnsSubdomain,
  dns1035Label: names.validateDns1035,
  dns1123LabelPrefix: prefix(names.validateDnsLabel),
  dns1123SubdomainPrefix: prefix(names.validateDnsSubdomain),
  dns1035LabelPrefix: prefix(names.validateDns1035),
  qualifiedName: names.validateQualifiedName,
  labelValue: names.validateLabelValue,
  uri: (text) => (URL.canParse(text) ? [] : ['invalid URI']),
  uuid: matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i, 'does not match the UUID format'),
  byte: matching(base64, 'invalid base64'),
  date: (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? [] : ['invalid date']),
  datetime: (text) => (/^\d{4}-\d{2}-\d{2}T/i.test(text) && !Number.isNaN(Date.parse(text)) ? [] : ['invalid datetime']),
};

type Functions = readonly (readonly [signature: string, handler: (...values: never[]) => unknown])[];

export const textFunctions: Functions = [
  ...Object.entries(formats).map(([name, problems]) => [`kubernetes.NamedFormats.${name}(): kubernetes.NamedFormat`, () => new Format(problems)] as const),
  [
    'kubernetes.NamedFormats.named(string): optional',
    (_: Formats, name: string) => {
      const problems = Object.hasOwn(formats, name) ? formats[name] : undefined;
      return problems ? Optional.of(new Format(problems)) : Optional.none();
    },
  ],
  [
    'kubernetes.NamedFormat.validate(string): optional',
    (format: Format, text: string) => {
      const problems = format.problems(text);
      return problems.length === 0 ? Optional.none() : Optional.of(problems);
    },
  ],
  ['kubernetes.Strings.quote(string): string', (_: Strings, text: string) => quoted(text)],
  [
    'string.charAt(int): string',
    (text: string, index: bigint) => {
      const characters = [...text];
      if (index < 0n || index > BigInt(characters.length)) throw new ValueError(`index out of range: ${index}`);
      return characters[Number(index)] ?? '';
    },
  ],
  ['string.format(list<dyn>): string', formatted],
];

const quoted = (text: string): string => `"${text.replace(/[\\"\x07\b\f\n\r\t\v]/g, (character) => `\\${escapes[character] ?? character}`)}"`;
const escapes: Readonly<Record<string, string>> = { '\x07': 'a', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' };

/** cel-go ext/formatting.go. */
function formatted(text: string, values: readonly unknown[]): string {
  let next = 0;
  return text.replace(/%(?:(%)|(?:\.(\d+))?(.?))/gs, (_whole, percent: string | undefined, precision: string | undefined, verb = '') => {
    if (percent) return '%';
    if (next >= values.length) throw new ValueError(`index ${next} out of range`);
    const value = values[next++];
    const write = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (!write) throw new ValueError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    return write(value, Number(precision ?? 6));
  });
}

const verbs: Readonly<Record<string, (value: unknown, precision: number) => string>> = {
  s: (value) => plain(value),
  d: (value) => whole(value, 10),
  b: (value) => (typeof value === 'boolean' ? String(Number(value)) : whole(value, 2)),
  o: (value) => whole(value, 8),
  x: (value) => hex(value),
  X: (value) => hex(value).toUpperCase(),
  f: (value, precision) => real(value).toFixed(precision),
  e: (value, precision) =>
    real(value)
      .toExponential(precision)
      .replace(/e([+-])(\d)$/, 'e$10$2'),
};

function whole(value: unknown, base: number): string {
  if (typeof value !== 'bigint') throw new ValueError(`error during formatting: only integers can be formatted with this clause, was given ${plain(value)}`);
  return value.toString(base);
}

const hex = (value: unknown): string => (typeof value === 'string' ? Buffer.from(value).toString('hex') : whole(value, 16));

function real(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw new ValueError(`error during formatting: only doubles and integers can be formatted with this clause, was given ${plain(value)}`);
}

/** `%s`: lists and maps as CEL writes them. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`;
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, each]) => `${key}: ${plain(each)}`).join(', ')}}`;
}
