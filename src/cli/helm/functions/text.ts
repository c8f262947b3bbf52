/** Functions of texts: Masterminds/sprig strings.go, regex.go, crypto.go, network.go. */
import { createHash } from 'node:crypto';
import { RE2JS } from 're2js';
import { FunctionError } from '../../../apimachinery/go-template.ts';
import { quote } from '../../../apimachinery/go-text.ts';
import { byteLength, encodeUtf8 } from '../../../sim/stream.ts';
import { type FunctionTable, textOf } from './types.ts';

const indent = (spaces: number, text: string): string => ' '.repeat(spaces) + text.replaceAll('\n', `\n${' '.repeat(spaces)}`);
const hash = (name: string) => (text: string) => createHash(name).update(encodeUtf8(text)).digest('hex');
const decoded = (text: string): string => Buffer.from(text, 'base64').toString('utf8');
const escaped = (set: string): string => set.replace(/[\]\\^-]/g, '\\$&');
const trimLeft = (set: string, text: string): string => text.replace(new RegExp(`^[${escaped(set)}]+`), '');
const trimRight = (set: string, text: string): string => text.replace(new RegExp(`[${escaped(set)}]+$`), '');
/** Words as xstrings has them: at signs, and where a capital follows a small letter. */
const words = (text: string): string[] => text.match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? [];
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function pattern(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new FunctionError((error as Error).message.replace(/^error parsing regexp: (.*): `/, 'error parsing regexp: $1: `'));
  }
}

function found(source: string, text: string, most = -1): string[] {
  const matcher = pattern(source).matcher(text);
  const all: string[] = [];
  while (all.length !== most && matcher.find()) all.push(matcher.group() ?? '');
  return all;
}

/** Go writes `${1}`, and knows no escapes. */
const replaced = (source: string, text: string, by: string): string =>
  pattern(source)
    .matcher(text)
    .replaceAll(by.replace(/\\/g, '\\\\').replace(/\$\{(\w+)\}/g, '$$$1'));

function literally(source: string, text: string, by: string): string {
  const matcher = pattern(source).matcher(text);
  let out = '';
  let at = 0;
  while (matcher.find()) {
    out += text.slice(at, matcher.start()) + by;
    at = matcher.end();
  }
  return out + text.slice(at);
}

const regexFunctions = {
  ss: {
    regexMatch: (source: string, text: string) => pattern(source).matcher(text).find(),
    regexFind: (source: string, text: string) => found(source, text, 1)[0] ?? '',
  },
  ssi: {
    regexFindAll: found,
    regexSplit: (source: string, text: string, count: number) => (count === 0 ? [] : pattern(source).split(text, count < 0 ? -1 : count)),
  },
  sss: {
    regexReplaceAll: replaced,
    regexReplaceAllLiteral: (source: string, text: string, by: string) => literally(source, text, by),
  },
};

/** The same names with `must` before them: here they always say what is wrong. */
const alsoMust = (table: FunctionTable): FunctionTable =>
  Object.fromEntries(
    Object.entries(table).map(([types, functions]) => [
      types,
      { ...functions, ...Object.fromEntries(Object.entries(functions).map(([name, call]) => [`must${capital(name)}`, call])) },
    ]),
  );

function adler32(text: string): string {
  let [a, b] = [1, 0];
  for (const byte of encodeUtf8(text)) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return String(b * 65536 + a);
}

function wrapped(width: number, text: string, by = '\n'): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(by);
}

