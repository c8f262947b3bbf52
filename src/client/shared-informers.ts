import type { ResourceName, ResourceTypes } from '../api/types.ts';
import { resourceNamed } from '../apimachinery/resources.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import type { Client } from './client.ts';
import { Informer, type InformerOptions, type ListFailed } from './informer.ts';
import { type GroupVersionResource, resourceOf } from './paths.ts';

/** One informer a resource for all parts of a process: client-go's SharedInformerFactory. */
export class SharedInformers {
  readonly #sim: Sim;
  readonly #client: Client;
  readonly #informers = new Map<string, Informer>();

  readonly #failed: ListFailed | undefined;

  constructor(sim: Sim, client: Client, failed?: ListFailed) {
    this.#sim = sim;
    this.#client = client;
    this.#failed = failed;
  }

  /** The informer of a resource, made and started at the first call. Those with other options are others. */
  of<R extends ResourceName>(resource: R, options?: InformerOptions): Informer<ResourceTypes[R]> {
    // Asked for at every turn, mostly without options: the name alone is the key then.
    const id = options === undefined ? resource : [resource, options.namespace ?? '', options.labelSelector ?? '', options.fieldSelector ?? ''].join('|');
    // The map is keyed by the resource's name, which gives the type.
    return (this.#informers.get(id) ?? this.#start(id, resourceOf(resource), options ?? {})) as unknown as Informer<ResourceTypes[R]>;
  }

  /** The same for a resource known at run time only. */
  ofResource(resource: GroupVersionResource): Informer {
    const id = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
    return this.#informers.get(id) ?? this.#start(id, resource, {});
  }

  #start(id: string, resource: GroupVersionResource, options: InformerOptions): Informer {
    const informer: Informer = new Informer(this.#sim, this.#client, resource, options, this.#failed);
    this.#informers.set(id, informer);
    informer.start();
    return informer;
  }

  /** Waits until all informers asked for so far have their first list: cache.WaitForCacheSync. */
  *waitForSync(): Routine {
    for (const informer of [...this.#informers.values()]) while (!informer.synced) yield { on: [informer.changed] };
  }
}

/** `*v1.Service`, `failed to list *v1.Service: …`: what client-go tools/cache/reflector.go says of a failure. */
export function reflectorTexts({ group, version, resource }: GroupVersionResource, problem: string): { readonly type: string; readonly error: string } {
  const type = `*${version}.${resourceNamed(group === '' ? resource : `${resource}.${group}`)?.kind ?? resource}`;
  return { type, error: `failed to list ${type}: ${problem}` };
}
