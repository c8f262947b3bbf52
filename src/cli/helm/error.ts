/** How helm ends when something went wrong. */

/** Printed as `Error: MESSAGE`. */
export class HelmError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** What the lab does not do: exit status 70. */
export const notSimulated = (what: string): HelmError => new HelmError(`k8s-lab: ${what} is not simulated`, 70);
