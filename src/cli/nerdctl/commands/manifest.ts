/** nerdctl manifest (pkg/cmd/manifest). */
import type { HttpRegistry } from '../../../client/http-registry.ts';
import { annotated, type Entry, fetchEntry, ManifestLists, pushList, referenceParts, registryOf } from '../../../client/manifest-lists.ts';
import { RegistryFailure, RegistryUnreachable } from '../../../interfaces/distribution.ts';
import type { Routine } from '../../../sim/routine.ts';
import { readCredentials } from '../../docker-config.ts';
import { bool, type Context, list, type NerdctlCommand, NerdctlError, NotSimulated, needArgs, text } from '../context.ts';
import { hostsDirectories } from '../pull.ts';
import { wholeName } from '../reference.ts';

const insecure = bool('insecure', 'Allow communication with an insecure registry');
const listsOf = ({ process, global }: Context): ManifestLists => new ManifestLists(process.fs, `${global.text('data-root')}/manifests`);

/** Speaks with the registry itself: a hosts.toml that says otherwise is refused, not passed over. */
function registryAt(context: Context, host: string): HttpRegistry {
  const { process, flags, global } = context;
  for (const folder of hostsDirectories(context).split(':'))
    for (const path of [`${folder}/${host}/hosts.toml`, `${folder}/_default/hosts.toml`])
      if (process.fs.exists(path)) throw new NotSimulated(`nerdctl manifest by way of ${path}`);
  return registryOf(process, host, flags.bool('insecure') || global.bool('insecure-registry'), 'containerd/2.3.4+unknown');
}

/** Runs it, with the registry's refusals in containerd's words behind nerdctl's. */
function* asking<Value>(doing: string, reference: string, work: Routine<Value>): Routine<Value> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof RegistryUnreachable) throw new NerdctlError(`${doing}: failed to do request: ${error.message}`);
    if (!(error instanceof RegistryFailure)) throw error;
    throw new NerdctlError(`${doing}: ${error.status === 404 ? `${reference}: not found` : error.message}`);
  }
}

const create: NerdctlCommand = {
  name: 'create',
  short: 'Create a local index/manifest list for annotating and pushing to a registry',
  usage: 'INDEX/MANIFESTLIST MANIFEST [MANIFEST...]',
  flags: [bool('amend', 'Amend the existing index/manifest list'), insecure],
  run: function* (context) {
    needArgs(context, 2);
    const [given = '', ...references] = context.args;
    const target = wholeName(given);
    const lists = listsOf(context);
    if (lists.all(target) && !context.flags.bool('amend')) throw new NerdctlError(`manifest list ${given} already exists. Use --amend to modify`);
    for (const each of references) {
      const whole = wholeName(each);
      const { host } = referenceParts(whole);
      const doing = `failed to fetch manifest ${each}: failed to resolve ${whole}`;
      const entry = yield* asking(doing, whole, fetchEntry(registryAt(context, host), whole, readCredentials(context.process, host)));
      if ('manifests' in entry)
        throw new NerdctlError(
          `failed to create manifest entry for ${each}: unsupported media type: ${(JSON.parse(entry.text) as { readonly mediaType: string }).mediaType}`,
        );
      lists.save(target, whole, { ...entry, Ref: `${whole}@${entry.Descriptor.digest}` });
    }
    yield* context.print(`Created manifest list ${given}\n`);
    return 0;
  },
};

const annotate: NerdctlCommand = {
  name: 'annotate',
  short: 'Add additional information to a local image manifest',
  usage: 'INDEX/MANIFESTLIST MANIFEST',
  flags: [
    text('arch', 'Set architecture'),
    text('os', 'Set operating system'),
    list('os-features', 'Set architecture variant'),
    text('os-version', 'Set operating system version'),
    text('variant', 'Set operating system feature'),
  ],
  run: function* (context) {
    yield* [];
    needArgs(context, 2, 2);
    const { flags } = context;
    const [target = '', image = ''] = context.args.map(wholeName);
    const entry = listsOf(context).get(target, image);
    if (!entry) throw new NerdctlError(`manifest for image ${context.args[1]} does not exist in ${context.args[0]}`);
    const told = { os: flags.text('os'), arch: flags.text('arch'), variant: flags.text('variant'), 'os-version': flags.text('os-version') };
    listsOf(context).save(target, image, annotated(entry, told, flags.list('os-features')));
    return 0;
  },
};

