/** buildkitd.toml's `[registry."docker.io"]` in the words of containerd's services (buildkit util/resolver/resolver.go). */
import type { ContainerdApi } from '../interfaces/containerd.ts';

type RegistryAccess = Omit<Parameters<ContainerdApi['images']['push']>[2], 'target' | 'progress'>;

/** What is said of one host. */
export type RegistrySettings = { readonly mirrors: readonly string[]; readonly http: boolean; readonly insecure: boolean; readonly ca: readonly string[] };
/** By host, a mirror's own settings among them. */
export type RegistriesConfig = Readonly<Record<string, RegistrySettings>>;

/** Mirrors are asked before the registry, and are never pushed to. */
export function accessOf(registries: RegistriesConfig, name: string, verb: 'pull' | 'push'): RegistryAccess {
  const host = name.split('/')[0] ?? '';
  const own = registries[host];
  const mirrors = verb === 'pull' ? (own?.mirrors ?? []) : [];
  const authority = host === 'docker.io' ? 'registry-1.docker.io' : host;
  const settings = (at: string, { insecure, ca, http }: RegistrySettings) =>
    [at, { insecure, ...(insecure && !http ? { fallback: true } : {}), ...(ca[0] === undefined ? {} : { ca: ca[0] }) }] as const;
  const asked = [[authority, own] as const, ...mirrors.map((mirror) => [mirror.split('/')[0] ?? '', registries[mirror.split('/')[0] ?? '']] as const)];
  return {
    hostsDir: '/etc/buildkit/certs.d',
    ...(own?.http ? { plainHttp: true } : {}),
    ...(own?.insecure ? { insecure: true } : {}),
    ...(asked.some(([, each]) => each) || mirrors.length > 0
      ? {
          legacy: {
            mirrors: { [host]: mirrors.map((each) => `${registries[each.split('/')[0] ?? '']?.http ? 'http' : 'https'}://${each}`) },
            configs: Object.fromEntries(asked.flatMap(([at, each]) => (each ? [settings(at, each)] : []))),
          },
        }
      : {}),
  };
}
