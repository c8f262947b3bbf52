/** Templates of a chart and its subcharts to texts: helm pkg/engine/engine.go. */
import {
  FunctionError,
  GoTemplateError,
  parseTemplate,
  renderAmong,
  type TemplateBody,
  type TemplateFunction,
  type TemplateOptions,
} from '../../apimachinery/go-template.ts';
import { dumpYaml } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { type Obj, objs, text, texts } from '../kubectl/json.ts';
import type { Capabilities } from './capabilities.ts';
import { type Chart, type ChartFile, chartName } from './chart.ts';
import { HelmError } from './error.ts';
import { chartFunctions } from './functions/index.ts';
import { textOf } from './functions/types.ts';
import { globPattern } from './ignore.ts';

/** `lookup` in a cluster; absent where none is asked. */
export type Lookup = (apiVersion: string, kind: string, namespace: string, name: string) => Obj;

export type RenderInput = {
  readonly chart: Chart;
  /** As `coalesced` gives them. */
  readonly values: Obj;
  readonly release: { readonly name: string; readonly namespace: string; readonly revision: number; readonly isUpgrade: boolean };
  readonly capabilities: Capabilities;
  readonly lookup?: Lookup;
  /** Mistakes of the values are no mistakes of the chart. */
  readonly lint?: boolean;
};

const mostIncludes = 1000;
type Renderable = { readonly name: string; readonly source: string; readonly base: string; readonly data: Record<string, unknown> };

/** What each template makes, by its path. Throws HelmError. */
export function render(process: Process, input: RenderInput): Map<string, string> {
  const { name: Name, namespace: Namespace, revision: Revision, isUpgrade: IsUpgrade } = input.release;
  const Release = { Name, Namespace, Revision, IsInstall: !IsUpgrade, IsUpgrade, Service: 'Helm' };
  const all = renderables(input.chart, chartName(input.chart), { Values: input.values, Release, Capabilities: input.capabilities.data, IsRoot: true });
  const templates = all.templates.sort((a, b) => slashes(b.name) - slashes(a.name) || (a.name < b.name ? 1 : -1));
  const engine = new Engine(process, input);
  for (const { name, source } of templates) engine.add(name, source);
  const rendered = new Map<string, string>();
  for (const { name, data, base } of templates) {
    if (/(^|\/)_[^/]*$/.test(name)) continue;
    rendered.set(name, engine.execute(name, Object.assign(data, { Template: { Name: name, BasePath: base } })));
  }
  return rendered;
}

const slashes = (path: string): number => path.split('/').length;

function renderables(
  chart: Chart,
  path: string,
  { Values, Release, Capabilities, IsRoot }: Readonly<Record<string, unknown>>,
): { readonly templates: Renderable[]; readonly data: Record<string, unknown> } {
  const Subcharts: Record<string, unknown> = {};
  const data = { Chart: { ...chartData(chart), IsRoot }, Files: filesData(chart.files), Release, Capabilities, Values, Subcharts };
  const below = chart.dependencies.flatMap((sub) => {
    const name = chartName(sub);
    const made = renderables(sub, `${path}/charts/${name}`, { Values: (Values as Obj)[name] ?? {}, Release, Capabilities, IsRoot: false });
    Subcharts[name] = made.data;
    return made.templates;
  });
  const isLibrary = chart.metadata['type'] === 'library';
  const own = chart.templates
    .filter(({ name }) => !isLibrary || /(^|\/)_[^/]*$/.test(name))
    .map(({ name, data: source }) => ({ name: `${path}/${name}`, source, base: `${path}/templates`, data }));
  return { templates: [...below, ...own], data };
}

/** The fields of Chart.yaml by Go's names. */
function chartData({ metadata }: Chart): Obj {
  const upper = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
  const entries = (object: Obj): Obj =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [upper(key === 'apiVersion' ? 'APIVersion' : key), value]));
  const words = 'apiVersion appVersion condition description home icon kubeVersion name tags type version'.split(' ');
  return {
    ...entries(Object.fromEntries(words.map((word) => [word, text(metadata[word])]))),
    ...{ Annotations: metadata['annotations'] ?? {}, Deprecated: metadata['deprecated'] ?? false },
    ...{ Keywords: texts(metadata['keywords']), Sources: texts(metadata['sources']) },
    ...{ Maintainers: objs(metadata['maintainers']).map(entries), Dependencies: objs(metadata['dependencies']).map(entries) },
  };
}

