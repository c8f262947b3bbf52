/** A pull-through cache: what is missing is fetched from the registry behind (distribution registry/proxy). */
import { HttpRegistry } from '../../../client/http-registry.ts';
import { RegistryFailure, RegistryUnreachable } from '../../../interfaces/distribution.ts';
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { Storage } from './storage.ts';

export class Mirror {
  readonly #storage: Storage;
  readonly #remote: HttpRegistry;

  constructor(process: Process, storage: Storage, url: string) {
    const [, scheme, authority = ''] = /^(https?):\/\/([^/]+)/.exec(url) ?? [];
    this.#storage = storage;
    this.#remote = new HttpRegistry(
      { sim: process.sim, network: process.namespaces.network, files: process.fs },
      { scheme: scheme === 'http' ? 'http' : 'https', authority, prefix: '/v2' },
      'Go-http-client/1.1',
    );
  }

  /** Brings it here if the remote has it; a tag is asked for anew each time, and what is here will do when nobody answers. */
  *bring(kind: 'manifests' | 'blobs' | '', repository: string, object: string): Routine {
    const storage = this.#storage;
    const byTag = !object.startsWith('sha256:');
    if (kind === '' || (!byTag && (kind === 'blobs' ? storage.hasLayer(repository, object) : storage.hasRevision(repository, object)))) return;
    try {
      if (kind === 'blobs') {
        storage.putBlob(object, yield* this.#remote.blob(repository, object));
        storage.linkLayer(repository, object);
        return;
      }
      const manifest = yield* this.#remote.manifest(repository, object);
      storage.putRevision(repository, manifest.digest, manifest.text);
      if (byTag) storage.setTag(repository, object, manifest.digest);
    } catch (error) {
      if (!(error instanceof RegistryFailure || error instanceof RegistryUnreachable)) throw error;
    }
  }
}
