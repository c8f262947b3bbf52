/** docker compose build: the images of services that have a build section, by the daemon's BuildKit. */
import { DockerError } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { BuildView, excerpt } from '../../build-progress.ts';
import { pairs as composePairs, type Fields, inside, isRecord, texts } from '../../compose-file.ts';
import { imageOf, type Project, type Service } from '../../compose-project.ts';
import { readCredentials } from '../../docker-config.ts';
import { parseFlags } from '../../flags.ts';
import { readContext } from '../commands/build.ts';
import { CliError, Context, pairs, text } from '../context.ts';
import { type Compose, tell } from './state.ts';

/** Keys of `build` that the lab has no effect for. */
const unsimulated = 'additional_contexts cache_from cache_to extra_hosts isolation privileged provenance sbom shm_size ssh ulimits'.split(' ');

export type BuildOptions = { readonly noCache: boolean; readonly quiet: boolean; readonly pull?: boolean; readonly args?: readonly string[] };

export function* buildService({ context, client, project }: Compose, service: Service, options: BuildOptions): Routine {
  const given = service.fields['build'];
  const build = isRecord(given) ? given : { context: given };
  const image = imageOf(project, service);
  refuse(service, build);
  yield* tell(context, `Image ${image}`, 'Building');
  const source = sourceOf(context, project, build);
  const view = new BuildView();
  const lines: string[] = [];
  const network = String(build['network'] ?? 'default');
  try {
    yield* client.images.solve({
      ...source,
      tags: [image, ...texts(build['tags'])],
      args: pairs(
        [...composePairs(build['args']), ...(options.args ?? [])].map((each) => (each.includes('=') ? each : `${each}=${context.process.env[each] ?? ''}`)),
      ),
      labels: pairs(composePairs(build['labels'])),
      target: String(build['target'] ?? ''),
      noCache: options.noCache || build['no_cache'] === true,
      pull: options.pull === true || build['pull'] === true,
      secrets: secretsOf(context, project, service.name, build['secrets']),
      network,
      allow: [...texts(build['entitlements']), ...(network === 'host' ? ['network.host'] : [])],
      credentials: (host) => readCredentials(context.process, host),
      progress: (progress) => void lines.push(view.take(progress)),
    });
    if (!options.quiet) yield* context.printError(context.process.stderr.tty ? view.table(context.process.tty?.size.columns ?? 80, '') : lines.join(''));
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    yield* context.printError(`${lines.join('')}${view.failure()}`);
    const file = source.files.find((each) => each.path === source.dockerfile)?.content;
    if (error.lines && file !== undefined) yield* context.printError(excerpt(source.dockerfile, file, error.lines));
    throw new CliError(`failed to solve: ${error.message}`, error.message.startsWith('k8s-lab: ') ? 70 : 1);
  }
  yield* tell(context, `Image ${image}`, 'Built');
}

function refuse({ name }: Service, build: Fields): void {
  const platform = texts(build['platforms']).find((each) => each !== 'linux/amd64');
  const odd = unsimulated.find((key) => build[key] !== undefined && build[key] !== false && build[key] !== 'false') ?? (platform && `platforms of ${platform}`);
  if (odd !== undefined) throw new CliError(`k8s-lab: docker compose with services.${name}.build.${odd} is not simulated`, 70);
  if (/^[a-z+]+:\/\/|^git@|\.git(#|$)/.test(String(build['context'] ?? '')))
    throw new CliError('k8s-lab: docker compose build from a URL is not simulated', 70);
}

/** The context's files, with the Dockerfile among them. */
function sourceOf(context: Context, project: Project, build: Fields): ReturnType<typeof readContext> {
  const folder = inside(project.directory, String(build['context'] ?? '.'));
  const file = build['dockerfile_inline'] === undefined ? inside(folder, String(build['dockerfile'] ?? 'Dockerfile')) : '/dev/null';
  const { flags } = parseFlags(['--file', file], [text('file,f', '')]);
  const { files, dockerfile } = readContext(new Context(context.process, { flags, args: [], host: context.host, path: context.path }), folder);
  if (file !== '/dev/null') return { files, dockerfile };
  return { files: [...files, { path: '.dockerfile.outside', type: 'file', content: String(build['dockerfile_inline']) }], dockerfile: '.dockerfile.outside' };
}

/** `- token`, or a source with the id that RUN --mount=type=secret knows it by: content by id. */
function secretsOf({ process }: Context, project: Project, service: string, given: unknown): Record<string, string> {
  return Object.fromEntries(
    (Array.isArray(given) ? given : []).map((each): [string, string] => {
      const name = String(isRecord(each) ? each['source'] : each);
      const secret = project.secrets.get(name);
      if (!secret) throw new CliError(`service ${JSON.stringify(service)} refers to undefined build secret ${name}: invalid compose project`);
      const id = isRecord(each) && each['target'] !== undefined ? String(each['target']) : name;
      if ('content' in secret) return [id, secret.content];
      if (!process.fs.exists(secret.source)) throw new CliError(`failed to stat ${secret.source}: stat ${secret.source}: no such file or directory`);
      return [id, process.fs.read(secret.source)];
    }),
  );
}
