/** ctr images pull and push. */

import { chainIds } from '../../../interfaces/chain-id.ts';
import { ContainerdError, type Descriptor, type ImageIndex, type PullProgress, type PushProgress } from '../../../interfaces/containerd.ts';
import type { RegistryAccess } from '../../../interfaces/distribution.ts';
import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, type CtrCommand, CtrError, int, labelArgs, list, text } from '../context.ts';
import { partsOf } from '../parts.ts';
import { localProgress, pushProgress, transferProgress } from '../pull-progress.ts';

/** Whose snapshots. */
export const snapshotterFlag = { ...text('snapshotter', 'Snapshotter name. Empty value stands for the default value.'), env: ['CONTAINERD_SNAPSHOTTER'] };
export const labelFlag = list('label', 'Labels to attach to the image');
/** How to reach a registry, and as whom. */
export const registryFlags = [
  bool('skip-verify,k', 'Skip SSL certificate validation'),
  bool('plain-http', 'Allow connections using plain HTTP'),
  text('user,u', 'User[:password] Registry user and password'),
  ...absent([text('refresh', 'Refresh token for authorization server')]),
  text('hosts-dir', 'Custom hosts configuration directory'),
  ...absent([text('tlscacert', 'Path to TLS root CA'), text('tlscert', 'Path to TLS client certificate'), text('tlskey', 'Path to TLS client key')]),
];

/** How the registry is to be reached: ctr reads no hosts.toml unless it is told where. */
export function accessOf({ flags }: Context): RegistryAccess {
  const user = flags.text('user');
  return { hostsDir: flags.text('hosts-dir'), plainHttp: flags.bool('plain-http'), skipVerify: flags.bool('skip-verify'), ...(user === '' ? {} : { user }) };
}

/** The transfer service takes none of these. */
function checkLocal({ flags }: Context, names: readonly string[]): void {
  const wrong = flags.bool('local') ? undefined : names.find((name) => flags.has(name));
  if (wrong !== undefined) throw new CtrError(`"--${wrong}" requires "--local" flag`);
}

/** With --platform the manifest of one; else all, as the name says. */
function onePlatform(context: Context, target: Descriptor): Descriptor {
  const [wanted] = context.flags.list('platform');
  if (wanted === undefined || !/index|list/.test(target.mediaType)) return target;
  const { manifests } = JSON.parse(context.client().content.get(context.namespace, target.digest).text) as ImageIndex;
  const found = manifests.find(({ platform }) => `${platform?.os}/${platform?.architecture}` === wanted);
  if (!found) throw new CtrError(`no match for platform in manifest ${target.digest}: not found`);
  return found;
}

/** ctr itself fetches, and so it is its own client that does not find the name (client.Fetch). */
export function* fetching<T>(ref: string, fetched: Routine<T>): Routine<T> {
  try {
    return yield* fetched;
  } catch (error) {
    if (!(error instanceof ContainerdError)) throw error;
    throw new CtrError(error.message.replace(/^failed to resolve image: /, `failed to resolve reference ${JSON.stringify(ref)}: `));
  }
}

export const pull: CtrCommand = {
  name: 'pull',
  short: 'Pull an image from a remote',
  usage: '[flags] <ref>',
  flags: [
    ...registryFlags,
    snapshotterFlag,
    labelFlag,
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'Pull content and metadata from all platforms'),
    bool('print-chainid', "Print the resulting image's chain ID"),
    int('max-concurrent-downloads', 'Set the max concurrent downloads for each pull'),
    bool('local', 'Fetch content from local client rather than using transfer service'),
  ],
  run: function* (context) {
    const [ref] = context.args;
    if (ref === undefined) throw new CtrError('please provide an image reference to pull');
    const client = context.client();
    checkLocal(context, ['max-concurrent-downloads', 'print-chainid', 'skip-verify']);
    const seen: PullProgress[] = [];
    const started = context.process.now;
    if (context.flags.has('platform') && context.flags.bool('all-platforms')) throw new CtrError('cannot specify both --platform and --all-platforms');
    for (const each of context.flags.list('platform'))
      if (each !== 'linux/amd64') throw new CtrError(`k8s-lab: ctr images pull --platform ${each} is not simulated`, 70);
    const pulled = client.images.pull(context.namespace, ref, {
      snapshotter: context.flags.text('snapshotter') || 'overlayfs',
      ...accessOf(context),
      labels: labelArgs(context.flags.list('label')),
      progress: (progress) => seen.push(progress),
    });
    const image = yield* context.flags.bool('local') ? fetching(ref, pulled) : pulled;
    yield* context.print(
      context.flags.bool('local') ? localProgress(ref, image, seen, context.process.now - started) : transferProgress(ref, seen, context.process.now - started),
    );
    if (context.flags.bool('print-chainid'))
      yield* context.print(`image chain ID: ${chainIds(partsOf(context, image).config?.rootfs.diff_ids ?? []).at(-1) ?? ''}\n`);
    return 0;
  },
};

export const push: CtrCommand = {
  name: 'push',
  short: 'Push an image to a remote',
  usage: '[flags] <remote> [<local>]',
  flags: [
    ...registryFlags,
    text('manifest', 'Digest of manifest'),
    list('platform', 'Push content from a specific platform'),
    int('max-concurrent-uploaded-layers', 'Set the max concurrent uploaded layers for each push'),
    bool('local', 'Push content from local client rather than using transfer service'),
  ],
  run: function* (context) {
    const [ref = '', local = ref] = context.args;
    if (ref === '') throw new CtrError('please provide a remote image reference to push');
    const client = context.client();
    checkLocal(context, ['manifest', 'max-concurrent-uploaded-layers', 'skip-verify']);
    if (context.flags.has('manifest')) throw new CtrError('k8s-lab: ctr images push --manifest is not simulated', 70);
    const started = context.process.now;
    const seen = new Map<string, PushProgress>();
    const target = onePlatform(context, client.images.get(context.namespace, local).target);
    yield* client.images.push(context.namespace, ref, {
      target,
      ...accessOf(context),
      progress: (each) => void seen.set(each.descriptor.digest, each),
    });
    yield* context.print(pushProgress(ref, [...seen.values()], context.process.now - started));
    return 0;
  },
};
