/** Packed for `unpacked` of bin/block-sorting.mjs, which gives it back with up to seven zeros behind it. */
export function blockSorted(text: Buffer): Buffer;
