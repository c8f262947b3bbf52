import { Channel } from './channel.ts';
import type { Routine } from './routine.ts';

/**
 * Bytes on their way, as text. The lab keeps all bytes as JavaScript strings: valid UTF-8 as itself, any other byte b (0x80 to 0xff) as
 * the lone surrogate U+DC00 + b, as Python's surrogateescape does. `encodeUtf8` and `decodeUtf8` convert, without loss.
 */
export type ByteStream = Channel<string>;

const pipeCapacity = 64 * 1024;

/** A bounded stream: 64 KiB, as a pipe has. */
export const newByteStream = (capacity = pipeCapacity): ByteStream => new Channel<string>({ capacity, sizeOf: (text) => text.length });

/** Hands on what comes, until the stream's end. */
export function* eachText(from: ByteStream, use: (text: string) => void): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) use(text);
}

/** The same a line at a time, without its newline; a last one may have none. */
export function* eachLine(from: ByteStream, use: (line: string) => void): Routine {
  let rest = '';
  yield* eachText(from, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) use(line);
  });
  if (rest !== '') use(rest);
}

/** The bytes of a text. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  let end = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) out[end++] = unit;
    else if (unit < 0x800) end = put(out, end, 0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      const point = 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      end = put(out, end, 0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    } else if (unit >= 0xdc80 && unit <= 0xdcff) out[end++] = unit - 0xdc00;
    else end = put(out, end, 0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return out.subarray(0, end);
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

function put(out: Uint8Array, at: number, ...bytes: number[]): number {
  out.set(bytes, at);
  return at + bytes.length;
}

/** The text of bytes; what is not UTF-8 is kept, byte by byte. */
export function decodeUtf8(bytes: Uint8Array): string {
  let out = '';
  let i = 0;
  while (i < bytes.length) {
    const length = sequenceLength(bytes, i);
    if (length === 0) out += String.fromCharCode(0xdc00 + (bytes[i++] as number));
    else {
      out += String.fromCodePoint(point(bytes, i, length));
      i += length;
    }
  }
  return out;
}

/** Length of the valid UTF-8 sequence at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  if (length < 3) return length;
  const value = point(bytes, at, length);
  const valid = length === 3 ? value >= 0x800 && (value < 0xd800 || value > 0xdfff) : value >= 0x10000 && value <= 0x10ffff;
  return valid ? length : 0;
}

function point(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] as number;
  let value = length === 1 ? first : first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) value = (value << 6) | ((bytes[at + i] as number) & 0x3f);
  return value;
}

/** How many bytes a text takes. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80 || (unit >= 0xdc80 && unit <= 0xdcff)) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}
