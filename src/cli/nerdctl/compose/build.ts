/** nerdctl compose build, and the images that `up` builds: each by a run of `nerdctl build` (pkg/composer/build.go, serviceparser/build.go). */
import type { Routine } from '../../../sim/routine.ts';
import { inside, isRecord, pairs, texts } from '../../compose-file.ts';
import { imageOf } from '../../compose-project.ts';
import { parseFlags } from '../../flags.ts';
import { build as buildImage } from '../commands/build.ts';
import { bool, type Context, list, type NerdctlCommand, NerdctlError, text } from '../context.ts';
import { loadProject, type Project, type Service } from './project.ts';
import { selected } from './select.ts';

/** Builds the image of a service that has a build section. */
export function* buildService(context: Context, project: Project, service: Service, extra: readonly string[] = []): Routine {
  const image = imageOf(project, service);
  yield* context.log('info', `Building image ${image}`);
  const parsed = parseFlags([...extra, ...argumentsOf(context, project, service, image)], buildImage.flags ?? []);
  const status = (yield* buildImage.run?.(context.with(parsed.flags, parsed.args)) ?? []) ?? 0;
  if (status !== 0) throw new NerdctlError(`error while building image ${image}: exit status ${status}`);
}

function argumentsOf({ process }: Context, project: Project, { fields }: Service, image: string): string[] {
  const given = fields['build'];
  const own = isRecord(given) ? given : { context: given };
  const folder = String(own['context'] ?? '.');
  if (folder.includes('://')) throw new NerdctlError(`build: URL-style context (${JSON.stringify(folder)}) is not supported yet: not implemented`);
  const directory = inside(project.directory, folder);
  const args = [`-t=${image}`];
  if (own['dockerfile'] !== undefined) args.push(`-f=${inside(directory, String(own['dockerfile']))}`);
  if (own['dockerfile_inline'] !== undefined) {
    const path = `/tmp/inline-dockerfile-${process.sim.random.hex(10)}.Dockerfile`;
    process.fs.write(path, String(own['dockerfile_inline']));
    args.push(`-f=${path}`);
  }
  for (const each of pairs(own['args'])) args.push(`--build-arg=${each}`);
  for (const each of texts(own['cache_from'])) args.push(`--cache-from=${each}`);
  if (own['target'] !== undefined) args.push(`--target=${String(own['target'])}`);
  for (const each of pairs(own['labels'])) args.push(`--label=${each}`);
  for (const each of Array.isArray(own['secrets']) ? own['secrets'] : []) {
    const source = isRecord(each) ? String(each['source']) : String(each);
    const file = project.secrets.get(source);
    if (!file || !('source' in file)) throw new NerdctlError(`build: secret ${source} is undefined`);
    args.push(`--secret=id=${isRecord(each) && each['target'] !== undefined ? String(each['target']) : source},src=${file.source}`);
  }
  return [...args, directory];
}

export const build: NerdctlCommand = {
  name: 'build',
  short: 'Build or rebuild services',
  usage: '[flags] [SERVICE...]',
  flags: [
    list('build-arg', 'Set build-time variables for services.'),
    bool('no-cache', 'Do not use cache when building the image.'),
    text('progress', 'Set type of progress output (auto, plain, tty). Use plain to show container output'),
  ],
  run: function* (context) {
    const { flags, args } = context;
    const project = yield* loadProject(context);
    const progress = flags.text('progress');
    const extra = [
      ...flags.list('build-arg').map((each) => `--build-arg=${each}`),
      ...(flags.bool('no-cache') ? ['--no-cache'] : []),
      ...(progress === '' ? [] : [`--progress=${progress}`]),
    ];
    for (const service of selected(project, args)) if (service.fields['build'] !== undefined) yield* buildService(context, project, service, extra);
    return 0;
  },
};
