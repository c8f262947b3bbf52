/** Modules of the kernel: what is loaded, what needs what (Debian's modules.dep of Linux 6.12). */
import { Errno } from './errno.ts';

type Module = { readonly size: number; readonly needs?: readonly string[] };

/** Sizes as lsmod shows them. */
const available: Readonly<Record<string, Module>> = {
  overlay: { size: 217_088 },
  llc: { size: 16_384 },
  stp: { size: 12_288, needs: ['llc'] },
  bridge: { size: 389_120, needs: ['stp', 'llc'] },
  br_netfilter: { size: 36_864, needs: ['bridge'] },
  veth: { size: 45_056 },
  vxlan: { size: 159_744, needs: ['ip6_udp_tunnel', 'udp_tunnel'] },
  udp_tunnel: { size: 36_864 },
  ip6_udp_tunnel: { size: 16_384 },
  dummy: { size: 12_288 },
  tun: { size: 69_632 },
  wireguard: { size: 118_784, needs: ['ip6_udp_tunnel', 'udp_tunnel'] },
  nf_defrag_ipv4: { size: 12_288 },
  nf_defrag_ipv6: { size: 24_576 },
  nf_conntrack: { size: 204_800, needs: ['nf_defrag_ipv6', 'nf_defrag_ipv4'] },
  nf_nat: { size: 65_536, needs: ['nf_conntrack'] },
  nfnetlink: { size: 20_480 },
  nf_tables: { size: 380_928, needs: ['nfnetlink'] },
  nft_compat: { size: 20_480, needs: ['nf_tables', 'x_tables'] },
  x_tables: { size: 65_536 },
  ip_tables: { size: 36_864, needs: ['x_tables'] },
  xt_MASQUERADE: { size: 16_384, needs: ['nf_nat', 'x_tables'] },
  xt_conntrack: { size: 12_288, needs: ['nf_conntrack', 'x_tables'] },
  xt_comment: { size: 12_288, needs: ['x_tables'] },
  xt_mark: { size: 12_288, needs: ['x_tables'] },
  ip_set: { size: 61_440, needs: ['nfnetlink'] },
  ip_vs: { size: 225_280, needs: ['nf_conntrack', 'nf_defrag_ipv6'] },
  ip_vs_rr: { size: 12_288, needs: ['ip_vs'] },
  ip_vs_wrr: { size: 12_288, needs: ['ip_vs'] },
  ip_vs_sh: { size: 12_288, needs: ['ip_vs'] },
  configs: { size: 61_440 },
  fuse: { size: 258_048 },
  loop: { size: 40_960 },
  nfs: { size: 651_264 },
  ext4: { size: 1_142_784 },
};

/** What a node's boot loads: its disk, what /etc/modules-load.d names, and what the firewall rules ask for. */
const atBoot = ['ext4', 'overlay', 'br_netfilter', 'veth', 'nft_compat', 'xt_comment', 'xt_mark', 'xt_conntrack', 'xt_MASQUERADE'];

type LoadedModule = { readonly name: string; readonly size: number; readonly uses: number; readonly users: readonly string[] };

export class KernelModules {
  /** In the order in which they were loaded. */
  readonly #loaded = new Set<string>();
  readonly #mounted: (filesystem: string) => number;

  /** `mounted` counts the mounts of a filesystem's type: they keep its module in place. */
  constructor(mounted: (filesystem: string) => number) {
    this.#mounted = mounted;
    for (const name of atBoot) this.load(name);
  }

  has(name: string): boolean {
    return this.#loaded.has(name);
  }

  /** With all that it needs. Throws ENOENT. `br-netfilter` is `br_netfilter`. */
  load(name: string): void {
    const found = wordOf(name);
    const module = available[found];
    if (!module) throw new Errno('ENOENT');
    for (const each of module.needs ?? []) this.load(each);
    this.#loaded.add(found);
  }

  /** Throws ENOENT when it is not loaded, EBUSY when something uses it. */
  remove(name: string): void {
    const found = wordOf(name);
    if (!this.#loaded.has(found)) throw new Errno('ENOENT');
    if (this.#uses(found) > 0) throw new Errno('EBUSY');
    this.#loaded.delete(found);
  }

  /** What was needed for it and is used by nothing any more goes too, as modprobe -r does it. */
  removeWithNeeds(name: string): void {
    this.remove(name);
    for (const each of available[wordOf(name)]?.needs ?? []) if (this.has(each) && this.#uses(each) === 0) this.removeWithNeeds(each);
  }

  /** The latest first, as /proc/modules has them. */
  list(): LoadedModule[] {
    return [...this.#loaded].reverse().map((name) => ({ name, size: available[name]?.size ?? 0, uses: this.#uses(name), users: this.#users(name) }));
  }

  exists(name: string): boolean {
    return Object.hasOwn(available, wordOf(name));
  }

  #users(name: string): string[] {
    return [...this.#loaded].filter((each) => available[each]?.needs?.includes(name));
  }

  #uses(name: string): number {
    return this.#users(name).length + this.#mounted(name);
  }
}

const wordOf = (name: string): string => name.replaceAll('-', '_');
