/** Reading -f: files, folders, stdin, many documents; kubernetes cli-runtime/pkg/resource/visitor.go. */
import { wrongType } from '../../api/decode.ts';
import { typeOf } from '../../api/schema.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { sortedJson } from '../../apimachinery/json.ts';
import { tryParseTime } from '../../apimachinery/time.ts';
import { eachYamlDocument, YamlError } from '../../apimachinery/yaml.ts';
import { Errno } from '../../linux/errno.ts';
import { type OpenFile, readAll } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { ErrorList, KubectlError } from './errors.ts';
import { isObj, type Obj, objs, text } from './json.ts';
import { klog } from './klog.ts';
import type { Kubectl } from './kubectl.ts';
import { kustomized } from './kustomize/kustomize.ts';
import { readUrl } from './url.ts';

/** One object of a manifest; `source` is how errors name the file. */
export type Manifest = {
  readonly object: Obj;
  readonly source: string /** Its metadata cannot be read: the other objects are dealt with, then this is said. */;
  readonly problem?: string;
};

type ManifestOptions = {
  readonly filenames: readonly string[];
  readonly kustomize?: string;
  readonly recursive?: boolean;
  /** Check that kind and apiVersion are set, with validation's text. */
  readonly validate?: boolean;
};

/** -k always has an order of its own. */
export const orderedTwice = (k: Kubectl): string =>
  `${klog(k.process, 'I')}log.go:244] Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag ('--reorder'). Using the kustomization file over the CLI flag.\n`;

/** All objects of the given files, in order. Throws KubectlError with the texts of the resource builder. */
export function* readManifests(k: Kubectl, { filenames, ...rest }: ManifestOptions): Routine<readonly Manifest[]> {
  const options = { ...rest, filenames: filenames.flatMap((name) => matching(k, name)) };
  if (options.kustomize) {
    if (options.filenames.length > 0) throw new KubectlError('only one of -f or -k can be specified');
    const { objects, warnings, sorted } = kustomized(k.process, options.kustomize);
    if (sorted) yield* k.printError(orderedTwice(k));
    yield* k.printError(warnings);
    return objects.map((object) => ({ object, source: options.kustomize ?? '' }));
  }
  if (options.filenames.filter((name) => name === '-').length > 1) throw new KubectlError('standard input cannot be used for multiple arguments');
  const missing = options.filenames.filter((name) => isPath(name) && !k.process.fs.exists(name)).map(notThere);
  if (missing.length > 1) throw new ErrorList(missing);
  const manifests: Manifest[] = [];
  for (const name of options.filenames) manifests.push(...(yield* readOne(k, name, options)));
  return manifests;
}

/** YAML costs as much as a step of the engine for so many letters: see Sim.toil. */
const lettersPerStep = 60;

