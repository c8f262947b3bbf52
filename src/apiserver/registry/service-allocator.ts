import type { Service } from '../../api/types.ts';
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
  readonly #first: number;
  readonly #size: number;
  readonly #cidr: string;
  readonly #addresses = new Map<string, string>();
  readonly #ports = new Map<number, string>();
  #mirror: Mirror<Service> | undefined;

  constructor(etcd: EtcdApi, random: Random, cidr: string) {
    const [base = '', bits = '12'] = cidr.split('/');
    this.#etcd = etcd;
    this.#random = random;
    this.#cidr = cidr;
    this.#first = parseIp(base);
    this.#size = 2 ** (32 - Number(bits));
  }

  get cidr(): string {
    return this.#cidr;
  }

  /** The n-th address of the range: 1 is the Service `kubernetes`, 10 kube-dns. */
  address(n: number): string {
    return formatIp(this.#first + n);
  }

  contains(address: string): boolean {
    const offset = parseIp(address) - this.#first;
    return offset > 0 && offset < this.#size - 1;
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

  freeAddress(): string {
    this.#refresh();
    // As with ports, the lower band is for those who choose: min(max(16, size/16), 256).
    const reserved = Math.min(Math.max(16, Math.floor(this.#size / 16)), 256);
    const start = reserved + 1 + this.#random.int(this.#size - reserved - 2);
    for (let i = 0; i < this.#size; i++) {
      const offset = 1 + ((start - 1 + i) % (this.#size - 2));
      const address = formatIp(this.#first + offset);
      if (!this.#addresses.has(address)) return address;
    }
    return '';
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
    this.#mirror ??= new Mirror<Service>(this.#etcd, '/registry/services/specs/', (before, after) => {
      if (before) this.#forget(before);
      if (after) this.#remember(after);
    });
    this.#mirror.refresh();
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

const parseIp = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const formatIp = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
