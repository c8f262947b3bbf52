/** nerdctl build and builder: BuildKit's client does the work, nerdctl takes the result into its namespace (pkg/cmd/builder, pkg/buildkitutil). */
import { Errno } from '../../../linux/errno.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { missingProgram, runChild } from '../../child.ts';
import { bool, type Context, list, type NerdctlCommand, NerdctlError, NotSimulated, slice, text } from '../context.ts';
import { bytesSize } from '../output.ts';
import { wholeName } from '../reference.ts';
import { loadArchive, nameImage } from './image-files.ts';
import { confirmed } from './lifecycle.ts';

const buildkitHost = text('buildkit-host', 'BuildKit address');

export const build: NerdctlCommand = {
  name: 'build',
  short: 'Build an image from a Dockerfile. Needs buildkitd to be running.',
  usage: '[flags] PATH',
  flags: [
    slice('tag,t', "Name and optionally a tag in the 'name:tag' format"),
    text('file,f', 'Name of the Dockerfile'),
    text('target', 'Set the target build stage to build'),
    list('build-arg', 'Set build-time variables'),
    list('label', 'Set metadata for an image'),
    bool('no-cache', 'Do not use cache when building the image'),
    text('output,o', 'Output destination (format: type=local,dest=path)'),
    text('progress', 'Set type of progress output (auto, plain, tty). Use plain to show container output', 'auto'),
    bool('quiet,q', 'Suppress the build output and print image ID on success'),
    slice('platform', 'Set target platform for build (e.g., "amd64", "arm64")'),
    text('iidfile', 'Write the image ID to the file'),
    bool('rm', 'Remove intermediate containers after a successful build', 'true'),
    bool('pull', 'On true, always attempt to pull latest image version from remote.'),
    text('network', 'Set type of network for build (format:network=default|none|host)', 'default'),
    slice('cache-from', 'External cache sources (eg. user/app:cache, type=local,src=path/to/dir)'),
    slice('cache-to', 'Cache export destinations (eg. user/app:cache, type=local,dest=path/to/dir)'),
    list('secret', 'Secret file to expose to the build: id=mysecret,src=/local/secret'),
    slice('allow', 'Allow extra privileged entitlement, e.g. network.host, security.insecure'),
    list('ssh', 'SSH agent socket or keys to expose to the build (format: default|<id>[=<socket>|<key>[,<key>]])'),
    buildkitHost,
  ],
  run: function* (context) {
    const [path] = context.args;
    if (path === undefined) throw new NerdctlError('context needs to be specified');
    const { flags, process } = context;
    if (flags.list('ssh').length > 0) throw new NotSimulated('nerdctl build --ssh');
    const platform = flags.list('platform').find((each) => !/^(linux\/)?amd64$/.test(each));
    if (platform !== undefined) throw new NotSimulated(`building for ${platform}`);
    if (path === '-' || path.includes('://')) throw new NerdctlError(`unsupported build context: ${JSON.stringify(path)}`);
    const missing = missingProgram(process, 'buildctl');
    if (missing !== undefined && !process.fs.exists(process.path(path))) throw new Errno('ENOENT', path);
    const host = yield* findHost(context);
    if (!process.fs.exists(process.path(path))) throw new Errno('ENOENT', path);
    const tags = [...new Set(flags.list('tag'))].map(wholeName);
    const output = flags.text('output');
    const sharable = output === '' && (yield* isSharable(context, host));
    const exporter = `${output !== '' ? output : sharable ? 'type=image,unpack=true' : 'type=docker'}${tags[0] === undefined ? (output === '' ? ',dangling-name-prefix=<none>' : '') : `,name=${tags[0]}`}`;
    const { status, stdout } = yield* runChild(
      process,
      ['buildctl', `--addr=${host}`, ...buildctlArguments(context, path, yield* fileOf(context), exporter)],
      {},
    );
    if (output !== '') {
      yield* context.print(stdout);
      if (status !== 0) throw new NerdctlError(`exit status ${status}`);
      return 0;
    }
    if (sharable && status !== 0) throw new NerdctlError(`exit status ${status}`);
    if (!sharable && stdout === '') throw new NerdctlError('no image was built');
    const loaded = sharable ? tags.slice(0, 1) : yield* loadArchive(context, stdout, flags.bool('quiet') ? 'digest' : 'names');
    yield* afterwards(context, loaded[0] ?? '', tags.slice(1));
    return 0;
  },
};

/** `-f -`: the Dockerfile goes through a file of its own. */
function* fileOf({ flags, process }: Context): Routine<string> {
  if (flags.text('file') !== '-') return flags.text('file');
  const directory = `/tmp/buildkit-${process.sim.random.hex(10)}`;
  process.fs.mkdir(directory);
  process.fs.write(`${directory}/Dockerfile`, yield* readAll(process.stdin));
  return `${directory}/Dockerfile`;
}

