/** What images are made of. Versions and sizes are those of the real images around 2026; contents are what the lab's programs need. */
import type { ImageConfig, LayerEntry } from '../interfaces/distribution.ts';
import { remembered } from '../sim/remembered.ts';
import { type ImageDefinition, type LayerDefinition, MiB, text } from './definition.ts';
import { alpineRootfs, bookworm, debianRootfs, trixie } from './rootfs.ts';

const officialPlatforms = ['linux/386', 'linux/amd64', 'linux/arm/v5', 'linux/arm/v7', 'linux/arm64/v8', 'linux/mips64le', 'linux/ppc64le', 'linux/s390x'];
/** Of the smallest images. */
export const busyboxPlatforms = [
  'linux/386',
  'linux/amd64',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64/v8',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
];
/** Of images that a single maker builds. */
export const simplePlatforms = ['linux/amd64', 'linux/arm64'];

/** `megabytes` compressed. */
export const layer = (megabytes: number, createdBy: string, entries: () => readonly LayerEntry[]): LayerDefinition => ({
  size: Math.round(megabytes * MiB),
  createdBy,
  entries,
});

/** Debian 12. */
export const debianLayer = layer(26.9, 'RUN # debian.sh --arch amd64 out/ bookworm', () => debianRootfs(bookworm));
/** Debian 13. */
export const trixieLayer = layer(28.4, 'RUN # debian.sh --arch amd64 out/ trixie', () => debianRootfs(trixie));
/** One layer for all that stand on it. */
export const alpine = remembered((version = '3.22.1') => layer(3.47, 'ADD alpine-minirootfs.tar.gz / # buildkit', () => alpineRootfs(version)));
/** A layer with a note of what it is. */
export const small = (name: string, content: string): LayerDefinition =>
  layer(0.001, `COPY ${name} / # buildkit`, () => [text(`/usr/share/doc/${name}`, content)]);

type Options = { readonly created?: string; readonly platforms?: readonly string[] };
/** An image of Docker Hub: `nginx` or `traefik/whoami`. */
export const hub = (
  name: string,
  tags: readonly string[],
  config: ImageConfig['config'],
  layers: readonly LayerDefinition[],
  options: Options = {},
): ImageDefinition => ({
  name: `docker.io/${name.includes('/') ? name : `library/${name}`}`,
  tags,
  created: options.created ?? '2025-10-07T20:13:06Z',
  config,
  layers,
  platforms: options.platforms ?? officialPlatforms,
});
