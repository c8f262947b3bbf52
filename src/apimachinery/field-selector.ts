/** Field selectors: kubernetes apimachinery/pkg/fields. */

/** One part of `status.phase=Running,spec.nodeName!=a`; `==` has become `=`. */
export type FieldRequirement = { readonly field: string; readonly operator: '=' | '!='; readonly value: string };

/** What is wrong with a field selector's text, in upstream's words. */
export class FieldSelectorError extends Error {}

/** Reads `--field-selector`'s argument. Throws FieldSelectorError. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term === '') continue;
    const split = splitTerm(term);
    if (!split) throw new FieldSelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    const [field, operator, value] = split;
    requirements.push({ field, operator, value: unescapeValue(value) });
  }
  return requirements;
}

/** Whether an object's fields, as `fieldOf` gives them, satisfy all requirements. */
export function matchesFields(requirements: readonly FieldRequirement[], fieldOf: (path: string) => string): boolean {
  for (const { field, operator, value } of requirements) if ((fieldOf(field) === value) !== (operator === '=')) return false;
  return true;
}

/** The value that a selector demands of a field, if it demands one: fields.Selector.RequiresExactMatch. */
export const requiresExactMatch = (requirements: readonly FieldRequirement[], field: string): string | undefined =>
  requirements.find((requirement) => requirement.field === field && requirement.operator === '=')?.value;

/** A field selector as text. */
export const formatFieldSelector = (requirements: readonly FieldRequirement[]): string =>
  requirements.map(({ field, operator, value }) => `${field}${operator}${escapeValue(value)}`).join(',');

/** fields.EscapeValue. */
const escapeValue = (value: string): string => value.replace(/[\\,=]/g, '\\$&');

const unescapeValue = (value: string): string =>
  value.replace(/\\(.?)|[,=]/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) throw new FieldSelectorError(`invalid field selector: unescaped character in value: ${whole}`);
    if (escaped !== '\\' && escaped !== ',' && escaped !== '=') throw new FieldSelectorError('invalid field selector: invalid escape sequence');
    return escaped;
  });

/** Splits at commas that no backslash escapes. */
const splitTerms = (text: string): string[] => text.match(/(?:\\[\s\S]|[^,\\])+/g) ?? [];

function splitTerm(term: string): [string, '=' | '!=', string] | undefined {
  const match = /^((?:\\[\s\S]|[^=!\\]|!(?!=))*)(!=|==|=)([\s\S]*)$/.exec(term);
  if (!match) return undefined;
  return [match[1] ?? '', match[2] === '!=' ? '!=' : '=', match[3] ?? ''];
}