const inspect: NerdctlCommand = {
  name: 'inspect',
  short: 'Display the contents of a manifest or image index/manifest list',
  usage: 'MANIFEST',
  flags: [insecure, bool('verbose', 'Verbose output additional info including layers and platform')],
  run: function* (context) {
    needArgs(context, 1);
    const reference = wholeName(context.args[0] ?? '');
    const { host } = referenceParts(reference);
    const registry = registryAt(context, host);
    const auth = readCredentials(context.process, host);
    const found = yield* asking(`failed to resolve ${reference}`, reference, fetchEntry(registry, reference, auth));
    const verbose = context.flags.bool('verbose');
    const raw = 'manifests' in found ? found.text : Buffer.from(found.Raw, 'base64').toString();
    const value = !verbose ? JSON.parse(raw) : 'manifests' in found ? [] : withDigest(found, reference);
    if (verbose && 'manifests' in found && found.manifests.length > 1 && host === 'docker.io') throw new NotSimulated('the manifests of other platforms');
    for (const { digest, platform } of verbose && 'manifests' in found ? found.manifests : []) {
      const name = `${reference}@${digest}`;
      value.push(yield* asking(`failed to resolve ${name}`, name, fetchEntry(registry, name, auth, platform)));
    }
    yield* context.print(`${JSON.stringify(value, null, 4)}\n`);
    return 0;
  },
};

function withDigest({ Ref: _ref, Descriptor: { platform: _platform, ...about }, ...entry }: Entry, reference: string): unknown {
  return { Ref: reference.includes('@') ? reference : `${reference}@${about.digest}`, Descriptor: about, ...entry };
}

const push: NerdctlCommand = {
  name: 'push',
  short: 'Push a manifest list to a registry',
  usage: '[OPTIONS] INDEX/MANIFESTLIST',
  flags: [insecure, bool('purge', 'Remove the manifest list after pushing')],
  run: function* (context) {
    needArgs(context, 1, 1);
    const target = wholeName(context.args[0] ?? '');
    const entries = listsOf(context).all(target);
    if (!entries) throw new NerdctlError(`failed to get manifests: not found\nstat ${listsOf(context).folder(target)}: no such file or directory`);
    const { host, path } = referenceParts(target);
    const registry = registryAt(context, host);
    const auth = readCredentials(context.process, host);
    for (const { Ref, Raw, Descriptor: about } of entries) {
      const from = referenceParts(Ref);
      const repository = from.host === host ? path : from.path;
      const name = `${host}/${repository}@${about.digest}`;
      const body = { ...about, text: Buffer.from(Raw, 'base64').toString() };
      const doing = `failed to push individual manifests: failed to push manifest ${name}: failed to commit manifest`;
      yield* asking(doing, name, registry.putManifest(repository, about.digest, body, auth));
      yield* context.print(`Pushed ref ${name} with digest: ${about.digest}\n`);
    }
    yield* context.print(`${yield* asking('failed to push manifest list', target, pushList(registry, target, entries, auth))}\n`);
    if (context.flags.bool('purge')) listsOf(context).remove(target);
    return 0;
  },
};

const rm: NerdctlCommand = {
  name: 'rm',
  short: 'Remove one or more index/manifest lists',
  usage: 'INDEX/MANIFESTLIST [INDEX/MANIFESTLIST...]',
  flags: [],
  run: function* (context) {
    yield* [];
    needArgs(context, 1);
    const lists = listsOf(context);
    const missing = context.args.map(wholeName).filter((target) => {
      if (!lists.all(target)) return true;
      lists.remove(target);
      return false;
    });
    if (missing.length > 0) throw new NerdctlError(missing.map((each) => `No such manifest: ${each}`).join('\n'));
    return 0;
  },
};

export const manifest: NerdctlCommand = {
  name: 'manifest',
  short: 'Manage manifests and manifest lists.',
  commands: [annotate, create, inspect, push, rm],
};
