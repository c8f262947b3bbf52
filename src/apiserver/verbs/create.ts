import type { KubeObject } from '../../api/types.ts';
import { generateName } from '../../apimachinery/names.ts';
import { alreadyExists, badRequest, invalid } from '../../apimachinery/status.ts';
import { admit, validateAdmission } from '../admission/chain.ts';
import type { RequestContext } from '../context.ts';
import { decode } from '../decode.ts';
import { trackManagers } from '../managed-fields.ts';
import { deepFreeze, tidy } from '../objects.ts';
import { keyOf } from '../resource-table.ts';
import { validateMeta } from '../validation/object-meta.ts';

/** POST of a collection: kubernetes apiserver/pkg/endpoints/handlers/create.go and registry/generic/registry/store.go. */
export function create(context: RequestContext): KubeObject {
  return createObject(context, decode(context, context.request.body));
}

/** Everything between a decoded object and its place in etcd. */
export function createObject(context: RequestContext, decoded: KubeObject): KubeObject {
  const { served, info, core } = context;
  const { strategy } = served;
  checkNamespace(context, decoded);
  let object = fillMeta(context, strategy.defaults ? strategy.defaults(decoded) : decoded);
  object = admit(context, 'create', object, undefined);
  if (strategy.prepareForCreate) object = strategy.prepareForCreate(object, context);
  object = tidy(object);
  const name = object.metadata.name as string;
  const errors = [...validateMeta(object.metadata, served), ...(strategy.validate?.(object, context) ?? [])];
  if (errors.length > 0) throw invalid(served, name, errors);
  for (const text of strategy.warnings?.(object) ?? []) context.warn(text);
  validateAdmission(context, 'create', object, undefined);
  object = trackManagers(context, object, undefined);
  const key = keyOf(served, info.namespace, name);
  if (context.dryRun) {
    if (core.storage.get(key)) throw alreadyExists(served, name);
    return deepFreeze(object);
  }
  const stored = core.storage.create(key, object);
  if (stored === undefined) throw alreadyExists(served, name);
  strategy.afterCreate?.(stored, context);
  return stored;
}

function checkNamespace({ served, info }: RequestContext, object: KubeObject): void {
  const { namespace } = object.metadata;
  if (!served.namespaced || namespace === undefined || namespace === '') return;
  if (namespace !== info.namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** rest.FillObjectMetaSystemFields, and the name when only its beginning was given. */
function fillMeta(context: RequestContext, object: KubeObject): KubeObject {
  const { served, info, core } = context;
  const given = ownFields(object.metadata);
  const metadata: KubeObject['metadata'] = {
    ...given,
    ...(served.namespaced && { namespace: info.namespace }),
    ...(!given.name && given.generateName && { name: freeName(context, given.generateName) }),
    ...(served.strategy.generation && { generation: 1 }),
    uid: core.uids.next(),
    creationTimestamp: core.stamp(),
  };
  return { ...object, metadata };
}

const systemFields = new Set(['deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion', 'selfLink', 'generation', 'namespace']);

/** Metadata without what only the server sets; most clients do not send any of it. */
function ownFields(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  for (const key in metadata) {
    if (systemFields.has(key)) return Object.fromEntries(Object.entries(metadata).filter(([name]) => !systemFields.has(name)));
  }
  return metadata;
}

/** Upstream tries a generated name eight times (RetryGenerateName). */
function freeName({ served, info, core }: RequestContext, base: string): string {
  let name = generateName(base, core.sim.random);
  for (let attempt = 1; attempt < 8 && core.storage.get(keyOf(served, info.namespace, name)); attempt++) name = generateName(base, core.sim.random);
  return name;
}
