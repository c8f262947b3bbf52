/** What the plugin binaries in /opt/cni/bin do to the network of a node. */
import { type CniArgs, CniError, type CniResult } from '../interfaces/cni.ts';
import { isErrno } from '../linux/errno.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Interface, NetworkNamespace, Transport } from '../linux/network.ts';
import type { Sim } from '../sim/sim.ts';
import type { PluginConf } from './conf.ts';
import { type Allocation, allocate, release } from './ipam.ts';

/** Where a plugin works. `pod` is undefined in a DEL whose namespace has gone. */
export type PluginContext = {
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly files: FileSystem;
  readonly node: NetworkNamespace;
  readonly pod: NetworkNamespace | undefined;
  readonly network: string;
  readonly args: CniArgs;
};

/** `previous` is the result of the plugin before in the chain; what `add` gives goes to the next. Throws CniError with the plugin's own text. */
type Plugin = {
  readonly add: (conf: PluginConf, context: PluginContext & { readonly pod: NetworkNamespace }, previous: CniResult) => CniResult;
  readonly del: (conf: PluginConf, context: PluginContext) => void;
};

const nothing: Plugin = { add: (_conf, _context, previous) => previous, del: () => {} };

const loopback: Plugin = {
  add: (_conf, { pod, args }, previous) => {
    const lo = pod.interfaces.get('lo');
    if (lo) lo.up = true;
    return {
      ...previous,
      interfaces: [...previous.interfaces, { name: 'lo', mac: '00:00:00:00:00:00', sandbox: args.netns }],
      ips: [...previous.ips, { interface: previous.interfaces.length, address: '127.0.0.1/8', gateway: '' }],
    };
  },
  del: () => {},
};

const bridge: Plugin = {
  add: (conf, context, previous) => {
    const ipam = ipamOf(conf);
    const name = String(conf['bridge'] ?? 'cni0');
    const at = allocate(context.files, context.network, ipam, owner(context.args));
    const { node, pod, args } = context;
    const switchPort = bridgeOf(context, name, conf['isGateway'] === true || conf['isDefaultGateway'] === true ? at : undefined, Number(conf['mtu'] ?? 1500));
    const pair = vethPair(context, at, name, Number(conf['mtu'] ?? 1500));
    podRoutes(pod, at, args.ifName, conf['isDefaultGateway'] === true, ipam);
    pod.uplink = node;
    node.fabric?.attach(pod);
    const result: CniResult = {
      cniVersion: previous.cniVersion,
      interfaces: [switchPort, pair.host, { ...pair.pod, sandbox: args.netns }].map(({ name: each, mac, ...rest }) => ({
        name: each,
        mac,
        ...('sandbox' in rest ? { sandbox: args.netns } : {}),
      })),
      ips: [{ interface: 2, address: at.address, gateway: at.gateway }],
      routes: routesOf(ipam, conf['isDefaultGateway'] === true, at),
      dns: (conf['dns'] as Readonly<Record<string, unknown>> | undefined) ?? {},
    };
    return result;
  },
  del: (conf, context) => {
    release(context.files, context.network, ipamOf(conf), owner(context.args));
    unplug(context);
  },
};

const ptp: Plugin = {
  add: (conf, context, previous) => {
    const ipam = ipamOf(conf);
    const at = allocate(context.files, context.network, ipam, owner(context.args));
    const pair = vethPair(context, at, undefined, Number(conf['mtu'] ?? 1500));
    podRoutes(context.pod, at, context.args.ifName, false, ipam);
    context.node.routes.push({ destination: at.address.split('/')[0] as string, device: pair.host.name });
    context.pod.uplink = context.node;
    context.node.fabric?.attach(context.pod);
    return {
      ...previous,
      interfaces: [
        { name: pair.host.name, mac: pair.host.mac },
        { name: context.args.ifName, mac: pair.pod.mac, sandbox: context.args.netns },
      ],
      ips: [{ interface: 1, address: at.address, gateway: at.gateway }],
      routes: routesOf(ipam, false, at),
    };
  },
  del: bridge.del,
};

/** Delegates to the bridge with the subnet that flanneld wrote down. */
const flannel: Plugin = {
  add: (conf, context, previous) => bridge.add(flannelDelegate(conf, context), context, previous),
  del: (_conf, context) => {
    release(context.files, context.network, { type: 'host-local' }, owner(context.args));
    unplug(context);
  },
};

const portmap: Plugin = {
  add: (_conf, context, previous) => {
    const address = previous.ips[0]?.address.split('/')[0];
    const mappings = context.args.portMappings ?? [];
    const { netfilter } = context.node;
    if (address === undefined || mappings.length === 0 || !netfilter) return previous;
    const table = netfilter.tables.nat;
    const top = table.get('CNI-HOSTPORT-DNAT') ?? netfilter.chain('nat', 'CNI-HOSTPORT-DNAT');
    for (const chain of ['PREROUTING', 'OUTPUT'])
      if (!table.get(chain)?.some(({ target }) => 'jump' in target && target.jump === 'CNI-HOSTPORT-DNAT'))
        table.get(chain)?.push({ match: { localDestination: true }, target: { jump: 'CNI-HOSTPORT-DNAT' } });
    const own = netfilter.chain('nat', dnatChain(context.args));
    const comment = `dnat name: "${context.network}" id: "${context.args.containerId}"`;
    for (const { hostPort, containerPort, protocol } of mappings) {
      const transport = protocol.toLowerCase() as Transport;
      own.push({ match: { protocol: transport, destinationPort: hostPort }, target: { dnat: { address, port: containerPort } } });
      top.push({ match: { protocol: transport, destinationPort: hostPort, comment }, target: { jump: dnatChain(context.args) } });
    }
    return previous;
  },
  del: (_conf, { node, args }) => {
    const { netfilter } = node;
    const rules = netfilter?.tables.nat.get('CNI-HOSTPORT-DNAT');
    if (!netfilter || !rules) return;
    const chain = dnatChain(args);
    const kept = rules.filter(({ target }) => !('jump' in target && target.jump === chain));
    if (kept.length < rules.length) rules.splice(0, rules.length, ...kept);
    netfilter.remove('nat', chain);
  },
};

