import type { core, Pod } from '../../api/types.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import type { RequestContext } from '../context.ts';
import { validatePodResize } from '../validation/pod-resize.ts';
import { writePart } from './write-part.ts';

/** pods/resize: requests and limits of a running pod's containers (kubernetes pkg/registry/core/pod/strategy.go podResizeStrategy). */
export const resize = (context: RequestContext): RestResponse => writePart<Pod>(context, { part: withResources, validate: validatePodResize });

/** The stored pod with the resources and resize policies, and nothing else, of the one that was sent. */
function withResources(given: Pod, pod: Pod): Pod {
  const { containers, initContainers = [] } = pod.spec;
  // Validation tells what is wrong with other containers.
  if (given.spec.containers?.length !== containers.length || (given.spec.initContainers ?? []).length !== initContainers.length) return given;
  const init = initContainers.length > 0 && { initContainers: merged(given.spec.initContainers, initContainers) };
  return { ...pod, spec: { ...pod.spec, containers: merged(given.spec.containers, containers), ...init } };
}

function merged(is: readonly Resizable[] = [], was: readonly Resizable[]): Resizable[] {
  if (was.some(({ name }, i) => is[i]?.name !== name)) return [...is];
  return was.map(({ resizePolicy: _old, ...container }, i) => {
    const { resources, resizePolicy } = is[i] as Resizable;
    return { ...container, resources: resources ?? {}, ...(resizePolicy && { resizePolicy }) };
  });
}

type Resizable = core.Container & { readonly resizePolicy?: unknown };
