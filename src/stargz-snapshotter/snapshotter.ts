/** Snapshotters that mount an image's layers from its registry and read what is asked for: stargz (containerd-stargz-grpc), nydus, SOCI. */
import { type Blob, RegistryFailure, type RegistryServer, RegistryUnreachable } from '../interfaces/distribution.ts';
import { lazyMarks, type ProxySnapshotter, type RemoteLayer } from '../interfaces/snapshotter.ts';
import { NetworkError } from '../linux/network.ts';
import type { Routine } from '../sim/routine.ts';

/** Each knows its layers by other marks of the manifest (interfaces/snapshotter.ts lazyMarks). */
export type Kind = 'stargz' | 'nydus' | 'soci';

/** Whether a layer says that it can be read in parts. */
const readable: Readonly<Record<Kind, (layer: RemoteLayer) => boolean>> = {
  stargz: ({ layer }) => layer.annotations?.[lazyMarks.tocDigest] !== undefined,
  nydus: ({ layer }) => layer.mediaType === lazyMarks.nydusBlob,
  soci: ({ annotations }) => annotations[lazyMarks.sociIndex] !== undefined,
};

/** `say` writes its journal; the registry is asked without credentials. */
export class Snapshotter implements ProxySnapshotter {
  readonly #kind: Kind;
  readonly #registry: (host: string) => RegistryServer | undefined;
  readonly #say: (text: string) => void;

  constructor(kind: Kind, registry: (host: string) => RegistryServer | undefined, say: (text: string) => void) {
    this.#kind = kind;
    this.#registry = registry;
    this.#say = say;
  }

  *prepareRemote(remote: RemoteLayer): Routine<Blob | undefined> {
    if (!readable[this.#kind](remote)) return undefined;
    const { ref, layer } = remote;
    const [host = ''] = ref.split('/');
    const repository = (ref.split('@')[0] ?? '').slice(host.length + 1).replace(/:[^:/]*$/, '');
    try {
      const registry = this.#registry(host);
      if (!registry) return undefined;
      const blob = yield* registry.part ? registry.part(repository, layer.digest) : registry.blob(repository, layer.digest);
      this.#say(`prepared remote snapshot: ${ref} ${layer.digest}`);
      return blob;
    } catch (error) {
      // What cannot be mounted is pulled as ever.
      if (error instanceof RegistryFailure || error instanceof RegistryUnreachable || error instanceof NetworkError) return undefined;
      throw error;
    }
  }
}
