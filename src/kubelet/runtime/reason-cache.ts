import type { Pod } from '../../api/types.ts';
import { uidOf } from '../pod.ts';
import type { StartError, SyncResult } from './errors.ts';

/** Why containers could not be started last, until they are: kubernetes pkg/kubelet/reason_cache.go. */
export class ReasonCache {
  readonly #reasons = new Map<string, StartError>();

  update(pod: Pod, result: SyncResult): void {
    for (const name of result.started) this.#reasons.delete(key(pod, name));
    for (const [name, error] of result.failures) this.#reasons.set(key(pod, name), error);
  }

  get(pod: Pod, container: string): StartError | undefined {
    return this.#reasons.get(key(pod, container));
  }

  forget(pod: Pod, names: Iterable<string>): void {
    for (const name of names) this.#reasons.delete(key(pod, name));
  }
}

const key = (pod: Pod, container: string): string => `${uidOf(pod)}_${container}`;
