/** @csv, @base64 and the other formats. */
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';
import { JqError } from './ast.ts';
import { describe, type Json, numberText, stringify } from './json.ts';

/** `name` with its `@`; throws JqError for one that there is not. */
export function formatValue(name: string, value: Json): string {
  const format = formats[name];
  if (!format) throw new JqError(`${name.slice(1)} is not a valid format`);
  return format(value);
}

/** A text as it is, anything else as JSON. */
export const toText = (value: Json): string => (typeof value === 'string' ? value : stringify(value));

const htmlEntities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&quot;' };

const formats: Readonly<Record<string, (value: Json) => string>> = {
  '@text': toText,
  '@json': stringify,
  '@csv': (value) => row(value, 'csv', ',', (text) => `"${text.replaceAll('"', '""')}"`),
  '@tsv': (value) =>
    row(value, 'tsv', '\t', (text) => text.replace(/[\\\t\n\r]/g, (sign) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[sign] ?? sign)),
  '@html': (value) => toText(value).replace(/[<>&'"]/g, (sign) => htmlEntities[sign] ?? sign),
  '@uri': (value) =>
    [...encodeUtf8(toText(value))]
      .map((byte) => (/[A-Za-z0-9\-_.~]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`))
      .join(''),
  '@sh': (value) => (Array.isArray(value) ? value.map(shellWord).join(' ') : shellWord(value)),
  '@base64': (value) => Buffer.from(encodeUtf8(toText(value))).toString('base64'),
  '@base64d': (value) => {
    const text = toText(value);
    const clean = text.replace(/=+$/, '');
    if (!/^[A-Za-z0-9+/]*$/.test(clean) || clean.length % 4 === 1) throw new JqError(`${describe(text)} is not valid base64 data`);
    return decodeUtf8(Buffer.from(clean, 'base64')).replace(/[\udc80-\udcff]/g, (unit, at: number, all: string) => (isPaired(all, at) ? unit : '\ufffd'));
  },
  '@base32': (value) => base32(encodeUtf8(toText(value))),
  '@base32d': (value) => decodeUtf8(fromBase32(toText(value))),
};

const isPaired = (text: string, at: number): boolean => {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before < 0xdc00;
};

function row(value: Json, name: string, separator: string, quote: (text: string) => string): string {
  if (!Array.isArray(value)) throw new JqError(`${describe(value)} cannot be ${name}-formatted, only an array can be`);
  return value
    .map((each) => {
      if (each === null) return '';
      if (typeof each === 'number') return numberText(each);
      if (typeof each === 'boolean') return String(each);
      if (typeof each === 'string') return quote(each);
      throw new JqError(`${describe(each)} is not valid in a ${name} row`);
    })
    .join(separator);
}

function shellWord(value: Json): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "'\\''")}'`;
  if (typeof value === 'object' && value !== null) throw new JqError(`${describe(value)} can not be escaped for shell`);
  return stringify(value);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const out = (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text.replace(/=+$/, '')].map((letter) => Math.max(0, alphabet.indexOf(letter)).toString(2).padStart(5, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
