import { maxNodeScore, type Plugin } from '../framework.ts';

const mb = 1024 * 1024;
const minThreshold = 23 * mb;
const maxContainerThreshold = 1000 * mb;

/** Prefers nodes that have the pod's images. pkg/scheduler/framework/plugins/imagelocality. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  preScore({ pod }, { nodes }) {
    const images = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => normalized(container.image ?? ''));
    const spread = images.map((image) => nodes.reduce((count, node) => count + (sizeOf(node.images, image) > 0 ? 1 : 0), 0) / nodes.length);
    if (spread.every((share) => share === 0)) return undefined;
    const most = maxContainerThreshold * images.length;
    return {
      score(node) {
        let sum = 0;
        for (let i = 0; i < images.length; i++) sum += Math.floor(sizeOf(node.images, images[i] ?? '') * (spread[i] ?? 0));
        const clamped = Math.min(Math.max(sum, minThreshold), most);
        return Math.floor((maxNodeScore * (clamped - minThreshold)) / (most - minThreshold));
      },
    };
  },
};

const sizeOf = (images: ReadonlyMap<string, number>, name: string): number =>
  images.get(name) ?? images.get(`docker.io/library/${name}`) ?? images.get(`docker.io/${name}`) ?? 0;

/** `nginx` is `nginx:latest`. */
const normalized = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image);
