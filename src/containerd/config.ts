/** What the daemon makes of /etc/containerd/config.toml (see config-file.ts). */
import type { LegacyRegistries } from '../interfaces/distribution.ts';

/** Settings, as the parts of the daemon use them. */
export type ContainerdConfig = {
  /** Shown by `ctr version` and CRI's Version. */
  readonly version: string;
  readonly revision: string;
  /** [plugins.'io.containerd.cri.v1.images'.pinned_images] sandbox */
  readonly sandboxImage: string;
  /** Handlers under [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes]; the first is the default one. */
  readonly runtimes: readonly string[];
  readonly systemdCgroup: boolean;
  readonly disabledPlugins: readonly string[];
  /** Why the CRI plugin's runtime does not load. */
  readonly criProblem?: string;
  /** Why the CRI plugin's images do not load. */
  readonly imageProblem?: string;
  readonly cniConfDir: string;
  readonly cniBinDir: string;
  /** Folders of `<host>/hosts.toml`, separated by colons; '' for none. */
  readonly registryConfigPath: string;
  /** registry.mirrors and registry.configs, where no folder is given. */
  readonly legacyRegistries?: LegacyRegistries;
  /** [proxy_plugins]: snapshotters that are daemons of their own, by name, with their sockets. */
  readonly proxySnapshotters: ReadonlyMap<string, string>;
  /** Whether the binaries of runc and the shim are looked for in PATH before each start. */
  readonly checkBinaries: boolean;
};

/** Without a file. */
export const defaultConfig: ContainerdConfig = {
  version: 'v2.3.4',
  revision: 'db8809540e1a7a9da5d518876894933ff55692ab',
  sandboxImage: 'registry.k8s.io/pause:3.10.2',
  runtimes: ['runc'],
  systemdCgroup: true,
  disabledPlugins: [],
  cniConfDir: '/etc/cni/net.d',
  cniBinDir: '/opt/cni/bin',
  registryConfigPath: '/etc/containerd/certs.d',
  proxySnapshotters: new Map(),
  checkBinaries: true,
};
