/** nerdctl images, pull, tag, rmi, history, image prune. */
import { chainIds } from '../../../interfaces/chain-id.ts';
import { ContainerdError, type ContainerdImage } from '../../../interfaces/containerd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { findImages, partsOf, taskOf } from '../find.ts';
import { ipfsPath, pullFromIpfs } from '../ipfs.ts';
import { ago, type Column, humanSize, listText, moment } from '../output.ts';
import { pullImage, shareWithCri } from '../pull.ts';
import { repositoryTag, wholeName } from '../reference.ts';
import { checkVerify, verifyFlags } from '../verify.ts';
import { innermost } from './image-upkeep.ts';

type Row = {
  readonly CreatedAt: string;
  readonly CreatedSince: string;
  readonly Digest: string;
  readonly ID: string;
  readonly Name: string;
  readonly Repository: string;
  readonly Tag: string;
  readonly Size: string;
  readonly BlobSize: string;
  readonly Platform: string;
};

/** What an image takes on disk: unpacked, and as blobs. */
export function imageSizes(context: Context, image: ContainerdImage): { readonly unpacked: number; readonly blobs: number } {
  const { manifest, config, manifestDigest } = partsOf(context, image);
  const client = context.client();
  let unpacked = 0;
  for (const key of chainIds(config?.rootfs.diff_ids ?? [])) {
    try {
      unpacked += client.snapshots.usage(context.namespace, context.snapshotter, key).size;
    } catch (error) {
      if (!(error instanceof ContainerdError)) throw error; // Not unpacked here.
    }
  }
  const own = manifestDigest === '' ? 0 : client.content.get(context.namespace, manifestDigest).size;
  return { unpacked, blobs: manifest ? own + manifest.config.size + manifest.layers.reduce((sum, { size }) => sum + size, 0) : 0 };
}

const columns = (names: boolean, digests: boolean): Column<Row>[] => [
  ...(names
    ? [['NAME', (row) => row.Name] as Column<Row>]
    : [['REPOSITORY', (row) => row.Repository] as Column<Row>, ['TAG', (row) => row.Tag] as Column<Row>]),
  ...(digests ? [['DIGEST', (row) => row.Digest] as Column<Row>] : []),
  ['IMAGE ID', (row) => row.ID],
  ['CREATED', (row) => row.CreatedSince],
  ['PLATFORM', (row) => row.Platform],
  ['SIZE', (row) => row.Size],
  ['BLOB SIZE', (row) => row.BlobSize],
];

export const images: NerdctlCommand = {
  name: 'images',
  short: 'List images',
  usage: '[flags] [REPOSITORY[:TAG]]',
  flags: [
    bool('quiet,q', 'Only show numeric IDs'),
    bool('no-trunc', "Don't truncate output"),
    text('format', "Format the output using the given Go template, e.g, '{{json .}}', 'wide'"),
    slice('filter,f', 'Filter output based on conditions provided'),
    bool('digests', 'Show digests (compatible with Docker, unlike ID)'),
    bool('names', 'Show image names'),
    bool('all,a', '(unimplemented yet, always true)', 'true'),
  ],
  run: function* (context) {
    const { flags } = context;
    needArgs(context, 0, 1);
    const [request] = context.args;
    const wanted = request === undefined ? undefined : wholeName(request);
    const found = listImages(context)
      .filter(({ name }) => wanted === undefined || name === wanted)
      .filter((image) => innermost(context, image) === image)
      .filter((image) => flags.list('filter').every((each) => matches(context, image, each)));
    if (flags.bool('quiet')) {
      yield* context.print(found.map(({ target }) => `${flags.bool('no-trunc') ? target.digest : target.digest.slice(7, 19)}\n`).join(''));
      return 0;
    }
    yield* context.print(
      listText(
        context,
        found.map((image) => rowOf(context, image)),
        columns(flags.bool('names'), flags.bool('digests')),
      ),
    );
    return 0;
  },
};

/** The newest first; in k8s.io an image has three names, of which one is shown if so asked. */
function listImages(context: Context): ContainerdImage[] {
  const all = [...context.client().images.list(context.namespace)].sort((a, b) => b.createdAt - a.createdAt);
  if (context.namespace !== 'k8s.io' || !context.global.bool('kube-hide-dupe')) return all;
  return all.filter(({ name }) => !name.startsWith('sha256:') && !name.includes('@'));
}

function matches(context: Context, image: ContainerdImage, given: string): boolean {
  const [key = '', value = ''] = [given.slice(0, given.indexOf('=')), given.slice(given.indexOf('=') + 1)];
  const { repository, tag } = repositoryTag(image.name);
  if (key === 'dangling') return (tag === '<none>' || tag === '') === (value === 'true');
  if (key === 'reference') return [repository, `${repository}:${tag}`].some((each) => wildcard(value, each));
  if (key === 'label') {
    const labels = partsOf(context, image).config?.config.Labels ?? {};
    const [name = '', wanted] = value.split('=');
    return labels[name] !== undefined && (wanted === undefined || labels[name] === wanted);
  }
  if (key === 'before' || key === 'since') {
    const [other] = findImages(context, value);
    return other !== undefined && (key === 'before' ? image.createdAt < other.createdAt : image.createdAt > other.createdAt);
  }
  throw new NerdctlError(`invalid filter ${JSON.stringify(given)}`);
}

