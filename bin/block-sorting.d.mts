export function unpackText(packed: Buffer): Buffer;
