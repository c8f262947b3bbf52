/** An image where it lies, for tools that put signatures beside it. */
import { type Blob, type RegistryAuth, RegistryFailure, RegistryUnreachable } from '../interfaces/distribution.ts';
import { registryAddress, wholeImageName } from '../interfaces/image-name.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import { HttpRegistry } from './http-registry.ts';

/** `manifest` is what the reference named. */
export type ImageInRegistry = {
  readonly registry: HttpRegistry;
  readonly auth: RegistryAuth | undefined;
  readonly host: string;
  readonly repository: string;
  readonly manifest: Blob;
};

/** `no name` for a reference that is none, `no image` where the registry has none; registries on this host speak plain HTTP. Throws what `asked` throws. */
export function* imageInRegistry(
  process: Process,
  ref: string,
  { userAgent, login }: { readonly userAgent: string; readonly login: (host: string) => RegistryAuth | undefined },
  failure: (message: string) => Error,
): Routine<ImageInRegistry | 'no name' | 'no image'> {
  const whole = wholeImageName(ref.includes('@') ? ref.replace(/:[^:/@]+@/, '@') : ref);
  if (whole === undefined) return 'no name';
  const host = whole.slice(0, whole.indexOf('/'));
  const [path = '', digest] = whole.slice(host.length + 1).split('@');
  const tag = /:([^:/]+)$/.exec(path)?.[1] ?? 'latest';
  const repository = path.replace(/:[^:/]+$/, '');
  const plain = /^(localhost|127\.|\[::1\])/.test(host);
  const authority = registryAddress(host);
  const endpoint = { scheme: plain ? ('http' as const) : ('https' as const), authority, prefix: '/v2', fallback: true };
  const registry = new HttpRegistry({ sim: process.sim, network: process.namespaces.network, files: process.fs }, endpoint, userAgent);
  const auth = login(host);
  const manifest = yield* asked(registry.manifest(repository, digest ?? tag, auth), failure);
  return manifest ? { registry, auth, host, repository, manifest } : 'no image';
}

/** undefined where the registry has none; everything else that it refuses becomes a `failure`. */
export function* asked<T>(work: Routine<T>, failure: (message: string) => Error): Routine<T | undefined> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof RegistryFailure && error.status === 404) return undefined;
    if (error instanceof RegistryUnreachable || error instanceof RegistryFailure) throw failure(error.message);
    throw error;
  }
}
