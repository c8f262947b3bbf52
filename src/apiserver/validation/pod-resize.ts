/** pods/resize: kubernetes pkg/apis/core/validation/validation.go ValidatePodResize. */
import type { ContainerSpec, core, Pod } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue } from '../../apimachinery/field-error.ts';
import { hasPodLevelResources, qosClass } from '../../client/component-helpers/pod-resources.ts';
import { semanticEqual } from '../objects.ts';
import { validatePod } from './pod.ts';
import { collect, type Errors } from './report.ts';

const mirror = 'kubernetes.io/config.mirror';
const onlyCpuAndMemory = 'only cpu and memory resources are mutable';

/** `next`: the stored pod with the resources of `given`, which is what was sent. */
export function validatePodResize(next: Pod, given: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[mirror] !== undefined) return [forbiddenField('', 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbiddenField('', 'windows pods cannot be resized')];
  return collect((errors) => {
    errors.push(...validatePod(next));
    if (qosClass(next.spec) !== old.status?.qosClass)
      errors.push(invalidValue('spec', old.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
    if (hasPodLevelResources(old.spec) || hasPodLevelResources(given.spec))
      return void errors.push(
        forbiddenField('', 'resize of pods with pod-level resources is forbidden when InPlacePodLevelResourcesVerticalScalingEnabled feature gate is disabled'),
      );
    const before = errors.length;
    for (const field of ['containers', 'initContainers'] as const) checkOrder(errors, field, given, old);
    if (errors.length > before) return;
    checkInit(errors, given.spec.initContainers ?? [], old.spec.initContainers ?? []);
    for (const [i, container] of given.spec.containers.entries()) checkRemoved(errors, `spec.containers[${i}]`, container, old.spec.containers[i]);
    for (const [i, container] of given.spec.containers.entries())
      if (!semanticEqual(fixed(container), fixed(old.spec.containers[i]))) errors.push(forbiddenField('spec', onlyCpuAndMemory));
  });
}

/** validatePodResizeContainerOrdering */
function checkOrder(errors: Errors, field: 'containers' | 'initContainers', given: Pod, old: Pod): void {
  const [is, was] = [given.spec[field] ?? [], old.spec[field] ?? []];
  if (is.length !== was.length) return void errors.push(forbiddenField(`spec.${field}`, `${field} may not be added or removed on resize`));
  for (const [i, { name }] of was.entries())
    if (is[i]?.name !== name) errors.push(forbiddenField(`spec.${field}[${i}].name`, `${field} may not be renamed or reordered on resize`));
}

/** Of init containers sidecars alone may be resized. */
function checkInit(errors: Errors, is: readonly ContainerSpec[], was: readonly ContainerSpec[]): void {
  for (const [i, container] of is.entries()) {
    const path = `spec.initContainers[${i}]`;
    if (container.restartPolicy === 'Always') {
      checkRemoved(errors, path, container, was[i]);
      if (!semanticEqual(fixed(container), fixed(was[i])))
        errors.push(forbiddenField('spec', 'only cpu and memory resources for sidecar containers are mutable'));
    } else if (!semanticEqual(container, was[i])) errors.push(forbiddenField('spec', 'resources for non-sidecar init containers are immutable'));
  }
}

/** validateContainerResize */
function checkRemoved(errors: Errors, path: string, is: core.Container, was: core.Container | undefined): void {
  for (const kind of ['requests', 'limits'] as const) {
    const removed = Object.keys(was?.resources?.[kind] ?? {}).some((name) => is.resources?.[kind]?.[name] === undefined);
    if (removed) errors.push(forbiddenField(`${path}.resources.${kind}`, `resource ${kind} cannot be removed`));
  }
}

/** A container without what may change. */
function fixed(container: core.Container | undefined): object {
  const { resources, ...rest } = container ?? ({} as core.Container);
  const others = (list: Readonly<Record<string, string>> = {}): object =>
    Object.fromEntries(Object.entries(list).filter(([name]) => name !== 'cpu' && name !== 'memory'));
  return { ...rest, resources: { ...resources, requests: others(resources?.requests), limits: others(resources?.limits) } };
}
