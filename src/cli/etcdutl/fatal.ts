/** `Error: …` and a status; 128 is wrong usage (etcd pkg/cobrautl). */
export class Fatal extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
