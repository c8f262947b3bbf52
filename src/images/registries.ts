/** The registries of the outside world, by host name. */
import type { Blob, RegistryServer } from '../interfaces/distribution.ts';
import { catalogue } from './catalogue.ts';
import type { LayerDefinition, Repositories } from './definition.ts';
import { Registry, type RegistryOptions } from './registry.ts';

const dockerHub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

const options: Readonly<Record<string, RegistryOptions>> = {
  'docker.io': {
    missingRepository: 'unauthorized',
    latency: 90,
    tokens: { realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    limit: { pulls: 100, window: 21_600 },
  },
  'registry.k8s.io': { missingRepository: 'not found', latency: 60 },
  'quay.io': { missingRepository: '401', tokens: { realm: 'https://quay.io/v2/auth', service: 'quay.io' } },
  'ghcr.io': { missingRepository: 'no token', tokens: { realm: 'https://ghcr.io/token', service: 'ghcr.io' } },
  'gcr.io': { missingRepository: 'not found' },
  'mcr.microsoft.com': { missingRepository: 'not found' },
  'k8s.gcr.io': { missingRepository: 'not found' },
  'us-docker.pkg.dev': { missingRepository: 'not found' },
  'mirror.gcr.io': { missingRepository: 'not found' },
  'public.ecr.aws': { missingRepository: 'not found' },
  'docker.elastic.co': { missingRepository: 'not found' },
};

/** Repositories by host, without its name: worked out by the first world that pulls, for all. */
let byHost: ReadonlyMap<string, Repositories> | undefined;

function repositoriesByHost(): ReadonlyMap<string, Repositories> {
  const hosts = new Map<string, Record<string, Repositories[string]>>();
  for (const [name, make] of Object.entries(catalogue())) {
    const slash = name.indexOf('/');
    const host = name.slice(0, slash);
    const repositories = hosts.get(host) ?? {};
    hosts.set(host, repositories);
    repositories[name.slice(slash + 1)] = make as Repositories[string];
  }
  return hosts;
}

/** All of them, with one store of layers. */
export class Registries {
  readonly #hosts = new Map<string, Registry>();
  readonly #layers = new Map<LayerDefinition, Blob>();

  constructor(now: () => number = () => 0) {
    byHost ??= repositoriesByHost();
    for (const [host, each] of Object.entries(options)) this.#hosts.set(host, new Registry(byHost.get(host) ?? {}, this.#layers, each, now));
  }

  /** The registry of a host, undefined where no such host is known. */
  readonly lookup = (host: string): RegistryServer | undefined => this.registry(host);

  registry(host: string): Registry | undefined {
    return this.#hosts.get(dockerHub.includes(host) ? 'docker.io' : host);
  }
}
