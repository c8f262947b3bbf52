/** A release as status, install and upgrade print it: helm pkg/cmd/status.go. */
import { dumpYaml } from '../../apimachinery/yaml.ts';
import type { Routine } from '../../sim/routine.ts';
import { at, list, type Obj, obj, objs, text } from '../kubectl/json.ts';
import { pathOf } from '../kubectl/kubectl.ts';
import { tabwriter } from '../tabwriter.ts';
import type { Call } from './call.ts';
import { chartName, chartVersion } from './chart.ts';
import { built, type Item } from './cluster.ts';
import { layout, plainData } from './functions/types.ts';
import { manifestsOf } from './manifest.ts';
import { chartOfRelease, type Release } from './release.ts';
import { coalesced } from './values.ts';

/** time.ANSIC. */
export const ansic = (time: string): string => layout(Date.parse(time), 'Mon Jan _2 15:04:05 2006');

type What = { readonly details?: boolean; readonly hideNotes?: boolean; readonly resources?: string };

export function statusText(release: Release, { details = false, hideNotes = false, resources = '' }: What = {}): string {
  const { name, info, namespace, version, hooks } = release;
  const chart = chartOfRelease(release);
  const lines = [`NAME: ${name}`, `LAST DEPLOYED: ${ansic(info.last_deployed)}`, `NAMESPACE: ${namespace}`, `STATUS: ${info.status}`, `REVISION: ${version}`];
  if (details) lines.push(`CHART: ${chartName(chart)}`, `VERSION: ${chartVersion(chart)}`, `APP_VERSION: ${text(chart.metadata['appVersion'])}`);
  lines.push(`DESCRIPTION: ${info.description}`);
  if (resources !== '') lines.push(`RESOURCES:\n${resources}`);
  const tests = hooks.filter(({ events }) => events.includes('test'));
  if (tests.length === 0) lines.push('TEST SUITE: None');
  for (const { name: test, last_run: run } of tests)
    if (run.started_at)
      lines.push(
        `TEST SUITE:     ${test}`,
        `Last Started:   ${ansic(run.started_at)}`,
        `Last Completed: ${ansic(run.completed_at ?? run.started_at)}`,
        `Phase:          ${run.phase}`,
      );
  if (details) lines.push(`USER-SUPPLIED VALUES:\n${configText(release)}`, `COMPUTED VALUES:\n${dumpYaml(plainData(coalesced(chart, release.config ?? {})))}`);
  if (details || info.description.toLowerCase() === 'dry run complete') lines.push('HOOKS:', ...hooksText(release), `MANIFEST:\n${release.manifest}`);
  if (!hideNotes && info.notes) lines.push(`NOTES:\n${info.notes.trim()}`);
  return `${lines.join('\n')}\n`;
}

export const configText = ({ config }: Release): string => dumpYaml(config && Object.keys(config).length > 0 ? plainData(config) : null);
export const hooksText = ({ hooks }: Release): string[] => hooks.map(({ path, manifest }) => `---\n# Source: ${path}\n${manifest}`);

/** As `-o json` and `-o yaml` have a release: without what is empty. */
export const releaseData = ({ labels: _, ...release }: Release): Obj =>
  Object.fromEntries(Object.entries(release).filter(([, value]) => !(typeof value === 'object' && Object.keys(value).length === 0) && value !== ''));

/** Tables of the objects, and of the pods behind them (RESOURCES). */
export function* resourcesText(call: Call, release: Release): Routine<string> {
  const items = yield* built(call, manifestsOf(release.manifest), release.namespace);
  const tables = new Map<string, string[][]>();
  const pods = new Map<string, string[]>();
  for (const item of items) {
    const path = pathOf(item.resource, item.namespace, item.name);
    const title = `${item.resource.version}/${item.resource.kind}`;
    tables.set(title, [...(tables.get(title) ?? []), ...(yield* rowsAt(call, path, {}, tables.has(title)))]);
    const selector = selectorOf(item);
    if (selector === '') continue;
    const path_ = `/api/v1/namespaces/${item.namespace}/pods`;
    for (const row of yield* rowsAt(call, path_, { labelSelector: selector }, false)) pods.set(row[0] ?? '', row);
  }
  if (pods.size > 1) tables.set('v1/Pod(related)', [...pods.values()]);
  return [...tables]
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => `==> ${title}\n${tabwriter(rows, { padding: 3 }).replace(/ +$/gm, '')}\n`)
    .join('');
}

function selectorOf({ object }: Item): string {
  const selector = obj(at(object, 'spec.selector'));
  const labels = obj(selector['matchLabels'] ?? (object['kind'] === 'ReplicationController' ? selector : {}));
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${text(value)}`)
    .join(',');
}

/** The rows of a table that the server draws; its head too, unless it was there already. */
function* rowsAt(call: Call, path: string, query: Readonly<Record<string, string>>, bare: boolean): Routine<string[][]> {
  const answer = yield* call.k.api.send({ method: 'GET', path, query, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' });
  if (answer.status >= 400) return [];
  const table = obj(answer.body);
  const columns = objs(table['columnDefinitions']);
  const shown = columns.flatMap(({ priority }, i) => (Number(priority ?? 0) === 0 ? [i] : []));
  const head = shown.map((i) => text(columns[i]?.['name']).toUpperCase());
  const rows = objs(table['rows']).map((row) => shown.map((i) => text(list(row['cells'])[i])));
  return rows.length === 0 || bare ? rows : [head, ...rows];
}
