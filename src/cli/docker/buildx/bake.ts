/** docker buildx bake: the targets of compose files and docker-bake.json, one build after the other (docker/buildx bake/bake.go, compose.go). */
import type { Process } from '../../../linux/process.ts';
import type { Routine } from '../../../sim/routine.ts';
import { fileNames, inside, isRecord, pairs, texts } from '../../compose-file.ts';
import { ComposeFileError } from '../../compose-interpolate.ts';
import { imageOf, loadCompose } from '../../compose-project.ts';
import { parseFlags } from '../../flags.ts';
import { bool, CliError, Context, command, list, text } from '../context.ts';
import { build } from './build.ts';

type Fields = Readonly<Record<string, unknown>>;
type Definition = { readonly groups: Map<string, readonly string[]>; readonly targets: Map<string, Fields> };

const failed = (message: string, status = 1): CliError => new CliError(status === 70 ? `k8s-lab: ${message}` : `ERROR: ${message}`, status);

export const bake = command(
  'bake',
  'Build from a file',
  '[OPTIONS] [TARGET...]',
  [0, Number.POSITIVE_INFINITY],
  [
    list('file,f', 'Build definition file'),
    bool('load', 'Shorthand for "--set=*.output=type=docker"'),
    bool('no-cache', 'Do not use cache when building the image'),
    bool('print', 'Print the options without building'),
    text('progress', 'Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty")', { default: 'auto' }),
    bool('pull', 'Always attempt to pull all referenced images'),
    bool('push', 'Shorthand for "--set=*.output=type=registry"'),
    list('set', 'Override target value (e.g., "targetpattern.key=value")'),
  ],
  function* (context) {
    const { flags, args } = context;
    const defined = yield* definition(context);
    for (const each of flags.list('set')) override(defined, each);
    const names = [...new Set((args.length > 0 ? args : ['default']).flatMap((name) => members(defined, name, [])))];
    const chosen = names.map((name) => [name, inherited(defined, name)] as const);
    if (flags.bool('print')) {
      const group = { default: { targets: args.length > 0 ? args : (defined.groups.get('default') ?? names) } };
      const shown = (fields: Fields) => ({ context: '.', dockerfile: 'Dockerfile', ...fields });
      yield* context.print(`${JSON.stringify({ group, target: Object.fromEntries(chosen.map(([name, each]) => [name, shown(each)])) }, null, 2)}\n`);
      return 0;
    }
    for (const [, fields] of chosen) {
      const parsed = parseFlags(argumentsOf(context, fields), build.flags ?? []);
      yield* build.run?.(new Context(context.process, { flags: parsed.flags, args: parsed.args, host: context.host, path: '' })) ?? [];
    }
    return 0;
  },
);

const standard = [...fileNames, 'docker-bake.json', 'docker-bake.hcl'];

function* definition({ process, flags }: Context): Routine<Definition> {
  const given = flags.list('file');
  const files = given.length > 0 ? given : standard.filter((name) => process.fs.exists(process.path(name)));
  if (files.length === 0) throw failed("couldn't find a bake definition");
  const found: Definition = { groups: new Map(), targets: new Map() };
  for (const file of files) {
    if (!process.fs.exists(process.path(file))) throw failed(`open ${file}: no such file or directory`);
    if (file.endsWith('.hcl')) throw failed('docker buildx bake of HCL files is not simulated', 70);
    if (file.endsWith('.json')) readJson(process, file, found);
    else yield* readCompose(process, file, found);
  }
  return found;
}

