/** buildctl build: a solve by the Dockerfile frontend, its progress, and where the result goes (buildkit cmd/buildctl/build.go). */

import type { ArchiveEntry, BuildProgress } from '../../interfaces/buildkit.ts';
import { Channel } from '../../sim/channel.ts';
import type { Routine } from '../../sim/routine.ts';
import { contextFiles } from '../build-context.ts';
import { deliver, outputFields, secretsOf } from '../build-output.ts';
import { BuildView, excerpt } from '../build-progress.ts';
import { absent } from '../flags.ts';
import { type BuildctlCommand, BuildctlError, BuildError, bool, type Context, list, text } from './context.ts';

export const build: BuildctlCommand = {
  name: 'build',
  aliases: ['b'],
  short: 'build',
  long: 'To build and push an image using Dockerfile:\n     $ buildctl build --frontend dockerfile.v0 --opt target=foo --opt build-arg:foo=bar --local context=. --local dockerfile=. --output type=image,name=docker.io/username/image,push=true\n',
  flags: [
    list('output,o', 'Define exports for build result, e.g. --output type=image,name=docker.io/username/image,push=true'),
    text('progress', 'Set type of progress (auto, none, plain, tty, quiet, rawjson). Use plain to show container output', 'auto'),
    list('local', 'Allow build access to the local directory'),
    text('frontend', 'Define frontend used for build'),
    list('opt', 'Define custom options for frontend, e.g. --opt target=foo --opt build-arg:foo=bar'),
    bool('no-cache', 'Disable cache for all the vertices'),
    ...absent([
      list('export-cache', 'Export build cache, e.g. --export-cache type=inline'),
      list('import-cache', 'Import build cache, e.g. --import-cache type=registry,ref=example.com/foo/bar'),
    ]),
    list('secret', 'Secret value exposed to the build. Format id=secretname,src=filepath'),
    list('allow', 'Allow extra privileged entitlement, e.g. network.host, security.insecure'),
    list('ssh', 'Allow forwarding SSH agent to the builder'),
    text('metadata-file', 'Output build metadata (e.g., image digest) to a file as JSON'),
  ],
  run: function* (context) {
    const { flags, process } = context;
    if (flags.list('ssh').length > 0) throw new BuildctlError('k8s-lab: buildctl build --ssh is not simulated');
    const client = context.client('list workers');
    const frontend = flags.text('frontend');
    if (frontend === '') throw new BuildctlError('k8s-lab: a build from LLB on standard input is not simulated');
    if (frontend !== 'dockerfile.v0') throw new BuildctlError(`failed to solve: frontend ${frontend} not found`);
    const opts = new Map(flags.list('opt').map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)]));
    const below = (prefix: string): Record<string, string> =>
      Object.fromEntries([...opts].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]));
    const { files, dockerfile, source } = localFiles(context, opts.get('filename') ?? 'Dockerfile');
    const output = flags.list('output')[0];
    const { type = '', ...options } = output === undefined ? {} : outputFields(output);
    const show = new Printer(context);
    try {
      const result = yield* client.solve({
        files,
        dockerfile,
        tags: [],
        args: below('build-arg:'),
        labels: below('label:'),
        target: opts.get('target') ?? '',
        noCache: flags.bool('no-cache') || opts.get('no-cache') === '',
        pull: opts.get('image-resolve-mode') === 'pull',
        secrets: secretsOf(process, flags.list('secret'), fail),
        allow: flags
          .list('allow')
          .flatMap((each) => each.split(','))
          .filter(Boolean),
        network: opts.get('force-network-mode') ?? 'default',
        noCacheFilter: (opts.get('no-cache') ?? '').split(',').filter(Boolean),
        exporter: { type, options },
        progress: (progress) => show.take(progress),
      });
      yield* show.finish();
      yield* deliver(process, result, { type, options }, fail);
      const metadata = flags.text('metadata-file');
      if (metadata !== '') process.fs.write(process.path(metadata), `${JSON.stringify({ 'containerimage.digest': result.digest }, null, 2)}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      yield* show.finish();
      yield* context.process.printError(show.view.failure());
      if (error.lines && source !== undefined) yield* context.process.printError(excerpt(dockerfile, source, error.lines));
      throw new BuildctlError(error.message.startsWith('k8s-lab: ') ? error.message : `failed to solve: ${error.message}`);
    }
  },
};

const fail = (message: string): BuildctlError => new BuildctlError(message);

type Local = { readonly files: readonly ArchiveEntry[]; readonly dockerfile: string; readonly source: string | undefined };

/** `--local context=DIR --local dockerfile=DIR`. */
function localFiles({ flags, process }: Context, dockerfile: string): Local {
  const locals = new Map(flags.list('local').map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)]));
  const directory = (name: string): string | undefined => {
    const path = locals.get(name);
    if (path === undefined) return undefined;
    const whole = process.path(path);
    if (process.fs.find(whole)?.type === 'directory') return whole;
    const why = process.fs.exists(whole) ? 'not a directory' : `stat ${path}: no such file or directory`;
    throw new BuildctlError(process.fs.exists(whole) ? `invalid local: ${path} ${why}` : `invalid local: ${why}`);
  };
  const root = directory('context');
  const own = directory('dockerfile');
  // moby/buildkit session/filesync: there is no other place to look.
  if (own === undefined) throw new BuildctlError('failed to solve: failed to read dockerfile: no access allowed to dir "dockerfile"');
  const files = root === undefined ? [] : contextFiles(process.fs, root);
  const path = `${own}/${dockerfile}`;
  const source = process.fs.find(path)?.type === 'file' ? process.fs.read(path) : undefined;
  // The Dockerfile comes from a directory of its own, whatever the context holds under its name.
  const others = files.filter((each) => each.path !== dockerfile);
  return { files: source === undefined ? others : [...others, { path: dockerfile, type: 'file', content: source }], dockerfile, source };
}

/** Prints to standard error while the build runs. */
class Printer {
  readonly view = new BuildView();
  readonly #context: Context;
  readonly #mode: 'plain' | 'tty' | 'none';
  readonly #lines = new Channel<string>();
  readonly #printing: { readonly done: boolean; join(): Routine<unknown> };

  constructor(context: Context) {
    this.#context = context;
    const { process, flags } = context;
    const wanted = flags.text('progress');
    if (!['auto', 'plain', 'tty', 'none', 'quiet', 'rawjson'].includes(wanted)) throw new BuildctlError(`invalid progress type: ${wanted}`);
    this.#mode = wanted === 'quiet' || wanted === 'none' ? 'none' : wanted === 'tty' || (wanted === 'auto' && process.stderr.tty) ? 'tty' : 'plain';
    this.#printing = process.sim.go(printLines(context, this.#lines));
  }

  take(progress: BuildProgress): void {
    const lines = this.view.take(progress);
    if (this.#mode === 'plain') this.#lines.push(lines);
  }

  *finish(): Routine {
    if (this.#mode === 'tty') this.#lines.push(this.view.table(this.#context.process.tty?.size.columns ?? 80, ''));
    this.#lines.close();
    if (!this.#printing.done) yield* this.#printing.join();
  }
}

function* printLines({ process }: Context, lines: Channel<string>): Routine {
  for (let line = yield* lines.receive(); line !== undefined; line = yield* lines.receive()) yield* process.printError(line);
}