const path = (text: string): string => {
  const out: string[] = [];
  for (const part of text.split('/')) {
    if (part === '..' && (out.length > 0 ? out.at(-1) !== '..' : text.startsWith('/'))) out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return (text.startsWith('/') ? '/' : '') + out.join('/') || '.';
};
const baseOf = (text: string): string => (text === '' ? '.' : text.replace(/\/+$/, '').replace(/^.*\//, '') || '/');

export const textFunctions: FunctionTable = {
  s: {
    upper: (text: string) => text.toUpperCase(),
    lower: (text: string) => text.toLowerCase(),
    title: (text: string) => text.replace(/(^|[^\p{L}\p{N}_])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
    untitle: (text: string) => text.replace(/(^|\s)(\p{L})/gu, (_, before: string, letter: string) => before + letter.toLowerCase()),
    swapcase: (text: string) => text.replace(/\p{L}/gu, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())),
    trim: (text: string) => text.trim(),
    nospace: (text: string) => text.replace(/\s/g, ''),
    initials: (text: string) =>
      text
        .split(/\s+/)
        .map((word) => word.charAt(0))
        .join(''),
    camelcase: (text: string) =>
      words(text)
        .map((word) => capital(word.toLowerCase()))
        .join(''),
    kebabcase: (text: string) => words(text).join('-').toLowerCase(),
    snakecase: (text: string) => words(text).join('_').toLowerCase(),
    b64enc: (text: string) => Buffer.from(encodeUtf8(text)).toString('base64'),
    b64dec: (text: string) => {
      const at = text.search(/[^A-Za-z0-9+/=\n\r]/);
      return at >= 0 || text.replace(/\s/g, '').length % 4 > 0
        ? `illegal base64 data at input byte ${at < 0 ? text.length - (text.length % 4) : at}`
        : decoded(text);
    },
    b32enc: (text: string) => base32(encodeUtf8(text)),
    sha1sum: hash('sha1'),
    sha256sum: hash('sha256'),
    sha512sum: hash('sha512'),
    adler32sum: adler32,
    regexQuoteMeta: (text: string) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
    base: baseOf,
    osBase: baseOf,
    dir: (text: string) => path(text.replace(/[^/]*$/, '')),
    clean: path,
    ext: (text: string) => /\.[^./]*$/.exec(text)?.[0] ?? '',
    isAbs: (text: string) => text.startsWith('/'),
    getHostByName: () => '',
  },
  ss: {
    contains: (part: string, text: string) => text.includes(part),
    hasPrefix: (part: string, text: string) => text.startsWith(part),
    hasSuffix: (part: string, text: string) => text.endsWith(part),
    trimPrefix: (part: string, text: string) => (text.startsWith(part) ? text.slice(part.length) : text),
    trimSuffix: (part: string, text: string) => (part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text),
    trimAll: (set: string, text: string) => trimLeft(set, trimRight(set, text)),
    trimLeft,
    trimRight,
    splitList: (by: string, text: string) => text.split(by),
    split: (by: string, text: string) => Object.fromEntries(text.split(by).map((part, i) => [`_${i}`, part])),
  },
  sss: { replace: (from: string, to: string, text: string) => text.replaceAll(from, () => to) },
  ssi: { plural: (one: string, many: string, count: number) => (count === 1 ? one : many) },
  is: {
    indent,
    nindent: (spaces: number, text: string) => `\n${indent(spaces, text)}`,
    repeat: (count: number, text: string) => text.repeat(Math.max(0, count)),
    trunc: (count: number, text: string) => (count < 0 ? (text.length + count > 0 ? text.slice(count) : text) : text.slice(0, count)),
    abbrev: (width: number, text: string) => (width < 4 || text.length <= width ? text : `${text.slice(0, width - 3)}...`),
    wrap: wrapped,
  },
  iss: { wrapWith: (width: number, by: string, text: string) => wrapped(width, text, by) },
  iis: {
    substr: (from: number, to: number, text: string) =>
      from < 0 ? text.slice(0, to) : to < 0 || to > byteLength(text) ? text.slice(from) : text.slice(from, to),
  },
  sis: {
    splitn: (by: string, count: number, text: string) => {
      const parts = text.split(by);
      const kept = count > 0 && parts.length > count ? [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)] : parts;
      return Object.fromEntries(kept.map((part, i) => [`_${i}`, part]));
    },
  },
  'a*': {
    quote: (...all: unknown[]) =>
      all
        .filter((value) => value !== null && value !== undefined)
        .map((value) => quote(textOf(value)))
        .join(' '),
    squote: (...all: unknown[]) =>
      all
        .filter((value) => value !== null && value !== undefined)
        .map((value) => `'${textOf(value)}'`)
        .join(' '),
    cat: (...all: unknown[]) =>
      all
        .filter((value) => value !== null && value !== undefined)
        .map(textOf)
        .join(' '),
  },
  a: { toString: textOf },
  sa: {
    join: (by: string, value: unknown) =>
      Array.isArray(value)
        ? value
            .filter((item) => item !== null && item !== undefined)
            .map(textOf)
            .join(by)
        : textOf(value),
  },
};

export const regexTable: FunctionTable = alsoMust(regexFunctions);

function base32(bytes: Uint8Array): string {
  let [bits, value, out] = [0, 0, ''];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[(value >> (bits - 5)) & 31];
  }
  if (bits > 0) out += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[(value << (5 - bits)) & 31];
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}
