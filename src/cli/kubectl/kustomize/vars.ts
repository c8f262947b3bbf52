/** vars: sigs.k8s.io/kustomize api/internal/accumulator refvartransformer.go. */
import type { Process } from '../../../linux/process.ts';
import { KubectlError } from '../errors.ts';
import { at, isObj, type Obj, obj, text } from '../json.ts';
import { klog } from '../klog.ts';
import { changeFields } from './field-spec.ts';
import { readField } from './replacements.ts';
import { groupVersion, isCalled, kindOf, mapDeep, type Resource, withObject } from './resource.ts';

/** Adds those of a kustomization to what its bases have. */
export function mergeVars(all: Obj[], more: readonly Obj[]): void {
  for (const each of more) {
    if (more.filter(({ name }) => name === each['name']).length > 1 || all.some(({ name }) => name === each['name']))
      throw new KubectlError(`merging vars [${more.map(shown).join(' ')}]: var '${text(each['name'])}' already encountered`);
  }
  all.push(...more);
}

const shown = (each: Obj): string => `{${text(each['name'])} ${text(at(each, 'objref.kind'))}.[noVer].[noGrp] {${text(at(each, 'fieldref.fieldpath'))}}}`;

/** Puts the values where `$(NAME)` stands in commands, arguments, environment, mounts and annotations, and wherever `varReference` says. */
export function withVars(
  process: Process,
  vars: readonly Obj[],
  resources: readonly Resource[],
  references: readonly Obj[],
): { readonly resources: readonly Resource[]; readonly said: string } {
  if (vars.length === 0) return { resources, said: '' };
  const values = new Map(vars.map((each) => [text(each['name']), targetOf(each, resources)]));
  const used = new Set<string>();
  const put = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(put);
    if (isObj(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, put(item)]));
    return typeof value === 'string' ? expanded(value, values, used) : value;
  };
  const out = resources.map((each) => {
    const inside = mapDeep(each.object, (key, item) => {
      if (key === 'args' || key === 'command') return put(item);
      if ((key === 'env' || key === 'volumeMounts') && Array.isArray(item)) return item.map(put);
      return key === 'annotations' && isObj(item) ? put(item) : item;
    });
    return withObject(each, changeFields(obj(inside), references, put));
  });
  const idle = [...values.keys()].filter((name) => !used.has(name)).sort();
  return { resources: out, said: idle.length > 0 ? `${klog(process, 'I')}log.go:244] well-defined vars that were never replaced: ${idle.join(',')}\n` : '' };
}

function targetOf(each: Obj, resources: readonly Resource[]): unknown {
  const target = obj(each['objref']);
  const path = text(at(each, 'fieldref.fieldpath')) || 'metadata.name';
  const apiVersion = text(target['apiVersion']);
  const found = resources.filter(
    (one) => kindOf(one) === text(target['kind']) && isCalled(one, text(target['name'])) && (apiVersion === '' || one.object['apiVersion'] === apiVersion),
  );
  if (found.length > 0) {
    const value = readField(found[0]?.object, path.replace(/\[(\d+)\]/g, '.$1'));
    if (value !== undefined) return value;
  }
  const [group, version] = groupVersion(apiVersion);
  throw new KubectlError(
    `var '{${text(each['name'])} ${text(target['kind'])}.${version || '[noVer]'}.${group || '[noGrp]'} {${path}}}' cannot be mapped to a field in the set of known resources`,
  );
}

/** `$$(X)` stays; a text that is nothing but one name gets the value as it is. */
function expanded(value: string, values: ReadonlyMap<string, unknown>, used: Set<string>): unknown {
  const whole = /^\$\(([^()]+)\)$/.exec(value)?.[1];
  if (whole !== undefined && values.has(whole)) {
    used.add(whole);
    return values.get(whole);
  }
  return value.replace(/\$\$|\$\(([^()]+)\)/g, (found, name: string | undefined) => {
    if (name === undefined || !values.has(name)) return found;
    used.add(name);
    return text(values.get(name));
  });
}