function readJson(process: Process, file: string, { groups, targets }: Definition): void {
  let value: unknown;
  try {
    value = JSON.parse(process.fs.read(process.path(file)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failed(`failed to parse ${file}: parsing json: ${error.message}`);
  }
  const { group, target } = (isRecord(value) ? value : {}) as { readonly group?: unknown; readonly target?: unknown };
  for (const [name, each] of Object.entries(isRecord(group) ? group : {})) groups.set(name, texts(isRecord(each) ? each['targets'] : []));
  for (const [name, each] of Object.entries(isRecord(target) ? target : {})) targets.set(name, { ...targets.get(name), ...(isRecord(each) ? each : {}) });
}

function* readCompose(process: Process, file: string, { groups, targets }: Definition): Routine {
  try {
    const project = yield* loadCompose(process, { files: [file], projectDirectory: '', envFiles: [], projectName: '', profiles: ['*'] });
    const built = project.services.filter(({ fields }) => fields['build'] !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const service of built) {
      const own = service.fields['build'];
      const { args, context = '.', dockerfile = 'Dockerfile', labels, target, ...rest } = isRecord(own) ? own : ({ context: own } as Fields);
      const record = (value: unknown): Fields => Object.fromEntries(pairs(value).map((each) => [each.split('=')[0], each.slice(each.indexOf('=') + 1)]));
      targets.set(service.name, {
        context,
        dockerfile,
        ...(args === undefined ? {} : { args: record(args) }),
        ...(labels === undefined ? {} : { labels: record(labels) }),
        tags: rest['tags'] ?? [imageOf(project, service)],
        ...(target === undefined ? {} : { target }),
      });
    }
    groups.set('default', [...(groups.get('default') ?? []), ...built.map(({ name }) => name)]);
  } catch (error) {
    throw error instanceof ComposeFileError ? failed(error.message) : error;
  }
}

/** A group's targets, groups of groups included. */
function members(defined: Definition, name: string, above: readonly string[]): string[] {
  const group = defined.groups.get(name);
  if (group && !above.includes(name)) return group.flatMap((each) => members(defined, each, [...above, name]));
  if (!defined.targets.has(name)) throw failed(`failed to find target ${name}`);
  return [name];
}

function inherited({ targets }: Definition, name: string, above: readonly string[] = []): Fields {
  if (above.includes(name)) throw failed(`infinite loop from ${above.at(-1)} to ${name}`);
  const own = targets.get(name);
  if (!own) throw failed(`failed to find target ${name}`);
  const { inherits, ...fields } = own;
  const all = [...texts(inherits).map((each) => inherited({ targets, groups: new Map() }, each, [...above, name])), fields];
  return all.reduce<Fields>((sum, each) => {
    const joined = (['args', 'labels'] as const).filter((key) => isRecord(sum[key]) && isRecord(each[key]));
    return { ...sum, ...each, ...Object.fromEntries(joined.map((key) => [key, { ...(sum[key] as Fields), ...(each[key] as Fields) }])) };
  }, {});
}

/** `web.args.V=2`, `*.tags=a:1`. */
function override({ targets }: Definition, given: string): void {
  const [, pattern = '', key = '', name, value = ''] = /^([^.=]+)\.([a-z-]+)(?:\.([^=]+))?=(.*)$/.exec(given) ?? [];
  if (key === '')
    throw failed(
      given.includes('=') ? `invalid override key ${given.split('=')[0]}, expected target.name` : `invalid override ${given}, expected target.name=value`,
    );
  const wanted = [...targets.keys()].filter((each) => each === pattern || pattern === '*');
  if (wanted.length === 0) throw failed(`could not find any target matching '${pattern}'`);
  for (const each of wanted) {
    const before = targets.get(each) ?? {};
    const whole = ['tags', 'output', 'platforms', 'secret'].includes(key) ? [value] : ['no-cache', 'pull', 'push'].includes(key) ? value !== 'false' : value;
    targets.set(each, { ...before, [key]: name === undefined ? whole : { ...(isRecord(before[key]) ? before[key] : {}), [name]: value } });
  }
}

function argumentsOf({ flags, process }: Context, fields: Fields): string[] {
  const folder = inside(process.cwd, String(fields['context'] ?? '.'));
  const args = [`--progress=${flags.text('progress')}`, `--file=${inside(folder, String(fields['dockerfile'] ?? 'Dockerfile'))}`];
  for (const [key, flag] of [
    ['tags', 'tag'],
    ['platforms', 'platform'],
    ['output', 'output'],
    ['secret', 'secret'],
  ] as const)
    for (const each of texts(fields[key])) args.push(`--${flag}=${each}`);
  for (const each of pairs(fields['args'])) args.push(`--build-arg=${each}`);
  for (const each of pairs(fields['labels'])) args.push(`--label=${each}`);
  for (const key of ['target', 'network']) if (fields[key] !== undefined) args.push(`--${key}=${String(fields[key])}`);
  for (const key of ['no-cache', 'pull', 'push']) if (fields[key] === true || (flags.spec(key) && flags.bool(key))) args.push(`--${key}`);
  return [...args, folder];
}
