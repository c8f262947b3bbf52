import { type FieldInfo, fieldDoc, type TypeInfo, typeDoc, typeOf, typeText } from '../../../api/schema.ts';
import { formatGroupVersion } from '../../../apimachinery/resources.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { isDocumented, typeOfDefinition } from '../crd-type.ts';
import type { Discovery } from '../discovery.ts';
import { KubectlError } from '../errors.ts';
import { obj } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';

const lineWidth = 80;

/** kubernetes kubectl/pkg/explain/v2: the plaintext template. */
export const explain: CommandEntry = {
  path: 'explain',
  short: 'Get documentation for a resource',
  long: 'Fields are named by their path: TYPE.field.field.',
  examples:
    '# A resource\nkubectl explain pods\n\n# One field\nkubectl explain pods.spec.containers\n\n# All fields below\nkubectl explain deployment.spec.strategy --recursive',
  *run(k) {
    if (k.args.length === 0)
      throw new KubectlError('You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.');
    if (k.args.length > 1) throw new KubectlError('We accept only this format: explain RESOURCE');
    const output = k.flags.text('output');
    if (!['', 'plaintext', 'plaintext-openapiv2'].includes(output)) throw new KubectlError(`unrecognized format: ${output}`);
    yield* explainPath(k, k.args[0] as string);
  },
};

function* explainPath(k: Kubectl, spec: string): Routine {
  const discovery = yield* k.discovery((known) => known.find(split(known, spec).word) !== undefined);
  const version = k.flags.text('api-version');
  const { word, path } = split(discovery, spec);
  // A dot too many is passed over at the end, and behind a plural.
  const plural = discovery.find(word)?.resource === word;
  if (word === '' || path.some((name, i) => name.includes('[') || (name === '' && !plural && i < path.length - 1)))
    throw new KubectlError('invalid jsonpath syntax, first node must be field node');
  const preferred = discovery.find(word);
  const resource =
    version === '' || !preferred ? preferred : discovery.resources.find((each) => each.resource === preferred.resource && formatGroupVersion(each) === version);
  if (!preferred) throw new KubectlError(`the server doesn't have a resource type "${word}"`, { bare: true });
  if (version.split('/').length > 2) throw new KubectlError(`unexpected GroupVersion string: ${version}`);
  if (!resource) {
    const what = `${version.includes('/') ? '' : '/'}${version}, Resource=${preferred.resource}`;
    throw new KubectlError(
      discovery.resources.some((each) => formatGroupVersion(each) === version)
        ? `GVR (${what}) not found in OpenAPI schema`
        : `couldn't find resource for "${what}"`,
    );
  }
  const root = typeOf(formatGroupVersion(resource), resource.kind) ?? (yield* customType(k, resource));
  if (!root) throw new KubectlError(`couldn't find resource for "${formatGroupVersion(resource)}, Kind=${resource.kind}"`);
  yield* k.print(`${resource.group === '' ? '' : `GROUP:      ${resource.group}\n`}KIND:       ${resource.kind}\nVERSION:    ${resource.version}\n\n`);
  let type: TypeInfo = root;
  let field: { readonly owner: TypeInfo; readonly info: FieldInfo } | undefined;
  for (const name of path.filter((each) => each !== '')) {
    const owner = innermost(type);
    const info = owner.field(name);
    if (!info) throw new KubectlError(`field "${path.at(-1)}" does not exist`);
    field = { owner, info };
    type = info.type;
  }
  yield* k.print(page(type, field, k.flags.bool('recursive')));
}

/** The longest beginning that is a resource: `deployments.apps.spec` is the spec of `deployments.apps`. */
function split(discovery: Discovery, spec: string): { readonly word: string; readonly path: readonly string[] } {
  const words = spec.split('.');
  const { group } = discovery.find(words[0] ?? '') ?? { group: '' };
  const prefix = group !== '' && spec.startsWith(`${words[0]}.${group}`) ? `${words[0]}.${group}` : (words[0] ?? '');
  const rest = spec.slice(prefix.length + 1);
  return { word: prefix, path: rest === '' ? [] : rest.split('.') };
}

