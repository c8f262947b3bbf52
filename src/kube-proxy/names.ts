/** Names of kube-proxy's chains: kubernetes pkg/proxy/iptables/proxier.go portProtoHash. */
import { createHash } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first sixteen characters of the base32 form of the SHA-256. */
function hash16(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  let bits = 0;
  let held = 0;
  let out = '';
  for (const byte of digest) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5 && out.length < 16) {
      bits -= 5;
      out += alphabet[(held >> bits) & 31];
    }
  }
  return out;
}

/** Chains of one port of a service; `port` is `default/web:http`, or `default/web` when the port has no name. */
export const servicePortChains = (port: string, protocol: string) => {
  const hash = hash16(port + protocol);
  return { cluster: `KUBE-SVC-${hash}`, local: `KUBE-SVL-${hash}`, external: `KUBE-EXT-${hash}`, firewall: `KUBE-FW-${hash}` } as const;
};

/** `endpoint` is `10.244.1.5:80`. */
export const endpointChain = (port: string, protocol: string, endpoint: string): string => `KUBE-SEP-${hash16(port + protocol + endpoint)}`;
