import type { Cause } from '../sim/fiber.ts';

/** One request as the audit log tells it. */
export type AuditEntry = {
  readonly time: number;
  readonly user: string;
  readonly verb: string;
  readonly path: string;
  readonly status: number;
  /** What set it off: see sim/fiber.ts. */
  readonly cause: Cause;
};

const capacity = 4096;

/** The last requests, in a ring. */
export class Audit {
  #ring: AuditEntry[] = [];
  #next = 0;

  add(entry: AuditEntry): void {
    if (this.#ring.length < capacity) this.#ring.push(entry);
    else this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % capacity;
  }

  get entries(): readonly AuditEntry[] {
    return this.#ring.length < capacity ? this.#ring : [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }
}