/** Custom resources are described by their definitions. */
function* customType(
  k: Kubectl,
  { resource, group, version }: { readonly resource: string; readonly group: string; readonly version: string },
): Routine<TypeInfo | undefined> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${resource}.${group}`;
  try {
    return typeOfDefinition(obj(yield* k.api.request({ method: 'GET', path })), version);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return undefined;
  }
}

const textOfType = (type: TypeInfo): string => (isDocumented(type) ? type.doc : typeDoc(type));
const textOfField = (type: TypeInfo, field: string): string =>
  isDocumented(type) ? (type.fieldDocs.get(field) ?? '') || commonDoc(field) : fieldDoc(type, field);

/** What every object has, custom ones too. */
function commonDoc(field: string): string {
  const common = typeOf('v1', 'ConfigMap');
  return common && ['apiVersion', 'kind', 'metadata'].includes(field) ? fieldDoc(common, field) : '';
}

/** What a list or map holds, as deep as it goes. */
const innermost = (type: TypeInfo): TypeInfo => (type.kind === 'list' || type.kind === 'map' ? (type.items ? innermost(type.items) : type) : type);

function page(type: TypeInfo, field: { readonly owner: TypeInfo; readonly info: FieldInfo } | undefined, recursive: boolean): string {
  const inner = innermost(type);
  let out = '';
  if (field) {
    out += `FIELD: ${field.info.name} <${typeText(type)}>\n`;
    if (field.info.enum)
      out += `ENUM:\n${[...field.info.enum]
        .sort()
        .map((value) => `    ${value === '' ? '""' : value}\n`)
        .join('')}`;
    else out += '\n';
    out += '\n';
  }
  const own = field ? textOfField(field.owner, field.info.name) : textOfType(inner);
  const texts = field && inner.kind === 'object' ? [own, textOfType(inner)] : [own];
  // A custom resource's field and its type have one text between them.
  // A map's values have a text of their own, amounts too.
  if (field && type.kind === 'map' && inner.scalar === 'quantity') texts.push(quantityDoc);
  const found = texts.filter((text, i) => text !== '' && (i === 0 || text !== own));
  const doc = found.length === 0 && isDocumented(inner) ? ['<empty>'] : found.length === 0 ? [own] : found;
  out += `DESCRIPTION:\n${doc.map((text) => wrapped(text, 4)).join('')}${doc[0] === '<empty>' ? '' : '    \n'}`;
  const fields = inner.fields();
  if (fields.length > 0) out += `FIELDS:\n${recursive ? tree(inner, 1, []) : fields.map((each) => fieldText(inner, each)).join('')}`;
  return `${out}\n`;
}

const quantityDoc = 'Quantity is a fixed-point representation of a number. It provides convenient marshaling/unmarshaling in JSON and YAML.';

const head = (field: FieldInfo, indent: string): string =>
  `${indent}${field.name}\t<${typeText(field.type)}>${field.required ? ' -required-' : ''}\n${
    field.enum
      ? `${indent}enum: ${[...field.enum]
          .sort()
          .map((value) => (value === '' ? '""' : value))
          .slice(0, 4)
          .join(', ')}${field.enum.length > 4 ? ', ....' : ''}\n`
      : ''
  }`;

const fieldText = (type: TypeInfo, field: FieldInfo): string => `${head(field, '  ')}${wrapped(textOfField(type, field.name) || '<no description>', 4)}\n`;

/** Names and types only; a type inside itself is not opened again. */
function tree(type: TypeInfo, level: number, above: readonly string[]): string {
  return type
    .fields()
    .map((field) => {
      const inner = innermost(field.type);
      const deeper = inner.id !== '' && above.includes(inner.id) ? '' : tree(inner, level + 1, [...above, inner.id]);
      return head(field, '  '.repeat(level)) + deeper;
    })
    .join('');
}

/** Text folded at 80 columns behind an indentation. */
function wrapped(text: string, indent: number): string {
  const pad = ' '.repeat(indent);
  return text
    .split('\n')
    .map((paragraph) => {
      const lines: string[] = [];
      const lead = /^ */.exec(paragraph)?.[0] ?? '';
      let line = '';
      for (const word of lead === ''
        ? paragraph.split(' ')
        : [`${lead}${paragraph.trimStart().split(' ')[0] ?? ''}`, ...paragraph.trimStart().split(' ').slice(1)]) {
        if (line !== '' && line.length + 1 + word.length > lineWidth - indent) {
          lines.push(line);
          line = word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      lines.push(line);
      return lines.map((each) => `${`${pad}${each}`.replace(/(\S) +$/, '$1')}\n`).join('');
    })
    .join('');
}
