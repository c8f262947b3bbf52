/** What an image's name leads to in the content store. */
import type { ContainerdImage } from '../../interfaces/containerd.ts';
import { partsOf as contentParts, type ImageParts } from '../../interfaces/image-content.ts';
import type { Context } from './context.ts';

/** Index, manifest and config behind an image; undefined for what is missing. */
export const partsOf = (context: Context, image: ContainerdImage): ImageParts => contentParts(context.client().content, context.namespace, image.target.digest);
