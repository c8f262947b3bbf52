/** Packed for `unpacked` of bin/unpacking.mjs. */
export function packed(text: Buffer): Buffer;
