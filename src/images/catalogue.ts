/** Everything that the registries of the outside world hold. */
import { bases } from './bases.ts';
import { databases } from './databases.ts';
import type { ImageDefinition, Repositories } from './definition.ts';
import { kubernetesImages } from './kubernetes-images.ts';
import { otherImages } from './other-images.ts';
import { servers } from './servers.ts';
import { tools } from './tools.ts';

/** An image under another name; `tags` says its tags there where they are others. */
type Copy = { readonly of: string; readonly tags?: Readonly<Record<string, string>> };

const tested = (...versions: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(versions.flatMap((version) => [1, 2, 4].map((revision) => [`${version}-${revision}`, version])));

const copies: Readonly<Record<string, Copy>> = {
  'public.ecr.aws/nginx/nginx': { of: 'docker.io/library/nginx' },
  'docker.io/bitnamilegacy/nginx': { of: 'docker.io/bitnami/nginx' },
  'ghcr.io/stefanprodan/podinfo': { of: 'docker.io/stefanprodan/podinfo' },
  // Small servers of the documentation's examples.
  'registry.k8s.io/nginx-slim': {
    of: 'docker.io/library/nginx',
    tags: { '0.8': '1.11.1', '0.21': '1.23.4', '0.24': '1.27.1', '0.25': '1.27.2', '0.26': '1.27.3', '0.27': '1.27.5' },
  },
  'registry.k8s.io/e2e-test-images/nginx': { of: 'docker.io/library/nginx', tags: tested('1.14', '1.15') },
  'registry.k8s.io/e2e-test-images/httpd': { of: 'docker.io/library/httpd', tags: tested('2.4.38', '2.4.39') },
};

/** Copies that somebody keeps of a whole registry, and names of the past. */
const mirrors: readonly (readonly [mirror: string, of: string])[] = [
  ['public.ecr.aws/docker/library/', 'docker.io/library/'],
  ['mirror.gcr.io/library/', 'docker.io/library/'],
  ['k8s.gcr.io/', 'registry.k8s.io/'],
  ['us-docker.pkg.dev/google-samples/containers/gke/', 'gcr.io/google-samples/'],
  ['gcr.io/google_samples/', 'gcr.io/google-samples/'],
];

/** What the makers of the stargz snapshotter have converted for trying it. */
const lazyNames = ['alpine', 'busybox', 'nginx', 'python', 'redis'];

/** By their full names; what an image is made of is worked out when it is asked for. */
export function catalogue(): Repositories {
  const all: Record<string, Repositories[string]> = { ...otherImages(), ...servers, ...bases, ...databases, ...tools, ...kubernetesImages };
  const held = (name: string): readonly ImageDefinition[] => all[name]?.() ?? [];
  for (const [name, { of, tags }] of Object.entries(copies))
    all[name] = () =>
      held(of).flatMap((image) => {
        const own = tags ? Object.keys(tags).filter((tag) => image.tags.includes(tags[tag] as string)) : image.tags;
        return own.length > 0 ? [{ ...image, name, tags: own }] : [];
      });
  for (const [mirror, of] of mirrors)
    for (const original of Object.keys(all).filter((name) => name.startsWith(of))) {
      const name = original.replace(of, mirror);
      all[name] = () => held(original).map((image) => ({ ...image, name }));
    }
  for (const short of lazyNames) {
    const name = `ghcr.io/stargz-containers/${short}`;
    all[name] = () => held(`docker.io/library/${short}`).map((image) => ({ ...image, name, tags: image.tags.map((tag) => `${tag}-esgz`), estargz: true }));
  }
  return all;
}
