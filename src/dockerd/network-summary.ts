/** What `docker network inspect` tells. */
import type { NetworkSummary } from '../interfaces/docker.ts';
import { ipToNumber } from '../linux/network.ts';
import type { Container, Endpoint, NetworkRecord } from './state.ts';

/** A container that is running in the network. */
export type Member = { readonly container: Container; readonly endpoint: Endpoint };

/** A network and the containers that run in it. */
export function summarizeNetwork(network: NetworkRecord, all: readonly Member[]): NetworkSummary {
  const members = all.filter(({ container }) => container.running);
  return {
    Name: network.name,
    Id: network.id,
    Created: new Date(network.created).toISOString(),
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: network.name === 'bridge' || network.driver !== 'bridge' ? null : {},
      Config:
        network.driver === 'bridge'
          ? [
              {
                Subnet: network.subnet,
                ...(network.ipRange === undefined ? {} : { IPRange: network.ipRange }),
                Gateway: network.gateway,
                ...(network.auxAddresses === undefined ? {} : { AuxiliaryAddresses: network.auxAddresses }),
              },
            ]
          : null,
    },
    Internal: network.internal,
    Attachable: network.attachable ?? false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Options: network.name === 'bridge' ? bridgeOptions : (network.options ?? {}),
    Labels: network.labels,
    Containers: Object.fromEntries(
      members.map(({ container, endpoint }) => [
        container.id,
        {
          Name: container.name,
          EndpointID: endpoint.id,
          MacAddress: endpoint.mac,
          IPv4Address: endpoint.ip === '' ? '' : `${endpoint.ip}/${network.subnet.split('/')[1]}`,
          IPv6Address: '',
        },
      ]),
    ),
    Status: { IPAM: network.driver === 'bridge' ? { Subnets: { [network.subnet]: used(network, members) } } : {} },
  };
}

/** Of the whole subnet, with its first and last address and the gateway; and what is left of the range that containers get theirs from. */
function used({ subnet, ipRange, gateway, auxAddresses }: NetworkRecord, members: readonly Member[]): { IPsInUse: number; DynamicIPsAvailable: number } {
  const bounds = (cidr: string): readonly [first: number, last: number] => {
    const [address = '', length = '32'] = cidr.split('/');
    return [ipToNumber(address), ipToNumber(address) + 2 ** (32 - Number(length)) - 1];
  };
  const [first, last] = bounds(ipRange ?? subnet);
  const texts = [gateway, ...Object.values(auxAddresses ?? {}), ...members.map(({ endpoint }) => endpoint.ip).filter((ip) => ip !== '')];
  const taken = new Set([...bounds(subnet), ...texts.map(ipToNumber)]);
  const inRange = [...taken].filter((each) => each >= first && each <= last).length;
  return { IPsInUse: taken.size, DynamicIPsAvailable: last - first + 1 - inRange };
}

const bridgeOptions = {
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': 'true',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
  'com.docker.network.bridge.name': 'docker0',
  'com.docker.network.driver.mtu': '1500',
};
