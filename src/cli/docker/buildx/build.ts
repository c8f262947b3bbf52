/** docker buildx build: a build by the daemon's BuildKit (docker/buildx commands/build.go). */
import { type BuildProgress, DockerError, type Exporter } from '../../../interfaces/docker.ts';
import { referenceProblem } from '../../../interfaces/image-name.ts';
import { Channel } from '../../../sim/channel.ts';
import type { Routine } from '../../../sim/routine.ts';
import { deliver, outputFields, secretsOf } from '../../build-output.ts';
import { BuildView, excerpt } from '../../build-progress.ts';
import { readCredentials } from '../../docker-config.ts';
import { absentFlags } from '../../flags.ts';
import { givenContext, type readContext } from '../commands/build.ts';
import { bool, CliError, type Context, command, list, pairs, text } from '../context.ts';

/** Provenance can be refused by its own name only: `false` is what a build here does anyway. */
const unsimulated = 'add-host annotation attest build-context cache-from cache-to check? cgroup-parent call sbom shm-size ssh ulimit';
const asError = (message: string): CliError => new CliError(`ERROR: ${message}`);

export const build = command(
  'build',
  'Start a build',
  '[OPTIONS] PATH | URL | -',
  [1, 1],
  [
    list('allow', 'Allow extra privileged entitlement (e.g., "network.host", "security.insecure")'),
    list('build-arg', 'Set build-time variables'),
    text('builder', 'Override the configured builder instance'),
    text('file,f', 'Name of the Dockerfile (default: "PATH/Dockerfile")'),
    text('iidfile', 'Write the image ID to a file'),
    list('label', 'Set metadata for an image'),
    bool('load', 'Shorthand for "--output=type=docker"'),
    text('metadata-file', 'Write build result metadata to a file'),
    text('network', 'Set the networking mode for the "RUN" instructions during build', { default: 'default' }),
    bool('no-cache', 'Do not use cache when building the image'),
    list('no-cache-filter', 'Do not cache specified stages'),
    list('output,o', 'Output destination (format: "type=local,dest=path")'),
    list('platform', 'Set target platform for build'),
    text('progress', 'Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty")', { default: 'auto' }),
    text('provenance', 'Shorthand for "--attest=type=provenance"'),
    bool('pull', 'Always attempt to pull all referenced images'),
    bool('push', 'Shorthand for "--output=type=registry"'),
    bool('quiet,q', 'Suppress the build output and print image ID on success'),
    list('secret', 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
    list('tag,t', 'Image identifier (format: "[registry/]repository[:tag]")'),
    text('target', 'Set the target build stage to build'),
    bool('rm', 'Remove intermediate containers after a successful build', { default: 'true', hidden: true }),
    bool('force-rm', 'Always remove intermediate containers', { hidden: true }),
    ...absentFlags(unsimulated),
  ],
  function* (context) {
    const { flags } = context;
    const path = context.arg(0);
    if (/^(https?|git):/.test(path)) throw new CliError('k8s-lab: docker build from a URL is not simulated', 70);
    const provenance = flags.text('provenance');
    if (!['', 'false'].includes(provenance)) throw new CliError(`k8s-lab: docker buildx build --provenance=${provenance} is not simulated`, 70);
    const builder = flags.text('builder');
    if (!['', 'default'].includes(builder)) throw asError(`no builder ${JSON.stringify(builder)} found`);
    const platform = flags.list('platform').find((each) => each !== 'linux/amd64');
    if (platform !== undefined) throw new CliError(`k8s-lab: building for ${platform} is not simulated`, 70);
    const exporter = exporterOf(context);
    const options = solveOptions(context);
    const client = context.client();
    const { files, dockerfile } = yield* contextOf(context, path);
    const show = new Printer(context);
    try {
      const request = { files, dockerfile, ...options, progress: (progress: BuildProgress) => show.take(progress) };
      const result = yield* client.images.solve(exporter ? { ...request, exporter } : request);
      yield* show.finish();
      yield* context.printError(show.warnings);
      if (exporter) yield* deliver(context.process, result, exporter, asError);
      yield* written(context, result.digest);
      return 0;
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      yield* show.finish();
      yield* context.printError(show.view.failure() + show.warnings);
      const source = files.find((each) => each.path === dockerfile)?.content;
      if (error.lines && source !== undefined) yield* context.printError(excerpt(shownName(context, dockerfile), source, error.lines));
      if (error.message.startsWith('k8s-lab: ')) throw new CliError(error.message, 70);
      throw asError(`failed to build: failed to solve: ${error.message}`);
    }
  },
);

const shownName = ({ flags }: Context, dockerfile: string): string =>
  dockerfile.replace('.dockerfile.outside', flags.text('file') === '-' ? 'Dockerfile' : flags.text('file'));

/** The id, the id file and what else was asked to be told. */
function* written(context: Context, digest: string): Routine {
  const { flags, process } = context;
  if (flags.bool('quiet')) yield* context.print(`${digest}\n`);
  if (flags.text('iidfile') !== '') process.fs.write(process.path(flags.text('iidfile')), digest);
  const metadata = { 'containerimage.digest': digest, ...(flags.list('tag').length > 0 ? { 'image.name': flags.list('tag').join(',') } : {}) };
  if (flags.text('metadata-file') !== '') process.fs.write(process.path(flags.text('metadata-file')), JSON.stringify(metadata, null, 2));
}

/** What the command line says beside the context. */
function solveOptions(context: Context): Omit<Parameters<ReturnType<Context['client']>['images']['solve']>[0], 'files' | 'dockerfile' | 'progress'> {
  const { flags, process } = context;
  const network = flags.text('network');
  if (!['default', 'none', 'host'].includes(network))
    throw asError(
      `network mode ${JSON.stringify(network)} not supported by buildkit - you can define a custom network for your builder using the network driver-opt in buildx create`,
    );
  for (const tag of flags.list('tag')) {
    const problem = referenceProblem(tag);
    const why = problem?.includes('must be lowercase') ? 'repository name must be lowercase' : problem;
    if (why !== undefined) throw asError(`failed to build: invalid tag ${JSON.stringify(tag)}: ${why}`);
  }
  return {
    tags: flags.list('tag'),
    args: given(context, flags.list('build-arg')),
    labels: pairs(flags.list('label')),
    target: flags.text('target'),
    noCache: flags.bool('no-cache'),
    noCacheFilter: flags.list('no-cache-filter').flatMap((each) => each.split(',')),
    pull: flags.bool('pull'),
    secrets: secretsOf(process, flags.list('secret'), asError),
    network,
    allow: [...flags.list('allow').flatMap((each) => each.split(',')), ...(network === 'host' ? ['network.host'] : [])],
    credentials: (host) => readCredentials(process, host),
  };
}

/** undefined: the image stays with the daemon. */
function exporterOf({ flags }: Context): Exporter | undefined {
  const [output, second] = flags.list('output');
  if (second !== undefined) throw new CliError('k8s-lab: several outputs of one build are not simulated', 70);
  if (output === undefined && !flags.bool('push')) return undefined;
  const { type = '', ...options } = output === undefined ? { type: 'registry' } : output === '-' ? { type: 'tar', dest: '-' } : outputFields(output);
  if (type === '') throw asError('type is required for output');
  if (!['local', 'tar', 'oci', 'docker', 'image', 'registry', 'cacheonly'].includes(type))
    throw asError(`failed to build: failed to solve: exporter ${JSON.stringify(type)} could not be found`);
  const { name = flags.list('tag').join(','), ...rest } = options as Record<string, string>;
  if (type === 'docker' && rest['dest'] === undefined) return undefined;
  const push = type === 'registry' || flags.bool('push');
  if (push && name === '') throw asError('tag is needed when pushing to registry');
  if (type === 'cacheonly') return { type: '', options: {} };
  return { type: type === 'registry' ? 'image' : type, options: { name, ...rest, ...(push ? { push: 'true' } : {}) } };
}

function* contextOf(context: Context, path: string): Routine<ReturnType<typeof readContext>> {
  const { flags } = context;
  try {
    return yield* givenContext(context, path);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // A missing Dockerfile is for BuildKit to find out.
    if (!/evaluate symlinks in Dockerfile path/.test(error.message)) throw asError(`failed to build: ${error.message}`);
    return { files: [], dockerfile: flags.text('file') === '' ? 'Dockerfile' : (flags.text('file').split('/').pop() ?? '') };
  }
}

/** `--build-arg A` takes the caller's own value. */
const given = ({ process }: Context, args: readonly string[]): Record<string, string> =>
  pairs(args.flatMap((each) => (each.includes('=') ? [each] : process.env[each] === undefined ? [] : [`${each}=${process.env[each]}`])));

/** Prints while the build runs. */
class Printer {
  readonly view = new BuildView();
  readonly #context: Context;
  readonly #mode: 'plain' | 'tty' | 'none';
  readonly #lines = new Channel<string>();
  readonly #printing: { join(): Routine<unknown> };

  constructor(context: Context) {
    this.#context = context;
    const { process, flags } = context;
    const wanted = flags.text('progress');
    if (wanted === 'rawjson') throw new CliError('k8s-lab: docker buildx build --progress=rawjson is not simulated', 70);
    if (!['auto', 'plain', 'tty', 'none', 'quiet'].includes(wanted)) throw asError(`invalid progress mode ${wanted}`);
    this.#mode =
      flags.bool('quiet') || wanted === 'quiet' || wanted === 'none' ? 'none' : wanted === 'tty' || (wanted === 'auto' && process.stderr.tty) ? 'tty' : 'plain';
    this.#printing = process.sim.go(printLines(context, this.#lines));
    if (this.#mode === 'plain') this.#lines.push('#0 building with "default" instance using docker driver\n\n');
  }

  take(progress: BuildProgress): void {
    const lines = this.view.take(progress);
    if (this.#mode === 'plain') this.#lines.push(lines);
  }

  /** The linter's words, once more. */
  get warnings(): string {
    return this.#mode === 'none' ? '' : this.view.warnings(false);
  }

  *finish(): Routine {
    const { process } = this.#context;
    if (this.#mode === 'tty') this.#lines.push(this.view.table(process.tty?.size.columns ?? 80, 'docker:default'));
    this.#lines.close();
    yield* this.#printing.join();
  }
}

function* printLines(context: Context, lines: Channel<string>): Routine {
  for (let line = yield* lines.receive(); line !== undefined; line = yield* lines.receive()) yield* context.printError(line);
}
