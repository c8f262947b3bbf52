/** The client's side of registries: resolving through mirrors, and pushing (containerd core/remotes/docker resolver.go, pusher.go). */
import { HttpRegistry } from '../client/http-registry.ts';
import {
  type Blob,
  type RegistryAccess,
  type RegistryAuth,
  type RegistryEndpoint,
  RegistryFailure,
  type RegistryServer,
  RegistryUnreachable,
} from '../interfaces/distribution.ts';
import { NetworkError } from '../linux/network.ts';
import { statusLine } from '../linux/protocols.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Context } from './context.ts';
import { notFound, unknown } from './errors.ts';
import type { Reference } from './reference.ts';
import { endpointsOf, nameServer, type Unreachable } from './registry-host.ts';

/** A registry of the outside world, by host; undefined: whoever answers at that address is asked over HTTP. */
type RegistryLookup = (host: string) => RegistryServer | undefined;

/** Why a registry cannot be reached by its name. */
type NameCheck = (address: string) => Unreachable | undefined;

/** How the daemon comes to registries. */
export type RegistryWays = {
  readonly registry: RegistryLookup;
  /** Absent: every name is found. */
  readonly unreachable?: NameCheck | undefined;
  /** Watches what is asked over HTTP. */
  readonly watch?: ((registry: HttpRegistry, host: string) => HttpRegistry) | undefined;
  readonly userAgent?: string | undefined;
  /** Where the daemon writes a line of its log, without the time. */
  readonly log?: ((line: string) => void) | undefined;
};

/** How a client wants a registry to be reached, and as whom. */
type Access = RegistryAccess & { readonly auth?: RegistryAuth };

/** How much an error says, when several hosts have failed: the one that says most is told. */
type Failed = { readonly error: Error; readonly rank: 1 | 2 | 3 };

/** Asks a registry and its mirrors in turn, as hosts.toml has them. */
export class RegistryClient {
  readonly #context: Context;
  readonly #ways: RegistryWays;

  constructor(context: Context, ways: RegistryWays) {
    this.#context = context;
    this.#ways = ways;
  }

  /** The first host that has it, and what the reference names there. */
  *resolve(reference: Reference, access: Access): Routine<{ readonly registry: RegistryServer; readonly top: Blob }> {
    let failed: Failed | undefined;
    for (const endpoint of this.#endpoints(reference, access, 'resolve')) {
      try {
        const registry = yield* this.#open(endpoint, reference, 'Head', `manifests/${reference.object}`);
        return { registry, top: yield* registry.manifest(reference.repository, reference.object, authOf(access)) };
      } catch (error) {
        const next = resolveError(error, reference, endpoint);
        if (!failed || failed.rank < next.rank) failed = next;
      }
    }
    throw failed?.error ?? notFound(`failed to resolve image: ${reference.full}`);
  }

  /** Where one pushes to: the first host that may be. */
  *pusher(reference: Reference, access: Access, first: string): Routine<RegistryServer> {
    const [endpoint] = this.#endpoints(reference, access, 'push');
    if (!endpoint) throw notFound('no push hosts');
    try {
      return yield* this.#open(endpoint, reference, 'Head', `blobs/${first}`);
    } catch (error) {
      throw pushError(error, reference);
    }
  }

  #endpoints(reference: Reference, access: Access, capability: string): RegistryEndpoint[] {
    const { files } = this.#context;
    return endpointsOf(files, access, reference.host, this.#ways.log).filter(({ capabilities }) => capabilities?.includes(capability) ?? true);
  }

  *#open(endpoint: RegistryEndpoint, { host, repository }: Reference, verb: string, object: string): Routine<RegistryServer> {
    const { authority, mirrorOf, scheme, prefix } = endpoint;
    const url = `${scheme}://${authority}${prefix}/${repository}/${object}${mirrorOf === undefined ? '' : `?ns=${host}`}`;
    const failed = (problem: string): Error => new RegistryUnreachable(`${verb} "${url}": ${problem}`);
    let known: RegistryServer | undefined;
    try {
      known = this.#ways.registry(authority);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      const server = nameServer(this.#context.files) ?? '';
      throw failed(`dial tcp: lookup ${authority.split(':')[0]} on ${server}:53: dial udp ${server}:53: connect: ${error.message.toLowerCase()}`);
    }
    if (known) {
      const problem = this.#ways.unreachable?.(authority);
      if (problem) {
        const { dialTimeout = Number.POSITIVE_INFINITY } = endpoint;
        yield* sleep(Math.min(problem.after, dialTimeout));
        throw failed(problem.after > dialTimeout ? problem.problem.replace(/: [^:]*(: [^:]*)?$/, ': i/o timeout') : problem.problem);
      }
      return known;
    }
    const { kernel, files } = this.#context;
    const made = new HttpRegistry({ sim: kernel.sim, network: kernel.host.network, files }, endpoint, this.#ways.userAgent ?? 'containerd/2.3.4');
    return this.#ways.watch?.(made, authority) ?? made;
  }
}

/** `--user name:password`, or what the kubelet or a config.json says. */
export function authOf({ auth, user }: Access): RegistryAuth | undefined {
  if (auth || user === undefined) return auth;
  const colon = user.indexOf(':');
  return colon < 0 ? { username: user } : { username: user.slice(0, colon), password: user.slice(colon + 1) };
}

/** remotes/docker/resolver.go: what each answer of a registry becomes. */
function resolveError(error: unknown, { full, repository, object }: Reference, { authority }: RegistryEndpoint): Failed {
  if (error instanceof RegistryUnreachable) return { error: unresolved(`failed to do request: ${error.message}`), rank: 1 };
  if (!(error instanceof RegistryFailure)) throw error;
  if (error.status === 404) return { error: notFound(`failed to resolve image: ${full}`), rank: 2 };
  if (/access denied|^failed to authorize/.test(error.message)) return { error: unresolved(error.message), rank: 1 };
  const request = error.request ?? `HEAD request to https://${authority}/v2/${repository}/manifests/${object}`;
  return { error: unresolved(`unexpected status from ${request}: ${statusLine(error.status)}`), rank: 3 };
}

const unresolved = (text: string): Error => unknown(`failed to resolve image: ${text}`);

/** remotes/docker/pusher.go. */
export function pushError(error: unknown, { host, repository }: Reference): Error {
  if (error instanceof RegistryUnreachable) return unknown(`failed to do request: ${error.message}`);
  if (!(error instanceof RegistryFailure)) throw error;
  if (/access denied|^failed to authorize/.test(error.message)) return unknown(error.message);
  const request = error.request ?? `POST request to https://${host}/v2/${repository}/blobs/uploads/`;
  return unknown(`unexpected status from ${request}: ${statusLine(error.status)}`);
}
