/** Stream processors: what stands between a layer's blob and its files where the media type is no plain tar (core/diff/stream.go, imgcrypt ctd-decoder). */
import type { Blob, Descriptor } from '../interfaces/distribution.ts';
import { decryptLayer, isEncrypted, publicPart } from '../interfaces/ocicrypt.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { unknown } from './errors.ts';

/** [stream_processors] of the default configuration. */
const decoder = { path: 'ctd-decoder', keys: '/etc/containerd/ocicrypt/keys' };
const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const tars = /^application\/vnd\.(?:oci\.image\.layer(?:\.nondistributable)?\.v1\.tar|docker\.image\.rootfs\.diff\.tar)/;

/** The layer as a tar that can be unpacked. */
export function plainLayer(files: FileSystem, layer: Blob, descriptor: Descriptor, diffId: string): Blob {
  const failed = (why: string): Error => unknown(`failed to extract layer ${diffId}: ${why}`);
  const missing = `failed to get stream processor for ${layer.mediaType}: `;
  if (!tars.test(layer.mediaType)) throw failed(`${missing}no processor for media-type: unknown`);
  if (!isEncrypted(layer)) return layer;
  if (!searchPath.some((folder) => files.exists(`${folder}/${decoder.path}`)))
    throw failed(`${missing}exec: ${JSON.stringify(decoder.path)}: executable file not found in $PATH`);
  const folder = files.isDirectory(decoder.keys) ? files.list(decoder.keys) : [];
  const keys = folder.flatMap(([, inode]) => (inode.type === 'file' ? [publicPart(inode.read())] : [])).filter((each) => each !== undefined);
  const plain = decryptLayer(layer, descriptor, keys);
  if (!plain) throw failed('call to DecryptLayer failed: missing private key needed for decryption\n: unknown');
  return plain;
}
