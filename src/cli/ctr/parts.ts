/** What an image's name leads to in the content store. */
import type { Blob, ContainerdImage, ImageConfig, ImageIndex, ImageManifest } from '../../interfaces/containerd.ts';
import { type Context, isMissing } from './context.ts';

/** Index, manifest and config behind an image; undefined for what is missing. */
export function partsOf(
  context: Context,
  image: ContainerdImage,
): {
  readonly top: Blob | undefined;
  readonly index: ImageIndex | undefined;
  readonly manifest: ImageManifest | undefined;
  readonly config: ImageConfig | undefined;
} {
  const { content } = context.client();
  const blob = (digest: string | undefined): Blob | undefined => {
    if (digest === undefined) return undefined;
    try {
      return content.get(context.namespace, digest);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const top = blob(image.target.digest);
  const index = top && /index|manifest\.list/.test(top.mediaType) ? (JSON.parse(top.text) as ImageIndex) : undefined;
  const manifestBlob = index ? blob(index.manifests.find(({ platform }) => platform?.architecture === 'amd64' && platform.os === 'linux')?.digest) : top;
  const manifest = manifestBlob && (JSON.parse(manifestBlob.text) as ImageManifest);
  const config = blob(manifest?.config.digest);
  return { top, index, manifest, config: config && (JSON.parse(config.text) as ImageConfig) };
}
