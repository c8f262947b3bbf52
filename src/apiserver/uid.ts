import type { Random } from '../sim/random.ts';

/** A version 4 UUID out of four draws: the server makes one for each object. */
export function newUid(random: Random): string {
  const [a, b, c, d] = [word(random), word(random), word(random), word(random)];
  const variant = '89ab'[Number.parseInt(c[0] as string, 16) & 3];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

const word = (random: Random): string =>
  random
    .int(2 ** 32)
    .toString(16)
    .padStart(8, '0');
