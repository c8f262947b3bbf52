/** docker compose build: the images of services that have a build section, by the daemon's BuildKit. */
import { DockerError } from '../../../interfaces/docker.ts';
import type { Routine } from '../../../sim/routine.ts';
import { BuildView, excerpt } from '../../build-progress.ts';
import { isRecord, texts } from '../../compose-file.ts';
import { imageOf, type Service } from '../../compose-project.ts';
import { parseFlags } from '../../flags.ts';
import { readContext } from '../commands/build.ts';
import { CliError, Context, pairs, text } from '../context.ts';
import { type Compose, tell } from './state.ts';

export function* buildService(
  { context, client, project }: Compose,
  service: Service,
  options: { readonly noCache: boolean; readonly quiet: boolean },
): Routine {
  const given = service.fields['build'];
  const build = isRecord(given) ? given : { context: given };
  const folder = String(build['context'] ?? '.');
  const path = folder.startsWith('/') ? folder : `${project.directory}/${folder}`;
  const image = imageOf(project, service);
  yield* tell(context, `Image ${image}`, 'Building');
  const dockerfile = build['dockerfile'] === undefined ? [] : ['--file', `${path}/${String(build['dockerfile'])}`];
  const { flags } = parseFlags(dockerfile, [text('file,f', '')]);
  const source = readContext(new Context(context.process, { flags, args: [], host: context.host, path: context.path }), path);
  const view = new BuildView();
  const lines: string[] = [];
  const args = build['args'];
  try {
    yield* client.images.solve({
      ...source,
      tags: [image],
      args: isRecord(args) ? Object.fromEntries(Object.entries(args).map(([key, value]) => [key, String(value)])) : pairs(texts(args)),
      labels: {},
      target: String(build['target'] ?? ''),
      noCache: options.noCache || build['no_cache'] === true,
      pull: false,
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
