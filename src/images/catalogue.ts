/** Everything that the registries of the outside world hold. */
import { bases } from './bases.ts';
import { databases } from './databases.ts';
import type { ImageDefinition, Repositories } from './definition.ts';
import { kubernetesImages } from './kubernetes-images.ts';
import { otherImages } from './other-images.ts';
import { servers } from './servers.ts';
import { tools } from './tools.ts';

const made: Repositories = { ...otherImages, ...servers, ...bases, ...databases, ...tools, ...kubernetesImages };

/** What the makers of the stargz snapshotter have converted for trying it. */
const lazy = (name: string): (() => readonly ImageDefinition[]) => {
  const of = held(`docker.io/library/${name}`);
  return () => of().map((image) => ({ ...image, name: `ghcr.io/stargz-containers/${name}`, tags: image.tags.map((tag) => `${tag}-esgz`), estargz: true }));
};

const held = (name: string): (() => readonly ImageDefinition[]) => made[name] ?? (() => []);

/** An image under another name, with other tags where they are given. */
const copy = (name: string, of: string, tags?: Readonly<Record<string, string>>): readonly [string, () => readonly ImageDefinition[]] => [
  name,
  () =>
    held(of)()
      .map((image) => ({ ...image, name, tags: tags ? Object.keys(tags).filter((tag) => image.tags.includes(tags[tag] as string)) : image.tags }))
      .filter((image) => image.tags.length > 0),
];

/** Copies that somebody keeps of a whole registry, and names of the past. */
const mirrors: readonly (readonly [mirror: string, of: string])[] = [
  ['public.ecr.aws/docker/library/', 'docker.io/library/'],
  ['mirror.gcr.io/library/', 'docker.io/library/'],
  ['k8s.gcr.io/', 'registry.k8s.io/'],
  ['us-docker.pkg.dev/google-samples/containers/gke/', 'gcr.io/google-samples/'],
  ['gcr.io/google_samples/', 'gcr.io/google-samples/'],
];
const mirrored = mirrors.flatMap(([mirror, of]) =>
  Object.keys(made)
    .filter((name) => name.startsWith(of))
    .map((name) => copy(name.replace(of, mirror), name)),
);

/** Small servers of the documentation's examples, which are others below. */
const nginxSlim = { '0.8': '1.11.1', '0.21': '1.23.4', '0.24': '1.27.1', '0.25': '1.27.2', '0.26': '1.27.3', '0.27': '1.27.5' };
const tested = (version: string, revisions: readonly number[]): readonly (readonly [string, string])[] =>
  revisions.map((revision) => [`${version}-${revision}`, version]);

/** By their full names; what an image is made of is worked out when it is asked for. */
export const catalogue: Repositories = {
  ...made,
  ...Object.fromEntries(mirrored),
  ...Object.fromEntries([
    copy('public.ecr.aws/nginx/nginx', 'docker.io/library/nginx'),
    copy('registry.k8s.io/nginx-slim', 'docker.io/library/nginx', nginxSlim),
    copy('k8s.gcr.io/nginx-slim', 'docker.io/library/nginx', nginxSlim),
    copy('registry.k8s.io/e2e-test-images/nginx', 'docker.io/library/nginx', Object.fromEntries([...tested('1.14', [1, 2, 4]), ...tested('1.15', [1, 2, 4])])),
    copy(
      'registry.k8s.io/e2e-test-images/httpd',
      'docker.io/library/httpd',
      Object.fromEntries([...tested('2.4.38', [1, 2, 4]), ...tested('2.4.39', [1, 2, 4])]),
    ),
    copy('docker.io/bitnamilegacy/nginx', 'docker.io/bitnami/nginx'),
  ]),
  ...Object.fromEntries(['alpine', 'busybox', 'nginx', 'python', 'redis'].map((name) => [`ghcr.io/stargz-containers/${name}`, lazy(name)])),
};
