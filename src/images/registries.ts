/** The registries of the outside world, by host name. */
import type { Blob, RegistryServer } from '../interfaces/distribution.ts';
import { catalogue } from './catalogue.ts';
import type { ImageDefinition, LayerDefinition } from './definition.ts';
import { Registry, type RegistryOptions } from './registry.ts';

const dockerHub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

const options: Readonly<Record<string, RegistryOptions>> = {
  'docker.io': { missingRepository: 'unauthorized', latency: 90 },
  'registry.k8s.io': { missingRepository: 'not found', latency: 60 },
  'quay.io': { missingRepository: 'unauthorized' },
  'ghcr.io': { missingRepository: 'unauthorized' },
  'gcr.io': { missingRepository: 'not found' },
  'mcr.microsoft.com': { missingRepository: 'not found' },
};

/** All of them, with one store of layers; `hosts` are added to the catalogue's own (a lesson's private registry). */
export class Registries {
  readonly #hosts = new Map<string, Registry>();
  readonly #layers = new Map<LayerDefinition, Blob>();

  constructor() {
    const byHost = new Map<string, Map<string, ImageDefinition[]>>();
    for (const definition of catalogue()) {
      const slash = definition.name.indexOf('/');
      const host = definition.name.slice(0, slash);
      const repositories = byHost.get(host) ?? new Map<string, ImageDefinition[]>();
      byHost.set(host, repositories);
      const repository = definition.name.slice(slash + 1);
      repositories.set(repository, [...(repositories.get(repository) ?? []), definition]);
    }
    for (const [host, each] of Object.entries(options)) this.add(host, new Registry(byHost.get(host) ?? new Map(), this.#layers, { ...each, owned: true }));
  }

  /** Puts a registry at a host name. */
  add(host: string, registry: Registry): void {
    this.#hosts.set(host, registry);
  }

  /** An empty registry that takes pushes: what `registry:2` runs. */
  empty(): Registry {
    return new Registry(new Map(), this.#layers, { missingRepository: 'not found', latency: 5, bytesPerSecond: 200_000_000 });
  }

  /** The registry of a host, undefined where no such host is known. */
  readonly lookup = (host: string): RegistryServer | undefined => this.#hosts.get(dockerHub.includes(host) ? 'docker.io' : host);

  /** The same with its switches (rate limits, outages). */
  registry(host: string): Registry | undefined {
    return this.#hosts.get(dockerHub.includes(host) ? 'docker.io' : host);
  }
}
