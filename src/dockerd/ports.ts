/** Published ports: ports of the node that are taken, and what leads them to the container (moby daemon/libnetwork/portmapper). */
import { DockerError } from '../interfaces/docker.ts';
import type { Engine } from './engine.ts';
import { closePorts, openPort } from './firewall.ts';
import type { Container, PublishedPort } from './state.ts';

const firstEphemeral = 32_768;

/** Takes the ports that the container asks for and leads them to it. */
export function publish(engine: Engine, container: Container): void {
  const entry = [...container.endpoints].find(([, { ip }]) => ip !== '');
  if (!entry) return;
  const [network, endpoint] = entry;
  for (const { container: port, protocol, hostIp, host } of wanted(container)) {
    const dual = hostIp === '';
    const ip = dual ? '0.0.0.0' : hostIp;
    const failed = (problem: string): DockerError =>
      new DockerError(500, `driver failed programming external connectivity on endpoint ${container.name} (${endpoint.id}): ${problem}`);
    if (host !== 0 && takenByContainer(engine, container, ip, host, protocol)) throw failed(`Bind for ${ip}:${host} failed: port is already allocated`);
    if (!hasAddress(engine, ip)) throw failed(`failed to bind host port ${ip}:${host === 0 ? '' : host}/${protocol}: cannot assign requested address`);
    if (host !== 0 && takenOnNode(engine, ip, host, protocol)) throw failed(`failed to bind host port ${ip}:${host}/${protocol}: address already in use`);
    const chosen = host === 0 ? freePort(engine, container, ip, protocol) : host;
    const published = { container: port, protocol, hostIp: ip, host: chosen, dual };
    container.ports.push(published);
    openPort(engine, container, engine.network(network), endpoint.ip, published);
  }
}

/** As a container stops: its rules go and its host ports are free. */
export function withdraw(engine: Engine, container: Container): void {
  container.ports = [];
  closePorts(engine, container);
}

type Wanted = { readonly container: number; readonly protocol: 'tcp' | 'udp'; readonly hostIp: string; readonly host: number };

function wanted({ config, host }: Container): Wanted[] {
  const asked = Object.entries(host.PortBindings).flatMap(([key, bindings]) =>
    bindings.map(({ HostIp, HostPort }) => ({ ...parsePort(key), hostIp: HostIp, host: Number(HostPort || 0) })),
  );
  if (!host.PublishAllPorts) return asked;
  const others = Object.keys(config.ExposedPorts).filter((key) => host.PortBindings[key] === undefined);
  return [...asked, ...others.map((key) => ({ ...parsePort(key), hostIp: '', host: 0 }))];
}

/** `80/tcp` */
export function parsePort(key: string): { readonly container: number; readonly protocol: 'tcp' | 'udp' } {
  const [port, protocol] = key.split('/');
  return { container: Number(port), protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}

/** Whether the node can bind to it: every address of 127.0.0.0/8 is its own, and IPv6 is not looked at. */
const hasAddress = ({ kernel }: Engine, ip: string): boolean =>
  ip === '0.0.0.0' ||
  ip.includes(':') ||
  ip.startsWith('127.') ||
  [...kernel.host.network.interfaces.values()].some(({ addresses }) => addresses.some((each) => each.split('/')[0] === ip));

const clash = (a: string, b: string): boolean => a === b || a === '0.0.0.0' || b === '0.0.0.0';

const takenByContainer = (engine: Engine, except: Container, ip: string, port: number, protocol: PublishedPort['protocol']): boolean =>
  [...engine.state.containers.values()].some(
    (each) => each !== except && each.ports.some((own) => own.host === port && own.protocol === protocol && clash(own.hostIp, ip)),
  ) || except.ports.some((own) => own.host === port && own.protocol === protocol && clash(own.hostIp, ip));

const takenOnNode = (engine: Engine, ip: string, port: number, protocol: PublishedPort['protocol']): boolean =>
  [...engine.kernel.host.network.listeners].some((each) => each.transport === protocol && each.port === port && clash(each.address, ip));

function freePort(engine: Engine, container: Container, ip: string, protocol: PublishedPort['protocol']): number {
  for (let port = firstEphemeral; port < 61_000; port++)
    if (!takenByContainer(engine, container, ip, port, protocol) && !takenOnNode(engine, ip, port, protocol)) return port;
  throw new DockerError(500, 'all ports are allocated');
}
