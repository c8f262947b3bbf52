/** apply --server-side: the server merges and keeps book of who owns which field. */
import { isReason } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { KubectlError } from '../../errors.ts';
import { at, nameOf, type Obj, obj, objs } from '../../json.ts';
import { type Kubectl, objectPath } from '../../kubectl.ts';
import { lastApplied } from '../create/generator.ts';
import type { ApplyOptions, ManifestTarget } from './apply-target.ts';
import { ownsAnnotation, upgradedManagedFields } from './managed-fields.ts';

const conflictHelp = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

/** kubernetes kubectl/pkg/cmd/apply/apply.go, the server-side half. */
export function* applyServerSide(k: Kubectl, { resource, namespace, manifest }: ManifestTarget, options: ApplyOptions): Routine<Obj> {
  const manager = k.flags.has('field-manager') ? k.flags.text('field-manager') : 'kubectl';
  const query = { ...options.query, fieldManager: manager, force: String(k.flags.bool('force-conflicts')) };
  const path = objectPath(resource, namespace, nameOf(manifest.object), k.flags.text('subresource'));
  const send = { method: 'PATCH', path, query, body: manifest.object, contentType: 'application/apply-patch+yaml' } as const;
  try {
    let applied = obj(yield* k.api.request(send));
    if (options.dryRun === 'none' && manager === 'kubectl') yield* keepLastApplied(k, path, applied);
    if (options.dryRun === 'none' && (yield* migrate(k, path, applied, manager))) applied = obj(yield* k.api.request(send));
    yield* options.print(applied, 'serverside-applied');
    return applied;
  } catch (error) {
    if (isReason(error, 'Conflict') && error.message.startsWith('Apply failed')) throw new KubectlError(`${error.message}\n${conflictHelp}`);
    throw error;
  }
}

/** The annotation of client-side apply gets a manager of its own, so that it does not go with the fields: saveLastApplyAnnotationIfNecessary. */
function* keepLastApplied(k: Kubectl, path: string, applied: Obj): Routine {
  const annotation = obj(at(applied, 'metadata.annotations'))[lastApplied];
  if (annotation === undefined) return;
  const owned = objs(at(applied, 'metadata.managedFields')).some((entry) => entry['operation'] === 'Apply' && ownsAnnotation(entry));
  if (owned) return;
  const { name, namespace } = obj(applied['metadata']);
  const metadata = { name, ...(namespace !== undefined && { namespace }), annotations: { [lastApplied]: annotation } };
  const body = { apiVersion: applied['apiVersion'], kind: applied['kind'], metadata };
  const query = { fieldManager: 'kubectl-last-applied', force: 'true' };
  yield* k.api.request({ method: 'PATCH', path, query, body, contentType: 'application/apply-patch+yaml' });
}

const maxRetries = 5;

/** Takes over what client-side apply owned; tries again when somebody else was faster. False when there was nothing to take. */
function* migrate(k: Kubectl, path: string, applied: Obj, manager: string): Routine<boolean> {
  let live = applied;
  for (let attempt = 1; ; attempt++) {
    const body = upgradedManagedFields(live, manager);
    if (!body) return false;
    try {
      yield* k.api.request({ method: 'PATCH', path, body, contentType: 'application/json-patch+json' });
      return true;
    } catch (error) {
      if (!isReason(error, 'Conflict') || attempt >= maxRetries) throw error;
      live = obj(yield* k.api.request({ method: 'GET', path }));
    }
  }
}
