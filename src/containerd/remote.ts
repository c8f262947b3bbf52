/** The way to a registry's host, and what its answers become (core/remotes/docker). */
import type { RegistryAuth, RegistryFailure, RegistryServer } from '../interfaces/distribution.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { NetworkError } from '../linux/network.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { notFound, unknown } from './errors.ts';
import type { Reference } from './reference.ts';
import { nameServer, serverOf, type Unreachable } from './registry-host.ts';

export type RegistryLookup = (host: string) => RegistryServer | undefined;

/** Why a registry cannot be reached by its name. */
export type NameCheck = (address: string) => Unreachable | undefined;

/** Connects to registries by their names, over the node's network and as hosts.toml says. */
export class Remote {
  readonly #files: FileSystem;
  readonly #registry: RegistryLookup;
  readonly #unreachable: NameCheck;

  constructor(parts: { readonly files: FileSystem; readonly registry: RegistryLookup; readonly unreachable?: NameCheck | undefined }) {
    this.#files = parts.files;
    this.#registry = parts.registry;
    this.#unreachable = parts.unreachable ?? (() => undefined);
  }

  /** `asked`: what is asked first, and the words before it when it cannot be. */
  *connect(
    { host, repository, object }: Reference,
    hostsFolders: string,
    asked: { readonly path: string; readonly prefix: string } = { path: `manifests/${object}`, prefix: 'failed to resolve image: ' },
  ): Routine<RegistryServer> {
    const usual = host === 'docker.io' ? 'registry-1.docker.io' : host;
    const other = serverOf(this.#files, hostsFolders, host);
    const address = other ?? usual;
    const url = `https://${address}/v2/${repository}/${asked.path}${address === usual ? '' : `?ns=${host}`}`;
    const failed = (problem: string): Error => unknown(`${asked.prefix}failed to do request: Head "${url}": dial tcp ${problem}`);
    const unknownName = /^(localhost|\[::1\]|\d+\.\d+\.\d+\.\d+)(:|$)/.test(address) ? undefined : this.#unreachable(address);
    if (unknownName) {
      yield* sleep(unknownName.after);
      throw failed(unknownName.problem);
    }
    try {
      const registry = this.#registry(other === undefined || other === usual ? host : other);
      if (registry) return registry;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      throw failed(`${this.endpoint(address)}${error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`}`);
    }
    if (/^(localhost|127\.|\[::1\])/.test(address)) throw failed(`${this.endpoint(address)}connect: connection refused`);
    yield* sleep(20);
    if (/^\d+\.\d+\.\d+\.\d+(:\d+)?$/.test(address)) throw failed(`${this.endpoint(address)}connect: connection refused`);
    throw failed(`lookup ${address.split(':')[0]}${this.#resolver()}: no such host`);
  }

  /** Where a dial went, as Go says it before the reason. */
  endpoint(address: string): string {
    const [host = '', port = '443'] = address.split(':');
    if (host === 'localhost') return `[::1]:${port}: `;
    return /^\d/.test(host) ? `${host}:${port}: ` : `lookup ${host}${this.#resolver()}: `;
  }

  #resolver(): string {
    const server = nameServer(this.#files);
    return server === undefined ? '' : ` on ${server}:53`;
  }
}

/** `user:password`. */
export const basicAuth = (user: string | undefined): RegistryAuth | undefined => {
  if (user === undefined) return undefined;
  const [username = '', password] = user.split(':');
  return { username, ...(password === undefined ? {} : { password }) };
};

const statusTexts: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 429: 'Too Many Requests', 500: 'Internal Server Error' };

/** remotes/docker/resolver.go: what each answer of a registry becomes. */
export function resolveError(error: RegistryFailure, { full, host, repository, object }: Reference): Error {
  if (error.status === 404) return notFound(`failed to resolve image: ${full}`);
  if (error.status === 401) return unknown(`failed to resolve image: ${error.message}`);
  const address = host === 'docker.io' ? 'registry-1.docker.io' : host;
  return unknown(
    `failed to resolve image: unexpected status from HEAD request to https://${address}/v2/${repository}/manifests/${object}: ${error.status} ${statusTexts[error.status] ?? ''}`,
  );
}
