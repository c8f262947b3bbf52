/** Hashes of passwords as /etc/shadow and htpasswd have them (SHA-crypt by Drepper, md5crypt by Kamp). */
import { createHash } from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base64(bytes: Uint8Array, groups: readonly (readonly number[])[]): string {
  let out = '';
  for (const group of groups) {
    let value = group.reduce((sum, at) => sum * 256 + (at < 0 ? 0 : (bytes[at] ?? 0)), 0);
    for (let i = group.length + 1; i > 0; i--) {
      out += alphabet[value % 64];
      value = Math.floor(value / 64);
    }
  }
  return out;
}

const hash = (name: string, ...parts: readonly Uint8Array[]): Buffer => createHash(name).update(Buffer.concat(parts)).digest();
const stretched = (bytes: Uint8Array, length: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(length / bytes.length) || 1 }, () => bytes)).subarray(0, length);

/** `$5$` and `$6$`, 5000 rounds. */
export function cryptSha(kind: '5' | '6' | string, password: string, givenSalt: string): string {
  const name = kind === '6' ? 'sha512' : 'sha256';
  const size = kind === '6' ? 64 : 32;
  const [p, s] = [Buffer.from(password), Buffer.from(givenSalt.slice(0, 16))];
  const b = hash(name, p, s, p);
  const start = [p, s, stretched(b, p.length)];
  for (let n = p.length; n > 0; n >>= 1) start.push(n & 1 ? b : p);
  let digest = hash(name, ...start);
  const ps = stretched(hash(name, ...Array.from({ length: p.length }, () => p)), p.length);
  const ss = stretched(hash(name, ...Array.from({ length: 16 + (digest[0] ?? 0) }, () => s)), s.length);
  for (let round = 0; round < 5000; round++) {
    const odd = round % 2 === 1;
    digest = hash(name, odd ? ps : digest, round % 3 === 0 ? Buffer.alloc(0) : ss, round % 7 === 0 ? Buffer.alloc(0) : ps, odd ? digest : ps);
  }
  return `$${kind}$${givenSalt.slice(0, 16)}$${base64(digest, shaGroups(size))}`;
}

/** In which order three bytes each become four letters. */
function shaGroups(size: number): number[][] {
  const third = Math.floor(size / 3);
  const groups = Array.from({ length: third }, (_, i) => {
    const three = [i, i + third, i + 2 * third];
    const turn = size === 64 ? i % 3 : (3 - (i % 3)) % 3;
    return [...three.slice(turn), ...three.slice(0, turn)];
  });
  return [...groups, size === 64 ? [63] : [31, 30]];
}

/** `$1$` and `$apr1$`. */
export function md5Crypt(kind: string, password: string, givenSalt: string): string {
  const magic = `$${kind}$`;
  const [p, s] = [Buffer.from(password), Buffer.from(givenSalt.slice(0, 8))];
  const start: Uint8Array[] = [p, Buffer.from(magic), s, stretched(hash('md5', p, s, p), p.length)];
  for (let n = p.length; n > 0; n >>= 1) start.push(n & 1 ? Uint8Array.of(0) : p.subarray(0, 1));
  let digest = hash('md5', ...start);
  for (let round = 0; round < 1000; round++) {
    const odd = round % 2 === 1;
    digest = hash('md5', odd ? p : digest, round % 3 === 0 ? Buffer.alloc(0) : s, round % 7 === 0 ? Buffer.alloc(0) : p, odd ? digest : p);
  }
  const groups = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];
  return `${magic}${givenSalt.slice(0, 8)}$${base64(digest, groups)}`;
}
