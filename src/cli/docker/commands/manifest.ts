/** docker manifest (docker/cli cli/command/manifest). */
import type { HttpRegistry } from '../../../client/http-registry.ts';
import {
  annotated,
  type Entry,
  fetchEntry,
  listManifest,
  ManifestLists,
  pushEntry,
  pushList,
  referenceParts,
  registryOf,
} from '../../../client/manifest-lists.ts';
import { RegistryFailure, RegistryUnreachable } from '../../../interfaces/distribution.ts';
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import { configPath, readCredentials } from '../../docker-config.ts';
import { bool, CliError, type Context, command, type DockerCommand, list, text } from '../context.ts';
import { full } from '../pull.ts';

const insecure = bool('insecure', 'Allow communication with an insecure registry');
const many = Number.POSITIVE_INFINITY;

function parsed(reference: string): string {
  const whole = full(reference);
  if (!/^[\w.:[\]-]+(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.test(whole))
    throw new CliError(
      /[A-Z]/.test(reference.split(':')[0] ?? '') ? 'invalid reference format: repository name must be lowercase' : 'invalid reference format',
    );
  return whole;
}

const listsOf = ({ process }: Context): ManifestLists => new ManifestLists(process.fs, configPath(process).replace(/config\.json$/, 'manifests'));

const registryAt = (process: Process, host: string, lax: boolean): HttpRegistry => registryOf(process, host, lax, 'docker/29.7.2');

/** Runs it, with the registry's refusals in docker's words. */
function* asking<Value>(reference: string, work: Routine<Value>): Routine<Value> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof RegistryUnreachable) throw new CliError(error.message);
    if (!(error instanceof RegistryFailure)) throw error;
    if (/insufficient_scope/.test(error.message))
      throw new CliError('errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n');
    throw new CliError(
      error.status === 404 ? `no such manifest: ${reference}` : error.status === 401 ? 'unauthorized: authentication required' : error.message,
    );
  }
}

const create = command(
  'create',
  'Create a local manifest list for annotating and pushing to a registry',
  'MANIFEST_LIST MANIFEST [MANIFEST...]',
  [2, many],
  [bool('amend,a', 'Amend an existing manifest list'), insecure],
  function* (context) {
    const { flags, process } = context;
    const [target = '', ...references] = context.args.map(parsed);
    const lists = listsOf(context);
    if (lists.all(target) && !flags.bool('amend')) throw new CliError('refusing to amend an existing manifest list with no --amend flag');
    for (const each of references) {
      const { host } = referenceParts(each);
      const registry = registryAt(process, host, flags.bool('insecure'));
      const entry = lists.get(target, each) ?? (yield* asking(each, fetchEntry(registry, each, readCredentials(process, host))));
      if ('manifests' in entry) throw new CliError(`${each} is a manifest list`);
      lists.save(target, each, entry);
    }
    yield* context.print(`Created manifest list ${target}\n`);
    return 0;
  },
);

const known =
  /^(darwin\/(386|amd64|arm|arm64)|dragonfly\/amd64|(freebsd|netbsd|openbsd)\/(386|amd64|arm)|linux\/(386|amd64|arm|arm64|ppc64le|mips64|mips64le|riscv64|s390x)|plan9\/(386|amd64)|solaris\/amd64|windows\/(386|amd64))$/;

const annotate = command(
  'annotate',
  'Add additional information to a local image manifest',
  '[OPTIONS] MANIFEST_LIST MANIFEST',
  [2, 2],
  [
    text('arch', 'Set architecture', { valueName: 'string' }),
    text('os', 'Set operating system', { valueName: 'string' }),
    list('os-features', 'Set operating system feature', { type: 'stringSlice', valueName: 'strings' }),
    text('os-version', 'Set operating system version', { valueName: 'string' }),
    text('variant', 'Set architecture variant', { valueName: 'string' }),
  ],
  function* (context) {
    yield* [];
    const { flags } = context;
    const [target = '', image = ''] = context.args.map(parsed);
    const lists = listsOf(context);
    const entry = lists.get(target, image);
    if (!entry) throw new CliError(`manifest for image ${context.arg(1)} does not exist in ${context.arg(0)}`);
    const told = { os: flags.text('os'), arch: flags.text('arch'), variant: flags.text('variant'), 'os-version': flags.text('os-version') };
    const after = annotated(entry, told, flags.list('os-features'));
    const { os = '', architecture = '' } = after.Descriptor.platform ?? {};
    if (!known.test(`${os}/${architecture}`)) throw new CliError(`manifest entry for image has unsupported os/arch combination: ${told.os}/${told.arch}`);
    lists.save(target, image, after);
    return 0;
  },
);

