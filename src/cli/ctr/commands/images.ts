/** ctr images. */

import { sortedJson } from '../../../apimachinery/json.ts';
import type { Blob, ContainerdImage, Descriptor, ImageConfig, ImageIndex, ImageManifest, PullProgress } from '../../../interfaces/containerd.ts';
import { isErrno } from '../../../linux/errno.ts';
import { DirectoryNode } from '../../../linux/inode.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Archive, readArchive, writeArchive } from '../archive.ts';
import { bool, type Context, type CtrCommand, CtrError, isMissing, labelArgs, labelText, list, text } from '../context.ts';
import { bytes, filter, table } from '../output.ts';

const snapshotterFlag = text('snapshotter', 'Snapshotter name. Empty value stands for the default value.');
const registryFlags = [
  bool('skip-verify,k', 'Skip SSL certificate validation'),
  bool('plain-http', 'Allow connections using plain HTTP'),
  text('user,u', 'User[:password] Registry user and password'),
  text('refresh', 'Refresh token for authorization server'),
  text('hosts-dir', 'Custom hosts configuration directory'),
  text('tlscacert', 'path to TLS root CA'),
  text('tlscert', 'path to TLS client certificate'),
  text('tlskey', 'path to TLS client key'),
];

/** Index, manifest and config behind an image; undefined for what is missing. */
export function partsOf(
  context: Context,
  image: ContainerdImage,
): {
  readonly top: Blob | undefined;
  readonly index: ImageIndex | undefined;
  readonly manifest: ImageManifest | undefined;
  readonly config: ImageConfig | undefined;
} {
  const { content } = context.client();
  const blob = (digest: string | undefined): Blob | undefined => {
    if (digest === undefined) return undefined;
    try {
      return content.get(context.namespace, digest);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };
  const top = blob(image.target.digest);
  const index = top && /index|manifest\.list/.test(top.mediaType) ? (JSON.parse(top.text) as ImageIndex) : undefined;
  const manifestBlob = index ? blob(index.manifests.find(({ platform }) => platform?.architecture === 'amd64' && platform.os === 'linux')?.digest) : top;
  const manifest = manifestBlob && (JSON.parse(manifestBlob.text) as ImageManifest);
  const config = blob(manifest?.config.digest);
  return { top, index, manifest, config: config && (JSON.parse(config.text) as ImageConfig) };
}

function sizeOf(context: Context, image: ContainerdImage): number {
  const { top, index, manifest } = partsOf(context, image);
  const manifestSize = index ? (index.manifests.find(({ platform }) => platform?.architecture === 'amd64')?.size ?? 0) : 0;
  return (top?.size ?? 0) + manifestSize + (manifest ? [manifest.config, ...manifest.layers].reduce((sum, each) => sum + each.size, 0) : 0);
}

function platforms(context: Context, image: ContainerdImage): string {
  const { index } = partsOf(context, image);
  if (!index) return 'linux/amd64';
  const name = ({ platform }: Descriptor): string =>
    [platform?.os, platform?.architecture, (platform as { variant?: string } | undefined)?.variant].filter(Boolean).join('/');
  return [...new Set(index.manifests.map(name))].sort().join(',');
}

const field = (image: ContainerdImage, path: string): string | undefined =>
  path === 'name'
    ? image.name
    : path === 'target.digest'
      ? image.target.digest
      : path === 'target.mediatype'
        ? image.target.mediaType
        : path.startsWith('labels.')
          ? image.labels[path.slice(7).replace(/^"(.*)"$/, '$1')]
          : undefined;

const listImages: CtrCommand = {
  name: 'list',
  aliases: ['ls'],
  short: 'List images known to containerd',
  usage: '[flags] [<filter>, ...]',
  long: 'list images registered with containerd',
  flags: [bool('quiet,q', 'Print only the image refs')],
  run: function* (context) {
    const images = filter(context.client().images.list(context.namespace), context.args, field);
    if (context.flags.bool('quiet')) yield* context.print(images.map(({ name }) => `${name}\n`).join(''));
    else
      yield* context.print(
        table([
          ['REF', 'TYPE', 'DIGEST', 'SIZE', 'PLATFORMS', 'LABELS'],
          ...images.map((image) => [
            image.name,
            image.target.mediaType,
            image.target.digest,
            bytes(sizeOf(context, image)),
            platforms(context, image),
            labelText(image.labels) || '-',
          ]),
        ]),
      );
    return 0;
  },
};

const check: CtrCommand = {
  name: 'check',
  short: 'Check existing images to ensure all content is available locally',
  usage: '[flags] [<filter>, ...]',
  flags: [bool('quiet,q', 'Print only the ready image refs (fully downloaded and unpacked)'), snapshotterFlag],
  run: function* (context) {
    const client = context.client();
    const images = filter(client.images.list(context.namespace), context.args, field);
    if (context.flags.bool('quiet')) {
      yield* context.print(images.map(({ name }) => `${name}\n`).join(''));
      return 0;
    }
    const rows = images.map((image) => {
      const { manifest } = partsOf(context, image);
      const wanted = manifest ? [manifest.config, ...manifest.layers] : [];
      const total = wanted.reduce((sum, { size }) => sum + size, 0);
      return [
        image.name,
        image.target.mediaType,
        image.target.digest,
        `complete (${wanted.length}/${wanted.length})`,
        `${bytes(total)}/${bytes(total)}`,
        String(unpacked(context, image)),
      ];
    });
    yield* context.print(table([['REF', 'TYPE', 'DIGEST', 'STATUS', 'SIZE', 'UNPACKED '], ...rows], 1, false));
    return 0;
  },
};

function unpacked(context: Context, image: ContainerdImage): boolean {
  const { config } = partsOf(context, image);
  const committed = context
    .client()
    .snapshots.list(context.namespace, 'overlayfs')
    .filter(({ kind }) => kind === 'Committed').length;
  return config !== undefined && committed >= config.rootfs.diff_ids.length;
}

const pull: CtrCommand = {
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
    const image = yield* client.images.pull(context.namespace, ref, {
      snapshotter: context.flags.text('snapshotter') || 'overlayfs',
      ...(user === '' ? {} : { user }),
      labels: labelArgs(context.flags.list('label')),
      progress: (progress) => seen.push(progress),
    });
    yield* context.print(
      context.flags.bool('local') ? localProgress(ref, image, seen, context.process.now - started) : transferProgress(ref, seen, context.process.now - started),
    );
    return 0;
  },
};

