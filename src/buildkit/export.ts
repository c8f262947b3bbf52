/** Where the result of a build goes (buildkit exporter/…). */
import { BuildError, type BuildImage, type BuildWorker, type Exporter, type SolveRequest, type SolveResult } from '../interfaces/buildkit.ts';
import { DirectoryNode } from '../linux/inode.ts';
import { treeEntries } from '../linux/tree-entries.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Progress } from './progress.ts';
import { bytes } from './state.ts';

type Export = {
  readonly worker: BuildWorker;
  readonly progress: Progress;
  readonly request: SolveRequest;
  /** The finished image: what only changed its configuration is written now. */
  readonly built: () => Routine<BuildImage>;
};
type Exported = {
  readonly result: SolveResult;
  /** Images that stay though they may have no name. */
  readonly kept: readonly string[];
};

const titles: Readonly<Record<string, string>> = {
  image: 'exporting to image',
  docker: 'exporting to docker image format',
  oci: 'exporting to oci image format',
  local: 'exporting to client directory',
  tar: 'exporting to client tarball',
};

/** Without an exporter the tags are names for the worker's own images. */
export function* exportImage(parts: Export): Routine<Exported> {
  const { exporter } = parts.request;
  const type = exporter?.type ?? 'image';
  const title = titles[type];
  if (type === '') {
    yield* parts.built();
    return { result: { digest: '' }, kept: [] };
  }
  if (title === undefined) throw new BuildError(`exporter ${JSON.stringify(type)} could not be found`);
  return yield* parts.progress.vertex(title, function* (say) {
    yield* sleep(parts.worker.random(20, 60));
    const image = yield* parts.built();
    if (type === 'local' || type === 'tar') return files(parts.worker, image, type, say);
    for (const [what, digest] of [
      ['layers', ''],
      ['manifest', ` ${image.manifestDigest}`],
      ['config', ` ${image.manifest.config.digest}`],
    ])
      say('status', `exporting ${what}${digest} done`);
    return type === 'image' ? yield* named(parts, image, exporter, say) : archived(parts, image, exporter, say);
  });
}

type Say = (kind: 'status' | 'log', text: string) => void;

const namesOf = ({ worker, request }: Export, exporter: Exporter | undefined): string[] =>
  (exporter ? (exporter.options['name'] ?? '').split(',').filter(Boolean) : request.tags).map((each) => worker.wholeName(each));

function* named(parts: Export, image: BuildImage, exporter: Exporter | undefined, say: Say): Routine<Exported> {
  const { worker } = parts;
  const names = namesOf(parts, exporter);
  const unpack = exporter === undefined || exporter.options['unpack'] === 'true';
  for (const name of names) {
    worker.name(image, name);
    say('status', `naming to ${name} done`);
    if (unpack) say('status', `unpacking to ${name} done`);
  }
  if (exporter?.options['push'] === 'true')
    for (const name of names) {
      try {
        yield* worker.push(image, name, parts.request.credentials?.(name.split('/')[0] ?? ''));
      } catch (error) {
        throw error instanceof BuildError ? new BuildError(`failed to push ${name}: ${error.message}`) : error;
      }
      say('status', 'pushing layers done');
      say('status', `pushing manifest for ${name}@${image.manifestDigest} done`);
    }
  // Without a name it stays as a dangling image.
  return { result: { digest: image.id }, kept: names.length === 0 ? [image.id] : [] };
}

function archived(parts: Export, image: BuildImage, exporter: Exporter | undefined, say: Say): Exported {
  say('status', 'sending tarball done');
  const names = namesOf(parts, exporter);
  const blobs = parts.worker.blobs(image);
  const top = blobs.find(({ digest }) => digest === image.id);
  const target = { mediaType: top?.mediaType ?? '', digest: image.id, size: top?.size ?? 0 };
  const images = names.length === 0 ? [{ name: undefined, target }] : names.map((name) => ({ name, target }));
  return { result: { digest: image.id, archive: { images, blobs } }, kept: [] };
}

function files(worker: BuildWorker, image: BuildImage, type: string, say: Say): Exported {
  const root = worker.root(image);
  const entries = root instanceof DirectoryNode ? [...treeEntries(root, '/')].filter(({ path }) => path !== '/') : [];
  const size = entries.reduce((sum, each) => sum + (each.size ?? each.content?.length ?? 0), 0);
  say('status', type === 'tar' ? 'sending tarball done' : `copying files ${bytes(size)} done`);
  return { result: { digest: image.id, entries }, kept: [] };
}
