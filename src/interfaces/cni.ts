/** Container Network Interface 1.0: ADD, DEL and CHECK of a plugin chain read from /etc/cni/net.d. */
export type CniConfList = { readonly cniVersion: string; readonly name: string; readonly plugins: readonly Readonly<Record<string, unknown>>[] };

/** `netns` is a path such as /run/netns/cni-<uuid>. */
export type CniArgs = {
  readonly containerId: string;
  readonly netns: string;
  readonly ifName: string;
  readonly args: Readonly<Record<string, string>>;
  readonly portMappings?: readonly { readonly hostPort: number; readonly containerPort: number; readonly protocol: string; readonly hostIP?: string }[];
};

/**
 * What a plugin prints after ADD: `ips[].address` with prefix length (`10.244.1.7/24`), `interface` an index into `interfaces`; a `sandbox` is the
 * namespace's path, absent for the node's own end.
 */
export type CniResult = {
  readonly cniVersion: string;
  readonly interfaces: readonly { readonly name: string; readonly mac: string; readonly sandbox?: string }[];
  readonly ips: readonly { readonly interface: number; readonly address: string; readonly gateway: string }[];
  readonly routes: readonly { readonly dst: string; readonly gw?: string }[];
  readonly dns: Readonly<Record<string, unknown>>;
};

/** Text as libcni gives it: `plugin type="bridge" failed (add): …`. */
export class CniError extends Error {
  /** The configuration file that cannot be read. */
  readonly file: string | undefined;

  constructor(message: string, file?: string) {
    super(message);
    this.file = file;
  }
}

/**
 * libcni, as CRI plugins and nerdctl use it; cni/ answers. `add` and `del` throw CniError when a plugin refuses; `del` of what is not there is no
 * error.
 */
export type CniRuntime = {
  /**
   * The first configuration by file name in the folder; throws CniError (`no networks found in /etc/cni/net.d`). To go-cni a first file that is
   * broken is the end of it; ocicni and dockershim `skipBroken` ones.
   */
  loadNetwork(confDir: string, binDir: string, options?: { readonly skipBroken?: boolean }): CniConfList;
  add(network: CniConfList, args: CniArgs): CniResult;
  del(network: CniConfList, args: CniArgs): void;
};
