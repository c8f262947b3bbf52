/** An image written anew: one platform of an index, or its layers in another form (containerd core/images/converter). */
import type { ContainerdApi, ContainerdImage, Descriptor } from '../../interfaces/containerd.ts';
import { descriptorOf, type ImageParts, indexLabels, isOwn, textBlob } from '../../interfaces/image-content.ts';
import { type LayerForm, recompressed, rewriteManifest } from '../../interfaces/lazy-layers.ts';

type Change = { readonly form?: LayerForm; readonly allPlatforms: boolean };

/** Writes what changes and names the new top; the image's own target where nothing does. */
export function rewriteImage(
  content: ContainerdApi['content'],
  namespace: string,
  image: ContainerdImage,
  { index, manifest, config }: ImageParts,
  { form, allPlatforms }: Change,
): Descriptor {
  const rewritten =
    manifest && config && form ? rewriteManifest(content, namespace, { manifest, config, change: (layer) => recompressed(layer, form) }) : undefined;
  if (!index) return rewritten ?? image.target;
  const manifests = index.manifests
    .filter((each) => allPlatforms || isOwn(each))
    .map((each) => (rewritten && isOwn(each) ? { ...rewritten, ...(each.platform ? { platform: each.platform } : {}) } : each));
  if (!rewritten && manifests.length === index.manifests.length) return image.target;
  const blob = textBlob(image.target.mediaType, JSON.stringify({ ...index, manifests }));
  content.write(namespace, blob, indexLabels({ manifests }));
  return descriptorOf(blob);
}
