/** docker buildx imagetools: images and their lists where they lie in a registry (docker/buildx util/imagetools, commands/imagetools). */
import { GoTemplateError, parseTemplate, renderTemplate } from '../../../apimachinery/go-template.ts';
import { type Entry, fetchEntry, pushEntry, pushList, referenceParts, registryOf } from '../../../client/manifest-lists.ts';
import { type Descriptor, RegistryFailure, RegistryUnreachable } from '../../../interfaces/distribution.ts';
import type { Routine } from '../../../sim/routine.ts';
import { readCredentials } from '../../docker-config.ts';
import { tabwriter } from '../../tabwriter.ts';
import { bool, CliError, type Context, command, type DockerCommand, list, text } from '../context.ts';
import { full } from '../pull.ts';

const isList = (mediaType: string): boolean => /manifest\.list|image\.index/.test(mediaType);

/** Runs it, with the registry's refusals in buildx' words. */
function* asking<Value>(reference: string, work: Routine<Value>): Routine<Value> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof RegistryUnreachable) throw new CliError(`ERROR: failed to do request: ${error.message}`);
    if (!(error instanceof RegistryFailure)) throw error;
    const denied = /insufficient_scope|access denied/.test(error.message);
    const why = 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
    throw new CliError(`ERROR: ${denied ? why : error.status === 404 ? `${reference}: not found` : error.message}`);
  }
}

const at = ({ process }: Context, reference: string) => {
  const { host, path, tag } = referenceParts(reference);
  return { registry: registryOf(process, host, false, 'buildx/0.30'), auth: readCredentials(process, host), path, tag };
};

const inspect = command(
  'inspect',
  'Show details of an image in the registry',
  '[OPTIONS] NAME',
  [1, 1],
  [text('format', 'Format the output using the given Go template'), bool('raw', 'Show original, unformatted JSON manifest')],
  function* (context) {
    const { flags } = context;
    const format = flags.text('format');
    if (format !== '' && flags.bool('raw')) throw new CliError('ERROR: format and raw cannot be used together');
    const reference = full(context.arg(0));
    const { registry, auth, path, tag } = at(context, reference);
    const top = yield* asking(reference, registry.manifest(path, tag, auth));
    if (flags.bool('raw')) return void (yield* context.print(top.text));
    const value = JSON.parse(top.text) as { readonly manifests?: readonly Descriptor[] };
    const { mediaType, digest, size } = top;
    if (format === '' || /^\s*\{\{\s*\.Manifest\s*\}\}\s*$/.test(format)) {
      yield* context.print(shown(reference, top, value.manifests ?? []));
      return 0;
    }
    const manifest = value.manifests ? { ...value, digest, size } : { mediaType, digest, size };
    try {
      const json = (each: unknown): string => JSON.stringify(each, null, 2);
      const options = { functions: { json } };
      yield* context.print(
        renderTemplate(
          parseTemplate(format, options),
          { Name: context.arg(0), Manifest: manifest },
          { ...options, toil: (steps) => context.process.toil(steps) },
        ),
      );
    } catch (error) {
      if (!(error instanceof GoTemplateError)) throw error;
      throw new CliError(`ERROR: ${error.message}`);
    }
    return 0;
  },
);

const fields = (rows: readonly (readonly [string, string])[], indent: string): string =>
  tabwriter(
    rows.map(([name, value]) => [name === '' ? '' : `${indent}${name}:`, value]),
    { padding: 1 },
  );

function shown(reference: string, top: { readonly mediaType: string; readonly digest: string }, manifests: readonly Descriptor[]): string {
  const head = fields(
    [
      ['Name', reference],
      ['MediaType', top.mediaType],
      ['Digest', top.digest],
    ],
    '',
  );
  if (!isList(top.mediaType)) return head;
  const repository = reference.replace(/@.*$/, '');
  const rows = manifests.flatMap(({ mediaType, digest, platform }, i): (readonly [string, string])[] => [
    ...(i === 0 ? [] : [['', ''] as const]),
    ['Name', `${repository}@${digest}`],
    ['MediaType', mediaType],
    ...(platform ? [['Platform', `${platform.os}/${platform.architecture}`] as const] : []),
  ]);
  return `${head}${' '.repeat(11)}\nManifests: \n${fields(rows, '  ')}`;
}

const create = command(
  'create',
  'Create a new image based on source images',
  '[OPTIONS] [SOURCE...]',
  [0, Number.POSITIVE_INFINITY],
  [
    list('tag,t', 'Set reference for new image'),
    bool('dry-run', 'Show final image instead of pushing'),
    ...['annotation', 'append', 'file', 'platform', 'prefer-index', 'progress'].map((name) => list(name, '')),
  ],
  function* (context) {
    const { flags, args } = context;
    for (const name of ['annotation', 'append', 'file', 'platform'])
      if (flags.has(name)) throw new CliError(`k8s-lab: docker buildx imagetools create --${name} is not simulated`, 70);
    if (args.length === 0) throw new CliError('ERROR: no sources specified');
    const targets = flags.list('tag').map(full);
    if (targets.length === 0 && !flags.bool('dry-run')) throw new CliError("ERROR: can't push with no tags specified, please set --tag or --dry-run");
    const found: { readonly entry: Entry; readonly from: string }[] = [];
    for (const source of args.map(full)) found.push(...(yield* entriesOf(context, source)));
    if (flags.bool('dry-run')) {
      yield* context.print(
        `${JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: found.map(({ entry }) => entry.Descriptor) }, null, 2)}\n`,
      );
      return 0;
    }
    for (const [i, target] of targets.entries()) {
      const { host } = referenceParts(target);
      const far = args.map(full).find((source) => referenceParts(source).host !== host);
      if (far !== undefined) throw new CliError(`k8s-lab: docker buildx imagetools create from another registry (${far}) is not simulated`, 70);
      yield* context.printError(`#${i + 1} [internal] pushing ${target}\n`);
      const { registry, auth, path } = at(context, target);
      for (const { entry, from } of found) yield* asking(target, pushEntry(registry, entry, path, from, auth));
      yield* asking(
        target,
        pushList(
          registry,
          target,
          found.map(({ entry }) => entry),
          auth,
        ),
      );
      yield* context.printError(`#${i + 1} DONE 0.0s\n`);
    }
    return 0;
  },
);

/** An image, or all of a list's. */
function* entriesOf(context: Context, source: string): Routine<{ readonly entry: Entry; readonly from: string }[]> {
  const { registry, auth, path } = at(context, source);
  const fetched = yield* asking(source, fetchEntry(registry, source, auth));
  if (!('manifests' in fetched)) return [{ entry: fetched, from: path }];
  const all: { readonly entry: Entry; readonly from: string }[] = [];
  for (const { digest, platform } of fetched.manifests) {
    const each = `${source.replace(/(:[^:/]*)?(@.*)?$/, '')}@${digest}`;
    const entry = yield* asking(each, fetchEntry(registry, each, auth, platform));
    if (!('manifests' in entry)) all.push({ entry, from: path });
  }
  return all;
}

export const imagetools: DockerCommand = { name: 'imagetools', short: 'Commands to work on images in registry', commands: [create, inspect] };
