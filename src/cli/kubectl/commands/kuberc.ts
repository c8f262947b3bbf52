/** alpha kuberc: kubernetes kubectl/pkg/cmd/kuberc. */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { CommandEntry } from '../command.ts';
import { commandShapes } from '../command-shape-table.ts';
import { KubectlError } from '../errors.ts';
import { defined, type Obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { kubercPath, preferenceVersion, readKuberc } from '../kuberc.ts';
import { objectPrinter } from '../printers/object-printer.ts';

export const alphaKuberc: CommandEntry = {
  path: 'alpha kuberc',
  short: 'Manage kuberc configuration files',
  about: 'Manage user preferences (kuberc) file.\n\n The kuberc file allows you to customize your kubectl experience.',
  examples:
    '# View the current kuberc configuration\nkubectl alpha kuberc view\n\n# Set a default value for a command flag\nkubectl alpha kuberc set --section defaults --command get --option output=wide\n\n# Create an alias for a command\nkubectl alpha kuberc set --section aliases --name getn --command get --prependarg nodes --option output=wide',
};

export const alphaKubercView: CommandEntry = {
  path: 'alpha kuberc view',
  short: 'Display the current kuberc configuration',
  *run(k) {
    const file = readKuberc(k.process, k.flags.text('kuberc'));
    if (file === undefined) return yield* offer(k);
    const [defaults, aliases] = ['defaults', 'aliases'].map((section) => objs(file[section]).map(inOrder));
    yield* k.print(objectPrinter(k, { typed: true })?.({ kind: 'Preference', apiVersion: preferenceVersion, defaults, aliases }) ?? '');
  },
};

/** An entry as Go's type has it. */
const inOrder = ({ name, command, prependArgs, appendArgs, options }: Obj): Obj =>
  defined({
    name,
    command,
    prependArgs,
    appendArgs,
    options: options && objs(options).map(({ name, ...more }) => ({ name, ...more })),
  });

const recommended: readonly Obj[] = [
  { command: 'apply', options: [{ name: 'server-side', default: 'true' }] },
  { command: 'delete', options: [{ name: 'interactive', default: 'true' }] },
];

function* offer(k: Kubectl) {
  const path = placeOf(k);
  yield* k.printError(`kuberc file not found at ${path}\nWould you like to generate a default kuberc file with recommended options? (y/N): `);
  const answer = (yield* k.process.stdin.read())?.trim().toLowerCase();
  if (answer !== 'y' && answer !== 'yes') return;
  yield* write(k, { defaults: recommended });
}

export const alphaKubercSet: CommandEntry = {
  path: 'alpha kuberc set',
  short: 'Set values in the kuberc configuration',
  required: ['command', 'section'],
  *run(k) {
    const [section, name, command] = [k.flags.text('section'), k.flags.text('name'), k.flags.text('command')];
    if (section !== 'defaults' && section !== 'aliases') throw new KubectlError(`--section must be "defaults" or "aliases", got: ${section}`);
    if (section === 'aliases' && name === '') throw new KubectlError('--name is required when --section=aliases');
    if (section === 'defaults' && name !== '') throw new KubectlError('--name should not be specified when --section=defaults');
    if (section === 'defaults' && k.flags.list('prependarg').length + k.flags.list('appendarg').length > 0)
      throw new KubectlError('--prependarg and --appendarg should not be specified when --section=defaults');
    const options = k.flags.list('option').map(option);
    const file = (yield* existing(k)) ?? {};
    const key = section === 'aliases' ? 'name' : 'command';
    const entry: Obj = defined({
      ...(section === 'aliases' && { name, prependArgs: listOf(k, 'prependarg'), appendArgs: listOf(k, 'appendarg') }),
      command,
      options: options.length > 0 ? options : undefined,
    });
    const before = objs(file[section]);
    const at = before.findIndex((each) => text(each[key]) === text(entry[key]));
    if (at >= 0 && !k.flags.bool('overwrite')) {
      const what = section === 'aliases' ? `alias "${name}"` : `defaults for command "${command}"`;
      throw new KubectlError(`${what} already ${section === 'aliases' ? 'exists' : 'exist'}, use --overwrite to replace`);
    }
    yield* write(k, { ...file, [section]: at >= 0 ? before.map((each, i) => (i === at ? entry : each)) : [...before, entry] });
  },
};

const listOf = (k: Kubectl, flag: string): readonly string[] | undefined => (k.flags.list(flag).length > 0 ? k.flags.list(flag) : undefined);

function option(pair: string): Obj {
  const at = pair.indexOf('=');
  if (at < 0) throw new KubectlError(`invalid option format "${pair}", expected flag=value`);
  return { name: pair.slice(0, at), default: pair.slice(at + 1) };
}

/** What is there to be changed; one that is named may be new. */
function* existing(k: Kubectl) {
  const file = k.process.fs.exists(placeOf(k)) ? readKuberc(k.process, k.flags.text('kuberc')) : undefined;
  for (const entry of objs(file?.['defaults']))
    if (commandShapes[text(entry['command'])] === undefined)
      yield* k.printError(`Warning: command "${text(entry['command'])}" not found to set kuberc override\n`);
  return file;
}

function placeOf(k: Kubectl): string {
  const place = kubercPath(k.process, k.flags.text('kuberc'));
  if (!place) throw new KubectlError('KUBERC is disabled via KUBERC=off environment variable');
  return place.path;
}

function* write(k: Kubectl, { defaults, aliases }: Obj) {
  const path = placeOf(k);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (folder !== '') k.process.fs.mkdir(folder, { parents: true });
  k.process.fs.write(path, dumpYaml({ aliases: aliases ?? null, apiVersion: preferenceVersion, defaults: defaults ?? null, kind: 'Preference' }));
  yield* k.print(`Updated ${path}\n`);
}
