/** The text, packed for `unpackText` of bin/block-sorting.mjs. */
export function packText(text: Buffer): Buffer;
