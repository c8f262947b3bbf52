/** docker push and search (docker/cli cli/command/image/push.go, registry/search.go). */
import { DockerError, type SearchResult } from '../../../interfaces/docker.ts';
import { readCredentials } from '../../docker-config.ts';
import { bool, CliError, command, int, list, text } from '../context.ts';
import { type Column, formatted, note } from '../output.ts';
import { familiar, full } from '../pull.ts';

/** `localhost:5000`, `docker.io`. */
export const hostOf = (reference: string): string => full(reference).split('/')[0] ?? '';

export const push = command(
  'push',
  'Upload an image to a registry',
  '[OPTIONS] NAME[:TAG]',
  [1, 1],
  [
    bool('all-tags,a', 'Push all tags of an image to the repository'),
    text('platform', 'Push a platform-specific manifest as a single-platform image to the registry. Image index won’t be pushed', { valueName: 'string' }),
    bool('quiet,q', 'Suppress verbose output'),
  ],
  function* (context) {
    const { flags } = context;
    const client = context.client();
    const given = context.arg(0);
    const all = flags.bool('all-tags');
    const quiet = flags.bool('quiet');
    const whole = full(given);
    if (all && familiar(given) === given) throw new CliError("tag can't be used with --all-tags/-a");
    const print = function* (line: string) {
      if (!quiet) yield* context.print(line);
    };
    if (!all && familiar(given) !== given) yield* print('Using default tag: latest\n');
    yield* print(`The push refers to repository [${whole.slice(0, whole.lastIndexOf(':'))}]\n`);
    const lines: string[] = [];
    const notes: string[] = [];
    const terminal = context.process.stdout.tty !== undefined && context.process.stdout.tty !== null;
    const last = new Map<string, string>();
    try {
      yield* client.images.push(
        given,
        {
          progress: (layer, status) => {
            if (terminal) last.set(layer, status);
            else lines.push(`${layer}: ${context.old && status === 'Waiting' ? 'Preparing' : status}\n`);
          },
          ended: (tag, digest, size, instead) => {
            lines.push(...[...last].map(([layer, status]) => `${layer}: ${status} \n`), `${tag}: digest: ${digest} size: ${size}\n`);
            last.clear();
            if (instead !== undefined && !context.old)
              notes.push(
                note(`Not all multiplatform-content is present and only the available single-platform image was pushed\n${instead} -> ${digest}`, terminal),
              );
          },
        },
        { all, auth: readCredentials(context.process, hostOf(given)) },
      );
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      yield* print(lines.join(''));
      throw new CliError(error.message, error.status === 501 ? 70 : 1);
    }
    yield* print(lines.join(''));
    if (quiet) yield* context.print(`${whole}\n`);
    yield* context.print(notes.join(''));
    return 0;
  },
);

const columns = (all: boolean): Column<SearchResult>[] => [
  ['Name', 'NAME', ({ name }) => name],
  [
    'Description',
    'DESCRIPTION',
    ({ description }) => {
      const line = description.replace(/[\r\n]/g, ' ');
      return all || line.length <= 45 ? line : `${line.slice(0, 44)}…`;
    },
  ],
  ['StarCount', 'STARS', ({ star_count: stars }) => String(stars)],
  ['IsOfficial', 'OFFICIAL', ({ is_official: official }) => (official ? '[OK]' : '')],
];

export const search = command(
  'search',
  'Search Docker Hub for images',
  '[OPTIONS] TERM',
  [1, 1],
  [
    list('filter,f', 'Filter output based on conditions provided', { valueName: 'filter' }),
    text('format', 'Pretty-print search using a Go template', { valueName: 'string' }),
    int('limit', 'Max number of search results'),
    bool('no-trunc', "Don't truncate output"),
  ],
  function* (context) {
    const { flags } = context;
    const limit = flags.number('limit');
    if (limit < 0 || limit > 100) throw new CliError(`Error response from daemon: limit ${limit} is outside the range of [1, 100]`);
    const found = yield* context.client().search(context.arg(0), limit || 25);
    const wanted = flags.list('filter').map((each) => each.split('='));
    const bad = wanted.find(([key]) => key !== 'stars' && key !== 'is-official' && key !== 'is-automated');
    if (bad) throw new CliError(`Error response from daemon: invalid filter '${bad[0]}'`);
    const rows = found.filter((row) =>
      wanted.every(([key, value]) =>
        key === 'stars' ? row.star_count >= Number(value) : key === 'is-automated' ? value !== 'true' : row.is_official === (value !== 'false'),
      ),
    );
    yield* context.print(formatted(context, flags.text('format'), columns(flags.bool('no-trunc')), ['Name', 'Description', 'StarCount', 'IsOfficial'], rows));
    return 0;
  },
);