const total = (seen: readonly PullProgress[]): number => seen.filter(({ status }) => status === 'done').reduce((sum, { size = 0 }) => sum + size, 0);
const short = (digest = ''): string => digest.slice(7, 19);

/** The tree of the transfer service, as it stands at the end. */
function transferProgress(ref: string, seen: readonly PullProgress[], elapsed: number): string {
  const kinds = (progress: PullProgress): string =>
    /index/.test(progress.mediaType ?? '')
      ? 'index'
      : /manifest/.test(progress.mediaType ?? '')
        ? 'manifest'
        : /config/.test(progress.mediaType ?? '')
          ? 'config'
          : 'layer';
  const bar = '|++++++++++++++++++++++++++++++++++++++|';
  const done = [...seen.filter(({ status }) => status === 'resolved'), ...seen.filter(({ status }) => status === 'done')];
  const depth = { index: 0, manifest: 1, config: 2, layer: 2 } as const;
  const lines = done.map((each) => {
    const kind = kinds(each);
    const level = depth[kind as keyof typeof depth] * 3;
    return `${' '.repeat(level)}└──${kind} (${short(each.digest)})`.padEnd(40).concat(`complete        ${bar} `);
  });
  return `${[ref.padEnd(50).concat('saved'), ...lines, 'application/vnd.oci.image.index.v1+json sha256'.slice(0, 0)].filter((line) => line !== '').join('\n')}\nCompleted pull from OCI Registry (${ref})\telapsed: ${(elapsed / 1000).toFixed(1)} s\ttotal:  ${bytes(total(seen))}\t(${bytes(total(seen) / Math.max(elapsed / 1000, 0.1))}/s)\n`;
}

