/** Pods, new and changed: kubernetes pkg/apis/core/validation/validation.go ValidatePodCreate, ValidatePodUpdate. */
import type { core, Pod } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts';
import { goDiff } from '../../apimachinery/go-diff.ts';
import { rangeText } from '../../apimachinery/names.ts';
import { semanticEqual } from '../objects.ts';
import { checkTolerations } from './affinity.ts';
import { checkImageText } from './containers.ts';
import { internalPodSpec } from './internal-form.ts';
import { checkPodSpec } from './pod-spec.ts';
import { collect, type Errors } from './report.ts';

type Gates = readonly { readonly name: string }[];

/** A pod's spec, whether it is new or not. */
export const validatePod = ({ spec }: Pod): FieldError[] => collect((errors) => checkPod(errors, spec));

/** Specs, as text, in which nothing was found: a workload's pods have the same but for the name of one volume. */
const faultless = new Set<string>();
const mostKept = 64;

/** `kube-api-access-x7k2p` loses its end wherever it stands; no other name can be what is left of it. */
function withoutSuffix(spec: Pod['spec']): string {
  const text = JSON.stringify(spec) ?? '';
  const name = /"kube-api-access-[a-z0-9]{5}"/.exec(text)?.[0];
  return name === undefined ? text : text.replaceAll(name, '"kube-api-access-"');
}

/** A new pod. */
export const validateNewPod = ({ spec }: Pod): FieldError[] =>
  collect((errors) => {
    const text = withoutSuffix(spec);
    if (faultless.has(text)) return;
    checkPod(errors, spec);
    if (spec?.ephemeralContainers?.length) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
    if (spec?.nodeName && spec.schedulingGates?.length)
      errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
    if (errors.length > 0) return;
    if (faultless.size >= mostKept) faultless.clear();
    faultless.add(text);
  });

function checkPod(errors: Errors, spec: Pod['spec']): void {
  checkPodSpec(errors, 'spec', spec, true);
  for (const [i, volume] of (spec?.volumes ?? []).entries()) {
    const { image } = volume as { image?: { reference?: string } };
    if (image && !image.reference) errors.push(required(`spec.volumes[${i}].image.reference`));
  }
  for (const [i, container] of (spec?.containers ?? []).entries()) checkImageText(errors, `spec.containers[${i}]`, container);
  for (const [i, container] of (spec?.initContainers ?? []).entries()) checkImageText(errors, `spec.initContainers[${i}]`, container);
}

const onlyThese =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A changed pod: little of its spec may change. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  if (pod.spec === old.spec) return [];
  return collect((errors) => {
    checkPod(errors, pod.spec);
    for (const field of ['containers', 'initContainers'] as const) {
      const [is = [], was = []] = [pod.spec[field], old.spec[field]];
      if (is.length !== was.length) return void errors.push(forbiddenField(`spec.${field}`, 'pod updates may not add or remove containers'));
      for (const [i, { image }] of is.entries()) if (!image) errors.push(required(`spec.${field}[${i}].image`));
    }
    if (!checkDeadline(errors, pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)) return;
    checkAdded(errors, pod.spec.tolerations ?? [], old.spec.tolerations ?? []);
    checkFewerGates(errors, pod.spec.schedulingGates ?? [], old.spec.schedulingGates ?? []);
    const [compared, expected] = comparable(errors, pod, old);
    if (!semanticEqual(compared, expected)) errors.push(forbiddenField('spec', `${onlyThese}\n${specDiff(pod, old)}`));
  });
}

/** From none to some and from more to less; false: the rest is not looked at. */
function checkDeadline(errors: Errors, is: number | undefined, was: number | undefined): boolean {
  const path = 'spec.activeDeadlineSeconds';
  if (is === undefined) {
    if (was !== undefined) errors.push(invalidValue(path, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (is < 0 || is > 2 ** 31 - 1) errors.push(invalidValue(path, is, rangeText(0, 2 ** 31 - 1)));
  else if (was !== undefined && was < is) errors.push(invalidValue(path, is, 'must be less than or equal to previous value'));
  else return true;
  return false;
}

/** validateOnlyAddedTolerations */
function checkAdded(errors: Errors, is: readonly core.Toleration[], was: readonly core.Toleration[]): void {
  const plain = ({ tolerationSeconds: _seconds, ...rest }: core.Toleration): object => rest;
  if (was.some((old) => !is.some((each) => semanticEqual(plain(each), plain(old)))))
    errors.push(forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  else checkTolerations(errors, 'spec.tolerations', is);
}

/** validateOnlyDeletedSchedulingGates */
function checkFewerGates(errors: Errors, is: Gates, was: Gates): void {
  for (const [i, { name }] of is.entries()) {
    if (!was.some((old) => old.name === name))
      errors.push(forbiddenField(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`));
  }
}

/** Both specs without what may change. While a pod is gated, its node selection may be made narrower. */
function comparable(errors: Errors, pod: Pod, old: Pod): [object, object] {
  const plain = ({ activeDeadlineSeconds: _a, tolerations: _t, schedulingGates: _g, ...rest }: Pod['spec']): Pod['spec'] => ({
    ...rest,
    containers: withoutImages(rest.containers),
    ...(rest.initContainers && { initContainers: withoutImages(rest.initContainers) }),
  });
  const [is, was] = [plain(pod.spec), plain(old.spec)];
  if ((was.terminationGracePeriodSeconds ?? 0) < 0 && is.terminationGracePeriodSeconds === 1)
    Object.assign(is, { terminationGracePeriodSeconds: was.terminationGracePeriodSeconds });
  if (!old.spec.schedulingGates?.length) return [is, was];
  for (const [key, value] of Object.entries(was.nodeSelector ?? {})) {
    if (is.nodeSelector?.[key] !== value) {
      errors.push(invalidValue('spec.nodeSelector', is.nodeSelector ?? null, 'only additions are allowed (no mutations or deletions)'));
      break;
    }
  }
  return [is, { ...was, nodeSelector: is.nodeSelector, affinity: is.affinity }];
}

const withoutImages = (containers: readonly core.Container[]): core.Container[] => containers.map(({ image: _image, ...rest }) => rest as core.Container);

/** Both specs, the new one with the old's values where it may differ. */
function specDiff({ spec }: Pod, { spec: old }: Pod): string {
  const imaged = (is: readonly core.Container[], was: readonly core.Container[] = []): core.Container[] =>
    is.map((each, i) => ({ ...each, image: was[i]?.image ?? each.image }) as core.Container);
  const munged = {
    ...spec,
    containers: imaged(spec.containers, old.containers),
    ...(spec.initContainers && { initContainers: imaged(spec.initContainers, old.initContainers) }),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(old.schedulingGates?.length && { nodeSelector: old.nodeSelector, affinity: old.affinity }),
  };
  return goDiff(internalPodSpec(old), internalPodSpec(munged));
}
