/** Addresses that networks and containers ask for (moby daemon/container_operations.go validateEndpointSettings, api/types/network/ipam.go). */
import { isIp } from '../apimachinery/names.ts';
import { DockerError, type NetworkCreate } from '../interfaces/docker.ts';
import { contains, ipToNumber, numberToIp } from '../linux/network.ts';
import type { NetworkRecord } from './state.ts';

const isIpv4 = (ip: string): boolean => isIp(ip) && !ip.includes(':');

/** One problem stands alone, several are a list. */
const told = (problems: readonly string[]): string => (problems.length === 1 ? `${problems[0]}` : problems.map((each) => `* ${each}`).join('\n'));

/** Throws DockerError for an address that a container cannot have there; `before` says of what. */
export function checkAddress(network: NetworkRecord, ip: string | undefined, before = ''): void {
  if (ip === undefined || ip === '') return;
  const problems: string[] = [];
  if (['bridge', 'host', 'none'].includes(network.name)) problems.push('user specified IP address is supported on user defined networks only');
  if (!isIpv4(ip)) problems.push(`invalid IPv4 address: ${ip}`);
  if (!network.configured && network.name !== 'bridge')
    problems.push('user specified IP address is supported only when connecting to networks with user configured subnets');
  else if (!isIpv4(ip) || !contains(network.subnet, ip)) problems.push(`no configured subnet or ip-range contain the IP address ${ip}`);
  if (problems.length > 0) throw new DockerError(400, `${before}invalid endpoint settings:\n${told(problems)}`);
}

/** Names and drivers that a network cannot have; throws DockerError (moby daemon/network.go, libnetwork/controller.go). */
export function checkNew({ name, driver }: Pick<NetworkCreate, 'name' | 'driver'>, taken: boolean): void {
  if (['host', 'none', 'bridge', 'default'].includes(name)) throw new DockerError(403, `operation is not permitted on predefined ${name} network`);
  if (taken) throw new DockerError(409, `network with name ${name} already exists`);
  if (['macvlan', 'ipvlan'].includes(driver)) throw new DockerError(501, `k8s-lab: the network driver ${driver} is not simulated`);
  if (driver === 'overlay')
    throw new DockerError(403, 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.');
  if (name.trim() === '') throw new DockerError(400, 'invalid name: name is empty');
  if (['host', 'null'].includes(driver)) throw new DockerError(403, `only one instance of ${JSON.stringify(driver)} network is allowed`);
  if (driver !== 'bridge') throw new DockerError(404, `plugin ${JSON.stringify(driver)} not found`);
}

/** A subnet or a range begins at its first address; throws DockerError. */
export function checkSubnets({ subnet, ipRange }: Pick<NetworkCreate, 'subnet' | 'ipRange'>): void {
  const problems = [
    ['subnet', subnet],
    ['ip-range', ipRange],
  ].flatMap(([name, cidr]) => {
    if (cidr === undefined) return [];
    const [address = '', length = '32'] = cidr.split('/');
    const size = 2 ** (32 - Number(length));
    const whole = `${numberToIp(Math.floor(ipToNumber(address) / size) * size)}/${length}`;
    return whole === cidr ? [] : [`invalid ${name} ${cidr}: it should be ${whole}`];
  });
  if (problems.length > 0) throw new DockerError(400, `invalid network config:\n${told(problems)}`);
}
