/** The preferences file: aliases of commands and other defaults of flags; kubernetes kubectl/pkg/kuberc/kuberc.go. */
import { parseYamlDocuments, YamlError } from '../../apimachinery/yaml.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { CommandEntry } from './command.ts';
import { KubectlError } from './errors.ts';
import { allFlags } from './flag-table.ts';
import { parseArguments } from './flags.ts';
import { type Obj, obj, objs, text, texts } from './json.ts';
import { homeOf } from './kubeconfig.ts';

/** The apiVersion that is shown and written. */
export const preferenceVersion = 'kubectl.config.k8s.io/v1beta1';

type Option = { readonly name: string; readonly value: string };
type Found = { readonly path: string; readonly rest: readonly string[] };

/** Where the file is: the flag, KUBERC, or in the home folder; undefined when switched off. */
export function kubercPath(process: Process, flag: string): { readonly path: string; readonly explicit: boolean } | undefined {
  if (flag !== '') return { path: flag, explicit: true };
  const variable = process.env['KUBERC'] ?? '';
  if (variable === 'off' || process.env['KUBECTL_KUBERC'] === 'false') return undefined;
  return variable === '' ? { path: `${homeOf(process)}/.kube/kuberc`, explicit: false } : { path: variable, explicit: true };
}

/** The file as it is; undefined without one. Throws KubectlError for one that was named and is not there, or cannot be read. */
export function readKuberc(process: Process, flag: string): Obj | undefined {
  const place = kubercPath(process, flag);
  if (!place || (!place.explicit && !process.fs.exists(place.path))) return undefined;
  let content: string;
  try {
    content = process.fs.read(place.path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (!place.explicit) return undefined;
    throw new KubectlError(`error occurred while applying preferences kuberc error kuberc: open ${place.path}: ${error.message.toLowerCase()}`, { bare: true });
  }
  try {
    return obj(parseYamlDocuments(content)[0]);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`error occurred while applying preferences kuberc error ${error.message}`, { bare: true });
  }
}

/** The words of a call with what the preferences add to them. */
export function withPreferences(
  commands: readonly CommandEntry[],
  words: readonly string[],
  process: Process,
  find: (words: readonly string[]) => Found,
): readonly string[] {
  const named = words.map((word, i) => (word === '--kuberc' ? (words[i + 1] ?? '') : word.startsWith('--kuberc=') ? word.slice(9) : '')).find(Boolean) ?? '';
  const file = readKuberc(process, named);
  if (file === undefined) return words;
  const found = find(words);
  const known = found.path !== '' && commands.some(({ path }) => path === found.path);
  if (!known) return aliased(objs(file['aliases']), words, found, find);
  if (found.path.startsWith('alpha kuberc')) return words;
  const entry = objs(file['defaults']).find((each) => text(each['command']) === found.path);
  return entry ? withOptions(found.path, found.rest, optionsOf(entry)) : words;
}

function aliased(aliases: readonly Obj[], words: readonly string[], { rest }: Found, find: (words: readonly string[]) => Found): readonly string[] {
  const name = rest.find((word) => !word.startsWith('-')) ?? '';
  const alias = aliases.find((each) => text(each['name']) === name);
  if (name === '' || !alias) return words;
  const at = rest.indexOf(name);
  const given = [...rest.slice(0, at), ...rest.slice(at + 1)];
  const call = [...text(alias['command']).split(/\s+/), ...texts(alias['prependArgs']), ...given, ...texts(alias['appendArgs'])];
  const { path, rest: own } = find(call);
  return withOptions(path, own, optionsOf(alias));
}

const optionsOf = (entry: Obj): readonly Option[] => objs(entry['options']).map((each) => ({ name: text(each['name']), value: text(each['default']) }));

/** Flags that the line does not set itself. */
function withOptions(path: string, rest: readonly string[], options: readonly Option[]): readonly string[] {
  const flags = allFlags(path);
  for (const { name } of options) if (!flags.some((flag) => flag.name === name)) throw new KubectlError(`unknown flag: --${name}`);
  let set: (name: string) => boolean = () => false;
  try {
    const parsed = parseArguments(rest, flags);
    set = (name) => parsed.flags.has(name);
  } catch (error) {
    // What is wrong with the line is said when it is read in earnest.
    if (!(error instanceof KubectlError)) throw error;
  }
  return [...path.split(' '), ...options.filter(({ name }) => !set(name)).map(({ name, value }) => `--${name}=${value}`), ...rest];
}
