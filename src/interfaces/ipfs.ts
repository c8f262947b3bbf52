/** The HTTP API of an IPFS node (kubo core/commands), as far as images cross it, and how its blocks are named. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Routine } from '../sim/routine.ts';
import { defineProtocol } from './protocol.ts';

/** `ipfs daemon` answers on port 5001 for clients and on its swarm port for peers; nerdctl and other nodes call. */
export type IpfsApi = {
  /** Stores a block; gives its CID. */
  add(text: string): Routine<string>;
  /** From here or from a peer; undefined: nobody has it. */
  cat(cid: string): Routine<string | undefined>;
};

/** One wall for the API and for the swarm: a peer's `cat` looks in its own blocks only. */
export const ipfsProtocol = defineProtocol<IpfsApi>('ipfs');

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** CID version 1 of a raw block: base32 of 0x01 0x55 0x12 0x20 and the SHA-256. */
export const cidOf = (text: string): string => cidOfDigest(createHash('sha256').update(text).digest('hex'));

/** The same by the digest of a blob. */
export function cidOfDigest(digest: string): string {
  const bytes = Buffer.concat([Buffer.from([1, 0x55, 0x12, 0x20]), Buffer.from(digest.replace(/^sha256:/, ''), 'hex')]);
  let [bits, value, out] = [0, 0, 'b'];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += letters[(value >> bits) & 31];
    }
  }
  return bits > 0 ? out + letters[(value << (5 - bits)) & 31] : out;
}

/** Version 0 (`Qm…`) or 1; only the form is looked at. */
export const isCid = (text: string): boolean => /^(bafkrei[a-z2-7]{52}|Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{50,})$/.test(text);