/** helm pkg/engine/files.go. */
function filesData(files: readonly ChartFile[]): Record<string, unknown> {
  const data: Record<string, unknown> = Object.fromEntries(files.map((file) => [file.name, file.data]));
  const get = (name: unknown): string => files.find((file) => file.name === name)?.data ?? '';
  const asMap = (of: (data: string) => string): string =>
    dumpYaml(Object.fromEntries(files.map((file) => [file.name.replace(/^.*\//, ''), of(file.data)]))).trimEnd();
  const methods: Record<string, TemplateFunction> = {
    Get: get,
    GetBytes: get,
    Lines: (name) => (get(name) === '' ? [] : get(name).replace(/\n$/, '').split('\n')),
    Glob: (glob) => filesData(files.filter(({ name }) => globPattern(textOf(glob)).test(name))),
    AsConfig: () => asMap((content) => content),
    AsSecrets: () => asMap((content) => Buffer.from(encodeUtf8(content)).toString('base64')),
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(data, name, { value });
  return data;
}

class Engine {
  readonly #defined = new Map<string, TemplateBody>();
  readonly #options: TemplateOptions;
  readonly #input: RenderInput;
  readonly #depth = new Map<string, number>();

  constructor(process: Process, input: RenderInput) {
    this.#input = input;
    const functions = { ...chartFunctions(process.now, process.sim.random), ...this.#own(this.#defined) };
    this.#options = { functions, zero: true, types: new Map([[input.capabilities.data, 'interface {}']]), toil: (steps) => process.toil(steps) };
  }

  /** Throws HelmError. */
  add(name: string, source: string): void {
    try {
      this.#associate(this.#defined, name, source);
    } catch (error) {
      if (!(error instanceof GoTemplateError)) throw error;
      const parts = error.message.split(': ');
      throw new HelmError(`parse error at (${parts[1]}): ${parts.at(-1)}`);
    }
  }

  /** Throws HelmError. */
  execute(name: string, data: unknown): string {
    const body = this.#defined.get(name);
    if (!body) return '';
    try {
      return renderAmong(this.#defined, body, data, this.#options).replaceAll('<no value>', '');
    } catch (error) {
      if (!(error instanceof GoTemplateError)) throw error;
      throw new HelmError(reformatted(error));
    }
  }

  /** As Template.Parse: what is defined anew takes the place of the old one, unless there is nothing in it. */
  #associate(defined: Map<string, TemplateBody>, name: string, source: string): void {
    const template = parseTemplate(source, { ...this.#options, name });
    for (const body of [...template.defined.values(), template])
      if (!defined.has(body.name) || body.nodes.some((node) => node.type !== 'text' || node.text.trim() !== '')) defined.set(body.name, body);
  }

  /** The functions that need the templates. */
  #own(defined: ReadonlyMap<string, TemplateBody>): Record<string, TemplateFunction> {
    const { lookup, lint } = this.#input;
    const run = (body: TemplateBody, data: unknown): string =>
      renderAmong(defined, body, data, { ...this.#options, functions: { ...this.#options.functions, ...this.#own(defined) } });
    const include = (name: unknown, data: unknown): string => {
      const key = textOf(name);
      const depth = this.#depth.get(key) ?? 0;
      if (depth > mostIncludes) throw new FunctionError(`rendering template has a nested reference name: ${key}: unable to execute template`);
      const body = defined.get(key);
      if (!body) throw new GoTemplateError(`template: no template ${JSON.stringify(key)} associated with template "gotpl"`);
      this.#depth.set(key, depth + 1);
      const out = run(body, data);
      this.#depth.set(key, depth);
      return out;
    };
    const tpl = (source: unknown, data: unknown): string => {
      const inner = new Map(defined);
      const shown = JSON.stringify(source);
      try {
        const functions = { ...this.#options.functions, ...this.#own(inner) };
        const template = parseTemplate(textOf(source), { ...this.#options, functions, name: 'gotpl' });
        for (const body of template.defined.values()) inner.set(body.name, body);
        return renderAmong(inner, template, data, { ...this.#options, functions }).replaceAll('<no value>', '');
      } catch (error) {
        if (!(error instanceof GoTemplateError)) throw error;
        throw new FunctionError(
          `${error.message.includes(': executing ') ? 'error during tpl function execution for' : 'cannot parse template'} ${shown}: ${error.message}`,
        );
      }
    };
    const warn = (message: unknown): FunctionError => new FunctionError(`HELM_ERR_START${textOf(message)}HELM_ERR_END`);
    const required = (message: unknown, value: unknown): unknown => {
      if (value !== undefined && value !== null && value !== '') return value;
      if (lint) return '';
      throw warn(message);
    };
    const fail = (message: unknown): string => {
      if (lint) return '';
      throw warn(message);
    };
    const found = (...words: readonly unknown[]): unknown => lookup?.(...(words.map(textOf) as [string, string, string, string])) ?? {};
    return {
      include: Object.assign(include, { types: 'sa' }),
      tpl: Object.assign(tpl, { types: 'sa' }),
      required: Object.assign(required, { types: 'sa' }),
      fail: Object.assign(fail, { types: 's' }),
      lookup: Object.assign(found, { types: 'ssss' }),
    };
  }
}

/** The chain of errors, a place a line (reformatExecErrorMsg). */
function reformatted(error: GoTemplateError): string {
  const own = /k8s-lab: .*/.exec(error.message)?.[0];
  if (own !== undefined) return own;
  const [, location = '', rest = ''] = /^template: (.*?): ([\s\S]*)$/.exec(error.message) ?? [];
  const warning = /HELM_ERR_START([\s\S]*)HELM_ERR_END/.exec(rest)?.[1];
  if (warning !== undefined) return `execution error at (${location}): ${warning}`;
  let out = '';
  for (let now: Error | undefined = error; now; now = now instanceof GoTemplateError ? now.cause : undefined) {
    const at = /^template: (.*?): (executing "[^"]*" at <[\s\S]*?>:) ([\s\S]*)$/.exec(now.message);
    if (at) out += `${at[1]}\n  ${at[2]}\n    ${at[3]?.replace(/ template:[\s\S]*/, '')}\n`;
    else if (now.message.startsWith('template: no template ')) out += `${now.message}\n`;
    else return error.message;
  }
  return out.trim();
}
