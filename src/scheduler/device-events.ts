/** What the scheduler does about devices beside its plugin: pkg/scheduler/framework/plugins/dynamicresources. */
import type { Pod } from '../api/types.ts';
import { podClaims } from '../client/component-helpers/resource-claims.ts';
import type { SharedInformers } from '../client/shared-informers.ts';
import type { Diagnosis } from './fit-error.ts';

/** To be called for each pod with claims: from the first on, `moved` is told what changes among claims and devices. */
export function deviceEvents(informers: SharedInformers, moved: () => void): () => void {
  let followed = false;
  return () => {
    if (followed) return;
    followed = true;
    for (const resource of ['resourceclaims', 'deviceclasses', 'resourceslices'] as const)
      informers.of(`${resource}.resource.k8s.io`).addHandler({ add: moved, update: moved });
  };
}

/** PostFilter: no claim of the lab's is allocated that could be given back. */
export const claimsText = (pod: Pod, { preFilterMessage }: Diagnosis): string =>
  podClaims(pod).length > 0 && preFilterMessage === undefined ? 'still not schedulable' : 'no new claims to deallocate';
