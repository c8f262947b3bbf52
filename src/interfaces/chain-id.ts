/** Chain ids: names of layers as stacked, by the OCI image spec (identity.ChainIDs). */
import { createHash } from 'node:crypto';
import { remembered } from '../sim/remembered.ts';

/** One for each layer, the last being the whole root filesystem. */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const [index, diffId] of diffIds.entries()) {
    const above = chain[index - 1];
    chain.push(above === undefined ? diffId : stacked(above, diffId));
  }
  return chain;
}

const stacked = remembered((above, diffId) => `sha256:${createHash('sha256').update(`${above} ${diffId}`).digest('hex')}`);
