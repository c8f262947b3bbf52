/** docker buildx build: a build by the daemon's BuildKit. */
import { type BuildProgress, DockerError } from '../../../interfaces/docker.ts';
import { readAll } from '../../../linux/open-file.ts';
import { Channel } from '../../../sim/channel.ts';
import type { Routine } from '../../../sim/routine.ts';
import { BuildView, excerpt } from '../../build-progress.ts';
import { readContext } from '../commands/build.ts';
import { bool, CliError, type Context, command, list, pairs, text } from '../context.ts';

export const build = command(
  'build',
  'Start a build',
  '[OPTIONS] PATH | URL | -',
  [1, 1],
  [
    list('build-arg', 'Set build-time variables'),
    text('builder', 'Override the configured builder instance'),
    list('cache-from', 'External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")'),
    text('file,f', 'Name of the Dockerfile (default: "PATH/Dockerfile")'),
    list('label', 'Set metadata for an image'),
    bool('load', 'Shorthand for "--output=type=docker"'),
    bool('no-cache', 'Do not use cache when building the image'),
    list('platform', 'Set target platform for build'),
    text('progress', 'Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty")', { default: 'auto' }),
    text('provenance', 'Shorthand for "--attest=type=provenance"'),
    bool('pull', 'Always attempt to pull all referenced images'),
    bool('quiet,q', 'Suppress the build output and print image ID on success'),
    list('tag,t', 'Image identifier (format: "[registry/]repository[:tag]")'),
    text('target', 'Set the target build stage to build'),
    bool('rm', 'Remove intermediate containers after a successful build', { default: 'true', hidden: true }),
    bool('force-rm', 'Always remove intermediate containers', { hidden: true }),
    bool('push', 'Shorthand for "--output=type=registry"'),
  ],
  function* (context) {
    const { flags } = context;
    const path = context.arg(0);
    if (/^(https?|git):/.test(path)) throw new CliError('k8s-lab: docker build from a URL is not simulated', 70);
    if (flags.bool('push')) throw new CliError('k8s-lab: docker buildx build --push is not simulated', 70);
    const platform = flags.list('platform').find((each) => each !== 'linux/amd64');
    if (platform !== undefined) throw new CliError(`k8s-lab: building for ${platform} is not simulated`, 70);
    const client = context.client();
    const { files, dockerfile } = path === '-' ? yield* fromInput(context) : contextOf(context, path);
    const show = new Printer(context);
    try {
      const id = yield* client.images.solve({
        files,
        dockerfile,
        tags: flags.list('tag'),
        args: given(context, flags.list('build-arg')),
        labels: pairs(flags.list('label')),
        target: flags.text('target'),
        noCache: flags.bool('no-cache'),
        pull: flags.bool('pull'),
        progress: (progress) => show.take(progress),
      });
      yield* show.finish();
      if (flags.bool('quiet')) yield* context.print(`${id}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      yield* show.finish();
      yield* context.printError(show.view.failure());
      const source = files.find((each) => each.path === dockerfile)?.content;
      if (error.lines && source !== undefined)
        yield* context.printError(excerpt(dockerfile.replace('.dockerfile.outside', flags.text('file')), source, error.lines));
      if (error.message.startsWith('k8s-lab: ')) throw new CliError(error.message, 70);
      throw new CliError(`ERROR: failed to build: failed to solve: ${error.message}`);
    }
  },
);

/** A Dockerfile on standard input, without a context. */
function* fromInput({ process }: Context): Routine<ReturnType<typeof readContext>> {
  return { files: [{ path: 'Dockerfile', type: 'file', content: yield* readAll(process.stdin) }], dockerfile: 'Dockerfile' };
}

function contextOf(context: Context, path: string): ReturnType<typeof readContext> {
  try {
    return readContext(context, path);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // A missing Dockerfile is for BuildKit to find out.
    const { process, flags } = context;
    if (!/evaluate symlinks in Dockerfile path/.test(error.message)) throw new CliError(`ERROR: ${error.message}`);
    const name = flags.text('file') === '' ? 'Dockerfile' : (flags.text('file').split('/').pop() ?? '');
    return { files: [], dockerfile: process.fs.exists(name) ? name : name };
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
    if (!['auto', 'plain', 'tty', 'none', 'quiet', 'rawjson'].includes(wanted)) throw new CliError(`ERROR: invalid progress mode ${wanted}`);
    this.#mode =
      flags.bool('quiet') || wanted === 'quiet' || wanted === 'none' ? 'none' : wanted === 'tty' || (wanted === 'auto' && process.stderr.tty) ? 'tty' : 'plain';
    this.#printing = process.sim.go(printLines(context, this.#lines));
    if (this.#mode === 'plain') this.#lines.push('#0 building with "default" instance using docker driver\n\n');
  }

  take(progress: BuildProgress): void {
    const lines = this.view.take(progress);
    if (this.#mode === 'plain') this.#lines.push(lines);
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
