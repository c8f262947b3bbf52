/** Why a packet did not arrive. */
import type { Wire } from './capture.ts';
import { Errno } from './errno.ts';

/** How long a client waits, in milliseconds. */
export const refusedAfter = 1;
export const timeoutAfter = 130_000;
export const unreachableAfter = 3_000;

/** A dial that failed, and how long a real client would have waited to learn it. */
export class NetworkError extends Errno {
  readonly afterMilliseconds: number;
  /** What could be heard of it on its way. */
  wire: Wire | undefined;
  constructor(code: 'ECONNREFUSED' | 'ETIMEDOUT' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'EPROTO', afterMilliseconds: number) {
    super(code);
    this.afterMilliseconds = afterMilliseconds;
  }
}
