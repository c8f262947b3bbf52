/** How a run of kubeadm fails. */

/** 1: something failed; 2: a check before the work; 3: a wrong value. */
export class Fatal extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
