/** docker's commands for images. */

import { DockerError, type HistoryLine, type ImageSummary } from '../../../interfaces/docker.ts';
import { Errno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import { readCredentials } from '../../docker-config.ts';
import { absent } from '../../flags.ts';
import { any, bool, CliError, type Context, command, daemonText, list, text } from '../context.ts';
import { parseFilters } from '../filters.ts';
import { ago, type Column, formatted, size } from '../output.ts';
import { checkName, pullImage } from '../pull.ts';
import { moment } from '../times.ts';
import { writeOut } from './containers.ts';
import { hostOf } from './push.ts';

/** The lab has one platform only: a filter by it finds what is there. */
const platformFlag = list('platform', 'Of the given platform(s) only. Formatted as a comma-separated list of "os[/arch[/variant]]"', { valueName: 'strings' });

type Row = { readonly image: ImageSummary; readonly repository: string; readonly tag: string; readonly digest: string };

/** Digests are looked for only where the format names them, or --digests is there. */
const columns = (now: number, full: boolean, digests: boolean): Column<Row>[] => [
  ['Repository', 'REPOSITORY', ({ repository }) => repository],
  ['Tag', 'TAG', ({ tag }) => tag],
  ['Digest', 'DIGEST', ({ digest }) => (digests ? digest : '<none>')],
  ['ID', 'IMAGE ID', ({ image }) => (full ? image.Id : image.Id.slice(7, 19))],
  ['CreatedSince', 'CREATED', ({ image }) => `${ago(now - image.Created * 1000)} ago`],
  ['CreatedAt', 'CREATED AT', ({ image }) => `${new Date(image.Created * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`],
  ['Size', 'SIZE', ({ image }) => size(image.Size, 3)],
  ['Containers', 'CONTAINERS', ({ image }) => String(image.Containers)],
  ['SharedSize', 'SHARED SIZE', () => 'N/A'],
  ['UniqueSize', 'UNIQUE SIZE', () => 'N/A'],
];

const raw = 'repository: {{ .Repository }}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n';

function rowsOf(image: ImageSummary): Row[] {
  const digest = image.Id;
  if (image.RepoTags.length === 0) return [{ image, repository: '<none>', tag: '<none>', digest }];
  return image.RepoTags.map((name) => ({ image, repository: name.slice(0, name.lastIndexOf(':')), tag: name.slice(name.lastIndexOf(':') + 1), digest }));
}

export const images = command(
  'images',
  'List images',
  '[OPTIONS] [REPOSITORY[:TAG]]',
  [0, 1],
  [
    bool('all,a', 'Show all images (default hides intermediate and dangling images)'),
    bool('digests', 'Show digests'),
    list('filter,f', 'Filter output based on conditions provided', { valueName: 'filter' }),
    text('format', 'Format output using a custom template'),
    bool('no-trunc', "Don't truncate output"),
    bool('quiet,q', 'Only show image IDs'),
    bool('tree', 'List multi-platform images as a tree (EXPERIMENTAL)'),
  ],
  function* (context) {
    const { flags } = context;
    if (flags.bool('tree')) throw new CliError('k8s-lab: docker images --tree is not simulated', 70);
    const given = parseFilters(flags.list('filter'));
    const unknown = given.find(([key]) => !imageFilters.includes(key));
    if (unknown) throw new CliError(`Error response from daemon: invalid filter '${unknown[0]}'`);
    for (const [key, value] of given)
      if (key === 'dangling' && !/^(1|0|true|false)$/.test(value)) throw new CliError(`Error response from daemon: invalid filter 'dangling=[${value}]'`);
    const dangling = given.find(([key]) => key === 'dangling')?.[1];
    const references = [...(context.args.length > 0 ? [context.arg(0)] : []), ...given.filter(([key]) => key === 'reference').map(([, value]) => value)];
    const rows = context
      .client()
      .images.list({ all: flags.bool('all') })
      .flatMap(rowsOf)
      .filter(({ repository, tag }) => references.every((each) => matches(each, repository, tag)))
      .filter(({ tag }) => dangling === undefined || /^(1|true)$/.test(dangling) === (tag === '<none>'))
      .filter(({ image }) =>
        given.every(
          ([key, value]) => key !== 'label' || (value.includes('=') ? image.Labels[value.split('=')[0] ?? ''] === value.split('=')[1] : value in image.Labels),
        ),
      )
      .filter(({ image }) => given.every(([key, value]) => chronological(context, image, key, value)))
      .sort((a, b) => (`${a.repository}:${a.tag}` < `${b.repository}:${b.tag}` ? -1 : 1));
    const format = flags.text('format');
    const full = flags.bool('no-trunc');
    if (flags.bool('quiet')) yield* context.print([...new Set(rows.map(({ image }) => `${full ? image.Id : image.Id.slice(7, 19)}\n`))].join(''));
    else if (format !== '' || full || context.old || flags.bool('digests'))
      yield* context.print(
        formatted(
          context,
          format,
          columns(context.process.now, full, flags.bool('digests') || format.includes('{{.Digest}}')),
          ['Repository', 'Tag', ...(flags.bool('digests') ? ['Digest'] : []), 'ID', 'CreatedSince', 'Size'],
          rows,
          { type: '*formatter.imageContext', raw },
        ),
      );
    else yield* context.print(usageTable(rows));
    return 0;
  },
);

const imageFilters = ['dangling', 'label', 'label!', 'before', 'since', 'reference', 'until'];

/** `before=`, `since=` another image, `until=` a moment; and `label!=`. */
function chronological(context: Context, image: ImageSummary, key: string, value: string): boolean {
  if (key === 'label!') return !(value.includes('=') ? image.Labels[value.split('=')[0] ?? ''] === value.split('=')[1] : value in image.Labels);
  if (key === 'until') return image.Created * 1000 < moment(value, context.process.now);
  if (key !== 'before' && key !== 'since') return true;
  const other = Math.floor(Date.parse(String(context.client().images.inspect(value)['Created'])) / 1000);
  return key === 'before' ? image.Created < other : image.Created > other;
}

/** 29's own table: sizes to the right, `U` for images that containers use. */
function usageTable(rows: readonly Row[]): string {
  const cells = rows.map(({ image, repository, tag }) => [
    tag === '<none>' ? '<untagged>' : `${repository}:${tag}`,
    image.Id.slice(7, 19),
    size(image.Size, 3),
    size(image.ContentSize, 3),
    image.Containers > 0 ? 'U' : '',
  ]);
  const head = ['IMAGE', 'ID', 'DISK USAGE', 'CONTENT SIZE', 'EXTRA'];
  const widths = head.map((name, i) => Math.max(i === 1 ? 12 : 0, name.length, ...cells.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[], heading: boolean): string =>
    row.map((cell, i) => (!heading && (i === 2 || i === 3) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('   ');
  return [line(head, true), ...cells.map((row) => line(row, false))].map((each) => `${each}\n`).join('');
}

/** A repository, a repository with its tag, `*` for any text without a slash. */
function matches(pattern: string, repository: string, tag: string): boolean {
  const wanted = pattern.replace(/^docker\.io\/(library\/)?/, '');
  const like = (glob: string, value: string): boolean =>
    glob === ''
      ? value === ''
      : glob[0] === '*'
        ? like(glob.slice(1), value) || (value !== '' && value[0] !== '/' && like(glob, value.slice(1)))
        : value !== '' && glob[0] === value[0] && like(glob.slice(1), value.slice(1));
  return like(wanted, repository) || like(wanted, `${repository}:${tag}`);
}

export const pull = command(
  'pull',
  'Download an image from a registry',
  '[OPTIONS] NAME[:TAG|@DIGEST]',
  [1, 1],
  [
    bool('all-tags,a', 'Download all tagged images in the repository'),
    bool('quiet,q', 'Suppress verbose output'),
    text('platform', 'Set platform if server is multi-platform capable'),
  ],
  function* (context) {
    const how = { quiet: context.flags.bool('quiet'), tell: true };
    if (!context.flags.bool('all-tags')) yield* pullImage(context, context.client(), context.arg(0), how);
    else {
      if (/:[^/]+$/.test(context.arg(0))) throw new CliError("tag can't be used with --all-tags/-a");
      const host = hostOf(context.arg(0));
      const tags = yield* context.client().images.remoteTags(context.arg(0), readCredentials(context.process, host));
      for (const each of tags) yield* pullImage(context, context.client(), `${context.arg(0)}:${each}`, how);
    }
    return 0;
  },
);

export const tag = command(
  'tag',
  'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  [2, 2],
  [],
  function* (context) {
    for (const each of [context.arg(0), context.arg(1)])
      checkName(each, { before: `error parsing reference: ${JSON.stringify(each)} is not a valid repository/tag: ` });
    if (context.arg(1).includes('@')) throw new CliError('refusing to create a tag with a digest reference');
    context.client().images.tag(context.arg(0), context.arg(1));
    return 0;
  },
);

export const rmi = command(
  'rmi',
  'Remove one or more images',
  '[OPTIONS] IMAGE [IMAGE...]',
  [1, any],
  [bool('force,f', 'Force removal of the image'), ...absent([bool('no-prune', 'Do not delete untagged parents')]), platformFlag],
  function* (context) {
    const client = context.client();
    const force = context.flags.bool('force');
    const failed: DockerError[] = [];
    for (const name of context.args) {
      try {
        for (const each of yield* client.images.remove(name, { force }))
          yield* context.print('Untagged' in each ? `Untagged: ${each.Untagged}\n` : `Deleted: ${each.Deleted}\n`);
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        failed.push(error);
      }
    }
    if (failed.length > 0) yield* context.printError(`${failed.map(daemonText).join('\n')}\n`);
    return failed.length > 0 && !(force && failed.every(({ status }) => status === 404)) ? 1 : 0;
  },
);

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
const historyColumns = (now: number, full: boolean, human: boolean): Column<HistoryLine>[] => [
  ['ID', 'IMAGE', ({ Id }) => (Id.startsWith('sha256:') && !full ? Id.slice(7, 19) : Id)],
  ['CreatedSince', 'CREATED', ({ Created }) => (human ? `${ago(now - Created)} ago` : seconds(Created))],
  ['CreatedAt', 'CREATED AT', ({ Created }) => seconds(Created)],
  ['CreatedBy', 'CREATED BY', ({ CreatedBy }) => (full || CreatedBy.length <= 45 ? CreatedBy : `${CreatedBy.slice(0, 44)}…`)],
  ['Size', 'SIZE', ({ Size }) => (human ? size(Size, 3) : String(Size))],
  ['Comment', 'COMMENT', ({ Comment }) => Comment],
];

export const history = command(
  'history',
  'Show the history of an image',
  '[OPTIONS] IMAGE',
  [1, 1],
  [
    text('format', 'Format output using a custom template'),
    bool('human,H', 'Print sizes and dates in human readable format', { default: 'true' }),
    bool('no-trunc', "Don't truncate output"),
    platformFlag,
    bool('quiet,q', 'Only show image IDs'),
  ],
  function* (context) {
    const { flags } = context;
    const rows = context.client().images.history(context.arg(0));
    const own = historyColumns(context.process.now, flags.bool('no-trunc'), flags.bool('human'));
    if (flags.bool('quiet')) yield* context.print(rows.map((row) => `${own[0]?.[2](row) ?? ''}\n`).join(''));
    else
      yield* context.print(
        formatted(context, flags.text('format'), own, ['ID', 'CreatedSince', 'CreatedBy', 'Size', 'Comment'], rows, { type: '*image.historyContext' }),
      );
    return 0;
  },
);

export const save = command(
  'save',
  'Save one or more images to a tar archive (streamed to STDOUT by default)',
  '[OPTIONS] IMAGE [IMAGE...]',
  [1, any],
  [text('output,o', 'Write to a file, instead of STDOUT'), platformFlag],
  function* (context) {
    if (context.flags.text('output') === '' && context.process.stdout.tty)
      throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    yield* writeOut(context, context.client().images.save(context.args));
    return 0;
  },
);

export const load = command(
  'load',
  'Load an image from a tar archive or STDIN',
  '[OPTIONS]',
  [0, 0],
  [text('input,i', 'Read from tar archive file, instead of STDIN'), platformFlag, bool('quiet,q', 'Suppress the load output')],
  function* (context) {
    const path = context.flags.text('input');
    const client = context.client();
    if (path === '' && context.process.stdin.tty) throw new CliError('requested load from stdin, but stdin is empty');
    let archive = '';
    try {
      archive = path === '' ? yield* readAll(context.process.stdin) : context.process.fs.read(path);
    } catch (error) {
      if (error instanceof Errno) throw new CliError(`open ${path}: ${error.message.toLowerCase()}`);
      throw error;
    }
    try {
      for (const name of yield* client.images.load(archive)) yield* context.print(`Loaded image${name.startsWith(':') ? '' : ' '}${name}\n`);
    } catch (error) {
      // It stands in the answer's stream, not in its status.
      throw error instanceof DockerError ? new CliError(error.message) : error;
    }
    return 0;
  },
);
