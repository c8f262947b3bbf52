/** Values from the command line, and how they meet those of charts: helm pkg/cli/values, pkg/chart/common/util/coalesce.go. */
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { readAll } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import { type Obj, obj } from '../kubectl/json.ts';
import { type Chart, chartName } from './chart.ts';
import { HelmError, notSimulated } from './error.ts';
import { copied, floats, isMap, type Map_ } from './functions/types.ts';
import { setValues, typed, untyped, type ValueReader } from './strvals.ts';

/** What the later map has wins; maps are merged. */
export function mergeMaps(a: Obj, b: Obj): Map_ {
  const out: Map_ = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const here = out[key];
    out[key] = isMap(value) && isMap(here) ? mergeMaps(here, value) : value;
  }
  return out;
}

/** -f, --set-json, --set, --set-string, --set-file and --set-literal, in this order. Throws HelmError. */
export function* valuesOf(process: Process, flags: Flags): Routine<Map_> {
  let values: Map_ = {};
  for (const path of flags.list('values')) values = mergeMaps(values, yamlFile(yield* read(process, path), path));
  const json: ValueReader = { read: (text) => floats(JSON.parse(text)), json: true };
  for (const text of flags.list('set-json')) {
    if (text.trim().startsWith('{')) values = mergeMaps(values, parsedJson(text));
    else set('set-json', text, json);
  }
  for (const text of flags.list('set')) set('set', text, typed);
  for (const text of flags.list('set-string')) set('set-string', text, untyped);
  for (const text of flags.list('set-file')) {
    const files = new Map<string, string>();
    for (const pair of text.split(',')) files.set(pair.slice(pair.indexOf('=') + 1), yield* read(process, pair.slice(pair.indexOf('=') + 1)));
    set('set-file', text, { read: (path) => files.get(path) ?? '' });
  }
  for (const text of flags.list('set-literal'))
    set(
      'set-literal',
      text.replace(/=[\s\S]*/, (value) => value.replace(/[\\,{}]/g, '\\$&')),
      untyped,
    );
  return values;

  function set(flag: string, text: string, reader: ValueReader): void {
    try {
      setValues(text, values, reader);
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      throw new HelmError(`failed parsing --${flag} data: ${error.message}`);
    }
  }
}

function parsedJson(text: string): Obj {
  try {
    return obj(floats(JSON.parse(text)));
  } catch {
    throw new HelmError(`failed parsing --set-json data JSON: ${text}`);
  }
}

function yamlFile(content: string, path: string): Obj {
  try {
    const value = content.trim() === '' ? {} : parseYaml(content);
    if (isMap(value) || value === null) return obj(floats(value));
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw new YamlError(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new HelmError(`failed to parse ${path}: ${error.message}`);
  }
}

function* read(process: Process, path: string): Routine<string> {
  if (path.trim() === '-') return yield* readAll(process.stdin);
  if (/^https?:\/\//.test(path)) throw notSimulated('a file of values from a URL');
  if (!process.fs.exists(process.path(path))) throw new HelmError(`open ${path}: no such file or directory`);
  return process.fs.read(process.path(path));
}

const copy = (value: Obj): Map_ => copied(value) as Map_;

/** Those given over the chart's own, for it and its subcharts: a null takes a value away. */
export function coalesced(chart: Chart, given: Obj): Map_ {
  return withChart(chart, copy(given), false);
}

function withChart(chart: Chart, values: Map_, keepsNull: boolean): Map_ {
  const names = chart.dependencies.map(chartName);
  for (const [key, own] of Object.entries(copy(chart.values))) {
    const here = values[key];
    if (!Object.hasOwn(values, key)) {
      values[key] = own;
    } else if (here === null) {
      if (!keepsNull) delete values[key];
    } else if (isMap(here) && isMap(own)) values[key] = tables({ ...here }, own, keepsNull || names.includes(key));
  }
  for (const sub of chart.dependencies) {
    const name = chartName(sub);
    const below = values[name] ?? {};
    if (!isMap(below)) throw new HelmError(`type mismatch on ${name}: ${String(below)}`);
    const globals = mergeMaps(obj(below['global']), obj(values['global']));
    values[name] = withChart(sub, { ...below, global: globals }, keepsNull);
  }
  return values;
}

/** A table of the chart's below one that was given. */
function tables(given: Map_, own: Obj, keepsNull: boolean): Map_ {
  for (const [key, value] of Object.entries(own)) {
    const here = given[key];
    if (!Object.hasOwn(given, key)) {
      given[key] = value;
    } else if (here === null) {
      if (!keepsNull && value !== null) delete given[key];
    } else if (isMap(here) && isMap(value)) given[key] = tables({ ...here }, value, keepsNull);
  }
  return given;
}
