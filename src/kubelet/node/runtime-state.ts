import { CriError } from '../../interfaces/cri.ts';
import type { DirectoryNode } from '../../linux/inode.ts';
import { Condition, type Milliseconds, type Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import type { Pleg } from '../runtime/pleg.ts';

const checkPeriod: Milliseconds = 5_000;
const maxWaitForRuntime: Milliseconds = 30_000;
const cniDirectory = '/etc/cni/net.d';

/**
 * Whether container runtime and pod network are well: kubernetes pkg/kubelet/runtime.go, updateRuntimeUp. Upstream asks every 5 s;
 * here only until all is well, and again from when the runtime's event stream breaks or the CNI configuration changes.
 */
export class RuntimeState {
  /** Notified when the answer may be another one. */
  readonly changed = new Condition();
  readonly #context: Context;
  readonly #pleg: Pleg;
  #lastSync: Milliseconds | undefined;
  #well = false;
  #networkError: string | undefined = 'container runtime status check may not have completed yet';
  #runtimeError: string | undefined;

  constructor(context: Context, pleg: Pleg) {
    this.#context = context;
    this.#pleg = pleg;
  }

  start(): void {
    this.#context.sim.go(this.#loop(), 'kubelet runtime state');
  }

  /** Undefined when pods can be given a network. */
  get networkError(): string | undefined {
    return this.#networkError;
  }

  /** What keeps the node from being ready. */
  errors(): string[] {
    const errors: string[] = [];
    const { now } = this.#context.sim;
    const wellSince = this.#well && this.#pleg.connected ? now : this.#lastSync;
    if (wellSince === undefined) errors.push('container runtime status check may not have completed yet');
    else if (now - wellSince > maxWaitForRuntime) errors.push('container runtime is down');
    if (this.#runtimeError !== undefined) errors.push(this.#runtimeError);
    const pleg = this.#pleg.unhealthy();
    if (pleg !== undefined) errors.push(pleg);
    if (this.#networkError !== undefined && wellSince !== undefined) errors.push(this.#networkError);
    return errors;
  }

  *#loop(): Routine {
    for (;;) {
      this.#check();
      if (this.#well && this.#pleg.connected) {
        const directory = this.#context.fs.find(cniDirectory);
        yield { on: [this.#pleg.connection, ...(directory?.type === 'directory' ? [(directory as DirectoryNode).changed] : [])] };
        if (this.#pleg.connected) {
          // The runtime notices the new configuration in its own time.
          yield { timeout: 1 };
          this.#check();
        } else this.#lastSync = this.#context.sim.now;
      }
      yield { timeout: checkPeriod };
    }
  }

  #check(): void {
    const { sim, cri, klog } = this.#context;
    const before = [this.#well, this.#networkError, this.#runtimeError].join();
    try {
      const { conditions } = cri().runtime.status(false);
      const text = (type: string, what: string): string | undefined => {
        const found = conditions.find((each) => each.type === type);
        if (found?.status) return undefined;
        return `container runtime ${what}: ${type}=false reason:${found?.reason ?? ''} message:${found?.message ?? ''}`;
      };
      this.#networkError = text('NetworkReady', 'network not ready');
      this.#runtimeError = text('RuntimeReady', 'not ready');
      this.#lastSync = sim.now;
      this.#well = this.#networkError === undefined && this.#runtimeError === undefined;
      if (this.#networkError !== undefined)
        klog.error('kubelet.go:3117', 'Container runtime network not ready', this.#networkError.slice(this.#networkError.indexOf(': ') + 2));
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      this.#well = false;
      klog.error('kubelet.go:3097', 'Container runtime sanity check failed', error.message);
    }
    if (before !== [this.#well, this.#networkError, this.#runtimeError].join()) this.changed.notify();
  }
}
