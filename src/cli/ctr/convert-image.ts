/** An image written anew: one platform of an index, or its layers in another form (containerd core/images/converter). */
import { createHash } from 'node:crypto';
import type { Blob, ContainerdApi, ContainerdImage, Descriptor, ImageConfig, ImageIndex, ImageManifest } from '../../interfaces/containerd.ts';
import { type LayerForm, recompressed } from '../../interfaces/lazy-layers.ts';

type Parts = { readonly index: ImageIndex | undefined; readonly manifest: ImageManifest | undefined; readonly config: ImageConfig | undefined };
type Change = { readonly form?: LayerForm; readonly allPlatforms: boolean };

const own = ({ platform }: Descriptor): boolean => platform === undefined || (platform.os === 'linux' && platform.architecture === 'amd64');

/** Writes what changes and names the new top; the image's own target where nothing does. */
export function rewriteImage(
  content: ContainerdApi['content'],
  namespace: string,
  image: ContainerdImage,
  { index, manifest, config }: Parts,
  change: Change,
): Descriptor {
  const write = (mediaType: string, value: object, refs: readonly (readonly [string, string])[]): Descriptor => {
    const blob = blobOf(mediaType, JSON.stringify(value));
    content.write(namespace, blob, Object.fromEntries(refs.map(([name, digest]) => [`containerd.io/gc.ref.content.${name}`, digest])));
    return { mediaType, digest: blob.digest, size: blob.size };
  };
  const rewritten = manifest && config && change.form ? layersIn(change.form, manifest, config, content, namespace, write) : undefined;
  if (!index) return rewritten ?? image.target;
  const manifests = index.manifests
    .filter((each) => change.allPlatforms || own(each))
    .map((each) => (rewritten && own(each) ? { ...rewritten, ...(each.platform ? { platform: each.platform } : {}) } : each));
  if (!rewritten && manifests.length === index.manifests.length) return image.target;
  return write(
    image.target.mediaType,
    { ...index, manifests },
    manifests.map(({ digest }, i) => [`m.${i}`, digest] as const),
  );
}

function layersIn(
  form: LayerForm,
  manifest: ImageManifest,
  config: ImageConfig,
  content: ContainerdApi['content'],
  namespace: string,
  write: (mediaType: string, value: object, refs: readonly (readonly [string, string])[]) => Descriptor,
): Descriptor {
  const made = manifest.layers.map(({ digest }) => recompressed(content.get(namespace, digest), form));
  for (const { blob } of made) content.write(namespace, blob);
  const diffIds = made.map(({ diffId }, i) => diffId ?? config.rootfs.diff_ids[i] ?? '');
  const same = diffIds.every((each, i) => each === config.rootfs.diff_ids[i]);
  const newConfig = same ? manifest.config : write(manifest.config.mediaType, { ...config, rootfs: { ...config.rootfs, diff_ids: diffIds } }, []);
  const layers = made.map(({ descriptor }) => descriptor);
  const refs = [['config', newConfig.digest] as const, ...layers.map(({ digest }, i) => [`l.${i}`, digest] as const)];
  return write(manifest.mediaType ?? 'application/vnd.oci.image.manifest.v1+json', { ...manifest, config: newConfig, layers }, refs);
}

function blobOf(mediaType: string, text: string): Blob {
  return { digest: `sha256:${createHash('sha256').update(text).digest('hex')}`, mediaType, size: text.length, text };
}
