import type { Pod } from '../../api/types.ts';
import { forbiddenField } from '../../apimachinery/field-error.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { conflict, invalid, methodNotSupported, notFound, optimisticLockMessage } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { validateAdmission } from '../admission/chain.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { decode } from '../decode.ts';
import { semanticEqual } from '../objects.ts';
import { keyOf } from '../resource-table.ts';
import { validatePod } from '../validation/pod.ts';
import { patched } from '../verbs/patch.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** pods/ephemeralcontainers: what `kubectl debug` adds to a running pod. Only that list may change, and only grow. */
export function ephemeralContainers(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const key = keyOf(served, info.namespace, info.name);
  const found = core.storage.get<Pod>(key);
  if (found === undefined) throw notFound(served, info.name);
  if (info.verb === 'get') return jsonResponse(200, found.object);
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotSupported(served, info.verb);
  const given = (info.verb === 'patch' ? patched(context, found.object) : decode(context, context.request.body)) as Pod;
  const { ephemeralContainers: list = [] } = given.spec;
  const old = found.object.spec.ephemeralContainers ?? [];
  if (found.object.metadata.annotations?.[mirrorAnnotation] !== undefined)
    throw invalid(served, info.name, [forbiddenField('', 'static pods do not support ephemeral containers')]);
  // A patch keeps no order: each is looked for by its name (ValidatePodEphemeralContainersUpdate; the differences themselves are not listed).
  const wrong = old.flatMap((container) => {
    const now = list.find(({ name }) => name === container.name);
    if (now !== undefined && (semanticEqual(container, now) || now.image === container.image)) return [];
    const text = `existing ephemeral containers ${quote(container.name)} may not be ${now === undefined ? 'removed' : 'changed'}\n`;
    return [forbiddenField('spec.ephemeralContainers', text)];
  });
  if (wrong.length > 0) throw invalid(served, info.name, wrong);
  const added = list.filter(({ name }) => !old.some((container) => container.name === name));
  const merged: Pod = { ...found.object, spec: { ...found.object.spec, ephemeralContainers: [...old, ...added] } };
  const filled = (served.strategy.defaults?.(merged) ?? merged) as Pod;
  const errors = validatePod(filled);
  if (errors.length > 0) throw invalid(served, info.name, errors);
  validateAdmission(context, 'update', filled, found.object);
  const counted: Pod = { ...filled, metadata: { ...filled.metadata, generation: (filled.metadata.generation ?? 1) + 1 } };
  if (context.dryRun) return jsonResponse(200, counted);
  const stored = core.storage.update(key, counted, found.revision);
  if (stored === undefined) throw conflict(served, info.name, optimisticLockMessage);
  return jsonResponse(200, stored);
}
