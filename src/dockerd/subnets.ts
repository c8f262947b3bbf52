/** Subnets for bridges: daemon.json's `bip` and `default-address-pools`, or Docker's own (moby daemon/libnetwork/ipamutils). */
import { ipToNumber, numberToIp } from '../linux/network.ts';
import type { DaemonConfig } from './config.ts';

const own: readonly string[] = [
  ...Array.from({ length: 15 }, (_, i) => `172.${17 + i}.0.0/16`),
  ...Array.from({ length: 16 }, (_, i) => `192.168.${i * 16}.0/20`),
];

/** Subnets to hand out, in order. */
export function poolsOf({ pools }: Pick<DaemonConfig, 'pools'>): readonly string[] {
  if (pools.length === 0) return own;
  return pools.flatMap(({ base, size }) => {
    const [address = '', length = '16'] = base.split('/');
    const count = Math.min(256, 2 ** Math.max(0, size - Number(length)));
    return Array.from({ length: count }, (_, i) => `${numberToIp(ipToNumber(address) + i * 2 ** (32 - size))}/${size}`);
  });
}

/** docker0's: `bip` is the bridge's own address; without one the first pool's first network. */
export function bridgeSubnet(config: Pick<DaemonConfig, 'pools' | 'bip'>): readonly [subnet: string, gateway: string] {
  const [address = '', length = ''] = (config.bip || poolsOf(config)[0] || '').split('/');
  const size = 2 ** (32 - Number(length));
  const base = Math.floor(ipToNumber(address) / size) * size;
  return [`${numberToIp(base)}/${length}`, config.bip === '' ? numberToIp(base + 1) : address];
}