const wildcard = (pattern: string, name: string): boolean => {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  return name.startsWith(parts[0] ?? '') && name.endsWith(parts.at(-1) ?? '');
};

function rowOf(context: Context, image: ContainerdImage): Row {
  const { name, target, createdAt } = image;
  const { repository, tag } = repositoryTag(name);
  const { unpacked, blobs } = imageSizes(context, image);
  const { config } = partsOf(context, image);
  return {
    CreatedAt: moment(createdAt),
    CreatedSince: ago(context.process.now, createdAt),
    Digest: target.digest,
    ID: context.flags.bool('no-trunc') ? target.digest : target.digest.slice(7, 19),
    Name: name,
    Repository: repository,
    Tag: tag,
    Size: humanSize(unpacked),
    BlobSize: humanSize(blobs),
    Platform: config ? `${config.os}/${config.architecture}` : '',
  };
}

export const pull: NerdctlCommand = {
  name: 'pull',
  short: 'Pull an image from a registry. Optionally specify "ipfs://" or "ipns://" scheme to pull image from IPFS.',
  usage: '[flags] NAME[:TAG]',
  flags: [
    bool('quiet,q', 'Suppress verbose output'),
    slice('platform', 'Pull content for a specific platform'),
    bool('all-platforms', 'Pull content for all platforms'),
    text('unpack', 'Unpack the image for the current single platform (auto/true/false)', 'auto'),
    ...verifyFlags,
  ],
  run: function* (context) {
    if (context.args.length !== 1) throw new NerdctlError(`accepts 1 arg(s), received ${context.args.length}`);
    const [ref = ''] = context.args;
    const cid = ipfsPath(ref);
    if (cid !== undefined) {
      const image = yield* pullFromIpfs(context, cid);
      yield* context.client().snapshots.unpack(context.namespace, context.snapshotter, image.name);
      return 0;
    }
    const name = wholeName(ref);
    yield* checkVerify(context, name);
    yield* pullImage(context, name, { quiet: context.flags.bool('quiet'), out: context.process.stdout });
    return 0;
  },
};

export const tag: NerdctlCommand = {
  name: 'tag',
  short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  usage: '[flags] SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  flags: [],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [source = '', target = ''] = context.args;
    const name = wholeName(target);
    const [image] = findImages(context, source);
    if (!image) throw new NerdctlError(`image ${JSON.stringify(wholeName(source))}: not found`);
    const client = context.client().images;
    if (client.list(context.namespace).some((each) => each.name === name)) client.delete(context.namespace, name);
    const made = client.create(context.namespace, { name, target: image.target, labels: image.labels });
    if (context.namespace === 'k8s.io') shareWithCri(context, made);
    return 0;
  },
};

export const rmi: NerdctlCommand = {
  name: 'rmi',
  short: 'Remove one or more images',
  usage: '[flags] IMAGE [IMAGE, ...]',
  flags: [bool('force,f', 'Force removal of the image'), bool('async', 'Asynchronous mode')],
  run: function* (context) {
    needArgs(context, 1);
    const errors: string[] = [];
    for (const request of context.args) {
      const found = findImages(context, request);
      if (found.length === 0) errors.push(`no such image: ${request}`);
      else if (found.length > 1 && !context.flags.bool('force')) errors.push(`multiple IDs found with provided prefix: ${request}`);
      else
        for (const image of found) {
          const problem = yield* removeImage(context, image, request);
          if (problem !== undefined) errors.push(problem);
        }
    }
    if (errors.length === 0) return 0;
    const message = `${errors.length} errors:\n${errors.join('\n')}`;
    if (!context.flags.bool('force') || errors.some((each) => each.startsWith('conflict'))) throw new NerdctlError(message);
    yield* context.log('error', message);
    return 0;
  },
};

/** An image that a running container needs loses its name only. */
function* removeImage(context: Context, image: ContainerdImage, request: string): Routine<string | undefined> {
  const client = context.client();
  const { namespace, flags } = context;
  const { name, target } = image;
  const users = client.containers.list(namespace).filter((each) => each.image === name);
  const running = users.find(({ id }) => ['RUNNING', 'PAUSED'].includes(taskOf(context, id)?.status ?? ''));
  if (running) {
    if (!flags.bool('force')) return `conflict: unable to delete ${request} (cannot be forced) - image is being used by running container ${running.id}`;
    if (client.images.list(namespace).some((each) => each.name === ':')) client.images.update(namespace, ':', { target });
    else client.images.create(namespace, { name: ':', target, labels: image.labels });
    client.images.delete(namespace, name);
    yield* context.print(`Untagged: ${name}\nUntagged: ${name}@${target.digest}\n`);
    return undefined;
  }
  const [stopped] = users;
  if (stopped && !flags.bool('force')) return `conflict: unable to delete ${request} (must be forced) - image is being used by stopped container ${stopped.id}`;
  const diffIds = partsOf(context, image).config?.rootfs.diff_ids ?? [];
  client.images.delete(namespace, name, { sync: !flags.bool('async') });
  yield* context.print(`Untagged: ${name}@${target.digest}\n${diffIds.map((each) => `Deleted: ${each}\n`).join('')}`);
  return undefined;
}
