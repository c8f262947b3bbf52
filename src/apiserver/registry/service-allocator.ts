import type { Service, ServiceCidr } from '../../api/types.ts';
import { formatIp, parseIp, type Range, rangeOf } from '../../apimachinery/ranges.ts';
import type { EtcdApi } from '../../interfaces/etcd.ts';
import type { Random } from '../../sim/random.ts';
import { Mirror } from '../mirror.ts';

/** --service-node-port-range, both ends included. */
export const nodePortRange = { first: 30000, last: 32767 } as const;
/** The lower part of the range is left to those who choose a port themselves (portallocator: min(max(16, size/32), 128)). */
const staticPorts = 86;

/** ClusterIPs and node ports in use, and free ones at random (kubernetes pkg/registry/core/service/{ipallocator,portallocator}). */
export class ServiceAllocator {
  readonly #etcd: EtcdApi;
  readonly #random: Random;
  readonly #cidr: string;
  /** Of ServiceCIDRs that are Ready, by their names; the cluster's own is always there. */
  readonly #ranges = new Map<string, readonly string[]>();
  readonly #addresses = new Map<string, string>();
  readonly #ports = new Map<number, string>();
  #mirrors: readonly { refresh(): void }[] | undefined;

  constructor(etcd: EtcdApi, random: Random, cidr: string) {
    this.#etcd = etcd;
    this.#random = random;
    this.#cidr = cidr;
  }

  get cidr(): string {
    return this.#cidr;
  }

  /** The n-th address of the range: 1 is the Service `kubernetes`, 10 kube-dns. */
  address(n: number): string {
    return formatIp((rangeOf(this.#cidr)?.first ?? 0) + n);
  }

  contains(address: string): boolean {
    this.#refresh();
    const at = parseIp(address);
    return this.#all().some(({ first, last }) => first < at && at < last);
  }

  /** The service (`namespace/name`) that has an address. */
  ownerOfAddress(address: string): string | undefined {
    this.#refresh();
    return this.#addresses.get(address);
  }

  ownerOfPort(port: number): string | undefined {
    this.#refresh();
    return this.#ports.get(port);
  }

  /** '' when all ranges are full. */
  freeAddress(): string {
    this.#refresh();
    for (const { first, last } of this.#all()) {
      // As with ports, the lower band is for those who choose (calculateRangeOffset).
      const size = last - first + 1;
      const reserved = size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256);
      const start = reserved + 1 + this.#random.int(Math.max(1, size - reserved - 2));
      for (let i = 0; i < size - 2; i++) {
        const address = formatIp(first + 1 + ((start - 1 + i) % (size - 2)));
        if (!this.#addresses.has(address)) return address;
      }
    }
    return '';
  }

  #all(): readonly Range[] {
    return [...new Set([this.#cidr, ...[...this.#ranges.values()].flat()])].flatMap((cidr) => rangeOf(cidr) ?? []);
  }

  freePort(taken: ReadonlySet<number>): number {
    this.#refresh();
    const { first, last } = nodePortRange;
    const count = last - first + 1;
    const start = staticPorts + this.#random.int(count - staticPorts);
    for (let i = 0; i < count; i++) {
      const port = first + ((start + i) % count);
      if (!this.#ports.has(port) && !taken.has(port)) return port;
    }
    return 0;
  }

  #refresh(): void {
    this.#mirrors ??= [
      new Mirror<Service>(this.#etcd, '/registry/services/specs/', (before, after) => {
        if (before) this.#forget(before);
        if (after) this.#remember(after);
      }),
      new Mirror<ServiceCidr>(this.#etcd, '/registry/networking.k8s.io/servicecidrs/', (before, after) => {
        if (before) this.#ranges.delete(before.metadata.name ?? '');
        const ready = after?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
        if (after && ready && after.metadata.deletionTimestamp === undefined) this.#ranges.set(after.metadata.name ?? '', after.spec?.cidrs ?? []);
      }),
    ];
    for (const mirror of this.#mirrors) mirror.refresh();
  }

  #remember(service: Service): void {
    const owner = `${service.metadata.namespace}/${service.metadata.name}`;
    if (service.spec.clusterIP && service.spec.clusterIP !== 'None') this.#addresses.set(service.spec.clusterIP, owner);
    for (const { nodePort } of service.spec.ports ?? []) if (nodePort) this.#ports.set(nodePort, owner);
    const health = service.spec.healthCheckNodePort;
    if (health) this.#ports.set(health, owner);
  }

  #forget(service: Service): void {
    if (service.spec.clusterIP) this.#addresses.delete(service.spec.clusterIP);
    for (const { nodePort } of service.spec.ports ?? []) if (nodePort) this.#ports.delete(nodePort);
    const health = service.spec.healthCheckNodePort;
    if (health) this.#ports.delete(health);
  }
}