/** By the name of the binary. What is not here cannot be run by the lab. */
export const plugins: Readonly<Record<string, Plugin>> = { loopback, bridge, ptp, flannel, portmap, bandwidth: nothing, firewall: nothing, tuning: nothing };

const dnatChain = (args: CniArgs): string => `CNI-DN-${args.containerId.slice(0, 21)}`;
const owner = (args: CniArgs): string => `${args.containerId}\r\n${args.ifName}`;

function ipamOf(conf: PluginConf): PluginConf {
  const ipam = conf['ipam'] as PluginConf | undefined;
  if (ipam?.['type'] === undefined) throw new CniError('no IPAM type set');
  return ipam;
}

function flannelDelegate(conf: PluginConf, { files }: PluginContext): PluginConf {
  const path = '/run/flannel/subnet.env';
  let text: string;
  try {
    text = files.read(path);
  } catch (error) {
    if (isErrno(error)) throw new CniError(`loadFlannelSubnetEnv failed: open ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
  const value = (key: string): string => new Map(text.split('\n').map((line) => line.split('=') as [string, string])).get(key) ?? '';
  const subnet = value('FLANNEL_SUBNET').replace(/\.\d+\//, '.0/');
  const routes = [{ dst: value('FLANNEL_NETWORK') }];
  const delegate = (conf['delegate'] as PluginConf | undefined) ?? {};
  return {
    type: 'bridge',
    isGateway: true,
    mtu: Number(value('FLANNEL_MTU') || 1450),
    ...delegate,
    ipam: { type: 'host-local', ranges: [[{ subnet }]], routes },
  };
}

const mac = (sim: Sim): string =>
  [`${sim.random.pick(['2', '6', 'a', 'e']).padStart(2, sim.random.hex(1))}`, ...Array.from({ length: 5 }, () => sim.random.hex(2))].join(':');

/** The bridge, made by the first pod; as a gateway it has the address that pods send through. */
function bridgeOf({ node, sim }: PluginContext, name: string, gateway: Allocation | undefined, mtu: number): Interface {
  let found = node.interfaces.get(name);
  if (!found) {
    found = { name, mac: mac(sim), mtu, up: true, addresses: [], kind: 'bridge' };
    node.interfaces.set(name, found);
  }
  const address = gateway && `${gateway.gateway}/${gateway.prefix}`;
  if (address && !found.addresses.includes(address)) {
    if (found.addresses.some((each) => each.endsWith(`/${gateway.prefix}`)))
      throw new CniError(`failed to set bridge addr: "${name}" already has an IP address different from ${address}`);
    found.addresses.push(address);
    node.routes.push({ destination: gateway.subnet, device: name, source: gateway.gateway });
    node.fabric?.refresh(node);
  }
  return found;
}

function vethPair(
  { node, pod, sim, args }: PluginContext & { readonly pod: NetworkNamespace },
  at: Allocation,
  master: string | undefined,
  mtu: number,
): { readonly host: Interface; readonly pod: Interface } {
  if (pod.interfaces.has(args.ifName)) throw new CniError(`container veth name ("${args.ifName}") peer provided already exists`);
  const name = `veth${sim.random.hex(8)}`;
  const host: Interface = {
    name,
    mac: mac(sim),
    mtu,
    up: true,
    addresses: master === undefined ? [`${at.gateway}/32`] : [],
    kind: 'veth',
    peer: { namespace: pod, name: args.ifName },
    ...(master === undefined ? {} : { master }),
  };
  const inner: Interface = { name: args.ifName, mac: mac(sim), mtu, up: true, addresses: [at.address], kind: 'veth', peer: { namespace: node, name } };
  node.interfaces.set(name, host);
  pod.interfaces.set(args.ifName, inner);
  return { host, pod: inner };
}

function podRoutes(pod: NetworkNamespace, at: Allocation, device: string, defaultGateway: boolean, ipam: PluginConf): void {
  const source = at.address.split('/')[0] as string;
  for (const { dst, gw } of routesOf(ipam, defaultGateway, at))
    pod.routes.push({ destination: dst === '0.0.0.0/0' ? 'default' : dst, via: gw ?? at.gateway, device });
  pod.routes.push({ destination: at.subnet, device, source });
}

function routesOf(ipam: PluginConf, defaultGateway: boolean, at: Allocation): { dst: string; gw?: string }[] {
  const routes = [...((ipam['routes'] as { dst: string; gw?: string }[] | undefined) ?? [])];
  if (defaultGateway && !routes.some((each) => each.dst === '0.0.0.0/0')) routes.push({ dst: '0.0.0.0/0', gw: at.gateway });
  return routes;
}

/** Takes the pod's end and the node's end of the cable away. */
function unplug({ node, pod, args }: PluginContext): void {
  const inner = pod?.interfaces.get(args.ifName);
  if (!pod || !inner) return;
  node.fabric?.detach(pod);
  pod.interfaces.delete(args.ifName);
  const kept = pod.routes.filter((route) => route.device !== args.ifName);
  pod.routes.splice(0, pod.routes.length, ...kept);
  if (!inner.peer) return;
  node.interfaces.delete(inner.peer.name);
  const index = node.routes.findIndex((route) => route.device === inner.peer?.name);
  if (index >= 0) node.routes.splice(index, 1);
}
