/** Autoscalers: kubernetes kubectl/pkg/describe/describe.go, describeHorizontalPodAutoscalerV2. */
import { at, nameOf, namespaceOf, num, type Obj, obj, objs, text } from '../json.ts';
import type { Describer } from './describer.ts';
import { annotationLines, labelLines, rfc1123, type Writer } from './writer.ts';

export const describeHorizontalPodAutoscaler: Describer = {
  *page(w, object) {
    const [spec, status] = [obj(object['spec']), obj(object['status'])];
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.field('CreationTimestamp', rfc1123(at(object, 'metadata.creationTimestamp')));
    w.field('Reference', `${text(at(spec, 'scaleTargetRef.kind'))}/${text(at(spec, 'scaleTargetRef.name'))}`);
    w.write(0, 'Metrics:\t( current / target )\n');
    objs(spec['metrics']).forEach((metric, i) => {
      w.write(1, metricLine(metric, objs(status['currentMetrics'])[i] ?? {}));
    });
    w.field('Min replicas', spec['minReplicas'] ?? '<unset>');
    w.field('Max replicas', spec['maxReplicas']);
    behavior(w, spec['behavior']);
    w.field(`${text(at(spec, 'scaleTargetRef.kind'))} pods`, `${num(status['currentReplicas'])} current / ${num(status['desiredReplicas'])} desired`);
    const all = objs(status['conditions']);
    if (all.length === 0) return;
    w.write(0, 'Conditions:\n  Type\tStatus\tReason\tMessage\n');
    w.write(1, '----\t------\t------\t-------\n');
    for (const each of all) w.write(1, `${text(each['type'])}\t${text(each['status'])}\t${text(each['reason'])}\t${text(each['message'])}\n`);
  },
  events: true,
};

/** How each type of metric is named, by its key in the API. */
const titles: Readonly<Record<string, (source: Obj) => string>> = {
  resource: (s) => `resource ${text(s['name'])} on pods`,
  containerResource: (s) => `resource ${text(s['name'])} of container "${text(s['container'])}" on pods`,
  pods: (s) => `"${text(at(s, 'metric.name'))}" on pods`,
  object: (s) => `"${text(at(s, 'metric.name'))}" on ${text(at(s, 'describedObject.kind'))}/${text(at(s, 'describedObject.name'))} ${targetWords(s)}`,
  external: (s) => `"${text(at(s, 'metric.name'))}" ${targetWords(s)}`,
};

const targetWords = (source: Obj): string => (at(source, 'target.averageValue') === undefined ? '(target value)' : '(target average value)');

function metricLine(metric: Obj, status: Obj): string {
  const key = Object.keys(titles).find((name) => metric[name] !== undefined);
  const title = key && titles[key];
  if (!key || !title) return `<unknown metric type "${text(metric['type'])}">\n`;
  const [source, current] = [obj(metric[key]), obj(at(status, `${key}.current`))];
  const shown = (name: string): string => (current[name] === undefined ? '<unknown>' : text(current[name]));
  const utilization = at(source, 'target.averageUtilization');
  if (utilization !== undefined) {
    const now = current['averageUtilization'] === undefined ? '<unknown>' : `${text(current['averageUtilization'])}% (${text(current['averageValue'])})`;
    return `${title(source)}  (as a percentage of request):\t${now} / ${text(utilization)}%\n`;
  }
  const name = at(source, 'target.averageValue') === undefined ? 'value' : 'averageValue';
  return `${title(source)}:\t${shown(name)} / ${text(at(source, `target.${name}`))}\n`;
}

function behavior(w: Writer, value: unknown): void {
  if (value === undefined) return;
  w.write(0, 'Behavior:\n');
  for (const [title, key] of [
    ['Scale Up', 'scaleUp'],
    ['Scale Down', 'scaleDown'],
  ] as const) {
    const rules = at(value, key);
    if (rules === undefined) continue;
    w.write(1, `${title}:\n`);
    const window = at(rules, 'stabilizationWindowSeconds');
    if (window !== undefined) w.write(2, `Stabilization Window: ${text(window)} seconds\n`);
    const policies = objs(at(rules, 'policies'));
    if (policies.length === 0) continue;
    w.write(2, `Select Policy: ${text(at(rules, 'selectPolicy') ?? 'Max')}\n`);
    w.write(2, 'Policies:\n');
    for (const each of policies) w.write(3, `- Type: ${text(each['type'])}\tValue: ${text(each['value'])}\tPeriod: ${text(each['periodSeconds'])} seconds\n`);
  }
}