function buildctlArguments({ flags, process }: Context, path: string, file: string, exporter: string): string[] {
  const whole = file === '' ? `${path}/Dockerfile` : file;
  const named =
    file === '' && !process.fs.exists(process.path(whole)) && process.fs.exists(process.path(`${path}/Containerfile`)) ? `${path}/Containerfile` : whole;
  const slash = named.lastIndexOf('/');
  const opts: readonly (readonly [string, readonly string[]])[] = [
    ['target', flags.text('target') === '' ? [] : [flags.text('target')]],
    ['image-resolve-mode', flags.bool('pull') ? ['pull'] : []],
    ['force-network-mode', flags.text('network') === 'default' ? [] : [flags.text('network')]],
  ];
  const arg = (each: string): string[] => (each.includes('=') ? [each] : process.env[each] === undefined ? [] : [`${each}=${process.env[each]}`]);
  return [
    'build',
    `--progress=${flags.bool('quiet') ? 'quiet' : flags.text('progress')}`,
    '--frontend=dockerfile.v0',
    `--local=context=${path}`,
    `--output=${exporter}`,
    `--local=dockerfile=${slash < 0 ? '.' : named.slice(0, slash) || '/'}`,
    `--opt=filename=${named.slice(slash + 1)}`,
    ...opts.flatMap(([name, values]) => values.map((value) => `--opt=${name}=${value}`)),
    ...flags
      .list('build-arg')
      .flatMap(arg)
      .map((each) => `--opt=build-arg:${each}`),
    ...flags.list('label').map((each) => `--opt=label:${each.includes('=') ? each : `${each}=`}`),
    ...(flags.bool('no-cache') ? ['--no-cache'] : []),
    ...(flags.text('network') === 'host' ? ['--allow=network.host', '--allow=security.insecure'] : []),
    ...flags.list('allow').map((each) => `--allow=${each}`),
    ...flags.list('secret').map((each) => `--secret=${each}`),
    ...flags.list('cache-from').map((each) => `--import-cache=${each}`),
    ...flags.list('cache-to').map((each) => `--export-cache=${each}`),
  ];
}

/** The id file, and the other names. */
function* afterwards(context: Context, name: string, others: readonly string[]): Routine {
  const { images } = context.client();
  const image = images.list(context.namespace).find((each) => each.name === name);
  const file = context.flags.text('iidfile');
  if (image && file !== '') context.process.fs.write(context.process.path(file), image.target.digest);
  if (image) for (const other of others) nameImage(context, other, image.target);
}

/** The first buildkitd that answers: the namespace's own, the default one, any. Throws with what is wrong with each. */
function* findHost(context: Context): Routine<string> {
  const { process, namespace } = context;
  const asked = context.flags.text('buildkit-host') || (process.env['BUILDKIT_HOST'] ?? '');
  const own = namespace === 'default' ? [] : [`unix:///run/buildkit-${namespace}/buildkitd.sock`];
  const candidates = asked !== '' ? [asked] : [...own, 'unix:///run/buildkit-default/buildkitd.sock', 'unix:///run/buildkit/buildkitd.sock'];
  const problems: string[] = [];
  for (const host of candidates) {
    const missing = missingProgram(process, 'buildctl');
    const { status } = missing === undefined ? yield* runChild(process, ['buildctl', `--addr=${host}`, 'debug', 'workers'], { stderr: 'take' }) : { status: 1 };
    if (status === 0) return host;
    problems.push(`failed to ping to host ${host}: ${missing ?? `exit status ${status}`}`);
  }
  yield* context.log('error', '`buildctl` needs to be installed and `buildkitd` needs to be running, see https://github.com/moby/buildkit', {
    error: problems.join('\n'),
  });
  throw new NerdctlError(`no buildkit host is available, tried ${problems.length} candidates: ${problems.join('\n')}`);
}

/** Whether the worker builds right into this namespace of this containerd. */
function* isSharable(context: Context, host: string): Routine<boolean> {
  const { stdout } = yield* runChild(context.process, ['buildctl', `--addr=${host}`, 'debug', 'workers', '--format={{json .}}'], { stderr: 'take' });
  const [worker] = JSON.parse(stdout) as { readonly Labels: Readonly<Record<string, string>> }[];
  const label = (name: string): string | undefined => worker?.Labels[`org.mobyproject.buildkit.worker.${name}`];
  return (
    label('executor') === 'containerd' &&
    label('containerd.uuid') === context.client().version().uuid &&
    label('containerd.namespace') === context.namespace &&
    label('snapshotter') === context.snapshotter
  );
}

const builderPrune: NerdctlCommand = {
  name: 'prune',
  short: 'Clean up BuildKit build cache',
  flags: [bool('all,a', 'Remove all unused build cache, not just dangling ones'), bool('force,f', 'Do not prompt for confirmation'), buildkitHost],
  run: function* (context) {
    const { flags } = context;
    const warning = `This will remove ${flags.bool('all') ? 'all' : 'all dangling'} build cache.`;
    if (!flags.bool('force') && !(yield* confirmed(context, warning))) return 0;
    yield* context.print(`Total:  ${bytesSize(yield* pruneBuildCache(context))}\n`);
    return 0;
  },
};

/** Frees BuildKit's cache; gives the bytes. */
function* pruneBuildCache(context: Context): Routine<number> {
  const host = yield* findHost(context);
  const { stdout } = yield* runChild(context.process, ['buildctl', `--addr=${host}`, 'prune', '--all', '--format={{json .}}'], {});
  const records = stdout.split('\n').filter(Boolean);
  return records.reduce((sum, line) => sum + (JSON.parse(line) as { readonly Size: number }).Size, 0);
}

export const builder: NerdctlCommand = {
  name: 'builder',
  short: 'Manage builds',
  commands: [
    build,
    builderPrune,
    {
      name: 'debug',
      short: 'Debug Dockerfile',
      usage: '[flags] PATH',
      flags: [text('file,f', 'Name of the Dockerfile'), text('target', 'Set the target build stage to build')],
      run: function* () {
        throw new NotSimulated('nerdctl builder debug');
      },
    },
  ],
};
