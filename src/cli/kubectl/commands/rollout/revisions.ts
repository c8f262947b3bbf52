/** The recorded templates of a workload: kubernetes kubectl/pkg/polymorphichelpers/history.go, rollback.go. */
import type { Routine } from '../../../../sim/routine.ts';
import type { Info } from '../../builder.ts';
import { KubectlError } from '../../errors.ts';
import { at, num, type Obj, obj, objs, text } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { selectorText } from '../selectors.ts';

/** `object` is a ReplicaSet or a ControllerRevision. */
export type Revision = { readonly number: number; readonly object: Obj; readonly cause: string };

const revisionKey = 'deployment.kubernetes.io/revision';
const causeKey = 'kubernetes.io/change-cause';

/** Kinds that have pods, though no revisions. */
const visited: ReadonlySet<string> = new Set(['Job', 'Pod', 'ReplicaSet', 'ReplicationController', 'CronJob']);

/** All revisions, oldest first. */
export function* revisionsOf(k: Kubectl, info: Info, what = 'history viewer'): Routine<readonly Revision[]> {
  const { kind, group } = info.resource;
  const groupKind = group === '' ? kind : `${kind}.${group}`;
  if (kind !== 'Deployment' && kind !== 'DaemonSet' && kind !== 'StatefulSet')
    throw new KubectlError(
      visited.has(kind)
        ? `no ${what} has been implemented for "${groupKind}"`
        : `error retrieving ${what.split(' ')[0]} for "${groupKind}", no visitor method exists for {${info.resource.group} ${kind}}`,
    );
  const resource = yield* k.resource(kind === 'Deployment' ? 'replicasets.apps' : 'controllerrevisions.apps');
  const answer = yield* k.api.request({ method: 'GET', path: pathOf(resource, info.namespace), query: { labelSelector: selectorText(info.object) ?? '' } });
  const uid = at(info.object, 'metadata.uid');
  const owned = objs(at(answer, 'items')).filter((object) =>
    objs(at(object, 'metadata.ownerReferences')).some((owner) => owner['uid'] === uid && owner['controller'] === true),
  );
  const all = owned.map((object) => {
    const annotations = obj(at(object, 'metadata.annotations'));
    return { number: kind === 'Deployment' ? num(annotations[revisionKey]) : num(object['revision']), object, cause: text(annotations[causeKey]) };
  });
  return all.sort((a, b) => a.number - b.number);
}

/** The pod template that a revision remembers. */
export const templateOf = ({ object }: Revision): Obj => obj(at(object, 'data.spec.template') ?? at(object, 'spec.template'));

/** The revision's change-cause stands with its template in `rollout history --revision`. */
export function describedTemplate(revision: Revision): Obj {
  const template = templateOf(revision);
  if (revision.cause === '') return template;
  return { ...template, metadata: { ...obj(template['metadata']), annotations: { ...obj(at(template, 'metadata.annotations')), [causeKey]: revision.cause } } };
}
