/** How crictl prints: tables, ages, sizes, JSON, YAML, templates. */
import { crictlFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../apimachinery/go-template.ts';
import { goJson } from '../../apimachinery/go-text.ts';
import { humanSize as size } from '../../apimachinery/go-units.ts';
import { sortedJson } from '../../apimachinery/json.ts';
import { dumpYaml } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import { tabwriter } from '../tabwriter.ts';
import { Fatal } from './context.ts';

export { humanDuration as humanAge, moment, nanos } from '../../apimachinery/go-units.ts';

/** A minimal width of 20 and 3 blanks between. */
export const table = (rows: readonly (readonly string[])[]): string => tabwriter(rows, { minimum: 20, padding: 3 });

/** crictl shows three digits. */
export const humanSize = (bytes: number, precision = 3): string => size(bytes, precision);

/** 13 characters, as crictl's tables have them. */
export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 13);

/** JSON with keys in the API's order. */
export const json = (value: unknown): string => `${goJson(value, 2)}\n`;
/** JSON and YAML with sorted keys. */
const sorted = (value: unknown): string => `${sortedJson(value, 2)}\n`;

/** protojson turned into YAML, and a line end more by Println. */
export const yaml = (value: unknown): string => `${dumpYaml(value)}\n`;

/** Whoever fills in templates says how much work that is. */
type Working = { readonly process: Pick<Process, 'toil'> };

/** The formats of inspect and info; undefined for `table`. `prefix` stands before what is wrong with them. */
export function formatted({ process }: Working, value: unknown, format: string, template: string, prefix = ''): string | undefined {
  if (format === 'json' || format === '') return sorted(value);
  if (format === 'yaml') return yaml(value);
  if (format === 'table') return undefined;
  if (format !== 'go-template') throw new Fatal(`${prefix}unsupported format: ${JSON.stringify(format)}`);
  return `${fromTemplate({ process }, value, template, `${prefix}execute template: `)}\n`;
}

const options = { name: 'tmplExecuteRawJSON', functions: crictlFunctions, strict: true };

/** A Go template filled in. */
export function fromTemplate({ process }: Working, value: unknown, source: string, prefix: string): string {
  let doing = 'failed to generate go-template';
  try {
    const template = parseTemplate(source, options);
    doing = 'failed to template data';
    return renderTemplate(template, value, { ...options, toil: (steps) => process.toil(steps) });
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    throw new Fatal(`${prefix}${doing}: ${error.message}`);
  }
}
