/** What `packed` of scripts/packing.mjs packed. */
export function unpacked(packed: Buffer): Buffer;
