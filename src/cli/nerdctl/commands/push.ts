/** nerdctl push: to a registry, or to IPFS (pkg/cmd/image/push.go). */

import type { ContainerdImage, Descriptor, ImageIndex, PushProgress } from '../../../interfaces/containerd.ts';
import { ContainerdError } from '../../../interfaces/containerd.ts';
import { descriptorOf, indexLabels, textBlob } from '../../../interfaces/image-content.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, type NerdctlCommand, needArgs, slice, text } from '../context.ts';
import { partsOf } from '../find.ts';
import { ipfsPath, pushToIpfs } from '../ipfs.ts';
import { bytesSize } from '../output.ts';
import { registryAccess } from '../pull.ts';
import { wholeName } from '../reference.ts';
import { signImage } from '../verify.ts';

export const push: NerdctlCommand = {
  name: 'push',
  short: 'Push an image or a repository to a registry. Optionally specify "ipfs://" or "ipns://" scheme to push image to IPFS.',
  usage: '[flags] NAME[:TAG]',
  flags: [
    bool('quiet,q', 'Suppress verbose output'),
    slice('platform', 'Push content for a specific platform'),
    bool('all-platforms', 'Push content for all platforms'),
    bool('estargz', 'Convert the image into eStargz'),
    text('sign', 'Sign the image (none|cosign|notation)', 'none'),
    text('cosign-key', 'Path to the private key file, KMS URI or Kubernetes Secret'),
    text('notation-key-name', "Signing key name for a key previously added to notation's key list for --sign=notation"),
    text('ipfs-address', 'multiaddr of IPFS API'),
    ...absent([bool('ipfs-ensure-image', 'Ensure the entire contents of the image is locally available before push', 'true')]),
  ],
  run: function* (context) {
    needArgs(context, 1, 1);
    const [ref = ''] = context.args;
    const ipfs = ipfsPath(ref);
    if (ipfs !== undefined) {
      yield* pushToIpfs(context, context.client().images.get(context.namespace, wholeName(ipfs)));
      return 0;
    }
    const name = wholeName(ref);
    const image = context.client().images.get(context.namespace, name);
    const { digest } = yield* pushImage(context, image);
    yield* signImage(context, name, digest);
    return 0;
  },
};

/** Sends an image for this machine's platform, as an index of its own where the image has several. */
function* pushImage(context: Context, image: ContainerdImage): Routine<Descriptor> {
  const target = context.flags.bool('all-platforms') ? image.target : reduced(context, image);
  yield* context.log('info', `pushing as a reduced-platform image (${target.mediaType}, ${target.digest})`);
  const host = image.name.split('/')[0] ?? '';
  const seen = new Map<string, PushProgress>();
  const start = context.process.now;
  try {
    yield* context.client().images.push(context.namespace, image.name, {
      target,
      ...registryAccess(context, image.name),
      progress: (each) => void seen.set(each.descriptor.digest, each),
    });
  } catch (error) {
    if (!(error instanceof ContainerdError) || !/connection refused|HTTP response to HTTPS/.test(error.message)) throw error;
    if (context.global.bool('insecure-registry')) throw error;
    yield* context.log('error', `server ${JSON.stringify(host)} does not seem to support HTTPS`, { error: error.message });
    yield* context.log('info', 'Hint: you may want to try --insecure-registry to allow plain HTTP (if you are in a trusted network)');
    throw error;
  }
  if (!context.flags.bool('quiet')) yield* context.print(report([...seen.values()], context.process.now - start));
  else yield* context.print(`${image.name}\n`);
  return target;
}

/** converter.WithPlatform: the index with this platform's manifest alone. */
function reduced(context: Context, image: ContainerdImage): Descriptor {
  const { index, manifestDigest, top } = partsOf(context, image);
  const own = index?.manifests.filter(({ digest }) => digest === manifestDigest);
  if (!index || !own || own.length === index.manifests.length) return image.target;
  const changed: ImageIndex = { ...index, manifests: own };
  const blob = textBlob(top?.mediaType ?? image.target.mediaType, JSON.stringify(changed));
  // Held while it is sent: the name `…-tmp-reduced-platform` goes afterwards.
  context.client().content.write(context.namespace, blob, indexLabels(changed));
  return descriptorOf(blob);
}

function report(seen: readonly PushProgress[], elapsed: number): string {
  const bar = '|++++++++++++++++++++++++++++++++++++++|';
  const kind = (mediaType: string): string => /index|list/.exec(mediaType)?.[0].replace('list', 'index') ?? /manifest|config/.exec(mediaType)?.[0] ?? 'layer';
  const total = seen.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  return [
    ...seen.map(({ descriptor, status }) => `${`${kind(descriptor.mediaType)}-${descriptor.digest}:`.padEnd(82)}${status.padEnd(15)}${bar} \n`),
    `${`elapsed: ${(elapsed / 1000).toFixed(1)} s`.padEnd(82)}total:  ${bytesSize(total)} (${bytesSize(total / Math.max(elapsed / 1000, 0.1))}/s)\n`,
  ].join('');
}
