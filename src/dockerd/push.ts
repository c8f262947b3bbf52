/** Pushing, and what a registry's refusals are in docker's words (moby daemon/containerd image_push.go, registry_errors.go). */

import { HttpRegistry } from '../client/http-registry.ts';
import { ContainerdError, type Descriptor, type ImageIndex } from '../interfaces/containerd.ts';
import { RegistryFailure, RegistryUnreachable } from '../interfaces/distribution.ts';
import { DockerError, type PushReport, type RegistryAuthConfig } from '../interfaces/docker.ts';
import { registryAddress } from '../interfaces/image-name.ts';
import type { Routine } from '../sim/routine.ts';
import { type Engine, moby } from './engine.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { familiar, parseReference } from './reference.ts';
import { accessTo } from './registry.ts';

const words = { waiting: 'Waiting', exists: 'Layer already exists', mounted: 'Mounted from', pushed: 'Pushed' } as const;

/** One tag. Of an index only the platform that is here is sent. */
export function* pushOne(engine: Engine, store: ImageStore, full: string, report: PushReport, auth: RegistryAuthConfig | undefined): Routine {
  const reference = parseReference(full);
  const image = store.all().find(({ names }) => names.includes(full));
  if (!image)
    throw new DockerError(
      404,
      engine.old ? `An image does not exist locally with the tag: ${familiar(`${reference.name}:x`).slice(0, -2)}` : `tag does not exist: ${familiar(full)}`,
    );
  const target = whole(engine, image) ? image.target : manifestOf(image);
  try {
    yield* engine.containerd.images.push(moby, full, {
      ...accessTo(engine, reference.host, auth),
      target,
      progress: ({ descriptor: { digest, mediaType }, status, outcome, from }) => {
        if (!/layer|diff/.test(mediaType) || status === 'uploading') return;
        const how = words[outcome ?? 'waiting'];
        report.progress(digest.slice(7, 19), outcome === 'mounted' ? `${how} ${familiar(`docker.io/${from}:x`).slice(0, -2)}` : how);
      },
    });
  } catch (error) {
    if (error instanceof ContainerdError)
      throw new DockerError(error.code === 'not found' ? 404 : 500, engine.old ? oldWords(error.message, reference.host) : registryWords(error.message));
    throw error;
  }
  report.ended(reference.tag, target.digest, target.size, target === image.target ? undefined : image.id);
  engine.emit('image', 'push', familiar(full), { name: familiar(reference.name.concat(':x')).slice(0, -2) });
}

/** Whether all that an index names is here. */
function whole({ containerd }: Engine, image: StoredImage): boolean {
  if (image.manifestDigest === image.id) return true;
  const { manifests } = JSON.parse(containerd.content.get(moby, image.id).text) as ImageIndex;
  const held = new Set(containerd.content.list(moby).map(({ digest }) => digest));
  return manifests.every(({ digest }) => held.has(digest));
}

const manifestOf = ({ manifestDigest, manifestSize }: StoredImage): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: manifestDigest,
  size: manifestSize,
});

/** The tags of a repository, for `pull --all-tags`. */
export function* tagsOfRemote(engine: Engine, host: string, path: string, shown: string, auth: RegistryAuthConfig | undefined): Routine<readonly string[]> {
  const authority = registryAddress(host);
  const { insecure = false } = accessTo(engine, host, auth);
  const open = insecure || /^(localhost|127\.)/.test(host);
  const registry = new HttpRegistry(
    { sim: engine.sim, network: engine.kernel.host.network, files: engine.files },
    { scheme: 'https', authority, prefix: '/v2', fallback: open, skipVerify: open },
    'docker/29',
  );
  try {
    return yield* registry.tags(path, auth);
  } catch (error) {
    if (error instanceof RegistryUnreachable) throw new DockerError(500, `failed to do request: ${error.message}`);
    if (!(error instanceof RegistryFailure)) throw error;
    throw error.status === 404 ? new DockerError(404, `repository ${shown} not found`) : new DockerError(500, registryWords(error.message));
  }
}

const tooMany = 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit';

/** What a registry said for itself is told as such. */
const registryWords = (message: string): string => (/: 429 Too Many Requests$/.test(message) ? `error from registry: ${tooMany}` : message);

/** The same by the client that Docker had before 29, which asked for /v2/ first (docker/distribution registry/client). */
function oldWords(message: string, host: string): string {
  const place = registryAddress(host);
  const dialled = /^failed to do request: \w+ "(https?):[^"]*": (.*)$/s.exec(message);
  if (dialled) return `Get "${dialled[1]}://${place}/v2/": ${dialled[2]}`;
  if (/: 429 Too Many Requests$/.test(message)) return `toomanyrequests: ${tooMany}`;
  if (message.endsWith('no basic auth credentials')) return 'no basic auth credentials';
  if (/access denied/.test(message)) return 'denied: requested access to the resource is denied';
  return /401 Unauthorized$/.test(message) ? 'unauthorized: authentication required' : message;
}

/** Docker does not tell a missing repository from a private one. */
export function pullError(error: ContainerdError, reference: ReturnType<typeof parseReference>, old: boolean): DockerError {
  const name = familiar(reference.name.concat(':x')).slice(0, -2);
  if (old && error.code === 'not found') return new DockerError(404, `manifest for ${familiar(reference.full)} not found: manifest unknown: manifest unknown`);
  const message = error.message.replace(/^failed to resolve image: /, '');
  if (/insufficient_scope|access denied|authorization failed/.test(message) && !message.endsWith('no basic auth credentials'))
    return new DockerError(
      404,
      `pull access denied for ${name}, repository does not exist or may require 'docker login'${old ? ': denied: requested access to the resource is denied' : ''}`,
    );
  if (error.code === 'not found') return new DockerError(404, `failed to resolve reference "${reference.full}": ${reference.full}: not found`);
  if (old) return new DockerError(500, oldWords(message, reference.host));
  const told = registryWords(message);
  return new DockerError(500, told !== message || message === error.message ? told : `failed to resolve reference "${reference.full}": ${message}`);
}
