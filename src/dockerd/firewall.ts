/** Docker's own rules of iptables (moby daemon/libnetwork/drivers/bridge/internal/iptabler, firewall_linux.go); `raw` is not a table of the lab. */
import type { Rule, TableName } from '../linux/netfilter.ts';
import type { Engine } from './engine.ts';
import { startProxies } from './proxy.ts';
import type { Container, NetworkRecord, PublishedPort } from './state.ts';

/** A rule and where it stands. */
type Placed = { readonly table: TableName; readonly chain: string; readonly rule: Rule };

const chains: readonly (readonly [table: TableName, name: string])[] = [
  ...['DOCKER', 'DOCKER-BRIDGE', 'DOCKER-CT', 'DOCKER-FORWARD', 'DOCKER-INTERNAL'].map((name) => ['filter', name] as const),
  ['nat', 'DOCKER'],
];
const optionOf = ({ options }: NetworkRecord, name: string): boolean => options?.[`com.docker.network.bridge.${name}`] !== 'false';
const accept = { verdict: 'ACCEPT' } as const;
const drop = { verdict: 'DROP' } as const;
const jump = (name: string): Rule['target'] => ({ jump: name });

/** As a daemon starts: its chains empty, the jumps to them in their places; what is in DOCKER-USER stays. 20.10 makes those of nat alone. */
export function raiseFirewall(engine: Engine): void {
  const { netfilter } = engine.kernel.host.network;
  if (!netfilter || !engine.config.iptables) return;
  const { nat, filter } = netfilter.tables;
  for (const [table, name] of engine.old ? [] : chains) netfilter.chain(table, name);
  if (engine.old && !nat.has('DOCKER')) netfilter.chain('nat', 'DOCKER');
  const local = { localDestination: true };
  for (const [chain, match] of [
    ['PREROUTING', local],
    ['OUTPUT', { ...local, notDestination: '127.0.0.0/8' }],
  ] as const)
    if (!nat.get(chain)?.some(({ target }) => 'jump' in target && target.jump === 'DOCKER')) nat.get(chain)?.push({ match, target: jump('DOCKER') });
  if (engine.old) return;
  if (!filter.has('DOCKER-USER')) netfilter.chain('filter', 'DOCKER-USER');
  for (const [chain, names] of [
    ['FORWARD', ['DOCKER-USER', 'DOCKER-FORWARD']],
    ['DOCKER-FORWARD', ['DOCKER-CT', 'DOCKER-INTERNAL', 'DOCKER-BRIDGE']],
  ] as const) {
    const rules = filter.get(chain) ?? [];
    const others = rules.filter(({ target }) => !('jump' in target && (names as readonly string[]).includes(target.jump)));
    rules.splice(0, rules.length, ...names.map((name): Rule => ({ match: {}, target: jump(name) })), ...others);
  }
  if (!forwardsAnyway(engine)) netfilter.policies.set('filter/FORWARD', 'DROP');
  // Containers that went on without a daemon.
  for (const container of engine.state.containers.values()) {
    const [name, { ip }] = [...container.endpoints].find(([, endpoint]) => endpoint.ip !== '') ?? ['', { ip: '' }];
    closePorts(engine, container);
    if (ip !== '') for (const port of container.ports) openPort(engine, container, engine.network(name), ip, port);
  }
}

/** A daemon that has to turn forwarding on itself closes FORWARD to all that it does not know. */
function forwardsAnyway({ files }: Engine): boolean {
  const set = /^\s*net\.ipv4\.ip_forward\s*=\s*1\s*$/m;
  const own = files.exists('/etc/sysctl.d') ? files.list('/etc/sysctl.d').map(([name]) => `/etc/sysctl.d/${name}`) : [];
  return ['/etc/sysctl.conf', ...own].some((path) => files.exists(path) && set.test(files.read(path)));
}

/** A bridge's rules: those of nat and of internal networks go in above the others, the rest below. */
export function openNetwork(engine: Engine, network: NetworkRecord): void {
  closeNetwork(engine, network);
  for (const { table, chain, rule } of rulesOf(engine, network)) {
    const rules = engine.kernel.host.network.netfilter?.tables[table].get(chain);
    if (table === 'nat' || chain === 'DOCKER-INTERNAL') rules?.unshift(rule);
    else rules?.push(rule);
  }
}

export function closeNetwork(engine: Engine, network: NetworkRecord): void {
  for (const placed of rulesOf(engine, network)) remove(engine, placed);
}

