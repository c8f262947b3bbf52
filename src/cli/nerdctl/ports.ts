/** Published ports (pkg/portutil). */
import { type Context, NerdctlError } from './context.ts';
import { taskOf } from './find.ts';
import { type PortMapping, readPorts } from './store.ts';

/** -p; a port that somebody has is refused. */
export function publishedPorts(context: Context): PortMapping[] {
  const found = context.flags.list('publish').flatMap((text) => parsePort(context, text));
  const taken = takenPorts(context);
  for (const [index, each] of found.entries()) {
    const key = `${each.Protocol}/${each.HostPort}`;
    const twice = found.findIndex((other) => other.HostPort === each.HostPort && other.Protocol === each.Protocol) !== index;
    if (taken.has(key) || twice)
      throw new NerdctlError(
        `failed to load networking flags: bind for ${each.HostIP === '0.0.0.0' ? '' : each.HostIP}:${each.HostPort} failed: port is already allocated`,
      );
  }
  return found;
}

/** `[IP:][HOST:]CONTAINER[/PROTOCOL]`, with ranges. */
function parsePort(context: Context, text: string): PortMapping[] {
  const [address = '', protocol = 'tcp'] = text.split('/');
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw new NerdctlError(`failed to load networking flags: invalid protocol ${JSON.stringify(protocol)}`);
  const parts = address.split(':');
  const container = range(parts.at(-1) ?? '', 'containerPort');
  const hostText = parts.at(-2) ?? '';
  const ip = parts.length > 2 ? parts.slice(0, -2).join(':') : '0.0.0.0';
  if (!/^(\d+\.\d+\.\d+\.\d+|\[?[0-9a-f:]+\]?)$/i.test(ip)) throw new NerdctlError(`failed to load networking flags: invalid ip address: ${ip}`);
  const host = hostText === '' ? container.map((_port, i) => freePort(context, []) + i) : range(hostText, 'hostPort');
  if (host.length !== container.length)
    throw new NerdctlError(`failed to load networking flags: invalid ranges specified for container and host Ports: ${parts.at(-1)} and ${hostText}`);
  return container.map((port, i) => ({ HostPort: host[i] ?? 0, ContainerPort: port, Protocol: protocol, HostIP: ip }));
}

function range(text: string, what: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || first > 65535 || last > 65535 || last < first) throw new NerdctlError(`failed to load networking flags: invalid ${what}: ${text}`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Ports of listeners on the node and of containers that run. */
function takenPorts(context: Context): Set<string> {
  const taken = new Set([...context.process.namespaces.network.listeners].map(({ transport, port }) => `${transport}/${port}`));
  for (const { id } of context.client().containers.list(context.namespace)) {
    if (taskOf(context, id)?.status !== 'RUNNING') continue;
    for (const { Protocol, HostPort } of readPorts(context, id)) taken.add(`${Protocol}/${HostPort}`);
  }
  return taken;
}

function freePort(context: Context, others: readonly PortMapping[]): number {
  const taken = takenPorts(context);
  for (let port = 49153; port < 60999; port++) if (!taken.has(`tcp/${port}`) && !others.some(({ HostPort }) => HostPort === port)) return port;
  throw new NerdctlError('failed to load networking flags: no free port');
}

/** `0.0.0.0:8080->80/tcp`; neighbouring ports in one. */
export function portText(ports: readonly PortMapping[]): string {
  const sorted = [...ports].sort((a, b) => (a.Protocol === b.Protocol ? a.HostPort - b.HostPort : a.Protocol < b.Protocol ? -1 : 1));
  const groups: { first: PortMapping; last: PortMapping }[] = [];
  for (const port of sorted) {
    const group = groups.at(-1);
    const next =
      group &&
      group.last.HostIP === port.HostIP &&
      group.last.Protocol === port.Protocol &&
      group.last.HostPort + 1 === port.HostPort &&
      group.last.ContainerPort + 1 === port.ContainerPort;
    if (group && next) group.last = port;
    else groups.push({ first: port, last: port });
  }
  const span = (a: number, b: number): string => (a === b ? String(a) : `${a}-${b}`);
  return groups
    .map(({ first, last }) => `${first.HostIP}:${span(first.HostPort, last.HostPort)}->${span(first.ContainerPort, last.ContainerPort)}/${first.Protocol}`)
    .join(', ');
}
