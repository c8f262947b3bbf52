/** Digests as a user types them. */
import { CtrError } from './context.ts';

/** go-digest's Parse. */
export function parseDigest(given = ''): string {
  if (!/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(given)) throw new CtrError('invalid checksum digest format');
  if (!/^sha(?:256|384|512):/.test(given)) throw new CtrError('unsupported digest algorithm');
  const [algorithm = '', hex = ''] = given.split(':');
  if (hex.length !== Number(algorithm.slice(3)) / 4) throw new CtrError('invalid checksum digest length');
  if (!/^[a-f0-9]+$/.test(hex)) throw new CtrError('invalid checksum digest format');
  return given;
}
