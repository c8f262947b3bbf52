/** ctr content: blobs by digest (cmd/ctr/commands/content). */

import { createHash } from 'node:crypto';
import type { Blob, ContentInfo, PullProgress } from '../../../interfaces/containerd.ts';
import { isMissing } from '../../../interfaces/containerd.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { logLine } from '../../logrus.ts';
import { bool, type Context, type CtrCommand, CtrError, duration, int, labelArgs, labelText, list, text } from '../context.ts';
import { parseDigest } from '../digest.ts';
import { filter } from '../filters.ts';
import { age, bytes } from '../output.ts';
import { localProgress } from '../pull-progress.ts';
import { notSimulated } from './misc.ts';
import { accessOf, fetching, registryFlags } from './transfer.ts';

const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content, 'latin1').digest('hex')}`;

/** The media type is what a reader would guess: the store itself keeps none. */
function blobOf(content: string): Blob {
  let mediaType = 'application/octet-stream';
  try {
    const parsed = JSON.parse(content) as { mediaType?: unknown };
    if (typeof parsed?.mediaType === 'string') mediaType = parsed.mediaType;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { digest: digestOf(content), mediaType, size: content.length, text: content };
}

const field = ({ digest, size, labels }: ContentInfo, path: string): string | undefined =>
  path === 'digest' ? digest : path === 'size' ? String(size) : path.startsWith('labels.') ? labels[path.slice(7)] : undefined;

const ingest: CtrCommand = {
  name: 'ingest',
  short: 'Accept content into the store',
  usage: '[flags] <key>',
  long: 'ingest objects into the local content store',
  flags: [int('expected-size', 'Validate against provided size'), text('expected-digest', 'Verify content against expected digest')],
  run: function* (context) {
    const { flags, namespace, process } = context;
    const [ref] = context.args;
    const wanted = flags.text('expected-digest');
    if (wanted !== '') parseDigest(wanted);
    if (!ref) throw new CtrError('must specify a transaction reference');
    const { content } = context.client();
    const blob = blobOf(yield* readAll(process.stdin));
    const size = flags.number('expected-size');
    const failed = `failed commit on ref ${JSON.stringify(ref)}`;
    if (size > 0 && size !== blob.size)
      throw new CtrError(`${failed}: ${JSON.stringify(ref)} failed size validation: ${blob.size} != ${size}: failed precondition`);
    if (wanted !== '' && wanted !== blob.digest)
      throw new CtrError(`${failed}: unexpected commit digest ${blob.digest}, expected ${wanted}: failed precondition`);
    content.write(namespace, blob);
    return 0;
  },
};

const edit: CtrCommand = {
  name: 'edit',
  short: 'Edit a blob and return a new digest',
  usage: '[flags] <digest>',
  long: 'edit a blob and return a new digest',
  flags: [
    text('validate', 'Validate the result against a format (json, mediatype, etc.)'),
    { ...text('editor', 'Select editor (vim, emacs, etc.)'), env: ['EDITOR'] },
  ],
  run: function* (context) {
    const { flags, namespace, process } = context;
    if (flags.text('validate') !== '') throw new CtrError('validating the edit result not supported');
    const digest = parseDigest(context.args[0]);
    const { content } = context.client();
    const before = content.get(namespace, digest);
    const editor = flags.text('editor');
    if (editor === '') throw new CtrError('editor is required');
    const path = `/tmp/edit-${Math.floor(process.sim.random.next() * 1e9)}`;
    process.fs.write(path, before.text);
    const status = yield* process.wait(process.spawn({ argv: ['sh', '-c', `${editor} ${path}`] }));
    if (status !== 0) throw new CtrError(`exit status ${status}`);
    const after = blobOf(process.fs.read(path));
    process.fs.unlink(path);
    content.write(namespace, after);
    yield* context.print(`${after.digest}\n`);
    return 0;
  },
};

const remove: CtrCommand = {
  name: 'delete',
  aliases: ['del', 'remove', 'rm'],
  short: 'Permanently delete one or more blobs',
  usage: '[<digest>, ...]',
  long: 'Delete one or more blobs permanently. Successfully deleted\nblobs are printed to stdout.',
  flags: [],
  run: function* (context) {
    const { content } = context.client();
    let first: CtrError | undefined;
    for (const arg of context.args) {
      try {
        content.delete(context.namespace, parseDigest(arg));
      } catch (error) {
        if (isMissing(error)) continue;
        if (!(error instanceof CtrError)) throw error;
        first ??= error;
        yield* context.log('error', `could not delete ${arg}`, error.message);
        continue;
      }
      yield* context.print(`${arg}\n`);
    }
    if (first) throw first;
    return 0;
  },
};

const fetch: CtrCommand = {
  name: 'fetch',
  short: 'Fetch all content for an image into containerd',
  usage: '[flags] <remote> <object>',
  flags: [
    ...registryFlags,
    list('label', 'Labels to attach to the image'),
    list('platform', 'Pull content from a specific platform'),
    bool('all-platforms', 'Pull content from all platforms'),
    bool('skip-metadata', 'Skips metadata for unused platforms (Image may be unable to be pushed without metadata)'),
    bool('metadata-only', 'Pull all metadata including manifests and configs'),
  ],
  run: function* (context) {
    const [ref = ''] = context.args;
    if (context.flags.bool('metadata-only')) throw new CtrError('k8s-lab: ctr content fetch --metadata-only is not simulated', 70);
    const seen: PullProgress[] = [];
    const started = context.process.now;
    const pulled = context.client().images.pull(context.namespace, ref, {
      snapshotter: 'overlayfs',
      unpack: false,
      ...accessOf(context),
      labels: labelArgs(context.flags.list('label')),
      progress: (progress) => seen.push(progress),
    });
    const image = yield* fetching(ref, pulled);
    yield* context.print(localProgress(ref, image, seen, context.process.now - started).replace(/^unpacking[\s\S]*/m, ''));
    return 0;
  },
};

const pushObject: CtrCommand = {
  name: 'push-object',
  short: 'Push an object to a remote',
  usage: '[flags] <remote> <object> <type>',
  long: 'Push objects by identifier to a remote.',
  flags: registryFlags,
  run: function* (context) {
    const [ref = '', object, mediaType = ''] = context.args;
    const digest = parseDigest(object);
    const client = context.client();
    const { size } = client.content.get(context.namespace, digest);
    yield* client.images.push(context.namespace, ref, { target: { digest, mediaType, size }, ...accessOf(context) });
    yield* context.print(`Pushed ${digest} ${mediaType}\n`);
    return 0;
  },
};

/** Labels that keep layers alive: `l.N`, and the numbers of old clients, of which 0 is the configuration. */
const layerLabel = (key: string): boolean => /^containerd\.io\/gc\.ref\.content\.(?:l\.|[1-9]\d*$|0\d+$)/.test(key);

const prune: CtrCommand = {
  name: 'prune',
  short: 'Prunes content from the content store',
  commands: [
    {
      name: 'references',
      short: 'Prunes preference labels from the content store (layers only by default)',
      flags: [bool('async', 'Allow garbage collection to cleanup asynchronously'), bool('dry', 'Just show updates without applying (enables debug logging)')],
      run: function* (context) {
        const { content, leases } = context.client();
        const dry = context.flags.bool('dry');
        const debug = (message: string, fields = {}): Routine => logLine(context.process, 'debug', message, fields);
        if (dry) yield* debug('dry run, no changes will be applied');
        for (const { digest, labels } of content.list(context.namespace)) {
          const keys = Object.keys(labels).filter(layerLabel);
          if (dry) for (const label of keys) yield* debug('Removing label', { digest, label });
          else if (keys.length > 0) content.label(context.namespace, digest, Object.fromEntries(keys.map((key) => [key, ''])));
        }
        // What has lost its references goes with the lease, as the garbage collector runs then.
        const lease = `prune-${context.process.sim.random.hex(4)}`;
        leases.create(context.namespace, lease, {});
        leases.delete(context.namespace, lease);
        return 0;
      },
    },
  ],
};

export const content: CtrCommand = {
  name: 'content',
  short: 'Manage content',
  commands: [
    {
      name: 'active',
      short: 'Display active transfers',
      usage: '[flags] [<regexp>]',
      long: 'display the ongoing transfers',
      flags: [
        { ...duration('timeout,t', 'Total timeout for fetch', '0s'), env: ['CONTAINERD_FETCH_TIMEOUT'] },
        text('root', 'Path to content store root', '/tmp/content'),
      ],
      run: function* (context) {
        context.client();
        yield* context.print('REF\tSIZE\tAGE\t\n');
        return 0;
      },
    },
    remove,
    edit,
    fetch,
    notSimulated('content ', 'fetch-object', 'Retrieve objects from a remote'),
    notSimulated('content ', 'fetch-blob', 'Retrieve blobs from a remote'),
    {
      name: 'get',
      short: 'Get the data for an object',
      usage: '[<digest>, ...]',
      long: 'display the image object',
      flags: [],
      run: function* (context) {
        const digest = parseDigest(context.args[0]);
        yield* context.print(context.client().content.get(context.namespace, digest).text);
        return 0;
      },
    },
    ingest,
    {
      name: 'list',
      aliases: ['ls'],
      short: 'List all blobs in the store',
      usage: '[flags]',
      long: 'list blobs in the content store',
      flags: [bool('quiet,q', 'Print only the blob digest')],
      run: function* (context) {
        const { content } = context.client();
        const quiet = context.flags.bool('quiet');
        if (!quiet) yield* context.print('DIGEST\t\t\t\t\t\t\t\t\tSIZE\tAGE\t\t\tLABELS\n');
        const all = filter(content.list(context.namespace), context.args, field, (problem) => `${problem}: invalid argument`);
        yield* context.print(all.map((each) => (quiet ? `${each.digest}\n` : contentRow(context, each))).join(''));
        return 0;
      },
    },
    pushObject,
    {
      name: 'label',
      short: 'Add labels to content',
      usage: '<digest> [<label>=<value> ...]',
      long: 'labels blobs in the content store',
      flags: [],
      run: function* (context) {
        const [digest, ...labels] = context.args;
        yield* context.print(`${labelText(context.client().content.label(context.namespace, parseDigest(digest), labelArgs(labels)).labels)}\n`);
        return 0;
      },
    },
    prune,
  ],
};

const contentRow = (context: Context, { digest, size, createdAt, labels }: ContentInfo): string =>
  `${digest}\t${bytes(size).replace(' ', '').replace('iB', 'B').replace('KB', 'kB')}\t${age(context.process.now - createdAt)}\t\t${labelText(labels) || '-'}\n`;
