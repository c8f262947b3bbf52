import type { ConfigMap, Secret } from '../api/types.ts';
import { Informer } from '../client/informer.ts';
import { resourceOf } from '../client/paths.ts';
import type { Sim } from '../sim/sim.ts';
import { decodeUtf8 } from '../sim/stream.ts';
import type { Context } from './context.ts';

type Kind = 'configmaps' | 'secrets';
type Watched = { readonly sim: Sim; readonly users: Set<string>; readonly informer: Informer };

/** The ConfigMaps and Secrets of this node's pods: read when asked for, watched while a pod uses them (kubernetes pkg/kubelet/util/manager). */
export class ConfigObjects {
  readonly #context: Context;
  readonly #onChange: (podUid: string) => void;
  readonly #watched = new Map<string, Watched>();
  readonly #decoded = new WeakMap<Secret, Readonly<Record<string, string>>>();

  /** `onChange` is told of each pod that uses an object that has changed. */
  constructor(context: Context, onChange: (podUid: string) => void) {
    this.#context = context;
    this.#onChange = onChange;
  }

  /** Undefined: there is none. Throws when the apiserver refuses or is away. */
  configMap(namespace: string, name: string): ConfigMap | undefined {
    const { informer } = this.#watched.get(`configmaps/${namespace}/${name}`) ?? {};
    if (informer?.synced) return informer.get({ namespace, name }) as ConfigMap | undefined;
    return this.#context.client().get('configmaps', { namespace, name });
  }

  secret(namespace: string, name: string): Secret | undefined {
    const { informer } = this.#watched.get(`secrets/${namespace}/${name}`) ?? {};
    if (informer?.synced) return informer.get({ namespace, name }) as Secret | undefined;
    return this.#context.client().get('secrets', { namespace, name });
  }

  /** A secret's data as text. */
  secretData(namespace: string, name: string): Readonly<Record<string, string>> | undefined {
    const secret = this.secret(namespace, name);
    if (!secret) return undefined;
    let data = this.#decoded.get(secret);
    if (!data) {
      data = Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, decodeUtf8(Uint8Array.from(atob(value), byteOf))]));
      this.#decoded.set(secret, data);
    }
    return data;
  }

  /** Follows an object on behalf of a pod. */
  watch(kind: Kind, namespace: string, name: string, podUid: string): void {
    const key = `${kind}/${namespace}/${name}`;
    let watched = this.#watched.get(key);
    if (!watched) {
      watched = this.#start(kind, namespace, name, this.#context.sim.scope(key));
      this.#watched.set(key, watched);
    }
    watched.users.add(podUid);
  }

  /** A pod has gone. */
  release(podUid: string): void {
    for (const [key, watched] of this.#watched) {
      if (!watched.users.delete(podUid) || watched.users.size > 0) continue;
      watched.sim.stop();
      this.#watched.delete(key);
    }
  }

  #start(kind: Kind, namespace: string, name: string, sim: Sim): Watched {
    const users = new Set<string>();
    const informer = new Informer(sim, this.#context.client(), resourceOf(kind), { namespace, fieldSelector: `metadata.name=${name}` });
    const tell = (): void => {
      if (!informer.synced) return; // The first list tells nothing new.
      for (const uid of users) this.#onChange(uid);
    };
    informer.addHandler({ add: tell, update: tell, delete: tell });
    informer.start();
    return { sim, users, informer };
  }
}

const byteOf = (character: string): number => character.charCodeAt(0);
