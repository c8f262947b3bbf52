/** Manifest lists that are put together on one's own machine before they are pushed: `docker manifest`, `nerdctl manifest` (docker/cli cli/manifest, nerdctl pkg/manifeststore). */
import { createHash } from 'node:crypto';
import type { Descriptor, ImageConfig, ImageManifest, RegistryAuth } from '../interfaces/distribution.ts';
import { registryAddress } from '../interfaces/image-name.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import { HttpRegistry } from './http-registry.ts';

type Platform = {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
};
/** One image of a list, as its file says. */
export type Entry = {
  readonly Ref: string;
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number; readonly platform?: Platform };
  readonly Raw: string;
  readonly SchemaV2Manifest?: ImageManifest;
  readonly OCIManifest?: ImageManifest;
};

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const fileName = (reference: string): string => reference.replaceAll(':', '-').replaceAll('/', '_');

/** A folder for each list, a file for each of its images. */
export class ManifestLists {
  readonly #files: FileSystem;
  readonly #root: string;
  constructor(files: FileSystem, root: string) {
    this.#files = files;
    this.#root = root;
  }
  /** Undefined where there is no such list; by name. */
  all(list: string): readonly Entry[] | undefined {
    const folder = this.folder(list);
    if (!this.#files.isDirectory(folder)) return undefined;
    const names = this.#files.list(folder).map(([name]) => name);
    return names.sort().map((name) => JSON.parse(this.#files.read(`${folder}/${name}`)) as Entry);
  }
  get(list: string, reference: string): Entry | undefined {
    const path = `${this.folder(list)}/${fileName(reference)}`;
    return this.#files.exists(path) ? (JSON.parse(this.#files.read(path)) as Entry) : undefined;
  }
  save(list: string, reference: string, entry: Entry): void {
    this.#files.mkdir(this.folder(list), { parents: true });
    this.#files.write(`${this.folder(list)}/${fileName(reference)}`, JSON.stringify(entry));
  }
  remove(list: string): void {
    const folder = this.folder(list);
    for (const [name] of this.#files.list(folder)) this.#files.unlink(`${folder}/${name}`);
    this.#files.rmdir(folder);
  }
  /** Where a list lies. */
  folder(list: string): string {
    return `${this.#root}/${fileName(list)}`;
  }
}

/** A registry by a name's host; plain HTTP and unknown certificates are taken where somebody said so, and from this machine. */
export function registryOf(process: Process, host: string, lax: boolean, userAgent: string): HttpRegistry {
  const open = lax || /^(localhost|127\.)/.test(host);
  return new HttpRegistry(
    { sim: process.sim, network: process.namespaces.network, files: process.fs },
    { scheme: 'https', authority: registryAddress(host), prefix: '/v2', fallback: open, skipVerify: open },
    userAgent,
  );
}

/** `localhost:5000/team/app:1` in its parts. */
export function referenceParts(reference: string): { readonly host: string; readonly path: string; readonly tag: string } {
  const host = reference.slice(0, reference.indexOf('/'));
  const rest = reference.slice(host.length + 1);
  const at = rest.includes('@') ? rest.indexOf('@') : rest.lastIndexOf(':');
  return { host, path: rest.slice(0, at).replace(/:.*/, ''), tag: rest.slice(at + 1) };
}

/** The manifest of one image with its platform (`given` where a list tells it, else that of its config); a list's own text where it is one. */
export function* fetchEntry(
  registry: HttpRegistry,
  reference: string,
  auth: RegistryAuth | undefined,
  given?: Descriptor['platform'],
): Routine<Entry | { readonly manifests: readonly Descriptor[]; readonly text: string }> {
  const { path, tag } = referenceParts(reference);
  const { mediaType, digest, size, text } = yield* registry.manifest(path, tag, auth);
  const value = JSON.parse(text) as ImageManifest & { readonly manifests?: readonly Descriptor[] };
  if (value.manifests) return { manifests: value.manifests, text };
  const platform = given ?? platformOf(JSON.parse((yield* registry.blob(path, value.config.digest, auth)).text) as ImageConfig);
  return {
    Ref: reference,
    Descriptor: { mediaType, digest, size, platform },
    Raw: Buffer.from(text).toString('base64'),
    [mediaType === ociManifest ? 'OCIManifest' : 'SchemaV2Manifest']: value,
  };
}

const platformOf = ({ architecture, os }: ImageConfig): Platform => ({ architecture, os });

/** With what `annotate` was told. */
export function annotated(entry: Entry, told: Readonly<Record<'os' | 'arch' | 'variant' | 'os-version', string>>, features: readonly string[]): Entry {
  const before: Platform = entry.Descriptor.platform ?? { architecture: '', os: '' };
  const version = told['os-version'] || before['os.version'];
  const all = [...new Set([...(before['os.features'] ?? []), ...features])];
  const variant = told.variant || before.variant;
  const platform: Platform = {
    architecture: told.arch || before.architecture,
    os: told.os || before.os,
    ...(version ? { 'os.version': version } : {}),
    ...(all.length > 0 ? { 'os.features': all } : {}),
    ...(variant ? { variant } : {}),
  };
  return { ...entry, Descriptor: { ...entry.Descriptor, platform } };
}

/** The list's own manifest: an OCI index as soon as its images are OCI's. */
export function listManifest(entries: readonly Pick<Entry, 'Descriptor'>[]): { readonly mediaType: string; readonly text: string } {
  const oci = entries.some(({ Descriptor: { mediaType } }) => mediaType === ociManifest);
  const mediaType = oci ? 'application/vnd.oci.image.index.v1+json' : 'application/vnd.docker.distribution.manifest.list.v2+json';
  const manifests = entries.map(({ Descriptor: { mediaType: type, size, digest, platform } }) => ({ mediaType: type, size, digest, platform }));
  return { mediaType, text: JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, 3) };
}

/** Sends one image's manifest and blobs from another repository of the registry to the list's. */
export function* pushEntry(registry: HttpRegistry, entry: Entry, path: string, from: string, auth: RegistryAuth | undefined): Routine {
  const { Descriptor: about, Raw } = entry;
  const text = Buffer.from(Raw, 'base64').toString();
  const { config, layers } = JSON.parse(text) as ImageManifest;
  for (const blob of [config, ...layers]) yield* registry.upload(path, { ...blob, text: '' }, { auth, from });
  yield* registry.putManifest(path, about.digest, { ...about, text }, auth);
}

/** Puts the list in its place and tells its digest. */
export function* pushList(registry: HttpRegistry, list: string, entries: readonly Entry[], auth: RegistryAuth | undefined): Routine<string> {
  const { path, tag } = referenceParts(list);
  const { mediaType, text } = listManifest(entries);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  yield* registry.putManifest(path, tag, { mediaType, digest, size: Buffer.byteLength(text), text }, auth);
  return digest;
}
