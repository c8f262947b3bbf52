/** apply --prune: what was applied once and stands in no manifest any more goes (kubernetes kubectl/pkg/cmd/apply/prune.go). */
import type { Routine } from '../../../../sim/routine.ts';
import { listInfos } from '../../builder.ts';
import { at, namespaceOf, type Obj, obj, text } from '../../json.ts';
import { klog } from '../../klog.ts';
import { type DryRun, type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';
import { lastApplied } from '../create/generator.ts';

const kinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['v1', 'ConfigMap'],
  ['v1', 'Endpoints'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Pod'],
  ['v1', 'ReplicationController'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
  ['v1', 'Namespace'],
  ['v1', 'PersistentVolume'],
];

export function* prune(k: Kubectl, applied: readonly Obj[], dryRun: DryRun): Routine {
  yield* k.printError(
    `${klog(k.process, 'W')}prune.go:71] Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.\n`,
  );
  const discovery = yield* k.discovery();
  const print = operationPrinter(k, dryRun);
  const kept = new Set(applied.map((object) => text(at(object, 'metadata.uid'))));
  const namespaces = [...new Set(applied.map(namespaceOf).filter((namespace) => namespace !== ''))];
  for (const [apiVersion, kind] of kinds) {
    const resource = discovery.forKind(apiVersion, kind);
    if (!resource) continue;
    for (const namespace of resource.namespaced ? namespaces : ['']) {
      for (const info of yield* listInfos(k, resource, namespace)) {
        if (kept.has(text(at(info.object, 'metadata.uid'))) || obj(at(info.object, 'metadata.annotations'))[lastApplied] === undefined) continue;
        if (dryRun !== 'client')
          yield* k.api.request({
            method: 'DELETE',
            path: pathOf(resource, info.namespace, info.name),
            ...(dryRun === 'server' && { query: { dryRun: 'All' } }),
            body: { propagationPolicy: 'Background' },
          });
        yield* print(info.object, 'pruned');
      }
    }
  }
}
