/** What `blockSorted` of scripts/block-sort.mjs packed. */
export function unpacked(packed: Buffer): Buffer;
