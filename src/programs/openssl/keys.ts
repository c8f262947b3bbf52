/** Private keys: RSA made from the world's own chance, Ed25519, and what files hold. */
import { checkPrimeSync, createPrivateKey, type KeyObject } from 'node:crypto';
import type { Random } from '../../sim/random.ts';
import type { Sim } from '../../sim/sim.ts';

const exponent = 65537n;

/** What a key of 2048 bits costs; twice the bits cost eight times as much: see Sim.toil. */
const keySteps = 2_500;

/** An RSA key of so many bits, the same for the same chance. */
export function newRsaKey(sim: Sim, bits: number): KeyObject {
  const { random } = sim;
  sim.toil(keySteps * (bits / 2048) ** 3);
  for (;;) {
    const p = prime(random, Math.ceil(bits / 2));
    const q = prime(random, Math.floor(bits / 2));
    const phi = (p - 1n) * (q - 1n);
    const n = p * q;
    if (p === q || phi % exponent === 0n || n.toString(2).length !== bits) continue;
    const d = inverse(exponent, phi);
    const field = (value: bigint): string => Buffer.from(hexOf(value), 'hex').toString('base64url');
    const jwk = {
      kty: 'RSA',
      n: field(n),
      e: field(exponent),
      d: field(d),
      p: field(p),
      q: field(q),
      dp: field(d % (p - 1n)),
      dq: field(d % (q - 1n)),
      qi: field(inverse(q, p)),
    };
    return createPrivateKey({ key: jwk, format: 'jwk' });
  }
}

/** An Ed25519 key. */
export const newEd25519Key = (random: Random): KeyObject =>
  createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: Buffer.from(random.hex(64), 'hex').toString('base64url'), x: '' }, format: 'jwk' });

/** The key in a PEM text; undefined when there is none. */
export function readKey(text: string, passphrase?: string): KeyObject | undefined {
  try {
    return createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
  } catch {
    return undefined; // Whatever is wrong with it, openssl says one thing: see the caller.
  }
}

/** PKCS #8, whatever kind of key it is. */
export const keyPem = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }));

/** As PKCS#1, for `-traditional`. */
export const traditionalPem = (key: KeyObject): string =>
  key.asymmetricKeyType === 'rsa' ? String(key.export({ type: 'pkcs1', format: 'pem' })) : keyPem(key);

const hexOf = (value: bigint): string => {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
};

/** With its two highest bits set, so that a product of two has the full length. */
function prime(random: Random, bits: number): bigint {
  const high = 3n << BigInt(bits - 2);
  let candidate = BigInt(`0x${random.hex(Math.ceil(bits / 4))}`) % (1n << BigInt(bits - 2));
  candidate = candidate | high | 1n;
  while (!smallest.every((small) => candidate % small !== 0n) || !checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** What most candidates are divided by. */
const smallest = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n];

function inverse(a: bigint, modulus: bigint): bigint {
  let [low, high] = [a % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high % low, low];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}