function localProgress(ref: string, image: ContainerdImage, seen: readonly PullProgress[], elapsed: number): string {
  const bar = '|++++++++++++++++++++++++++++++++++++++|';
  const line = (name: string, status: string): string => `${`${name}:`.padEnd(73)}${status.padEnd(15)}${bar} \n`;
  const kind = (progress: PullProgress): string =>
    /manifest/.test(progress.mediaType ?? '') ? 'manifest' : /config/.test(progress.mediaType ?? '') ? 'config' : 'layer';
  const done = seen.filter(({ status }) => status === 'done');
  return [
    line(ref, 'resolved'),
    line(`index-${image.target.digest}`, 'done'),
    ...done.map((each) => line(`${kind(each)}-${each.digest}`, 'done')),
    `elapsed: ${(elapsed / 1000).toFixed(1)} s${' '.repeat(20)}total:  ${bytes(total(seen))} (${bytes(total(seen) / Math.max(elapsed / 1000, 0.1))}/s)\n`,
    `unpacking linux/amd64 ${image.target.digest}...\n`,
    'done: 4.9ms\t\n',
  ].join('');
}

const remove: CtrCommand = {
  name: 'delete',
  aliases: ['del', 'remove', 'rm'],
  short: 'Remove one or more images by reference',
  usage: '[flags] <ref> [<ref>, ...]',
  flags: [bool('sync', 'Synchronously remove image and all associated resources')],
  run: function* (context) {
    const client = context.client();
    for (const name of context.args) {
      try {
        client.images.delete(context.namespace, name, { sync: context.flags.bool('sync') });
        yield* context.print(`${name}\n`);
      } catch (error) {
        if (!isMissing(error)) throw error;
        yield* context.log('warning', `${name}: image not found`);
      }
    }
    return 0;
  },
};

const tag: CtrCommand = {
  name: 'tag',
  short: 'Tag an image',
  usage: '[flags] <source_ref> <target_ref> [<target_ref>, ...]',
  flags: [
    bool('force', 'Force target_ref to be created, regardless if it already exists'),
    bool('local', 'Run tag locally rather than through transfer API'),
    bool('skip-reference-check', 'Skip the strict check for reference names'),
  ],
  run: function* (context) {
    const [source, ...targets] = context.args;
    if (!source) throw new CtrError('please provide an image reference to tag from');
    if (targets.length === 0) throw new CtrError('please provide an image reference to tag to');
    const client = context.client();
    const image = client.images.get(context.namespace, source);
    for (const target of targets) {
      const exists = client.images.list(context.namespace).some(({ name }) => name === target);
      if (exists) client.images.update(context.namespace, target, { target: image.target });
      else client.images.create(context.namespace, { name: target, target: image.target, labels: image.labels });
      yield* context.print(`${target}\n`);
    }
    return 0;
  },
};

const label: CtrCommand = {
  name: 'label',
  short: 'Set and clear labels for an image',
  usage: '[flags] <name> [<key>=<value>, ...]',
  flags: [bool('replace-all,r', 'Replace all labels')],
  run: function* (context) {
    const [name, ...labels] = context.args;
    if (name === undefined) throw new CtrError('please specify an image');
    const updated = context.client().images.update(context.namespace, name, { labels: labelArgs(labels) });
    yield* context.print(`${labelText(updated.labels)}\n`);
    return 0;
  },
};

