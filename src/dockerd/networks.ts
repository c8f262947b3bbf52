/** Networks of containers: bridges, addresses, cables (moby daemon/libnetwork). */
import { DockerError, type Filters, type NetworkCreate, type NetworkSummary } from '../interfaces/docker.ts';
import { FileNode } from '../linux/file-node.ts';
import { contains, type Destination, ipToNumber, NetworkNamespace, numberToIp, type Peer } from '../linux/network.ts';
import { serveNames } from './dns.ts';
import { checkAddress, checkNew, checkSubnets } from './endpoint-settings.ts';
import type { Engine } from './engine.ts';
import { closeNetwork, openNetwork, raiseFirewall } from './firewall.ts';
import { type Member, summarizeNetwork } from './network-summary.ts';
import { publish, withdraw } from './ports.ts';
import { pruneFilter } from './prune-filter.ts';
import type { Container, Endpoint, NetworkRecord } from './state.ts';
import { bridgeSubnet, poolsOf } from './subnets.ts';

const netnsPath = '/run/docker/netns';
const bridgeName = 'com.docker.network.bridge.name';

export class Networks {
  readonly #engine: Engine;
  readonly #filter = (from: Peer, to: Destination): boolean => this.#mayPass(from, to);

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The three networks that are always there, and bridges for all. */
  start(): void {
    const { state, config } = this.#engine;
    const { networks } = state;
    const [subnet, gateway] = bridgeSubnet(config);
    const before = networks.get('bridge');
    // A new `bip` makes the default bridge anew.
    if (before && (before.subnet !== subnet || before.gateway !== gateway) && config.bip !== '') this.#lower(before);
    const builtIn = [
      ['bridge', 'bridge', subnet, 'docker0'],
      ['host', 'host', '', ''],
      ['none', 'null', '', ''],
    ] as const;
    for (const [name, driver, subnet, bridge] of builtIn)
      if (!networks.has(name)) this.#record(name, driver, subnet, bridge, name === 'bridge' ? { gateway } : {});
    raiseFirewall(this.#engine);
    for (const network of networks.values()) this.#raise(network);
    this.#engine.kernel.host.network.fabric?.filters.push(this.#filter);
    this.#engine.directory(netnsPath);
  }

  #lower(network: NetworkRecord): void {
    const host = this.#engine.kernel.host.network;
    closeNetwork(this.#engine, network);
    this.#engine.state.networks.delete(network.name);
    host.interfaces.delete(network.bridge);
    host.routes.splice(0, host.routes.length, ...host.routes.filter(({ device }) => device !== network.bridge));
    host.fabric?.refresh(host);
  }

  stop(): void {
    const filters = this.#engine.kernel.host.network.fabric?.filters;
    const at = filters?.indexOf(this.#filter) ?? -1;
    if (at >= 0) filters?.splice(at, 1);
  }

  list(): NetworkSummary[] {
    return [...this.#engine.state.networks.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((network) => this.summary(network));
  }

  summary(network: NetworkRecord): NetworkSummary {
    return summarizeNetwork(network, this.#members(network));
  }

  create(options: NetworkCreate): string {
    const { state } = this.#engine;
    const bridge = options.options?.[bridgeName];
    checkNew(options, state.networks.has(options.name));
    checkSubnets(options);
    const subnet = options.subnet ?? this.#freeSubnet();
    if ([...state.networks.values()].some((each) => each.subnet !== '' && overlap(each.subnet, subnet)))
      throw new DockerError(403, 'invalid pool request: Pool overlaps with other one on this address space');
    const same = bridge === undefined ? undefined : [...state.networks.values()].find((each) => each.bridge === bridge);
    const network = this.#record(options.name, 'bridge', subnet, bridge, options);
    if (same) {
      state.networks.delete(network.name);
      const [own, others] = [network, same].map(({ id }) => `${id} (${bridge})`);
      throw new DockerError(403, `cannot create network ${own}: conflicts with network ${others}: networks have same bridge name`);
    }
    this.#raise(network);
    this.#engine.emit('network', 'create', network.id, { name: network.name, type: network.driver });
    return network.id;
  }

  remove(text: string): void {
    const network = this.#engine.network(text);
    if (['bridge', 'host', 'none'].includes(network.name)) throw new DockerError(403, `${network.name} is a pre-defined network and cannot be removed`);
    const active = this.#members(network).filter(({ container }) => container.running);
    if (active.length > 0)
      throw new DockerError(
        403,
        `error while removing network: network ${network.name} has active endpoints (${active.map(({ container, endpoint }) => `name:"${container.name}" id:"${endpoint.id.slice(0, 12)}"`).join(', ')})`,
      );
    this.#lower(network);
    this.#engine.emit('network', 'destroy', network.id, { name: network.name, type: network.driver });
  }

  prune(filters?: Filters): string[] {
    const wanted = pruneFilter(filters, this.#engine.now);
    const matches = (name: string): boolean => wanted(this.#engine.network(name));
    const unused = this.list().filter(
      ({ Name }) => !['bridge', 'host', 'none'].includes(Name) && matches(Name) && this.#members(this.#engine.network(Name)).length === 0,
    );
    for (const { Name } of unused) this.remove(Name);
    return unused.map(({ Name }) => Name);
  }

  /** Gives a container that is about to start its namespace, its addresses and its published ports. */
  setUp(container: Container): string {
    const { sim, kernel } = this.#engine;
    const id = sim.random.hex(64);
    const path = `${netnsPath}/${id.slice(0, 12)}`;
    const namespace = new NetworkNamespace(kernel.inode(), container.name);
    kernel.networkNamespaces.set(path, namespace);
    this.#engine.directory(netnsPath).add(id.slice(0, 12), new FileNode({ mode: 0o444, uid: 0, gid: 0, mtime: sim.now }));
    container.sandbox = { id, path, namespace };
    try {
      for (const [name, endpoint] of container.endpoints) this.#plug(container, this.#engine.network(name), endpoint);
      publish(this.#engine, container);
    } catch (error) {
      this.tearDown(container);
      throw error instanceof DockerError ? new DockerError(error.status, `failed to set up container networking: ${error.message}`) : error;
    }
    if ([...container.endpoints.keys()].some((name) => name !== 'bridge' && name !== 'none')) serveNames(this.#engine, container, namespace);
    return path;
  }

  tearDown(container: Container): void {
    const { kernel } = this.#engine;
    const { sandbox } = container;
    if (!sandbox) return;
    withdraw(this.#engine, container);
    for (const endpoint of container.endpoints.values()) this.#unplug(sandbox.namespace, endpoint);
    vanish(sandbox.namespace);
    kernel.networkNamespaces.delete(sandbox.path);
    this.#engine.directory(netnsPath).remove(sandbox.path.slice(netnsPath.length + 1));
    container.sandbox = undefined;
  }

  connect(text: string, container: Container, options: { readonly aliases: readonly string[]; readonly ip?: string }): void {
    const network = this.#engine.network(text);
    checkAddress(network, options.ip);
    if (container.endpoints.has(network.name)) throw new DockerError(403, `endpoint with name ${container.name} already exists in network ${network.name}`);
    if (network.name === 'host') throw new DockerError(400, 'cannot connect container to host network - container must be created in host network mode');
    if (container.host.NetworkMode === 'host')
      throw new DockerError(403, 'container sharing network namespace with another container or host cannot be connected to any other network');
    if (network.name === 'none' || container.endpoints.has('none'))
      throw new DockerError(400, 'container cannot be connected to multiple networks with one of the networks in private (none) mode');
    const endpoint = this.newEndpoint(options);
    if (container.sandbox) this.#plug(container, network, endpoint);
    container.endpoints.set(network.name, endpoint);
    if (container.sandbox) {
      serveNames(this.#engine, container, container.sandbox.namespace);
    }
    this.#engine.emit('network', 'connect', network.id, { container: container.id, name: network.name, type: network.driver });
  }

  disconnect(text: string, container: Container): void {
    const network = this.#engine.network(text);
    const endpoint = container.endpoints.get(network.name);
    if (!endpoint) throw new DockerError(403, `container ${container.id} is not connected to network ${network.name}`);
    if (container.sandbox) this.#unplug(container.sandbox.namespace, endpoint);
    container.endpoints.delete(network.name);
    this.#engine.emit('network', 'disconnect', network.id, { container: container.id, name: network.name, type: network.driver });
  }

  newEndpoint(options: { readonly aliases: readonly string[]; readonly ip?: string | undefined; readonly mac?: string | undefined }): Endpoint {
    return { id: '', ip: '', mac: '', device: '', aliases: options.aliases, wantedIp: options.ip, wantedMac: options.mac };
  }

  #members(network: NetworkRecord): Member[] {
    return [...this.#engine.state.containers.values()].flatMap((container) => {
      const endpoint = container.endpoints.get(network.name);
      return endpoint ? [{ container, endpoint }] : [];
    });
  }

  #record(name: string, driver: NetworkRecord['driver'], subnet: string, bridge?: string, options?: Partial<NetworkCreate>): NetworkRecord {
    const id = this.#engine.sim.random.hex(64);
    const gateway = options?.gateway ?? (subnet === '' ? '' : numberToIp(ipToNumber(subnet.split('/')[0] as string) + 1));
    const record: NetworkRecord = {
      id,
      name,
      driver,
      subnet,
      gateway,
      created: this.#engine.now,
      bridge: bridge ?? `br-${id.slice(0, 12)}`,
      internal: options?.internal ?? false,
      ...(options?.ipRange === undefined ? {} : { ipRange: options.ipRange }),
      ...(options?.auxAddresses === undefined ? {} : { auxAddresses: options.auxAddresses }),
      ...(options?.options === undefined ? {} : { options: options.options }),
      ...(options?.attachable ? { attachable: true } : {}),
      ...(options?.subnet === undefined ? {} : { configured: true }),
      labels: options?.labels ?? {},
    };
    this.#engine.state.networks.set(name, record);
    return record;
  }

  /** The bridge of a network, with the gateway's address. */
  #raise(network: NetworkRecord): void {
    if (network.driver !== 'bridge') return;
    openNetwork(this.#engine, network);
    const host = this.#engine.kernel.host.network;
    if (host.interfaces.has(network.bridge)) return;
    const address = `${network.gateway}/${network.subnet.split('/')[1]}`;
    host.interfaces.set(network.bridge, { name: network.bridge, mac: this.#mac(), mtu: 1500, up: true, addresses: [address], kind: 'bridge' });
    host.routes.push({ destination: network.subnet, device: network.bridge, source: network.gateway });
    host.fabric?.refresh(host);
  }

  #plug(container: Container, network: NetworkRecord, endpoint: Endpoint): void {
    const namespace = container.sandbox?.namespace;
    if (network.driver !== 'bridge' || !namespace) return;
    const host = this.#engine.kernel.host.network;
    const { random } = this.#engine.sim;
    endpoint.id = random.hex(64);
    endpoint.ip = this.#address(network, endpoint);
    endpoint.mac = endpoint.wantedMac ?? this.#mac();
    endpoint.device = `veth${random.hex(7)}`;
    const inner = `eth${[...namespace.interfaces.keys()].filter((name) => name.startsWith('eth')).length}`;
    const peer = { mtu: 1500, up: true, kind: 'veth' as const };
    host.interfaces.set(endpoint.device, {
      ...peer,
      name: endpoint.device,
      mac: this.#mac(),
      addresses: [],
      peer: { namespace, name: inner },
      master: network.bridge,
    });
    const address = `${endpoint.ip}/${network.subnet.split('/')[1]}`;
    namespace.interfaces.set(inner, { ...peer, name: inner, mac: endpoint.mac, addresses: [address], peer: { namespace: host, name: endpoint.device } });
    if (!network.internal && !namespace.routes.some(({ destination }) => destination === 'default'))
      namespace.routes.push({ destination: 'default', via: network.gateway, device: inner });
    namespace.routes.push({ destination: network.subnet, device: inner, source: endpoint.ip });
    namespace.uplink = host;
    host.fabric?.attach(namespace);
  }

  #unplug(namespace: NetworkNamespace, endpoint: Endpoint): void {
    const host = this.#engine.kernel.host.network;
    host.interfaces.delete(endpoint.device);
    const inner = [...namespace.interfaces.values()].find(({ peer }) => peer?.name === endpoint.device && endpoint.device !== '');
    if (inner) {
      host.fabric?.detach(namespace);
      namespace.interfaces.delete(inner.name);
      namespace.routes.splice(0, namespace.routes.length, ...namespace.routes.filter(({ device }) => device !== inner.name));
      if (namespace.connected) host.fabric?.attach(namespace);
    }
    Object.assign(endpoint, { id: '', ip: '', mac: '', device: '' });
  }

  #address(network: NetworkRecord, endpoint: Endpoint): string {
    const taken = new Set([network.gateway, ...Object.values(network.auxAddresses ?? {}), ...this.#members(network).map((member) => member.endpoint.ip)]);
    const { wantedIp } = endpoint;
    if (wantedIp !== undefined) {
      checkAddress(network, wantedIp, `invalid config for network ${network.name}: `);
      if (taken.has(wantedIp)) throw new DockerError(403, 'Address already in use');
      return wantedIp;
    }
    const [base = '', length = '16'] = (network.ipRange ?? network.subnet).split('/');
    const first = ipToNumber(base);
    for (let at = first + 2; at < first + 2 ** (32 - Number(length)) - 1; at++) if (!taken.has(numberToIp(at))) return numberToIp(at);
    throw new DockerError(403, "no available IPv4 addresses on this network's address pools: " + `${network.name} (${network.id})`);
  }

  #freeSubnet(): string {
    const used = [...this.#engine.state.networks.values()].map(({ subnet }) => subnet).filter((subnet) => subnet !== '');
    const routes = this.#engine.kernel.host.network.routes.map(({ destination }) => destination).filter((each) => each !== 'default' && each.includes('/'));
    for (const subnet of poolsOf(this.#engine.config)) if (![...used, ...routes].some((each) => overlap(each, subnet))) return subnet;
    throw new DockerError(500, 'all predefined address pools have been fully subnetted');
  }

  #mac(): string {
    return ['02', '42', ...Array.from({ length: 4 }, () => this.#engine.sim.random.hex(2))].join(':');
  }

  /** Bridges are kept apart: containers meet only in a network that both are in. */
  #mayPass(from: Peer, to: Destination): boolean {
    const of = (namespace: NetworkNamespace): Container | undefined =>
      [...this.#engine.state.containers.values()].find(({ sandbox }) => sandbox?.namespace === namespace);
    const target = of(to.namespace);
    const source = target && target.sandbox?.namespace !== from.namespace ? of(from.namespace) : undefined;
    return !source || !target || [...source.endpoints.keys()].some((name) => target.endpoints.get(name)?.ip === to.address);
  }
}

const overlap = (a: string, b: string): boolean => contains(a, b.split('/')[0] as string) || contains(b, a.split('/')[0] as string);

/** With a namespace go the cables that others (CNI plugins) have plugged into it, at both ends. */
function vanish(namespace: NetworkNamespace): void {
  for (const { peer, kind } of namespace.interfaces.values()) if (peer && kind === 'veth') peer.namespace.interfaces.delete(peer.name);
  namespace.fabric?.detach(namespace);
}