function* readOne(k: Kubectl, name: string, options: ManifestOptions): Routine<readonly Manifest[]> {
  const parsed = (content: string, source: string): Manifest[] => {
    k.process.toil(content.length / lettersPerStep);
    return parse(content, source, options);
  };
  if (name === '-') return parsed(yield* readAll(k.process.stdin), 'STDIN');
  if (/^https?:\/\//.test(name)) return parsed(yield* readUrl(k, name), name);
  if (descriptor.test(name)) return parsed(yield* readDescriptor(k, name), name);
  const { fs } = k.process;
  if (!fs.exists(name)) throw notThere(name);
  const files = fs.isDirectory(name) ? filesBelow(k, name.replace(/\/+$/, ''), options.recursive ?? false) : [name];
  if (files.length === 0) throw new KubectlError(`error reading [${name}]: recognized file extensions are [.json .yaml .yml]`);
  return files.flatMap((file) => parsed(readText(k, file), file));
}

/** The files of a pattern in quotes; a name that fits nothing stands for itself. */
function matching(k: Kubectl, name: string): readonly string[] {
  if (!isPath(name) || !/[*?]/.test(name)) return [name];
  const slash = name.lastIndexOf('/');
  const [folder, pattern] = [name.slice(0, slash + 1), name.slice(slash + 1)];
  if (!k.process.fs.isDirectory(folder || '.')) return [name];
  const found = k.process.fs.list(folder || '.').flatMap(([file]) => (fitsPattern(pattern, file) ? [`${folder}${file}`] : []));
  return found.length > 0 ? found.sort() : [name];
}

/** `*` and `?` of filepath.Match. */
function fitsPattern(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const [first] = pattern;
  if (first === '*') return fitsPattern(pattern.slice(1), name) || (name !== '' && fitsPattern(pattern, name.slice(1)));
  return name !== '' && (first === '?' || first === name[0]) && fitsPattern(pattern.slice(1), name.slice(1));
}

const isPath = (name: string): boolean => name !== '-' && !/^https?:\/\//.test(name) && !descriptor.test(name);
const notThere = (name: string): KubectlError => new KubectlError(`the path "${name}" does not exist`);

/** What the shell's `<( … )` becomes. */
const descriptor = /^\/(dev|proc\/self)\/(fd\/\d+|stdin)$/;

function* readDescriptor(k: Kubectl, name: string): Routine<string> {
  let file: OpenFile;
  try {
    file = k.process.kernel.open(k.process, name, { read: true });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new KubectlError(`the path "${name}" does not exist`);
  }
  return yield* readAll(file);
}

function readText(k: Kubectl, file: string): string {
  try {
    return k.process.fs.read(file);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new KubectlError(`open ${file}: ${error.message.toLowerCase()}`);
  }
}

function filesBelow(k: Kubectl, folder: string, recursive: boolean): string[] {
  const files: string[] = [];
  for (const [name, inode] of k.process.fs.list(folder)) {
    const path = `${folder}/${name}`;
    if (inode.type === 'directory') {
      if (recursive) files.push(...filesBelow(k, path, true));
    } else if (/\.(json|ya?ml)$/.test(name)) files.push(path);
  }
  return files;
}

/** The objects of a text, without a look at any file. */
export const manifestsOfText = (content: string, source: string): readonly Manifest[] => parse(content, source, { filenames: [] });

/** What stands before the first mistake of a stream is taken; the mistake is told when that is done. */
function parse(content: string, source: string, options: ManifestOptions): Manifest[] {
  const manifests: Manifest[] = [];
  try {
    for (const document of documentsOf(content, source)) {
      if (document === null || document === undefined) continue;
      if (options.validate) validate(document, source);
      const whole = decode(document, source);
      const wrong = metadataProblem(whole, source);
      if (wrong.problem !== undefined) manifests.push({ object: whole, source, ...wrong });
      else manifests.push(...itemsOf(whole).map((object) => ({ object, source, ...metadataProblem(object, source) })));
    }
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    manifests.push({ object: {}, source, problem: error.message });
  }
  return manifests;
}

function* documentsOf(content: string, source: string): Generator<unknown> {
  try {
    yield* eachYamlDocument(content);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(
      `error parsing ${source}: ${error.message.startsWith('error converting') || error.message.startsWith('json:') || error.message === 'unexpected EOF' ? '' : 'error converting YAML to JSON: '}${error.message}`,
    );
  }
}

function validate(document: unknown, source: string): void {
  const problem = problemOf(document);
  if (problem === undefined) return;
  throw new KubectlError(
    `error validating "${source}": error validating data: ${problem}; if you choose to ignore these errors, turn validation off with --validate=false`,
  );
}

/** What validation says of a document before the server sees it. */
export function problemOf(document: unknown): string | undefined {
  if (!isObj(document)) return 'invalid object to validate';
  if (document['kind'] === 'List' && Array.isArray(document['items'])) {
    const problems = [...new Set(document['items'].map(problemOf).filter((problem) => problem !== undefined))];
    return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
  }
  const missing = ['apiVersion', 'kind'].filter((key) => text(document[key]) === '');
  const untyped = ['apiVersion', 'kind'].find((key) => typeof document[key] !== 'string');
  if (missing.length === 0 && untyped !== undefined) return `${untyped} isn't string type`;
  if (missing.length === 0)
    return text(document['apiVersion']).split('/').length > 2 ? `unexpected GroupVersion string: ${text(document['apiVersion'])}` : undefined;
  return missing.length === 1 ? `${missing[0]} not set` : `[${missing.map((key) => `${key} not set`).join(', ')}]`;
}

/** An object as the decoder of unstructured objects takes it: it needs a kind; without an apiVersion the server is asked in vain. */
function decode(document: unknown, source: string): Obj {
  if (!isObj(document))
    throw new KubectlError(`unable to decode "${source}": json: cannot unmarshal ${goKind(document)} into Go value of type unstructured.detector`);
  if (text(document['kind']) === '') throw new KubectlError(`unable to decode "${source}": Object 'Kind' is missing in '${sortedJson(document)}'`);
  return document;
}

/** Labels and annotations are texts: `version: 1` and `app: y` are not. */
function metadataProblem(object: Obj, source: string): { readonly problem?: string } {
  const type = typeOf('v1', 'ConfigMap');
  const wrong = type && wrongType({ metadata: object['metadata'] }, type, { quantity: () => undefined, time: wrongTime });
  return wrong === undefined ? {} : { problem: `unable to decode "${source}": ${wrong}` };
}

const wrongTime = (value: string): string | undefined =>
  tryParseTime(value) === undefined ? `parsing time ${quote(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(value)} as "2006"` : undefined;

const goKind = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

/** A List stands for its items. */
function itemsOf(object: Obj): readonly Obj[] {
  const kind = text(object['kind']);
  if (!kind.endsWith('List') || !Array.isArray(object['items'])) return [object];
  // Items of a typed list need not say what they are.
  const own = kind === 'List' ? {} : { apiVersion: object['apiVersion'], kind: kind.slice(0, -4) };
  return objs(object['items']).map((item) => (text(item['kind']) === '' ? { ...item, ...own } : item));
}