const inspect: CtrCommand = {
  name: 'inspect',
  aliases: ['i'],
  short: 'inspect an image',
  usage: '<image> [flags]',
  flags: [bool('content', 'Show JSON content')],
  run: function* (context) {
    const [name] = context.args;
    if (name === undefined) throw new CtrError('please provide an image name to inspect');
    const image = context.client().images.get(context.namespace, name);
    const { index, manifest, config } = partsOf(context, image);
    yield* context.print(`${name}\n└─${image.target.mediaType} @${image.target.digest} (${image.target.size} bytes)\n`);
    if (index) {
      const own = index.manifests.find(({ platform }) => platform?.architecture === 'amd64');
      if (own) yield* context.print(`   └─${own.mediaType} @${own.digest} (${own.size} bytes)\n      Platform: linux/amd64\n`);
    }
    if (manifest) {
      const rows = [manifest.config, ...manifest.layers];
      yield* context.print(
        rows.map((each, i) => `      ${i === rows.length - 1 ? '└' : '├'}─${each.mediaType} @${each.digest} (${each.size} bytes)\n`).join(''),
      );
    }
    if (context.flags.bool('content') && config) yield* context.print(`${sortedJson(config, 2)}\n`);
    return 0;
  },
};

const exportImages: CtrCommand = {
  name: 'export',
  short: 'Export images',
  usage: '[flags] <out> <image> ...',
  flags: [
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'Exports content from all platforms'),
    bool('local', 'run export locally rather than through transfer API'),
    bool('skip-manifest-json', 'Do not add Docker compatible manifest.json to archive'),
  ],
  run: function* (context) {
    const [out, ...names] = context.args;
    if (out === undefined || names.length === 0) throw new CtrError('please provide both an output filename and an image reference to export');
    const client = context.client();
    const images = names.map((name) => client.images.get(context.namespace, name));
    const blobs = new Map<string, Blob>();
    for (const image of images) {
      const { top, index, manifest } = partsOf(context, image);
      const digests = [
        image.target.digest,
        index?.manifests.find(({ platform }) => platform?.architecture === 'amd64')?.digest,
        manifest?.config.digest,
        ...(manifest?.layers ?? []).map(({ digest }) => digest),
      ];
      if (top) for (const digest of digests) if (digest !== undefined) blobs.set(digest, client.content.get(context.namespace, digest));
    }
    const archive: Archive = { images: images.map(({ name, target }) => ({ name, target })), blobs: [...blobs.values()] };
    context.process.fs.write(out, writeArchive(archive, context.process.now));
    return 0;
  },
};

const importImages: CtrCommand = {
  name: 'import',
  short: 'Import images',
  usage: '[flags] <in>',
  flags: [
    text('base-name', 'Base image name for added images, when provided only images with this name prefix are imported'),
    bool('digests', 'Whether to create digest images (default: false)'),
    text('index-name', 'Image name to keep index as'),
    bool('all-platforms', 'Imports content for all platforms'),
    bool('no-unpack', 'Skip unpacking the images'),
    bool('local', 'Run import locally rather than through transfer API'),
    bool('discard-unpacked-layers', ''),
    snapshotterFlag,
  ],
  run: function* (context) {
    const [path] = context.args;
    if (path === undefined) throw new CtrError('please provide a tar file to import');
    const archive = openArchive(context, path);
    const client = context.client();
    for (const blob of archive.blobs) client.content.write(context.namespace, blob);
    for (const { name, target } of archive.images) {
      put(context, name, target, {});
      const image = client.images.get(context.namespace, name);
      const { manifest } = partsOf(context, image);
      const managed: Record<string, string> = context.namespace === 'k8s.io' ? { 'io.cri-containerd.image': 'managed' } : {};
      if (context.namespace === 'k8s.io' && manifest) {
        put(context, name, target, managed);
        put(context, manifest.config.digest, target, managed);
      }
      if (!context.flags.bool('no-unpack')) yield* client.snapshots.unpack(context.namespace, 'overlayfs', name);
      yield* context.print(
        `${name.padEnd(50)}\tsaved\t\napplication/vnd.oci.image.index.v1+json ${target.digest}\nImporting\telapsed: 0.1 s\ttotal:   0.0 B\t(0.0 B/s)\n`,
      );
    }
    return 0;
  },
};

function put(context: Context, name: string, target: Descriptor, labels: Record<string, string>): void {
  const { images } = context.client();
  if (images.list(context.namespace).some((each) => each.name === name)) images.update(context.namespace, name, { target, labels });
  else images.create(context.namespace, { name, target, labels });
}

