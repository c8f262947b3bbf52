/** Keys on the NIST curves, and signatures whose secret number is made from the message (RFC 6979): the same each time. */
import { createECDH, createHash, createHmac, createPrivateKey, type KeyObject } from 'node:crypto';
import { integer, sequence } from '../../apimachinery/der.ts';
import type { Random } from '../../sim/random.ts';

type Curve = { readonly name: string; readonly jwk: string; readonly bytes: number; readonly order: bigint };

const curves: readonly Curve[] = [
  { name: 'prime256v1', jwk: 'P-256', bytes: 32, order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n },
  {
    name: 'secp384r1',
    jwk: 'P-384',
    bytes: 48,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
];

/** By any of its names. */
export const curveOf = (name: string): Curve | undefined =>
  curves.find((each) => each.name === name || each.jwk === name || (name === 'secp256r1' && each.name === 'prime256v1'));

const bytesOf = (value: bigint, length: number): Buffer => Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** The point that belongs to a secret number. */
function point(curve: Curve, secret: bigint): { readonly x: Buffer; readonly y: Buffer } {
  const ecdh = createECDH(curve.name);
  ecdh.setPrivateKey(bytesOf(secret, curve.bytes));
  const both = ecdh.getPublicKey();
  return { x: both.subarray(1, 1 + curve.bytes), y: both.subarray(1 + curve.bytes) };
}

/** A new key, the same for the same chance. */
export function newEcKey(random: Random, curve: Curve): KeyObject {
  const secret = (BigInt(`0x${random.hex(curve.bytes * 2)}`) % (curve.order - 1n)) + 1n;
  const { x, y } = point(curve, secret);
  const field = (bytes: Buffer): string => bytes.toString('base64url');
  return createPrivateKey({ key: { kty: 'EC', crv: curve.jwk, d: field(bytesOf(secret, curve.bytes)), x: field(x), y: field(y) }, format: 'jwk' });
}

/** ECDSA with SHA-256, in DER. */
export function signEc(key: KeyObject, message: Uint8Array): Uint8Array {
  const { crv = '', d = '' } = key.export({ format: 'jwk' });
  const curve = curveOf(crv);
  if (!curve) throw new Error(`no curve ${crv}`);
  const hash = createHash('sha256').update(message).digest();
  const z = numberOf(hash);
  const secret = numberOf(Buffer.from(d, 'base64url'));
  for (const k of nonces(curve, secret, hash)) {
    const r = numberOf(point(curve, k).x) % curve.order;
    const s = (inverse(k, curve.order) * (z + r * secret)) % curve.order;
    if (r !== 0n && s !== 0n) return sequence(minimal(r), minimal(s));
  }
  return new Uint8Array();
}

const minimal = (value: bigint): Uint8Array => {
  const hex = value.toString(16);
  return integer(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
};

/** RFC 6979, 3.2. */
function* nonces({ order, bytes }: Curve, secret: bigint, hash: Buffer): Generator<bigint> {
  const seed = Buffer.concat([bytesOf(secret, bytes), bytesOf(numberOf(hash) % order, bytes)]);
  const mac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  let [k, v]: [Buffer, Buffer] = [Buffer.alloc(32, 0), Buffer.alloc(32, 1)];
  for (const mark of [0, 1]) {
    k = mac(k, v, Uint8Array.of(mark), seed);
    v = mac(k, v);
  }
  for (;;) {
    let out = Buffer.alloc(0);
    while (out.length < bytes) {
      v = mac(k, v);
      out = Buffer.concat([out, v]);
    }
    const candidate = numberOf(out.subarray(0, bytes));
    if (candidate > 0n && candidate < order) yield candidate;
    k = mac(k, v, Uint8Array.of(0));
    v = mac(k, v);
  }
}

function inverse(a: bigint, modulus: bigint): bigint {
  let [low, high, x, y] = [a % modulus, modulus, 1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high, x, y] = [high % low, low, y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}
