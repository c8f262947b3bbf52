/** What cosign's commands share. */
import type { Process } from '../../linux/process.ts';
import type { Flags } from '../flags.ts';

/** One run of a cosign command. */
export type Call = { readonly process: Process; readonly flags: Flags; readonly args: readonly string[] };

/** Ends the run with `Error: …`; the status says of which kind (cmd/cosign/errors/exit_codes.go). */
export class CosignError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
