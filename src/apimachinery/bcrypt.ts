/** bcrypt (Provos, Mazières 1999), for htpasswd files. Blowfish's tables are the digits of pi, which are computed when they are first needed. */

type State = { readonly p: Uint32Array; readonly s: Uint32Array };

const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const words = 18 + 4 * 256;

/** `$2y$05$…` of a password; the salt is 16 bytes. */
export function bcrypt(password: string, salt: Uint8Array, cost = 5, version = '2y'): string {
  const hash = encode(digest(password, salt, cost).subarray(0, 23));
  return `$${version}$${String(cost).padStart(2, '0')}$${encode(salt)}${hash}`;
}

/** Whether a hash is that of a password; false for hashes of other kinds. */
export function bcryptMatches(password: string, hash: string): boolean {
  const [, version, cost, salt] = /^\$(2[abxy])\$(\d\d)\$([./A-Za-z0-9]{22})[./A-Za-z0-9]{31}$/.exec(hash) ?? [];
  if (version === undefined || salt === undefined || Number(cost) > 12) return false;
  return bcrypt(password, decode(salt).subarray(0, 16), Number(cost), version) === hash;
}

function digest(password: string, salt: Uint8Array, cost: number): Uint8Array {
  const key = new Uint8Array([...new TextEncoder().encode(password), 0]).subarray(0, 72);
  const state = fresh();
  expand(state, key, salt);
  const none = new Uint8Array(16);
  for (let round = 0; round < 2 ** cost; round++) {
    expand(state, key, none);
    expand(state, salt, none);
  }
  const text = new TextEncoder().encode('OrpheanBeholderScryDoubt');
  const out = new Uint8Array(24);
  const view = new DataView(out.buffer);
  for (let block = 0; block < 3; block++) {
    const pair = new Uint32Array([wordAt(text, block * 8), wordAt(text, block * 8 + 4)]);
    for (let i = 0; i < 64; i++) encipher(state, pair);
    view.setUint32(block * 8, pair[0] as number);
    view.setUint32(block * 8 + 4, pair[1] as number);
  }
  return out;
}

/** Four bytes from a place on, as if they stood in a ring. */
const wordAt = (bytes: Uint8Array, at: number): number => [0, 1, 2, 3].reduce((word, i) => ((word << 8) | (bytes[(at + i) % bytes.length] ?? 0)) >>> 0, 0);

function expand(state: State, key: Uint8Array, salt: Uint8Array): void {
  const { p } = state;
  for (let i = 0; i < p.length; i++) p[i] = (p[i] as number) ^ wordAt(key, i * 4);
  const salted = [0, 4, 8, 12].map((at) => wordAt(salt, at));
  const pair = new Uint32Array(2);
  let at = 0;
  for (const table of [p, state.s])
    for (let i = 0; i < table.length; i += 2) {
      pair[0] = (pair[0] as number) ^ (salted[at] as number);
      pair[1] = (pair[1] as number) ^ (salted[at + 1] as number);
      at = 2 - at;
      encipher(state, pair);
      table[i] = pair[0] as number;
      table[i + 1] = pair[1] as number;
    }
}

/** Blowfish on one block, in its place. */
function encipher({ p, s }: State, pair: Uint32Array): void {
  let l = pair[0] as number;
  let r = pair[1] as number;
  for (let i = 0; i < 16; i++) {
    l ^= p[i] as number;
    const sum = (((s[l >>> 24] as number) + (s[256 + ((l >>> 16) & 255)] as number)) ^ (s[512 + ((l >>> 8) & 255)] as number)) + (s[768 + (l & 255)] as number);
    const swapped = r ^ sum;
    r = l;
    l = swapped;
  }
  pair[0] = r ^ (p[17] as number);
  pair[1] = l ^ (p[16] as number);
}

function fresh(): State {
  const digits = piFraction(words * 32);
  const all = new Uint32Array(words);
  const mask = 0xffffffffn;
  for (let i = 0; i < words; i++) all[i] = Number((digits >> BigInt((words - 1 - i) * 32)) & mask);
  return { p: all.slice(0, 18), s: all.slice(18) };
}

/** The first bits of pi behind the point: Machin's formula, each arctangent as one fraction (binary splitting). */
function piFraction(bits: number): bigint {
  const guard = 64n;
  const one = 1n << (BigInt(bits) + guard);
  const arctan = (inverse: bigint): bigint => {
    const terms = Math.ceil((bits + 64) / (2 * Math.log2(Number(inverse)))) + 1;
    const { top, odd, powers } = series(0, terms, -(inverse * inverse));
    return (one * top) / (odd * powers * inverse);
  };
  return (4n * (4n * arctan(5n) - arctan(239n)) - 3n * one) >> guard;
}

type Fraction = { readonly top: bigint; readonly odd: bigint; readonly powers: bigint };

/** The terms 1 / ((2k + 1) ratio^k) from one k to before another: top / (odd powers). */
function series(from: number, to: number, ratio: bigint): Fraction {
  if (to - from === 1) return { top: 1n, odd: BigInt(2 * from + 1), powers: from === 0 ? 1n : ratio };
  const middle = (from + to) >> 1;
  const left = series(from, middle, ratio);
  const right = series(middle, to, ratio);
  return { top: right.odd * right.powers * left.top + left.odd * right.top, odd: left.odd * right.odd, powers: left.powers * right.powers };
}

/** bcrypt's own base64. */
function encode(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = Math.min(3, bytes.length - i) + 1;
    for (let k = 0; k < letters; k++) out += alphabet[(group >> (18 - 6 * k)) & 63];
  }
  return out;
}

function decode(text: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < text.length; i += 4) {
    const group = [0, 1, 2, 3].reduce((sum, k) => (sum << 6) | Math.max(0, alphabet.indexOf(text[i + k] ?? '.')), 0);
    out.push((group >> 16) & 255, (group >> 8) & 255, group & 255);
  }
  return new Uint8Array(out);
}
