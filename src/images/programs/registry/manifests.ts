/** Manifests, tags and the catalogue (distribution registry/handlers/manifests.go, tags.go, catalog.go). */
import { sha256 } from '../../../interfaces/image-content.ts';
import type { HttpResponse } from '../../../linux/protocols.ts';
import { answer, bad, type Call, headerOf, json } from './answers.ts';

const isDigest = (text: string): boolean => text.startsWith('sha256:');

type Manifest = {
  readonly schemaVersion?: number;
  readonly mediaType?: string;
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
};

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const typeOf = ({ mediaType, manifests }: Manifest): string => mediaType ?? (manifests ? ociIndex : ociManifest);

/** GET and HEAD, by tag or digest. */
export function getManifest({ storage, repository, object, request }: Call): HttpResponse {
  const digest = isDigest(object) ? object : storage.tag(repository, object);
  if (digest === undefined) return bad('MANIFEST_UNKNOWN', { Tag: object });
  const stored = storage.hasRevision(repository, digest) ? storage.blob(digest) : undefined;
  if (!stored) return bad('MANIFEST_UNKNOWN', { Name: repository, Revision: digest });
  const type = typeOf(JSON.parse(stored.text) as Manifest);
  // Old clients know nothing of OCI's formats: whoever does not name them is told so.
  const accepts = (headerOf(request, 'accept') ?? '').split(',').map((each) => each.split(';')[0]?.trim());
  if (type === ociManifest && !accepts.includes(type))
    return bad('MANIFEST_UNKNOWN', undefined, 'OCI manifest found, but accept header does not support OCI manifests');
  if (type === ociIndex && !accepts.includes(type))
    return bad('MANIFEST_UNKNOWN', undefined, 'OCI index found, but accept header does not support OCI indexes');
  if (headerOf(request, 'if-none-match')?.replaceAll('"', '') === digest) return answer(304, '');
  return answer(200, request.method === 'HEAD' ? '' : stored.text, {
    'Content-Length': String(stored.size),
    'Content-Type': type,
    'Docker-Content-Digest': digest,
    Etag: `"${digest}"`,
  });
}

/** What a manifest names must be there first. */
export function putManifest({ storage, repository, object, request }: Call): HttpResponse {
  const manifest = parsed(request.body);
  if (typeof manifest === 'string') return bad('MANIFEST_INVALID', manifest || {});
  const digest = sha256(request.body);
  if (isDigest(object) && object !== digest) return bad('DIGEST_INVALID');
  const blobs = [...(manifest.config ? [manifest.config] : []), ...(manifest.layers ?? [])].filter((each) => !storage.hasLayer(repository, each.digest));
  const children = (manifest.manifests ?? []).filter((each) => !storage.hasRevision(repository, each.digest));
  const [missing] = [...blobs, ...children];
  if (missing) return bad('MANIFEST_BLOB_UNKNOWN', missing.digest);
  storage.putRevision(repository, digest, request.body);
  if (!isDigest(object)) storage.setTag(repository, object, digest);
  return answer(201, '', { Location: `http://${request.host}/v2/${repository}/manifests/${digest}`, 'Docker-Content-Digest': digest });
}

/** A text for what is wrong, empty where JSON does not tell. */
function parsed(text: string): Manifest | string {
  try {
    const manifest = JSON.parse(text) as Manifest;
    return manifest.schemaVersion === 2 ? manifest : 'unrecognized manifest schema version 0';
  } catch {
    return '';
  }
}

/** By digest only, and only with storage.delete.enabled. */
export function deleteManifest({ storage, repository, object, deletes }: Call): HttpResponse {
  if (!deletes) return bad('UNSUPPORTED');
  if (!isDigest(object)) return bad('DIGEST_INVALID');
  if (!storage.hasRevision(repository, object)) return bad('MANIFEST_UNKNOWN');
  storage.removeRevision(repository, object);
  return answer(202, '');
}

/** Sorted, in pages of `n`. */
export function listTags({ storage, repository, query, request }: Call): HttpResponse {
  if (!storage.has(repository)) return bad('NAME_UNKNOWN', { name: repository });
  const { page, next } = paged(storage.tags(repository), query);
  return json({ name: repository, tags: page.length > 0 ? page : null }, next === undefined ? {} : link(request.path, next, page.length));
}

/** Repositories, in pages of `n`. */
export function catalog({ storage, query, request }: Call): HttpResponse {
  const n = query.get('n');
  if (n !== null && !(Number(n) > 0)) return bad('PAGINATION_NUMBER_INVALID', { n: Number(n) || 0 });
  const { page, next } = paged(storage.repositories(), query);
  return json({ repositories: page }, next === undefined ? {} : link(request.path, next, page.length));
}

const link = (path: string, last: string, n: number): Record<string, string> => ({
  Link: `<${path.split('?')[0]}?last=${encodeURIComponent(last)}&n=${n}>; rel="next"`,
});

/** `?n=` at most, after `?last=`. */
function paged(all: readonly string[], query: URLSearchParams): { readonly page: readonly string[]; readonly next: string | undefined } {
  const last = query.get('last') ?? '';
  const rest = [...all].sort().filter((each) => each > last);
  const most = Number(query.get('n') ?? 100) || 100;
  const page = rest.slice(0, most);
  return { page, next: rest.length > most ? page.at(-1) : undefined };
}