function checked(entries: readonly Entry[], target: string): readonly Entry[] {
  const { host } = referenceParts(target);
  const other = entries.map(({ Ref }) => referenceParts(Ref).host).find((each) => each !== host);
  if (other !== undefined) throw new CliError(`cannot use source images from a different registry than the target image: ${other} != ${host}`);
  return entries;
}

const push = command(
  'push',
  'Push a manifest list to a repository',
  '[OPTIONS] MANIFEST_LIST',
  [1, 1],
  [bool('insecure', 'Allow push to an insecure registry'), bool('purge,p', 'Remove the local manifest list after push')],
  function* (context) {
    const target = parsed(context.arg(0));
    const lists = listsOf(context);
    const entries = lists.all(target);
    if (!entries) throw new CliError(`No such manifest: ${target}`);
    const { host, path } = referenceParts(target);
    const registry = registryAt(context.process, host, context.flags.bool('insecure'));
    const auth = readCredentials(context.process, host);
    for (const entry of checked(entries, target)) {
      const from = referenceParts(entry.Ref).path;
      if (from === path) continue;
      const { digest } = entry.Descriptor;
      yield* asking(entry.Ref, pushEntry(registry, entry, path, from, auth));
      yield* context.print(`Pushed ref ${host}/${path}@${digest} with digest: ${digest}\n`);
    }
    yield* context.print(`${yield* asking(target, pushList(registry, target, entries, auth))}\n`);
    if (context.flags.bool('purge')) lists.remove(target);
    return 0;
  },
);

const rm = command('rm', 'Delete one or more manifest lists from local storage', 'MANIFEST_LIST [MANIFEST_LIST...]', [1, many], [], function* (context) {
  yield* [];
  const lists = listsOf(context);
  const missing = context.args.map(parsed).filter((target) => {
    if (!lists.all(target)) return true;
    lists.remove(target);
    return false;
  });
  if (missing.length > 0) throw new CliError(missing.map((each) => `No such manifest: ${each}`).join('\n'));
  return 0;
});

const inspect = command(
  'inspect',
  'Display an image manifest, or manifest list',
  '[OPTIONS] [MANIFEST_LIST] MANIFEST',
  [1, 2],
  [insecure, bool('verbose,v', 'Output additional info including layers and platform')],
  function* (context) {
    const verbose = context.flags.bool('verbose');
    const lists = listsOf(context);
    const reference = parsed(context.args.at(-1) ?? '');
    if (context.args.length === 2) {
      const entry = lists.get(parsed(context.arg(0)), reference);
      if (!entry) throw new CliError(`No such manifest: ${reference}`);
      yield* context.print(one(entry, verbose));
      return 0;
    }
    const local = lists.all(reference);
    const { host } = referenceParts(reference);
    const registry = registryAt(context.process, host, context.flags.bool('insecure'));
    const auth = readCredentials(context.process, host);
    const found = local ? checked(local, reference) : yield* asking(reference, fetchEntry(registry, reference, auth));
    if (!Array.isArray(found) && 'Ref' in found) yield* context.print(one(found, verbose));
    else if (!verbose) yield* context.print(`${listManifest('manifests' in found ? found.manifests.map((each) => ({ Descriptor: each })) : found).text}\n`);
    else {
      if ('manifests' in found && found.manifests.length > 1 && host === 'docker.io')
        throw new CliError('k8s-lab: the manifests of other platforms are not simulated', 70);
      const entries: unknown[] = 'manifests' in found ? [] : [...found];
      for (const { digest, platform } of 'manifests' in found ? found.manifests : [])
        entries.push(yield* asking(reference, fetchEntry(registry, `${reference}@${digest}`, auth, platform)));
      yield* context.print(`${JSON.stringify(entries, null, '\t')}\n`);
    }
    return 0;
  },
);

const one = (entry: Entry, verbose: boolean): string =>
  `${JSON.stringify(verbose ? entry : JSON.parse(Buffer.from(entry.Raw, 'base64').toString()), null, '\t')}\n`;

export const manifest: DockerCommand = {
  name: 'manifest',
  usage: 'COMMAND',
  short: 'Manage Docker image manifests and manifest lists',
  commands: [annotate, create, inspect, push, rm],
};
