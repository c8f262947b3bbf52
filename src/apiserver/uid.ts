import type { Random } from '../sim/random.ts';

/** Gives out UUIDs of version 4. A count goes into each, so that none comes twice even when the stream of chance begins anew. */
export class Uids {
  readonly #random: Random;
  #count: number;

  constructor(random: Random, first: number) {
    this.#random = random;
    this.#count = first;
  }

  next(): string {
    const a = hex(this.#random.int(2 ** 32) ^ Math.imul(++this.#count, 0x9e3779b1));
    const [b, c, d] = [this.#word(), this.#word(), this.#word()];
    const variant = '89ab'[Number.parseInt(c[0] as string, 16) & 3];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }

  #word(): string {
    return hex(this.#random.int(2 ** 32));
  }
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
