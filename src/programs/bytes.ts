/** Between text and bytes. A binary string has one character (0 to 255) for each byte. */
import { decodeUtf8, encodeUtf8 } from '../sim/stream.ts';

const isAscii = (text: string): boolean => !/[^\x00-\x7f]/.test(text);

/** UTF-8; the text itself where it is ASCII. */
export function toBinary(text: string): string {
  return isAscii(text) ? text : binaryOf(encodeUtf8(text));
}

/** What is no UTF-8 becomes the replacement character. */
export function fromBinary(binary: string): string {
  return isAscii(binary) ? binary : decodeUtf8(bytesOf(binary));
}

/** One character a byte. */
export function binaryOf(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return out;
}

/** The other way. */
export function bytesOf(binary: string): Uint8Array {
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
  return out;
}
