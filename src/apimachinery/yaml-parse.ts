/** Reading YAML and JSON manifests, with the messages of kubectl's decoder. */

import type { Document, Node, YAMLMap } from 'yaml';
import { goValue } from './go-text.ts';
import { type JsonError, parseJsonStream } from './json.ts';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from './yaml-library.ts';
import { yamlProblem } from './yaml-problem.ts';
import { resolvePlain } from './yaml-scalar.ts';
import { parseSimpleYaml } from './yaml-simple.ts';

/** A manifest that cannot be read. kubectl prints `error: error parsing FILE: ` before the message. */
export class YamlError extends Error {}

/** The documents of a manifest; empty ones are left out. Throws YamlError. */
export const parseYamlDocuments = (text: string): unknown[] => [...eachYamlDocument(text)];

/** The same one by one, so that what stands before a mistake can be had. */
export function* eachYamlDocument(source: string): Generator<unknown> {
  const text = withoutMark(source);
  if (controls.test(text)) throw new YamlError('error converting YAML to JSON: yaml: control characters are not allowed');
  for (const value of /^\s*\{/.test(text) ? parseJsonOrYaml(text) : lazily(text)) if (value !== null && value !== undefined) yield value;
}

/** What no YAML may hold. */
const controls = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** Without a byte order mark, be it one character or the three bytes of one. */
export const withoutMark = (text: string): string => text.replace(/^(\ufeff|\udcef\udcbb\udcbf)/, '');

function* lazily(text: string): Generator<unknown> {
  for (const document of splitDocuments(text)) yield parseOne(document);
}

/** Letters of a small file; of a longer one so many that are parsed cost as much as a step of the engine: see Sim.toil. */
const small = 10_000;
const lettersPerStep = 20;

/** The text of a file that will be parsed. */
export function yamlText(process: { readonly fs: { read(path: string): string }; toil(steps: number): void }, path: string): string {
  const text = process.fs.read(path);
  if (text.length > small) process.toil(text.length / lettersPerStep);
  return text;
}

/** One document: sigs.k8s.io/yaml Unmarshal. Throws YamlError. */
export const parseYaml = (text: string): unknown => parseOne(text) ?? null;

function parseJsonOrYaml(text: string): unknown[] {
  const { values, rest, error } = parseJsonStream(text);
  if (!error) return values;
  // What follows whole values may be YAML.
  return values.length > 0 && !rest.trimStart().startsWith('{') ? [...values, ...splitDocuments(rest).map((each) => parseOne(each))] : wholeAsYaml(text, error);
}

function wholeAsYaml(text: string, error: JsonError): unknown[] {
  try {
    return splitDocuments(text).map((each) => parseOne(each));
  } catch (yamlError) {
    if (!(yamlError instanceof YamlError)) throw yamlError;
    // What only ends too early says so; what is wrong somewhere says where.
    throw new YamlError(error.message === 'unexpected end of JSON input' ? 'unexpected EOF' : `json: offset ${error.offset}: ${error.message}`);
  }
}

/** Cuts at lines of `---`; lines are counted anew in each document, as kubectl does. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (/^---\s*(#.*)?$/.test(line) && lines.length > 0) {
      documents.push(lines.join('\n') + '\n');
      lines = [];
    } else lines.push(line);
  }
  documents.push(lines.join('\n'));
  return documents;
}

/** The documents as go.yaml.in/yaml/v3 reads them into nodes: `y`, `no` and `on` are texts. */
export const parseNewerYaml = (text: string): unknown[] =>
  splitDocuments(withoutMark(text))
    .map((document) => parseOne(document, resolveNewer))
    .filter((value) => value !== null && value !== undefined);

const resolveNewer: typeof resolvePlain = (text) => (/^(y|n|yes|no|on|off)$/i.test(text) ? text : resolvePlain(text));

type Resolve = typeof resolvePlain;
/** `decoded`: nodes read so far; `aliased`: those of them that stand within an alias; `depth`: of aliases. */
type Context = { readonly document: Document; readonly resolve: Resolve; decoded: number; aliased: number; depth: number };

const parseOne = (text: string, resolve: Resolve = resolvePlain): unknown => parseSimpleYaml(text, resolve) ?? parseFully(text, resolve);

function parseFully(text: string, resolve: Resolve): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    merge: false,
    keepSourceTokens: false,
    logLevel: 'silent',
  });
  const problem = yamlProblem(document.errors, text, lineCounter);
  if (problem !== undefined) throw new YamlError(`error converting YAML to JSON: yaml: ${problem}`);
  return document.contents === null ? undefined : toValue(document.contents, { document, resolve, decoded: 0, aliased: 0, depth: 0 });
}

function toValue(node: Node | null | undefined, context: Context): unknown {
  if (!node) return null;
  count(context);
  if (isAlias(node)) {
    const target = node.resolve(context.document);
    if (!target) throw new YamlError(`error converting YAML to JSON: yaml: unknown anchor '${node.source}' referenced`);
    context.depth++;
    const value = toValue(target, context);
    context.depth--;
    return value;
  }
  if (isSeq(node)) return node.items.map((item) => toValue(item as Node, context));
  if (isMap(node)) return mapValue(node, context);
  return isScalar(node) ? scalarValue(node, context.resolve) : null;
}

/** As go-yaml's decoder does (decode.go, allowedAliasRatio): a small file may not unfold without bounds. */
function count(context: Context): void {
  context.decoded++;
  if (context.depth > 0) context.aliased++;
  const { decoded, aliased } = context;
  const allowed = decoded <= 400_000 ? 0.99 : decoded >= 4_000_000 ? 0.1 : 0.99 - (0.89 * (decoded - 400_000)) / 3_600_000;
  if (aliased > 100 && decoded > 1_000 && aliased / decoded > allowed)
    throw new YamlError('error converting YAML to JSON: yaml: document contains excessive aliasing');
}

function scalarValue(node: { value: unknown; type?: string; tag?: string; source?: string }, resolve: Resolve): unknown {
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  if (node.tag === '!!str' || node.tag === 'tag:yaml.org,2002:str') return text;
  const value = node.type === 'PLAIN' || node.type === undefined ? resolve(text) : text;
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new YamlError(`error converting YAML to JSON: json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
}

function mapValue(node: YAMLMap, context: Context): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    const keyValue = toValue(key as Node, context);
    if (keyValue === '<<' && isScalar(key) && key.type === 'PLAIN') Object.assign(merged, mergedMaps(toValue(value as Node, context)));
    else Object.defineProperty(own, keyText(keyValue), { value: toValue(value as Node | null, context), enumerable: true, configurable: true, writable: true });
  }
  return { ...merged, ...own };
}

/** What `<<` brings in: of several maps the first wins. */
function mergedMaps(value: unknown): object {
  if (Array.isArray(value)) return Object.assign({}, ...[...value].reverse());
  return typeof value === 'object' && value !== null ? value : {};
}

/** JSON has string keys only: `y:` is the key "true". */
function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new YamlError(`error converting YAML to JSON: yaml: invalid map key: ${goSyntax(key)}`);
  return key === null ? 'null' : String(key);
}

const goSyntax = (value: unknown): string => {
  if (value === null) return 'interface {}(nil)';
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : goValue(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  return `map[interface {}]interface {}{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item)}`)
    .join(', ')}}`;
};
