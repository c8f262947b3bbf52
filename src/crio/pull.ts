/** Pulling an image: from registry to storage (CRI-O server/image_pull.go, containers/image copy). */

import { HttpRegistry } from '../client/http-registry.ts';
import { chainIds } from '../interfaces/chain-id.ts';
import { type AuthConfig, CriError } from '../interfaces/cri.ts';
import {
  type Blob,
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  RegistryFailure,
  type RegistryServer,
  RegistryUnreachable,
} from '../interfaces/distribution.ts';
import { isIndex, ownManifest } from '../interfaces/image-content.ts';
import { registryAddress } from '../interfaces/image-name.ts';
import { NetworkError } from '../linux/network.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Context } from './context.ts';
import { isInsecure, policyProblem, type Reference, sources, unknown } from './references.ts';
import type { StoredImage } from './storage.ts';

/** Pulls one candidate, from the first of its sources that has it. */
export function* pullImage(context: Context, reference: Reference, auth: AuthConfig | undefined): Routine<StoredImage> {
  let last: unknown;
  for (const source of sources(context.files, reference))
    try {
      return yield* pullFrom(context, reference, source, auth);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      last = error;
    }
  throw last;
}

function* pullFrom(context: Context, reference: Reference, source: Reference, auth: AuthConfig | undefined): Routine<StoredImage> {
  const registry = yield* connect(context, source);
  const rejected = policyProblem(context.files, context.config.policyPath, reference);
  if (rejected !== undefined) throw unknown(`SignatureValidationFailed: Source image rejected: ${rejected}`);
  const user = auth?.username === undefined ? undefined : { username: auth.username, ...(auth.password === undefined ? {} : { password: auth.password }) };
  try {
    const top = yield* registry.manifest(source.repository, source.digest ?? source.tag ?? 'latest', user);
    const get = (digest: string): Routine<Blob> => registry.blob(source.repository, digest, user);
    const manifestOf = (digest: string): Routine<Blob> => registry.manifest(source.repository, digest, user);
    return yield* store(context, reference, top, { get, manifestOf });
  } catch (error) {
    if (error instanceof RegistryFailure) throw refused(error, source);
    if (error instanceof RegistryUnreachable) throw unreachable(source, error.message.replace(/^\w+ "[^"]*": /, ''));
    if (error instanceof NetworkError) throw unreachable(source, `dial tcp: ${error.message.toLowerCase()}`);
    throw error;
  }
}

type Source = { readonly get: (digest: string) => Routine<Blob>; readonly manifestOf: (digest: string) => Routine<Blob> };

function* store(context: Context, reference: Reference, top: Blob, { get, manifestOf }: Source): Routine<StoredImage> {
  const { storage } = context;
  const listed = isIndex(top) ? ownManifest(JSON.parse(top.text) as ImageIndex) : undefined;
  const manifest = listed ? yield* manifestOf(listed.digest) : top;
  const { config, layers } = JSON.parse(manifest.text) as { readonly config: Descriptor; readonly layers: readonly Descriptor[] };
  const configText = (yield* get(config.digest)).text;
  const imageConfig = JSON.parse(configText) as ImageConfig;
  const chain = chainIds(imageConfig.rootfs.diff_ids).map((id) => id.slice(7));
  let parent = '';
  for (const [index, { digest }] of layers.entries()) {
    const id = chain[index] ?? '';
    if (!storage.state.layers.has(id)) {
      const blob = yield* get(digest);
      yield* sleep(2 + blob.size / 150_000);
      storage.putLayer(id, parent, blob);
    }
    parent = id;
  }
  const id = config.digest.slice(7);
  const sizes = layers.map((each) => each.size);
  storage.putImage({
    id,
    names: reference.digest === undefined ? [reference.full] : [],
    digests: [`${reference.name}@${top.digest}`, ...(manifest === top ? [] : [`${reference.name}@${manifest.digest}`])],
    layer: parent,
    config: imageConfig,
    manifest: manifest.text,
    size: sizes.reduce((sum, size) => sum + Math.round(size * 2.4), configText.length),
    created: Date.parse(imageConfig.created) || context.now,
  });
  const stored = storage.state.images.get(id);
  if (!stored) throw unknown(`looking up pulled image: ${id}`);
  return stored;
}

/** `docker.io` is reached under another name. */
const addressOf = ({ host }: Reference): string => registryAddress(host);

/** What is said when the registry does not even answer at /v2/; the artifact store has tried it too. */
function unreachable(source: Reference, problem: string): CriError {
  const why = `pinging container registry ${addressOf(source)}: Get "https://${addressOf(source)}/v2/": ${problem}`;
  const prefix = problem.endsWith('connection refused') ? 'RegistryUnavailable: ' : '';
  return unknown(`${prefix}${bothErrors(source, why)}`);
}

const bothErrors = (source: Reference, why: string): string =>
  `unable to pull image or OCI artifact: pull image err: initializing source docker://${source.familiar}: ${why}; artifact err: pull artifact: initializing source docker://${source.familiar}: ${why}`;

function refused({ status, message }: RegistryFailure, source: Reference): CriError {
  const where = `reading manifest ${source.tag ?? source.digest} in ${source.name}`;
  if (status === 404)
    return unknown(
      bothErrors(source, `${where}: ${message.startsWith('manifest unknown') ? 'manifest unknown' : 'name unknown: repository name not known to registry'}`),
    );
  if (status === 401 && message.endsWith('no basic auth credentials')) return unknown(bothErrors(source, `${where}: authentication required`));
  if (status === 401) return unknown(bothErrors(source, `${where}: requested access to the resource is denied`));
  if (status === 429)
    return unknown(
      bothErrors(source, `${where}: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`),
    );
  return unknown(bothErrors(source, `${where}: received unexpected HTTP status: ${status} ${message}`));
}

function* connect(context: Context, source: Reference): Routine<RegistryServer> {
  const address = addressOf(source);
  const unknownName = /^(localhost|\d+\.\d+\.\d+\.\d+)(:|$)/.test(address) ? undefined : context.unreachable(address);
  if (unknownName) {
    yield* sleep(unknownName.after);
    throw unreachable(source, unknownName.problem);
  }
  try {
    const registry = context.registry(source.host);
    if (registry) return registry;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* sleep(error.afterMilliseconds);
    throw unreachable(source, `dial tcp: lookup ${address}: ${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`}`);
  }
  // Whoever answers at that address over the node's network.
  const { sim, kernel, files } = context;
  const open = isInsecure(files, source.host);
  return new HttpRegistry(
    { sim, network: kernel.host.network, files },
    { scheme: 'https', authority: address, prefix: '/v2', fallback: open, skipVerify: open },
    'cri-o/1.35',
  );
}
