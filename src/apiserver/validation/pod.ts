import type { core, Pod } from '../../api/types.ts';
import { type FieldError, forbiddenField } from '../../apimachinery/field-error.ts';
import { semanticEqual } from '../objects.ts';
import { validatePodSpec } from './pod-spec.ts';

/** A new pod. */
export const validatePod = (pod: Pod): FieldError[] => validatePodSpec(pod.spec, 'spec');

const onlyThese =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A changed pod: little of its spec may change (validation.go ValidatePodUpdate). */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  if (pod.spec === old.spec) return [];
  const errors = validatePodSpec(pod.spec, 'spec');
  if (pod.spec.containers?.length !== old.spec.containers.length) {
    return [...errors, forbiddenField('spec.containers', 'pod updates may not add or remove containers')];
  }
  if ((pod.spec.initContainers?.length ?? 0) !== (old.spec.initContainers?.length ?? 0)) {
    return [...errors, forbiddenField('spec.initContainers', 'pod updates may not add or remove containers')];
  }
  const { activeDeadlineSeconds, tolerations, schedulingGates, ...rest } = pod.spec as Pod['spec'] & { schedulingGates?: readonly object[] };
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: oldTolerations,
    schedulingGates: oldGates,
    ...oldRest
  } = old.spec as typeof pod.spec & { schedulingGates?: readonly object[] };
  if ((schedulingGates?.length ?? 0) > (oldGates?.length ?? 0)) {
    errors.push(forbiddenField('spec.schedulingGates', 'only deletion is allowed, but found new scheduling gates'));
  }
  // While a pod is gated its node selection may be made narrower.
  const gated = (oldGates?.length ?? 0) > 0;
  const compared = { ...rest, containers: withoutImages(rest.containers), ...(rest.initContainers && { initContainers: withoutImages(rest.initContainers) }) };
  const expected = {
    ...oldRest,
    containers: withoutImages(oldRest.containers),
    ...(oldRest.initContainers && { initContainers: withoutImages(oldRest.initContainers) }),
  };
  if (gated) Object.assign(expected, { nodeSelector: compared.nodeSelector, affinity: compared.affinity });
  const tolerationsKept = (oldTolerations ?? []).every((toleration) => tolerations?.some((other) => semanticEqual(other, toleration)));
  if (!semanticEqual(compared, expected) || !tolerationsKept) errors.push(forbiddenField('spec', onlyThese + '\n' + specDiff(compared, expected)));
  return errors;
}

const withoutImages = (containers: readonly core.Container[]): object[] => containers.map(({ image: _image, ...rest }) => rest);

/** The fields that differ, in short: upstream prints a Go diff of both specs here. */
function specDiff(is: object, was: object): string {
  const [now, before] = [is as Readonly<Record<string, unknown>>, was as Readonly<Record<string, unknown>>];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => !semanticEqual(now[name], before[name]));
  const line = (sign: string, name: string, value: unknown): string =>
    `${sign}\t${name[0]?.toUpperCase()}${name.slice(1)}: ${value === undefined ? 'nil' : JSON.stringify(value)},`;
  return ['@@ core.PodSpec @@', ...names.flatMap((name) => [line('-', name, before[name]), line('+', name, now[name])])].join('\n');
}
