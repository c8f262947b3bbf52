/** docker context (cli/command/context). */
import { goJson } from '../../../apimachinery/go-text.ts';
import type { Routine } from '../../../sim/routine.ts';
import { any, bool, CliError, type Context, command, type DockerCommand, text } from '../context.ts';
import {
  currentContext,
  findContext,
  foldersOf,
  listContexts,
  missingContext,
  removeContext,
  type StoredContext,
  selectContext,
  writeContext,
} from '../context-store.ts';
import { renderInspected } from '../go-structs.ts';
import { type Column, formatted, parsed } from '../output.ts';
import { notSimulated } from './unsimulated.ts';

type Row = { readonly name: string; readonly description: string; readonly endpoint: string; readonly current: boolean };

const columns: Column<Row>[] = [
  ['Name', 'NAME', ({ name }) => name],
  ['Description', 'DESCRIPTION', ({ description }) => description],
  ['DockerEndpoint', 'DOCKER ENDPOINT', ({ endpoint }) => endpoint],
  ['Current', '', ({ current }) => String(current)],
  ['Error', 'ERROR', () => ''],
];

const ownDescription = 'Current DOCKER_HOST based configuration';
const daemonOf = ({ process }: Context): string => process.env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';

function rowsOf(context: Context): Row[] {
  const current = currentContext(context.process);
  const own = listContexts(context.process).map(({ Name, Metadata, Endpoints }) => ({
    name: Name,
    description: Metadata.Description ?? '',
    endpoint: Endpoints.docker.Host,
    current: Name === current,
  }));
  const first = { name: 'default', description: ownDescription, endpoint: daemonOf(context), current: current === 'default' };
  return [first, ...own].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function need(context: Context, name: string): StoredContext {
  const found = findContext(context.process, name);
  if (!found) throw new CliError(missingContext(context.process, name));
  return found;
}

const warning = (name: string): string =>
  `Warning: DOCKER_HOST environment variable overrides the active context. To use ${JSON.stringify(name)}, either set the global --context flag, or unset DOCKER_HOST environment variable.\n`;

const ls = command(
  'ls',
  'List contexts',
  '[OPTIONS]',
  [0, 0],
  [text('format', 'Format output using a custom template'), bool('quiet,q', 'Only show context names')],
  function* (context) {
    const rows = rowsOf(context);
    const format = context.flags.text('format');
    if (context.flags.bool('quiet')) yield* context.print(rows.map(({ name }) => `${name}\n`).join(''));
    else {
      const marked = format === '' ? rows.map((row) => (row.current ? { ...row, name: `${row.name} *` } : row)) : rows;
      yield* context.print(
        formatted(context, format, columns, ['Name', 'Description', 'DockerEndpoint', 'Error'], marked, {
          type: '*formatter.clientContextContext',
          typed: { Current: ({ current }) => current },
        }),
      );
    }
    return 0;
  },
  { aliases: ['list'] },
);

const inspect = command(
  'inspect',
  'Display detailed information on one or more contexts',
  '[OPTIONS] [CONTEXT] [CONTEXT...]',
  [0, any],
  [text('format,f', 'Format output using a custom template')],
  function* (context) {
    const { process, flags } = context;
    const found: object[] = [];
    let failed: string | undefined;
    for (const name of context.args.length > 0 ? context.args : [currentContext(process)]) {
      const stored = name === 'default' ? undefined : findContext(process, name);
      const { meta, tls } = foldersOf(process, name);
      if (stored) found.push({ ...stored, TLSMaterial: {}, Storage: { MetadataPath: meta, TLSPath: tls } });
      else if (name === 'default')
        found.push({
          Name: 'default',
          Metadata: {},
          Endpoints: { docker: { Host: daemonOf(context), SkipTLSVerify: false } },
          TLSMaterial: {},
          Storage: { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' },
        });
      else failed ??= missingContext(process, name);
    }
    const format = flags.text('format');
    const template = parsed(format, undefined, 64);
    yield* context.print(format === '' ? `${goJson(found, 4)}\n` : found.map((each) => `${renderInspected(context, template, 'Context', each)}\n`).join(''));
    if (failed !== undefined) throw new CliError(failed);
    return 0;
  },
);

const use = command('use', 'Set the current docker context', 'CONTEXT', [1, 1], [], function* (context) {
  const name = context.arg(0);
  if (name !== 'default') need(context, name);
  selectContext(context.process, name);
  yield* context.print(`${name}\n`);
  yield* context.printError(`Current context is now ${JSON.stringify(name)}\n`);
  if (name !== 'default' && context.process.env['DOCKER_HOST']) yield* context.printError(warning(name));
  return 0;
});

/** `host=ssh://user@host`, and what else --docker says. */
function endpointOf(context: Context): StoredContext['Endpoints']['docker'] | undefined {
  if (!context.flags.has('docker')) return undefined;
  const fields = new Map(
    context.flags
      .text('docker')
      .split(',')
      .map((field) => [field.split('=')[0] ?? '', field.slice(field.indexOf('=') + 1)]),
  );
  for (const key of fields.keys())
    if (!['host', 'ca', 'cert', 'key', 'skip-tls-verify', 'from'].includes(key))
      throw new CliError(`unable to create docker endpoint config: unrecognized config key: ${key}`);
  if (['ca', 'cert', 'key'].some((key) => fields.has(key))) throw new CliError('k8s-lab: a docker context with certificates is not simulated', 70);
  const host = fields.get('host') ?? '';
  if (host !== '' && !/^\w+:\/\//.test(host))
    throw new CliError(`unable to create docker endpoint config: unable to apply docker endpoint options: unable to parse docker host \`${host}\``);
  return { Host: host === '' ? daemonOf(context) : host, SkipTLSVerify: fields.get('skip-tls-verify') === 'true' };
}

const contextFlags = [text('description', 'Description of the context'), text('docker', 'set the docker endpoint', { valueName: 'stringToString' })];
const validName = /^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/;

const create = command(
  'create',
  'Create a context',
  '[OPTIONS] CONTEXT',
  [1, 1],
  [...contextFlags, text('from', 'create context from a named context')],
  function* (context) {
    const { flags, process } = context;
    const name = context.arg(0);
    if (name === '') throw new CliError('context name cannot be empty');
    if (name === 'default') throw new CliError('"default" is a reserved context name');
    if (!validName.test(name))
      throw new CliError(`context name ${JSON.stringify(name)} is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"`);
    if (findContext(process, name)) throw new CliError(`context ${JSON.stringify(name)} already exists`);
    const given = endpointOf(context);
    if (given && flags.has('from')) throw new CliError('cannot use --docker flag when --from is set');
    const from = flags.text('from') || currentContext(process);
    const base = from === 'default' ? undefined : need(context, from);
    const description = flags.text('description') || (given ? '' : base ? (base.Metadata.Description ?? '') : ownDescription);
    const docker = given ?? base?.Endpoints.docker ?? { Host: daemonOf(context), SkipTLSVerify: false };
    writeContext(process, { Name: name, Metadata: description === '' ? {} : { Description: description }, Endpoints: { docker } });
    return yield* done(context, name, 'created');
  },
);

const update = command('update', 'Update a context', '[OPTIONS] CONTEXT', [1, 1], contextFlags, function* (context) {
  const name = context.arg(0);
  const before = need(context, name);
  const docker = endpointOf(context);
  writeContext(context.process, {
    ...before,
    ...(context.flags.has('description') ? { Metadata: { Description: context.flags.text('description') } } : {}),
    ...(docker ? { Endpoints: { docker } } : {}),
  });
  return yield* done(context, name, 'updated');
});

function* done(context: Context, name: string, what: string): Routine<number> {
  yield* context.print(`${name}\n`);
  yield* context.printError(`Successfully ${what} context ${JSON.stringify(name)}\n`);
  return 0;
}

const rm = command(
  'rm',
  'Remove one or more contexts',
  '[OPTIONS] CONTEXT [CONTEXT...]',
  [1, any],
  [bool('force,f', 'Force the removal of a context in use')],
  function* (context) {
    const { process, flags } = context;
    const failed: string[] = [];
    for (const name of context.args) {
      const quoted = JSON.stringify(name);
      const used = name === currentContext(process);
      if (name === 'default') failed.push('context "default" cannot be removed');
      else if (used && !flags.bool('force')) failed.push(`context ${quoted} is in use, set -f flag to force remove`);
      else if (!findContext(process, name)) {
        if (!flags.bool('force')) failed.push(`context ${quoted} does not exist`);
      } else {
        if (used) selectContext(process, 'default');
        removeContext(process, name);
        yield* context.print(`${name}\n`);
      }
    }
    if (failed.length > 0) throw new CliError(failed.join('\n'));
    return 0;
  },
  { aliases: ['remove'] },
);

const show = command('show', 'Print the name of the current context', '', [0, 0], [], function* (context) {
  yield* context.print(`${currentContext(context.process)}\n`);
  return 0;
});

export const contextCommand: DockerCommand = {
  name: 'context',
  short: 'Manage contexts',
  commands: [
    create,
    notSimulated('context export', 'Export a context to a tar archive FILE or a tar stream on STDOUT.'),
    notSimulated('context import', 'Import a context from a tar or zip file'),
    inspect,
    ls,
    rm,
    show,
    update,
    use,
  ],
};
