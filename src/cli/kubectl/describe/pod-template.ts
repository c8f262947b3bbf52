/** The template of a workload: kubernetes kubectl/pkg/describe DescribePodTemplate. */
import { formatLabelSelector } from '../../../apimachinery/labels.ts';
import { at, isObj, type Obj, obj, objs, text } from '../json.ts';
import { describeContainers } from './containers.ts';
import { describeVolumes } from './volumes.ts';
import { annotationLines, labelLines, Writer } from './writer.ts';

/** Indented below its title. */
export function podTemplate(w: Writer, template: unknown): void {
  w.write(0, 'Pod Template:\n');
  if (!isObj(template)) return w.write(1, '<unset>');
  const spec = obj(template['spec']);
  labelLines(w, 'Labels', at(template, 'metadata.labels'), '  ');
  if (Object.keys(obj(at(template, 'metadata.annotations'))).length > 0) annotationLines(w, at(template, 'metadata.annotations'), '  ');
  if (text(spec['serviceAccountName']) !== '') w.write(0, `  Service Account:\t${text(spec['serviceAccountName'])}\n`);
  if (objs(spec['initContainers']).length > 0)
    describeContainers(w, { label: 'Init Containers', containers: objs(spec['initContainers']), statuses: [], indent: '  ' });
  describeContainers(w, { label: 'Containers', containers: objs(spec['containers']), statuses: [], indent: '  ' });
  describeVolumes(w, objs(spec['volumes']), '  ');
  spreadConstraints(w, spec, '  ');
  if (text(spec['priorityClassName']) !== '') w.write(0, `  Priority Class Name:\t${text(spec['priorityClassName'])}\n`);
  labelLines(w, 'Node-Selectors', spec['nodeSelector'], '  ');
  tolerations(w, objs(spec['tolerations']), '  ');
}

/** The template alone, as `rollout history --revision` shows it, with tabs as they are or aligned. */
export function podTemplateText(template: Obj, { aligned }: { readonly aligned: boolean }): string {
  const w = new Writer();
  podTemplate(w, template);
  return aligned ? w.toString() : w.raw;
}

/** Sorted by key; `<none>` where there are none. */
export function tolerations(w: Writer, all: readonly Obj[], indent = ''): void {
  w.write(0, `${indent}Tolerations:\t`);
  if (all.length === 0) w.write(0, '<none>\n');
  [...all]
    .sort((a, b) => (text(a['key']) < text(b['key']) ? -1 : text(a['key']) > text(b['key']) ? 1 : 0))
    .forEach((each, i) => {
      const head = `${text(each['key'])}${each['value'] ? `=${text(each['value'])}` : ''}${each['effect'] ? `:${text(each['effect'])}` : ''}`;
      const exists = each['operator'] === 'Exists' && !each['value'] ? `${head === '' ? '' : ' '}op=Exists` : '';
      const time = each['tolerationSeconds'] === undefined ? '' : ` for ${text(each['tolerationSeconds'])}s`;
      w.write(0, `${i > 0 ? '\t' : ''}${head}${exists}${time}\n`);
    });
}

/** Nothing at all where there are none. */
export function spreadConstraints(w: Writer, spec: Obj, indent = ''): void {
  const all = objs(spec['topologySpreadConstraints']);
  if (all.length === 0) return;
  w.write(0, `${indent}Topology Spread Constraints:\t`);
  const sorted = [...all].sort((a, b) => (text(a['topologyKey']) < text(b['topologyKey']) ? -1 : 1));
  sorted.forEach((each, i) => {
    const selector = each['labelSelector'] === undefined ? '' : ` for selector ${formatLabelSelector(obj(each['labelSelector']))}`;
    w.write(
      0,
      `${i > 0 ? '\t' : ''}${text(each['topologyKey'])}:${text(each['whenUnsatisfiable'])} when max skew ${text(each['maxSkew'])} is exceeded${selector}\n`,
    );
  });
}
