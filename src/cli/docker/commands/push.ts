/** docker push, search, manifest inspect (docker/cli cli/command/image/push.go, registry/search.go, manifest). */
import { HttpRegistry } from '../../../client/http-registry.ts';
import { RegistryFailure, RegistryUnreachable } from '../../../interfaces/distribution.ts';
import { DockerError, type SearchResult } from '../../../interfaces/docker.ts';
import { readCredentials } from '../../docker-config.ts';
import { bool, CliError, command, type DockerCommand, int, list, text } from '../context.ts';
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
    const found = yield* context.client().search(context.arg(0), flags.number('limit') || 25);
    const wanted = flags.list('filter').map((each) => each.split('='));
    const bad = wanted.find(([key]) => key !== 'stars' && key !== 'is-official' && key !== 'is-automated');
    if (bad) throw new CliError(`Error response from daemon: invalid filter '${bad[0]}'`);
    const rows = found.filter((row) =>
      wanted.every(([key, value]) =>
        key === 'stars' ? row.star_count >= Number(value) : key === 'is-automated' ? value !== 'true' : row.is_official === (value !== 'false'),
      ),
    );
    yield* context.print(formatted(flags.text('format'), columns(flags.bool('no-trunc')), ['Name', 'Description', 'StarCount', 'IsOfficial'], rows));
    return 0;
  },
);

const manifestInspect = command(
  'inspect',
  'Display an image manifest, or manifest list',
  '[OPTIONS] [MANIFEST_LIST] MANIFEST',
  [1, 2],
  [bool('insecure', 'Allow communication with an insecure registry'), bool('verbose,v', 'Output additional info including layers and platform')],
  function* (context) {
    if (context.flags.bool('verbose')) throw new CliError('k8s-lab: docker manifest inspect --verbose is not simulated', 70);
    const { process } = context;
    const whole = full(context.args.at(-1) ?? '');
    const host = hostOf(whole);
    const open = context.flags.bool('insecure') || /^(localhost|127\.)/.test(host);
    const registry = new HttpRegistry(
      { sim: process.sim, network: process.namespaces.network, files: process.fs },
      { scheme: 'https', authority: host === 'docker.io' ? 'registry-1.docker.io' : host, prefix: '/v2', fallback: open, skipVerify: open },
      'docker/29.7.2',
    );
    const path = whole.slice(host.length + 1);
    const at = path.includes('@') ? path.indexOf('@') : path.lastIndexOf(':');
    try {
      const { text: source } = yield* registry.manifest(path.slice(0, at), path.slice(at + 1), readCredentials(process, host));
      const value = JSON.parse(source) as { readonly manifests?: unknown };
      yield* context.print(`${JSON.stringify(value, null, value.manifests ? 3 : '\t')}\n`);
      return 0;
    } catch (error) {
      if (error instanceof RegistryUnreachable) throw new CliError(error.message);
      if (!(error instanceof RegistryFailure)) throw error;
      if (/insufficient_scope/.test(error.message))
        throw new CliError('errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n');
      throw new CliError(error.status === 404 ? `no such manifest: ${whole}` : error.status === 401 ? 'unauthorized: authentication required' : error.message);
    }
  },
);

const notSimulated = (name: string, short: string): DockerCommand =>
  command(
    name,
    short,
    '',
    [0, Number.POSITIVE_INFINITY],
    [],
    function* () {
      yield* [];
      throw new CliError(`k8s-lab: docker manifest ${name} is not simulated`, 70);
    },
    { interspersed: false },
  );

export const manifest: DockerCommand = {
  name: 'manifest',
  usage: 'COMMAND',
  short: 'Manage Docker image manifests and manifest lists',
  commands: [
    notSimulated('annotate', 'Add additional information to a local image manifest'),
    notSimulated('create', 'Create a local manifest list for annotating and pushing to a registry'),
    manifestInspect,
    notSimulated('push', 'Push a manifest list to a repository'),
    notSimulated('rm', 'Delete one or more manifest lists from local storage'),
  ],
};
