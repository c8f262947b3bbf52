/** What the blobs of images are and lead to: digests, labels that hold what is below, the manifest for this machine. */
import { createHash } from 'node:crypto';
import { type ContainerdApi, isMissing } from './containerd.ts';
import type { Blob, Descriptor, ImageConfig, ImageIndex, ImageManifest } from './distribution.ts';

/** A text's digest: `sha256:…`. */
export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A blob with this text. */
export const textBlob = (mediaType: string, text: string): Blob => ({ digest: sha256(text), mediaType, size: text.length, text });

/** A blob as others speak of it. */
export const descriptorOf = ({ mediaType, digest, size }: Blob): Descriptor => ({ mediaType, digest, size });

/** OCI's index or Docker's manifest list; tells by the media type, not by the blob's text. */
export const isIndex = ({ mediaType }: { readonly mediaType: string }): boolean => /index|manifest\.list/.test(mediaType);

/** Whether something is for the lab's machines, which are linux/amd64. */
export const isOwn = ({ platform }: Descriptor): boolean => platform === undefined || (platform.os === 'linux' && platform.architecture === 'amd64');

/** The manifest of an index for this machine. */
export const ownManifest = ({ manifests }: ImageIndex): Descriptor | undefined => manifests.find(isOwn);

const gcLabels = (refs: readonly (readonly [name: string, below: Descriptor])[]): Record<string, string> =>
  Object.fromEntries(refs.map(([name, { digest }]) => [`containerd.io/gc.ref.content.${name}`, digest]));

/** Labels by which containerd's garbage collector keeps what a manifest leads to. */
export const manifestLabels = ({ config, layers }: Pick<ImageManifest, 'config' | 'layers'>): Record<string, string> =>
  gcLabels([['config', config], ...layers.map((each, i) => [`l.${i}`, each] as const)]);
/** The same for an index. */
export const indexLabels = ({ manifests }: Pick<ImageIndex, 'manifests'>): Record<string, string> =>
  gcLabels(manifests.map((each, i) => [`m.${i}`, each] as const));

/** What is there of an image. */
export type ImageParts = {
  readonly top: Blob | undefined;
  readonly index: ImageIndex | undefined;
  readonly manifest: ImageManifest | undefined;
  /** '' where it is missing. */
  readonly manifestDigest: string;
  readonly config: ImageConfig | undefined;
};

/** Index, manifest and config behind a digest in containerd's content. */
export function partsOf(content: Pick<ContainerdApi['content'], 'get'>, namespace: string, digest: string): ImageParts {
  const blob = (each: string | undefined): Blob | undefined => {
    if (each === undefined) return undefined;
    try {
      return content.get(namespace, each);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const top = blob(digest);
  const index = top && isIndex(top) ? (JSON.parse(top.text) as ImageIndex) : undefined;
  const manifestBlob = index ? blob(ownManifest(index)?.digest) : top;
  const manifest = manifestBlob && (JSON.parse(manifestBlob.text) as ImageManifest);
  const config = blob(manifest?.config.digest);
  return { top, index, manifest, manifestDigest: manifestBlob?.digest ?? '', config: config && (JSON.parse(config.text) as ImageConfig) };
}
