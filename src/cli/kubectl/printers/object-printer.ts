/** -o: kubernetes cli-runtime/pkg/genericclioptions print_flags.go and its parts. */
import { goJson, goSyntax } from '../../../apimachinery/go-text.ts';
import { sortedJson } from '../../../apimachinery/json.ts';
import { findResults, JsonPathError, parseJsonPath, printJsonPath } from '../../../apimachinery/jsonpath.ts';
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import { KubectlError } from '../errors.ts';
import { list, type Obj, obj, text, withoutPath } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { parseGoTemplate, printGoTemplate } from './go-template.ts';
import { kyaml } from './kyaml.ts';

/** Gives the text for one object. Stateful where the format is: YAML documents are parted from the second on. */
export type ObjectPrinter = (object: Obj) => string;

const templateFormats = ['go-template', 'go-template-file', 'template', 'templatefile'];
const jsonPathFormats = ['jsonpath', 'jsonpath-as-json', 'jsonpath-file'];
const plainFormats = ['json', 'yaml', 'kyaml', 'name'];
const withArgument: ReadonlySet<string> = new Set([...templateFormats, ...jsonPathFormats, 'custom-columns', 'custom-columns-file']);
const allFormats = [...plainFormats, ...templateFormats, ...jsonPathFormats];

/** `jsonpath={.a}` → format and argument; --template alone means a go-template. */
export function splitFormat(k: Kubectl): { readonly format: string; readonly argument: string } {
  const output = k.flags.text('output');
  const template = k.flags.text('template');
  const [, word = output, argument = ''] = /^([a-z-]+)=(.*)$/s.exec(output) ?? [];
  // Only these take an argument; plain formats may be written in capitals.
  const format = withArgument.has(word) ? word : plainFormats.includes(output.toLowerCase()) ? output.toLowerCase() : output;
  if (format === '' && template !== '') return { format: 'go-template', argument: template };
  return { format, argument: argument === '' && (templateFormats.includes(format) || jsonPathFormats.includes(format)) ? template : argument };
}

type PrinterOptions = {
  /** Formats of the command's own, named in the error. */
  readonly more?: readonly string[];
  /** Objects made here keep the order of their fields in JSON, as Go's structs do. */
  readonly typed?: boolean;
};

/** The printer that -o asks for; undefined when it asks for none. Throws KubectlError for unknown formats and bad templates. */
export function objectPrinter(k: Kubectl, options: PrinterOptions = {}): ObjectPrinter | undefined {
  const { format, argument } = splitFormat(k);
  if (format === '') return undefined;
  const strip = k.flags.bool('show-managed-fields') ? (object: Obj): Obj => object : withoutManagedFields;
  if (format === 'json') return (object) => `${(options.typed ? goJson : sortedJson)(strip(object), 4)}\n`;
  if (format === 'yaml') return yamlPrinter(strip);
  if (format === 'kyaml') return (object) => kyaml(strip(object), options.typed);
  if (format === 'name') return nameLines;
  if (templateFormats.includes(format)) return templatePrinter(k, format, argument);
  if (jsonPathFormats.includes(format)) return jsonPathPrinter(k, format, argument);
  throw unknownFormat(options.more ? format : k.flags.text('output') || format, options.more ?? []);
}

/** The error for a format that is none. */
export function unknownFormat(format: string, more: readonly string[]): KubectlError {
  return new KubectlError(
    `unable to match a printer suitable for the output format "${format}", allowed formats are: ${[...allFormats, ...more].sort().join(',')}`,
  );
}

function yamlPrinter(strip: (object: Obj) => Obj): ObjectPrinter {
  let count = 0;
  return (object) => `${count++ > 0 ? '---\n' : ''}${dumpYaml(strip(object))}`;
}

/** metadata.managedFields is for machines; a List's items lose theirs too. */
export function withoutManagedFields(object: Obj): Obj {
  const own = withoutPath(object, ['metadata', 'managedFields']);
  return Array.isArray(own['items']) ? { ...own, items: list(own['items']).map((item) => withoutManagedFields(obj(item))) } : own;
}

/** `pod/web`, `deployment.apps/web`. */
export function resourceSlashName(object: Obj): string {
  const apiVersion = text(object['apiVersion']);
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const kind = text(object['kind']).toLowerCase();
  return `${kind === '' ? '<unknown>' : kind}${group === '' ? '' : `.${group}`}/${text(obj(object['metadata'])['name']) || '<unknown>'}`;
}

function nameLines(object: Obj): string {
  if (Array.isArray(object['items']))
    return list(object['items'])
      .map((item) => nameLines(obj(item)))
      .join('');
  return `${resourceSlashName(object)}\n`;
}

function jsonPathPrinter(k: Kubectl, format: string, argument: string): ObjectPrinter {
  if (argument === '') throw new KubectlError(`template format specified but no template given`);
  const template = format === 'jsonpath-file' ? readTemplate(k, argument) : argument;
  const allowMissingKeys = k.flags.bool('allow-missing-template-keys');
  try {
    const path = parseJsonPath(template, { allowMissingKeys });
    return (object) => {
      try {
        return format === 'jsonpath-as-json' ? `${sortedJson(findResults(path, object).flat(), 4)}\n` : printJsonPath(path, object);
      } catch (error) {
        if (!(error instanceof JsonPathError)) throw error;
        throw new KubectlError(
          `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`,
        );
      }
    };
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new KubectlError(`error parsing jsonpath ${template}, ${error.message}`);
  }
}

function templatePrinter(k: Kubectl, format: string, argument: string): ObjectPrinter {
  if (argument === '') throw new KubectlError('template format specified but no template given');
  const source = format.endsWith('file') ? readTemplate(k, argument) : argument;
  const template = parseGoTemplate(source);
  const options = { strict: !k.flags.bool('allow-missing-template-keys'), toil: (steps: number) => k.process.toil(steps) };
  return (object) => printGoTemplate(template, object, source, options);
}

function readTemplate(k: Kubectl, path: string): string {
  if (!k.process.fs.exists(path)) throw new KubectlError(`error reading --template ${path}, open ${path}: no such file or directory`);
  return k.process.fs.read(path);
}