function openArchive(context: Context, path: string): Archive {
  let source: string;
  try {
    source = context.process.fs.read(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new CtrError(`open ${path}: ${error.message.toLowerCase()}`);
  }
  const archive = readArchive(source);
  if (!archive) throw new CtrError('unrecognized image format');
  return archive;
}

const mount: CtrCommand = {
  name: 'mount',
  short: 'Mount an image to a target path',
  usage: '[flags] <ref> <target>',
  flags: [snapshotterFlag, bool('rw', 'Enable write support on the mount'), text('platform', 'Mount the image for the specified platform', 'linux/amd64')],
  run: function* (context) {
    const [ref, target] = context.args;
    if (ref === undefined) throw new CtrError('please provide an image reference to mount');
    if (target === undefined) throw new CtrError('please provide a target path to mount to');
    const client = context.client();
    const parent = yield* client.snapshots.unpack(context.namespace, 'overlayfs', client.images.get(context.namespace, ref).name);
    const path = context.process.path(target);
    if (context.flags.bool('rw')) client.snapshots.prepare(context.namespace, 'overlayfs', path, parent);
    else client.snapshots.view(context.namespace, 'overlayfs', path, parent);
    const root = client.snapshots.directory(context.namespace, 'overlayfs', path);
    if (!(root instanceof DirectoryNode)) throw new CtrError(`mount target ${path}: no such file or directory`);
    context.process.fs.namespace.mount({ path, root, source: 'overlay', type: 'overlay', options: [context.flags.bool('rw') ? 'rw' : 'ro', 'relatime'] });
    yield* context.print(`${parent}\n${target}\n`);
    return 0;
  },
};

const unmount: CtrCommand = {
  name: 'unmount',
  short: 'Unmount the image from the target',
  usage: '[flags] <target>',
  flags: [snapshotterFlag, bool('rm', 'Remove the snapshot after a successful unmount')],
  run: function* (context) {
    const [target] = context.args;
    if (target === undefined) throw new CtrError('please provide a target path to unmount from');
    const path = context.process.path(target);
    context.process.fs.namespace.unmount(path);
    if (context.flags.bool('rm')) context.client().snapshots.remove(context.namespace, 'overlayfs', path);
    yield* context.print(`${target}\n`);
    return 0;
  },
};

const usage: CtrCommand = {
  name: 'usage',
  short: 'Display usage of snapshots for a given image ref',
  usage: '[flags] <ref>',
  flags: [snapshotterFlag],
  run: function* (context) {
    const [ref = ''] = context.args;
    const client = context.client();
    const chain = yield* client.snapshots.unpack(context.namespace, 'overlayfs', client.images.get(context.namespace, ref).name);
    let size = 0;
    for (let key = chain; key !== ''; key = client.snapshots.stat(context.namespace, 'overlayfs', key).parent)
      size += client.snapshots.usage(context.namespace, 'overlayfs', key).size;
    yield* context.print(
      table([
        ['SIZE', 'INODES'],
        [bytes(size), '1'],
      ]),
    );
    return 0;
  },
};

const missing = (name: string, short: string): CtrCommand => ({
  name,
  short,
  flags: [...registryFlags],
  run: function* (context): Routine<number> {
    const [ref = ''] = context.args;
    if (name === 'push') context.client().images.get(context.namespace, ref);
    yield* context.process.printError(`k8s-lab: ctr images ${name} is not simulated\n`);
    return 70;
  },
});

export const images: CtrCommand = {
  name: 'images',
  aliases: ['image', 'i'],
  short: 'Manage images',
  commands: [
    check,
    exportImages,
    importImages,
    inspect,
    label,
    listImages,
    mount,
    unmount,
    missing('prune', 'Remove unused images'),
    pull,
    missing('push', 'Push an image to a remote'),
    remove,
    tag,
    usage,
    missing('convert', 'Convert an image'),
  ],
};
