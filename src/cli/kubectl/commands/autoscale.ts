import { tryParseQuantity } from '../../../apimachinery/quantity.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { visit } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { forEach } from '../fetch.ts';
import { defined, type Obj, obj } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';
import { withSavedConfig } from './create/generator.ts';

/** kubernetes kubectl/pkg/cmd/autoscale/autoscale.go. */
export const autoscale: CommandEntry = {
  path: 'autoscale',
  short: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  examples: '# Between two and five replicas, by use of CPU\nkubectl autoscale deployment web --min=2 --max=5 --cpu=80%',
  required: ['max'],
  *run(k) {
    const [min, max] = [k.flags.number('min'), k.flags.number('max')];
    if (max < 1) throw new KubectlError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
    if (max < min) throw new KubectlError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
    if (k.flags.has('cpu-percent') && k.flags.has('cpu')) throw new KubectlError('--cpu-percent and --cpu are mutually exclusive');
    const percent = k.flags.number('cpu-percent');
    const cpu = k.flags.has('cpu-percent') ? (percent > 0 ? `${percent}%` : '') : k.flags.text('cpu');
    const metrics = [...metric('cpu', cpu), ...metric('memory', k.flags.text('memory'))];
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k, dryRun, { typed: true });
    yield* forEach(yield* visit(k, { args: k.args }), function* (info) {
      const { group, version, resource, kind, subresources } = info.resource;
      if (!subresources.some(({ name }) => name === 'scale'))
        throw new KubectlError(
          `cannot autoscale a ${kind}: could not find scale subresource for ${group}/${version}, Resource=${resource} in discovery information`,
        );
      const body = autoscaler(
        k,
        { name: k.flags.text('name') || info.name, kind: info.resource.kind, apiVersion: String(info.object['apiVersion']), target: info.name },
        { min, max, metrics },
      );
      const saved = withSavedConfig(k, body);
      const query = { ...(dryRun === 'server' && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
      const path = `/apis/autoscaling/v2/namespaces/${info.namespace}/horizontalpodautoscalers`;
      if (dryRun === 'client') yield* print(saved, 'created');
      else yield* print(yield* post(k, { path, query, body: saved, metrics }), 'autoscaled');
    });
  },
};

/** What version 2 refuses is tried as version 1, which knows no other metric than the share of --cpu. */
function* post(
  k: Kubectl,
  { metrics, ...request }: { readonly path: string; readonly query: Readonly<Record<string, string>>; readonly body: Obj; readonly metrics: readonly Obj[] },
): Routine<Obj> {
  try {
    return obj(yield* k.api.request({ method: 'POST', ...request }));
  } catch (error) {
    const cpu = k.flags.text('cpu');
    if (!(error instanceof StatusError) || (metrics.length === 1 && cpu.endsWith('%'))) throw error;
    throw new KubectlError(
      `failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: ${cpu === '' ? 'empty input' : '%!w(<nil>)'}`,
    );
  }
}

/** `80%` is a share of the request, `500m` an amount, a bare number thousandths of a CPU or mebibytes. */
function metric(name: string, value: string): readonly Obj[] {
  if (value === '') return [];
  if (value.endsWith('%')) {
    const percent = value.slice(0, -1);
    if (!/^\d+$/.test(percent)) throw new KubectlError(`invalid percentage value: ${percent}`);
    return [{ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization: Number(percent) } } }];
  }
  const quantity = tryParseQuantity(/^[\d.]+$/.test(value) ? `${value}${name === 'cpu' ? 'm' : 'Mi'}` : value);
  if (!quantity) throw new KubectlError(`invalid resource ${name} value: ${value}`);
  return [{ type: 'Resource', resource: { name, target: { type: 'AverageValue', averageValue: quantity.toString() } } }];
}

type Target = { readonly name: string; readonly kind: string; readonly apiVersion: string; readonly target: string };

const autoscaler = (
  k: Kubectl,
  { name, kind, apiVersion, target }: Target,
  { min, max, metrics }: { readonly min: number; readonly max: number; readonly metrics: readonly Obj[] },
): Obj => ({
  kind: 'HorizontalPodAutoscaler',
  apiVersion: 'autoscaling/v2',
  metadata: defined({ name, namespace: k.config.namespaceGiven ? k.namespace : undefined }),
  spec: defined({
    scaleTargetRef: { kind, name: target, apiVersion },
    minReplicas: min > 0 ? min : undefined,
    maxReplicas: max,
    metrics: metrics.length > 0 ? metrics : undefined,
  }),
  status: { desiredReplicas: 0, currentMetrics: null },
});
