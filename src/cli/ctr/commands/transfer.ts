/** ctr images pull and push. */
import type { PullProgress, PushProgress } from '../../../interfaces/containerd.ts';
import { bool, type CtrCommand, CtrError, int, labelArgs, list, text } from '../context.ts';
import { localProgress, pushProgress, transferProgress } from '../pull-progress.ts';

/** Whose snapshots. */
export const snapshotterFlag = text('snapshotter', 'Snapshotter name. Empty value stands for the default value.');
/** How to reach a registry, and as whom. */
export const registryFlags = [
  bool('skip-verify,k', 'Skip SSL certificate validation'),
  bool('plain-http', 'Allow connections using plain HTTP'),
  text('user,u', 'User[:password] Registry user and password'),
  text('refresh', 'Refresh token for authorization server'),
  text('hosts-dir', 'Custom hosts configuration directory'),
  text('tlscacert', 'path to TLS root CA'),
  text('tlscert', 'path to TLS client certificate'),
  text('tlskey', 'path to TLS client key'),
];

export const pull: CtrCommand = {
  name: 'pull',
  short: 'Pull an image from a remote',
  usage: '[flags] <ref>',
  flags: [
    ...registryFlags,
    snapshotterFlag,
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'pull content and metadata from all platforms'),
    bool('local', 'Fetch content from local client rather than using transfer service'),
    list('label', 'Labels to attach to the image'),
    bool('print-chainid', "Print the resulting image's chain ID"),
    text('max-concurrent-downloads', 'Set the max concurrent downloads for each pull'),
  ],
  run: function* (context) {
    const [ref] = context.args;
    if (ref === undefined) throw new CtrError('please provide an image reference to pull');
    const client = context.client();
    const seen: PullProgress[] = [];
    const started = context.process.now;
    const user = context.flags.text('user');
    const hostsDir = context.flags.text('hosts-dir');
    const image = yield* client.images.pull(context.namespace, ref, {
      snapshotter: context.flags.text('snapshotter') || 'overlayfs',
      ...(user === '' ? {} : { user }),
      ...(hostsDir === '' ? {} : { hostsDir }),
      labels: labelArgs(context.flags.list('label')),
      progress: (progress) => seen.push(progress),
    });
    yield* context.print(
      context.flags.bool('local') ? localProgress(ref, image, seen, context.process.now - started) : transferProgress(ref, seen, context.process.now - started),
    );
    return 0;
  },
};

export const push: CtrCommand = {
  name: 'push',
  short: 'Push an image to a remote',
  usage: '[flags] <remote> [<local>]',
  flags: [
    ...registryFlags,
    bool('local', 'Push content from local client rather than using transfer service'),
    text('manifest', 'Digest of manifest'),
    list('platform', 'Push content from a specific platform'),
    bool('all-platforms', 'push content from all platforms'),
    int('max-concurrent-uploaded-layers', 'Set the max concurrent uploaded layers for each push'),
  ],
  run: function* (context) {
    const [ref = '', local = ref] = context.args;
    if (ref === '') throw new CtrError('please provide a remote image reference to push');
    const client = context.client();
    const started = context.process.now;
    const seen = new Map<string, PushProgress>();
    const user = context.flags.text('user');
    const hostsDir = context.flags.text('hosts-dir');
    const { target } = client.images.get(context.namespace, local);
    yield* client.images.push(context.namespace, ref, {
      target,
      ...(user === '' ? {} : { user }),
      ...(hostsDir === '' ? {} : { hostsDir }),
      progress: (each) => void seen.set(each.descriptor.digest, each),
    });
    yield* context.print(pushProgress(ref, [...seen.values()], context.process.now - started));
    return 0;
  },
};
