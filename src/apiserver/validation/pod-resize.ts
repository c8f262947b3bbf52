/** pods/resize: kubernetes pkg/apis/core/validation/validation.go ValidatePodResize. */
import type { ContainerSpec, core, Pod } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue } from '../../apimachinery/field-error.ts';
import { hasPodLevelResources, qosClass } from '../../client/component-helpers/pod-resources.ts';
import { semanticEqual } from '../objects.ts';
import { validatePod } from './pod.ts';
import { collect, type Errors } from './report.ts';

const mirror = 'kubernetes.io/config.mirror';
const onlyCpuAndMemory = 'only cpu and memory resources are mutable';

/** `pod`: the stored one with the resources that were sent. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[mirror] !== undefined) return [forbiddenField('', 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbiddenField('', 'windows pods cannot be resized')];
  return collect((errors) => {
    errors.push(...validatePod(pod));
    if (qosClass(pod.spec) !== old.status?.qosClass)
      errors.push(invalidValue('spec', old.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
    if (hasPodLevelResources(old.spec))
      return void errors.push(
        forbiddenField('', 'resize of pods with pod-level resources is forbidden when InPlacePodLevelResourcesVerticalScalingEnabled feature gate is disabled'),
      );
    const before = errors.length;
    for (const field of ['containers', 'initContainers'] as const) checkOrder(errors, field, pod, old);
    if (errors.length > before) return;
    const pairs = (field: 'containers' | 'initContainers'): [ContainerSpec, ContainerSpec][] =>
      (old.spec[field] ?? []).map((was, i) => [pod.spec[field]?.[i] as ContainerSpec, was]);
    for (const [i, [is, was]] of pairs('initContainers').entries()) if (isSidecar(was)) checkRemoved(errors, `spec.initContainers[${i}]`, is, was);
    for (const [i, [is, was]] of pairs('containers').entries()) checkRemoved(errors, `spec.containers[${i}]`, is, was);
    for (const [is, was] of pairs('containers')) if (!semanticEqual(fixed(is), fixed(was))) errors.push(forbiddenField('spec', onlyCpuAndMemory));
    for (const [is, was] of pairs('initContainers')) checkInit(errors, is, was);
  });
}

const isSidecar = ({ restartPolicy }: ContainerSpec): boolean => restartPolicy === 'Always';

/** validatePodResizeContainerOrdering */
function checkOrder(errors: Errors, field: 'containers' | 'initContainers', pod: Pod, old: Pod): void {
  const [is, was] = [pod.spec[field] ?? [], old.spec[field] ?? []];
  if (is.length !== was.length) return void errors.push(forbiddenField(`spec.${field}`, `${field} may not be added or removed on resize`));
  for (const [i, { name }] of was.entries())
    if (is[i]?.name !== name) errors.push(forbiddenField(`spec.${field}[${i}].name`, `${field} may not be renamed or reordered on resize`));
}

/** Of init containers sidecars alone may be resized. */
function checkInit(errors: Errors, is: ContainerSpec, was: ContainerSpec): void {
  if (!isSidecar(is)) {
    if (!semanticEqual(is, was)) errors.push(forbiddenField('spec', 'resources for non-sidecar init containers are immutable'));
  } else if (!semanticEqual(fixed(is), fixed(was))) errors.push(forbiddenField('spec', 'only cpu and memory resources for sidecar containers are mutable'));
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
