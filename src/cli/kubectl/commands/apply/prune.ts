/** apply --prune: what was applied once and stands in no manifest any more goes (kubernetes kubectl/pkg/cmd/apply/prune.go). */
import type { ApiResource } from '../../../../apimachinery/resources.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { listInfos } from '../../builder.ts';
import { KubectlError } from '../../errors.ts';
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

type Kinds = readonly (readonly [apiVersion: string, kind: string])[];

/** What --prune-allowlist names; all that is pruned by default without it. */
export function* pruneList(k: Kubectl): Routine<Kinds> {
  if (!k.flags.bool('prune') || k.flags.list('prune-allowlist').length === 0) return kinds;
  const listed: Kinds[number][] = [];
  for (const word of k.flags.list('prune-allowlist')) {
    const [group = '', version = '', kind, ...more] = word.split('/');
    if (kind === undefined || more.length > 0) throw new KubectlError(`invalid GroupVersionKind format: ${word}, please follow <group/version/kind>`);
    const apiVersion = group === '' || group === 'core' ? version : `${group}/${version}`;
    if (!(yield* k.resourceOfKind(apiVersion, kind))) throw new KubectlError(`no matches for kind "${kind}" in version "${apiVersion}"`);
    listed.push([apiVersion, kind]);
  }
  return listed;
}

type Pruning = { readonly applied: readonly Obj[]; readonly dryRun: DryRun; readonly kinds: Kinds };

/** `applied` are the objects as the server has them now: those stay. */
export function* prune(k: Kubectl, { applied, dryRun, kinds: wanted }: Pruning): Routine {
  const print = operationPrinter(k, dryRun);
  yield* eachPrunable(k, applied, wanted, function* ({ object, resource, namespace, name }) {
    if (dryRun !== 'client')
      yield* k.api.request({
        method: 'DELETE',
        path: pathOf(resource, namespace, name),
        ...(dryRun === 'server' && { query: { dryRun: 'All' } }),
        body: { propagationPolicy: 'Background' },
      });
    yield* print(object, 'pruned');
  });
}

type Info = { readonly object: Obj; readonly resource: ApiResource; readonly namespace: string; readonly name: string };

/** All that was applied once, in the namespaces of what is applied now, and is not among that. */
export function* eachPrunable(k: Kubectl, applied: readonly Obj[], wanted: Kinds, act: (info: Info) => Routine): Routine {
  if (wanted === kinds)
    yield* k.printError(
      `${klog(k.process, 'W')}prune.go:71] Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.\n`,
    );
  const discovery = yield* k.discovery();
  const kept = new Set(applied.map((object) => text(at(object, 'metadata.uid'))));
  const namespaces = [...new Set(applied.map(namespaceOf).filter((namespace) => namespace !== ''))];
  for (const [apiVersion, kind] of wanted) {
    const resource = discovery.forKind(apiVersion, kind);
    if (!resource) continue;
    for (const namespace of resource.namespaced ? namespaces : ['']) {
      for (const { object, namespace: home, name } of yield* listInfos(k, resource, namespace)) {
        if (kept.has(text(at(object, 'metadata.uid'))) || obj(at(object, 'metadata.annotations'))[lastApplied] === undefined) continue;
        yield* act({ object, resource, namespace: home, name });
      }
    }
  }
}
