import type { ControllerRevision, KubeObject, ObjectMeta, PodTemplateSpec } from '../api/types.ts';
import { sortKeys } from '../apimachinery/json.ts';
import { hashObject } from '../apimachinery/names.ts';
import { isReason } from '../apimachinery/status.ts';
import type { Context } from '../client/controller.ts';
import { controllerRef, isControlledBy, keyOf } from '../client/keys.ts';
import { equal } from './equal.ts';

/** Revisions of templates, for DaemonSets and StatefulSets: pkg/controller/history/controller_history.go. */

/** Which ControllerRevision a pod was made of. */
export const revisionHashLabel = 'controller-revision-hash';

/** What a revision belongs to. */
type Revisioned = KubeObject & {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number };
  readonly status?: { readonly collisionCount?: number };
};

/** A revision as a patch of its owner that puts the template back; clients compare its bytes, which Go writes in the order of keys. */
const revisionData = ({ spec }: Revisioned): object => sortKeys({ spec: { template: { ...spec.template, $patch: 'replace' } } }) as object;

const revisions = 'controllerrevisions.apps';

/** All revisions of an owner, oldest first. */
export const listRevisions = ({ informers }: Context, owner: KubeObject): readonly ControllerRevision[] =>
  [...informers.of(revisions).byIndex('controller', owner.metadata.uid ?? '')].sort(byRevision);

const byRevision = (a: ControllerRevision, b: ControllerRevision): number => a.revision - b.revision;

/** The revision of the owner's template now: found, moved to the end (a roll-back), or made. */
export function currentRevision(
  context: Context,
  owner: Revisioned,
  kind: 'DaemonSet' | 'StatefulSet',
  all: readonly ControllerRevision[],
): ControllerRevision {
  const data = revisionData(owner);
  const newest = all.at(-1)?.revision ?? 0;
  const same = all.findLast((revision) => equal(revision.data, data));
  if (same === undefined) return createRevision(context, owner, kind, newest + 1, data);
  if (same.revision === newest) return same;
  return context.client.update(revisions, { ...same, revision: newest + 1 });
}

function createRevision({ client }: Context, owner: Revisioned, kind: 'DaemonSet' | 'StatefulSet', revision: number, data: object): ControllerRevision {
  // No collision yet is written as 0 or not at all: both must give the same name.
  const hash = hashObject(data, owner.status?.collisionCount || undefined);
  const { name, namespace = '', annotations = {} } = owner.metadata;
  const object: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...owner.spec.template.metadata?.labels, [revisionHashLabel]: hash },
      annotations,
      ownerReferences: [controllerRef('apps/v1', kind, owner)],
    },
    // The API has a RawExtension here: whatever JSON it may be.
    data: data as ControllerRevision['data'] & object,
    revision,
  };
  try {
    return client.create(revisions, object);
  } catch (error) {
    const existing = isReason(error, 'AlreadyExists') ? client.get(revisions, keyOf(object)) : undefined;
    if (existing === undefined || !isControlledBy(existing, owner) || !equal(existing.data, data)) throw error;
    return existing;
  }
}

/** Deletes the oldest revisions that no pod is of, beyond the history limit. */
export function truncateHistory({ client }: Context, owner: Revisioned, all: readonly ControllerRevision[], live: ReadonlySet<string>): void {
  const dead = all.filter(({ metadata }) => !live.has(metadata.name ?? ''));
  const excess = dead.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const revision of dead.slice(0, Math.max(0, excess))) {
    try {
      client.delete(revisions, keyOf(revision));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}
