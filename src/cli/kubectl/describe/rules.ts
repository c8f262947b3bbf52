/** Rules broken down: kubernetes kubectl/pkg/util/rbac, component-helpers BreakdownRule. */
import { type Obj, texts } from '../json.ts';

type Row = {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly urls: readonly string[];
  verbs: readonly string[];
};

/** One resource a row with all its verbs, sorted as Go prints them: resource, URL, names, verbs. */
export function ruleRows(rules: readonly Obj[]): readonly (readonly string[])[] {
  const rows: Row[] = [];
  const byResource = new Map<string, Row>();
  for (const rule of rules) {
    const verbs = texts(rule['verbs']);
    for (const url of texts(rule['nonResourceURLs'])) for (const verb of verbs) rows.push({ groups: [], resources: [], names: [], urls: [url], verbs: [verb] });
    for (const group of texts(rule['apiGroups'])) {
      for (const resource of texts(rule['resources'])) {
        const names = texts(rule['resourceNames']);
        for (const name of names.length === 0 ? [undefined] : names)
          add(rows, byResource, { groups: [group], resources: [resource], names: name === undefined ? [] : [name], urls: [], verbs });
      }
    }
  }
  return rows.sort((a, b) => (goText(a) < goText(b) ? -1 : 1)).map((row) => [resourceText(row), brackets(row.urls), brackets(row.names), brackets(row.verbs)]);
}

function add(rows: Row[], byResource: Map<string, Row>, row: Row): void {
  const key = goText({ ...row, verbs: [] });
  const known = byResource.get(key);
  if (known) known.verbs = [...new Set([...known.verbs, ...row.verbs])];
  else {
    byResource.set(key, row);
    rows.push(row);
  }
}

const brackets = (items: readonly string[]): string => `[${items.join(' ')}]`;

const goText = ({ verbs, groups, resources, names, urls }: Row): string =>
  `Verbs:${brackets(verbs)},APIGroups:${brackets(groups)},Resources:${brackets(resources)},ResourceNames:${brackets(names)},NonResourceURLs:${brackets(urls)}`;

function resourceText({ groups, resources }: Row): string {
  const [group = '', resource = ''] = [groups[0], resources[0]];
  if (group === '') return resource;
  const [name = '', subresource] = resource.split('/');
  return subresource === undefined ? `${name}.${group}` : `${name}.${group}/${subresource}`;
}