function rulesOf(engine: Engine, network: NetworkRecord): Placed[] {
  const { netfilter } = engine.kernel.host.network;
  if (!netfilter || !engine.config.iptables || engine.old || network.driver !== 'bridge') return [];
  const { bridge, subnet } = network;
  const out = through('', bridge);
  const inside = through(bridge, bridge);
  const placed = (chain: string, match: Rule['match'], target: Rule['target']): Placed => ({ table: 'filter', chain, rule: { match, target } });
  const mayMeet = optionOf(network, 'enable_icc');
  if (network.internal)
    return [
      placed('DOCKER-INTERNAL', { ...through(bridge, ''), notDestination: subnet }, drop),
      placed('DOCKER-INTERNAL', { ...out, notSource: subnet }, drop),
      placed('DOCKER-FORWARD', inside, mayMeet ? accept : drop),
    ];
  const hidden: Placed = {
    table: 'nat',
    chain: 'POSTROUTING',
    rule: { match: { source: subnet, ...through('', `!${bridge}`) }, target: { verdict: 'MASQUERADE' } },
  };
  const states = 'RELATED,ESTABLISHED';
  return [
    ...(optionOf(network, 'enable_ip_masquerade') ? [hidden] : []),
    ...(mayMeet ? [] : [placed('DOCKER-FORWARD', inside, drop)]),
    placed('DOCKER-FORWARD', mayMeet ? through(bridge, '') : through(bridge, `!${bridge}`), accept),
    placed('DOCKER', through(`!${bridge}`, bridge), drop),
    placed('DOCKER-CT', { ...out, states, extra: `${out.extra} -m conntrack --ctstate ${states}` }, accept),
    placed('DOCKER-BRIDGE', out, jump('DOCKER')),
  ];
}

/** What a container's published port needs: its docker-proxy, DNAT, and a way past the bridge's DROP. */
export function openPort(engine: Engine, container: Container, { bridge }: NetworkRecord, ip: string, port: PublishedPort): void {
  const stop = startProxies(engine, port, ip);
  const rules = rulesOfPort(engine, bridge, ip, port);
  const { netfilter } = engine.kernel.host.network;
  netfilter?.tables.nat.get('DOCKER')?.push(...rules.slice(0, 1).map(({ rule }) => rule));
  netfilter?.tables.filter.get('DOCKER')?.unshift(...rules.slice(1).map(({ rule }) => rule));
  published.set(container, [...(published.get(container) ?? []), { rules, stop }]);
}

function rulesOfPort({ kernel, config }: Engine, bridge: string, ip: string, port: PublishedPort): Placed[] {
  if (!kernel.host.network.netfilter || !config.iptables) return [];
  const { protocol } = port;
  const to = { address: ip, port: port.container };
  const host = port.hostIp === '0.0.0.0' ? {} : { destination: port.hostIp };
  return [
    {
      table: 'nat',
      chain: 'DOCKER',
      rule: { match: { protocol, destinationPort: port.host, ...host, ...through(`!${bridge}`, '') }, target: { dnat: to } },
    },
    {
      table: 'filter',
      chain: 'DOCKER',
      rule: { match: { protocol, destination: ip, destinationPort: port.container, ...through(`!${bridge}`, bridge) }, target: accept },
    },
  ];
}

type Opened = { readonly rules: readonly Placed[]; readonly stop: () => void };
const published = new WeakMap<Container, readonly Opened[]>();

export function closePorts(engine: Engine, container: Container): void {
  stopProxies(container);
  for (const { rules } of published.get(container) ?? []) for (const placed of rules) remove(engine, placed);
  published.delete(container);
}

/** As their daemon ends; the rules stay. */
export function stopProxies(container: Container): void {
  for (const { stop } of published.get(container) ?? []) stop();
}

/** The first rule that says the same, wherever it came from (iptables -D). */
function remove(engine: Engine, { table, chain, rule }: Placed): void {
  const rules = engine.kernel.host.network.netfilter?.tables[table].get(chain);
  const text = JSON.stringify(rule);
  const at = rules?.findIndex((each) => JSON.stringify(each) === text) ?? -1;
  if (at >= 0) rules?.splice(at, 1);
}

/** `-i` and `-o`, with `!` for any other. */
function through(from: string, to: string): Rule['match'] & { readonly extra: string } {
  const option = (letter: string, name: string): string[] => (name === '' ? [] : [`${name.startsWith('!') ? '! ' : ''}-${letter} ${name.replace('!', '')}`]);
  return { ...(from === '' ? {} : { in: from }), ...(to === '' ? {} : { out: to }), extra: [...option('i', from), ...option('o', to)].join(' ') };
}
