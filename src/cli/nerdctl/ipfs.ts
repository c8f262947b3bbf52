/** Images over IPFS: each blob a block, named by a descriptor of what lies on top (stargz-snapshotter ipfs, nerdctl pkg/ipfs). */

import type { Blob, ContainerdImage, Descriptor, ImageIndex, ImageManifest } from '../../interfaces/containerd.ts';
import { indexLabels, isIndex, isOwn, manifestLabels } from '../../interfaces/image-content.ts';
import { cidOf, cidOfDigest, type IpfsApi, ipfsProtocol, isCid } from '../../interfaces/ipfs.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Context, NerdctlError } from './context.ts';
import { partsOf } from './find.ts';

/** What a CID stands for: a descriptor, with the CID of its blob. */
type Root = Descriptor & { readonly urls: readonly string[] };

/** `ipfs://CID` → the CID. */
export const ipfsPath = (ref: string): string | undefined => /^ip[fn]s:\/\/(.*)$/.exec(ref)?.[1];

/** The node's API: --ipfs-address, or what its daemon wrote into ~/.ipfs/api. */
function apiOf(context: Context): IpfsApi {
  const { process, flags } = context;
  const path = `${process.env['IPFS_PATH'] ?? `${process.env['HOME'] ?? '/root'}/.ipfs`}/api`;
  const asked = flags.text('ipfs-address');
  if (asked === '' && !process.fs.exists(path)) throw new NerdctlError(`open ${path}: no such file or directory`);
  const address = asked === '' ? process.fs.read(path).trim() : asked;
  const [, host = '', port = ''] = /^\/ip4\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? [];
  if (host === '') throw new NerdctlError(`failed to parse multiaddr ${JSON.stringify(address)}: must begin with /`);
  try {
    return dial(ipfsProtocol, process.namespaces.network, host, Number(port), process.sim.random);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new NerdctlError(`Post "http://${host}:${port}/api/v0/version": dial tcp ${host}:${port}: connect: ${error.message.toLowerCase()}`);
  }
}

/** Prints the CID. */
export function* pushToIpfs(context: Context, image: ContainerdImage): Routine {
  const { name } = image;
  yield* context.log('info', `pushing image ${JSON.stringify(name)} to IPFS`);
  yield* context.log('info', 'ensuring image contents');
  let api: IpfsApi;
  try {
    api = apiOf(context);
  } catch (error) {
    if (!(error instanceof NerdctlError)) throw error;
    yield* context.log('warning', `failed to ensure the existence of image ${JSON.stringify(name)}`, { error: error.message });
    yield* context.log('warning', 'ipfs push failed', { error: error.message });
    throw error;
  }
  for (const blob of blobsOf(context, image)) yield* api.add(blob.text);
  const top = context.client().content.get(context.namespace, image.target.digest);
  const root: Root = { ...image.target, urls: [`ipfs://${cidOf(top.text)}`] };
  yield* context.print(`${yield* api.add(JSON.stringify(root))}\n`);
}

function blobsOf(context: Context, image: ContainerdImage): Blob[] {
  const { manifest, manifestDigest } = partsOf(context, image);
  const { content } = context.client();
  const digests = [image.target.digest, manifestDigest, ...(manifest ? [manifest.config, ...manifest.layers].map(({ digest }) => digest) : [])];
  return [...new Set(digests)].filter((digest) => digest !== '').map((digest) => content.get(context.namespace, digest));
}

/** The image behind a CID, named by it. */
export function* pullFromIpfs(context: Context, cid: string): Routine<ContainerdImage> {
  const client = context.client();
  const known = client.images.list(context.namespace).find(({ name }) => name === cid);
  if (known) return known;
  let api: IpfsApi;
  try {
    if (!isCid(cid)) throw new NerdctlError('');
    api = apiOf(context);
  } catch (error) {
    if (!(error instanceof NerdctlError)) throw error;
    throw new NerdctlError('failed to get IPFS URL from ipfs path');
  }
  const get = function* (path: string): Routine<string> {
    const text = yield* api.cat(path);
    if (text === undefined) throw new NerdctlError(`failed to resolve reference ${JSON.stringify(cid)}: failed to get ${path}: context deadline exceeded`);
    return text;
  };
  const root = JSON.parse(yield* get(cid)) as Root;
  const fetched = yield* tree(root, get);
  for (const { blob, labels } of fetched) client.content.write(context.namespace, blob, labels);
  const { mediaType, digest, size } = root;
  return client.images.create(context.namespace, { name: cid, target: { mediaType, digest, size } });
}

type Fetched = { readonly blob: Blob; readonly labels: Readonly<Record<string, string>> };

/** A blob and all below it. A block's name is its blob's digest in other letters. */
function* tree({ mediaType, digest, size }: Descriptor, get: (cid: string) => Routine<string>): Routine<Fetched[]> {
  const text = yield* get(cidOfDigest(digest));
  const blob = { digest, mediaType, size, text };
  const index = isIndex({ mediaType }) ? (JSON.parse(text) as ImageIndex) : undefined;
  const manifest = !index && /manifest/.test(mediaType) ? (JSON.parse(text) as ImageManifest) : undefined;
  const below = index ? index.manifests.filter(isOwn) : manifest ? [manifest.config, ...manifest.layers] : [];
  const found: Fetched[] = [];
  for (const each of below) found.push(...(yield* tree(each, get)));
  const labels = manifest ? manifestLabels(manifest) : indexLabels({ manifests: below });
  return [...found, { blob, labels }];
}
