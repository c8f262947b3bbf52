import type { core, Pod } from '../../api/types.ts';
import { conflict, invalid, methodNotSupported, notFound, optimisticLockMessage } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { decode } from '../decode.ts';
import { semanticEqual } from '../objects.ts';
import { keyOf } from '../resource-table.ts';
import { validatePodResize } from '../validation/pod-resize.ts';
import { patched } from '../verbs/patch.ts';

/** pods/resize: requests and limits of a running pod's containers (kubernetes pkg/registry/core/pod/strategy.go podResizeStrategy). */
export function resize(context: RequestContext): RestResponse {
  const { served, info, core: server } = context;
  const key = keyOf(served, info.namespace, info.name);
  const found = server.storage.get<Pod>(key);
  if (found === undefined) throw notFound(served, info.name);
  if (info.verb === 'get') return jsonResponse(200, found.object);
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotSupported(served, info.verb);
  const given = (info.verb === 'patch' ? patched(context, found.object) : decode(context, context.request.body)) as Pod;
  const next = withResources(found.object, given);
  const errors = validatePodResize(next, given, found.object);
  if (errors.length > 0) throw invalid(served, info.name, errors);
  if (semanticEqual(next.spec, found.object.spec)) return jsonResponse(200, found.object);
  const counted: Pod = { ...next, metadata: { ...next.metadata, generation: (next.metadata.generation ?? 1) + 1 } };
  if (context.dryRun) return jsonResponse(200, counted);
  const stored = server.storage.update(key, counted, found.revision);
  if (stored === undefined) throw conflict(served, info.name, optimisticLockMessage);
  return jsonResponse(200, stored);
}

/** The stored pod with the resources, and nothing else, of the one that was sent. */
function withResources(pod: Pod, given: Pod): Pod {
  const merged = (was: readonly core.Container[], is: readonly core.Container[] = []): core.Container[] =>
    was.map((container) => {
      const resources = is.find(({ name }) => name === container.name)?.resources;
      return resources === undefined ? container : { ...container, resources };
    });
  const { containers, initContainers } = pod.spec;
  const init = initContainers && { initContainers: merged(initContainers, given.spec.initContainers) };
  return { ...pod, spec: { ...pod.spec, containers: merged(containers, given.spec.containers), ...init } };
}
