/** Workloads that keep running: kubernetes pkg/apis/apps/validation/validation.go. */
import type { apps, DaemonSet, Deployment, LabelSelector, PodTemplateSpec, ReplicaSet, ReplicationController, StatefulSet } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { validateDns1035, validatePercent } from '../../apimachinery/names.ts';
import { semanticEqual } from '../objects.ts';
import { internalForm } from './internal-form.ts';
import { checkSelector } from './labels.ts';
import { checkPodSpec, checkPodTemplate, checkTemplateMeta } from './pod-spec.ts';
import { collect, type Errors, immutable, notNegative, optionalName } from './report.ts';
import { checkClaimSpec } from './storage.ts';

/** Selector, template, strategy and deadlines; `defaults` have been filled in before. */
export const validateDeployment = ({ spec }: Deployment): FieldError[] =>
  collect((errors) => {
    notNegative(errors, 'spec.replicas', spec?.replicas);
    checkOwnSelector(errors, spec?.selector, 'deployment');
    checkTemplate(errors, spec?.selector, spec?.template, 'ReplicaSet');
    checkDeploymentStrategy(errors, 'spec.strategy', spec?.strategy ?? {});
    notNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
    notNegative(errors, 'spec.revisionHistoryLimit', spec?.revisionHistoryLimit);
    const deadline = spec?.progressDeadlineSeconds;
    notNegative(errors, 'spec.progressDeadlineSeconds', deadline);
    if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0))
      errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  });

function checkDeploymentStrategy(errors: Errors, path: string, strategy: apps.DeploymentStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    if (rollingUpdate) errors.push(forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (type !== 'RollingUpdate') errors.push(notSupported(path, internalForm('DeploymentStrategy', strategy), ['Recreate', 'RollingUpdate']));
  else if (rollingUpdate) {
    const at = `${path}.rollingUpdate`;
    checkShare(errors, `${at}.maxUnavailable`, rollingUpdate.maxUnavailable);
    checkShare(errors, `${at}.maxSurge`, rollingUpdate.maxSurge);
    if (amountOf(rollingUpdate.maxUnavailable) === 0 && amountOf(rollingUpdate.maxSurge) === 0)
      errors.push(invalidValue(`${at}.maxUnavailable`, rollingUpdate.maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
    checkAtMostAll(errors, `${at}.maxUnavailable`, rollingUpdate.maxUnavailable);
  }
}

type Share = string | number | undefined;

/** ValidatePositiveIntOrPercent */
export function checkShare(errors: Errors, path: string, value: Share): void {
  if (typeof value === 'number') notNegative(errors, path, value);
  else if (value !== undefined) for (const text of validatePercent(value)) errors.push(invalidValue(path, value, text));
}

/** IsNotMoreThan100Percent */
export function checkAtMostAll(errors: Errors, path: string, value: Share): void {
  if (typeof value === 'string' && validatePercent(value).length === 0 && Number.parseInt(value, 10) > 100)
    errors.push(invalidValue(path, value, 'must not be greater than 100%'));
}

const amountOf = (value: Share): number => (typeof value === 'number' ? value : /^\d+%$/.test(value ?? '') ? Number.parseInt(value ?? '', 10) : 0);

/** The selector must fit the template's labels. */
export const validateReplicaSet = ({ spec }: ReplicaSet): FieldError[] =>
  collect((errors) => {
    notNegative(errors, 'spec.replicas', spec?.replicas);
    notNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
    checkOwnSelector(errors, spec?.selector, 'deployment');
    checkTemplate(errors, spec?.selector, spec?.template, 'ReplicaSet');
  });

/** core/validation ValidateReplicationControllerSpec: its selector is a plain map. */
export const validateReplicationController = ({ spec }: ReplicationController): FieldError[] =>
  collect((errors) => {
    notNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
    const selector = Object.keys(spec?.selector ?? {}).length > 0 ? { matchLabels: spec?.selector ?? {} } : {};
    if (!('matchLabels' in selector)) errors.push(required('spec.selector'));
    notNegative(errors, 'spec.replicas', spec?.replicas);
    if (spec?.template === undefined) errors.push(required('spec.template'));
    else checkTemplate(errors, selector, spec.template, 'ReplicationController');
  });

/** Selector, template and update strategy. */
export const validateDaemonSet = ({ spec }: DaemonSet): FieldError[] =>
  collect((errors) => {
    checkSelector(errors, 'spec.selector', spec?.selector);
    checkMatch(errors, spec?.selector, spec?.template);
    if (spec?.selector && isEmpty(spec.selector)) errors.push(invalidValue('spec.selector', spec.selector, 'empty selector is invalid for daemonset'));
    checkPodTemplate(errors, 'spec.template', spec?.template);
    checkAlways(errors, spec?.template, 'DaemonSet');
    const { type, rollingUpdate } = spec?.updateStrategy ?? {};
    if (type === 'RollingUpdate') checkDaemonRollingUpdate(errors, 'spec.updateStrategy.rollingUpdate', rollingUpdate ?? {});
    else if (type !== 'OnDelete')
      errors.push(notSupported('spec.updateStrategy', internalForm('DeploymentStrategy', spec?.updateStrategy), ['RollingUpdate', 'OnDelete']));
    notNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
    notNegative(errors, 'spec.revisionHistoryLimit', spec?.revisionHistoryLimit);
  });

function checkDaemonRollingUpdate(errors: Errors, path: string, { maxUnavailable, maxSurge }: apps.RollingUpdateDaemonSet): void {
  const fields = { maxUnavailable, maxSurge };
  for (const [name, value] of Object.entries(fields)) checkShare(errors, `${path}.${name}`, value);
  for (const [name, value] of Object.entries(fields)) checkAtMostAll(errors, `${path}.${name}`, value);
  const [unavailable, surge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (unavailable && surge) errors.push(invalidValue(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  else if (!unavailable && !surge) errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
}

/** Claim templates count as volumes of the pod template. */
export const validateStatefulSet = ({ spec }: StatefulSet): FieldError[] =>
  collect((errors) => {
    const policy = spec?.podManagementPolicy;
    if (policy !== undefined && policy !== 'OrderedReady' && policy !== 'Parallel')
      errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
    checkStatefulSetStrategy(errors, 'spec.updateStrategy', spec?.updateStrategy ?? {});
    for (const field of ['whenDeleted', 'whenScaled'] as const) {
      const value = spec?.persistentVolumeClaimRetentionPolicy?.[field];
      if (value !== undefined && value !== 'Retain' && value !== 'Delete')
        errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ['Retain', 'Delete']));
    }
    notNegative(errors, 'spec.replicas', spec?.replicas);
    notNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
    notNegative(errors, 'spec.ordinals.start', spec?.ordinals?.start);
    checkOwnSelector(errors, spec?.selector, 'statefulset');
    checkMatch(errors, spec?.selector, spec?.template);
    checkTemplateMeta(errors, 'spec.template', spec?.template);
    checkStatefulPods(errors, spec);
    checkAlways(errors, spec?.template, 'StatefulSet');
    for (const [i, claim] of (spec?.volumeClaimTemplates ?? []).entries()) checkClaimSpec(errors, `spec.volumeClaimTemplates[${i}].spec`, claim.spec);
    optionalName(errors, 'spec.serviceName', spec?.serviceName, validateDns1035);
  });

function checkStatefulSetStrategy(errors: Errors, path: string, strategy: apps.StatefulSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') {
    if (rollingUpdate)
      errors.push(invalidValue(`${path}.rollingUpdate`, internalForm('Partition', rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'"));
  } else if (type !== undefined && type !== 'RollingUpdate')
    errors.push(invalidValue(path, internalForm('StatefulSetStrategy', strategy), "must be 'RollingUpdate' or 'OnDelete'"));
  else notNegative(errors, `${path}.rollingUpdate.partition`, rollingUpdate?.partition);
}

/** The pods' spec with the volumes that come of claim templates. */
function checkStatefulPods(errors: Errors, spec: StatefulSet['spec'] | undefined): void {
  const given = spec?.template?.spec;
  const claims = (spec?.volumeClaimTemplates ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  const own = given?.volumes ?? [];
  const added = claims.filter((name) => !own.some((volume) => volume.name === name)).map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  checkPodSpec(errors, 'spec.template.spec', given && { ...given, volumes: [...own, ...added] });
}

const statefulSetMutable: readonly string[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** All but a few fields of spec are immutable: one error, on `spec`, names those few. */
export function validateStatefulSetUpdate({ spec }: StatefulSet, { spec: old }: StatefulSet): FieldError[] {
  const rest = (whole: object): object => Object.fromEntries(Object.entries(whole).filter(([name]) => !statefulSetMutable.includes(name)));
  if (semanticEqual(rest(spec), rest(old))) return [];
  const quoted = statefulSetMutable.map((name) => `'${name}'`);
  const names = `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
  return [forbiddenField('spec', `updates to statefulset spec for fields other than ${names} are forbidden`)];
}

const isEmpty = (selector: LabelSelector): boolean => !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length;

/** A selector that must be there and choose something. */
function checkOwnSelector(errors: Errors, selector: LabelSelector | undefined, kind: string): void {
  if (selector === undefined) return void errors.push(required('spec.selector'));
  checkSelector(errors, 'spec.selector', selector);
  if (isEmpty(selector)) errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
}

/** The template's labels are what the selector looks for; one that is not there finds nothing, an empty one everything. */
function checkMatch(errors: Errors, selector: LabelSelector | undefined, template: PodTemplateSpec | undefined): void {
  const labels = template?.metadata?.labels;
  const matches = selector !== undefined && (isEmpty(selector) || matchesLabelSelector(selector, labels));
  if (!matches) errors.push(invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'));
}

function checkTemplate(errors: Errors, selector: LabelSelector | undefined, template: PodTemplateSpec | undefined, kind: string): void {
  checkMatch(errors, selector, template);
  checkPodTemplate(errors, 'spec.template', template);
  checkAlways(errors, template, kind);
}

/** Pods that are always started again. */
function checkAlways(errors: Errors, template: PodTemplateSpec | undefined, kind: string): void {
  const { restartPolicy = 'Always', activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`));
}

/** apps/v1 selectors never change. */
export const validateSelectorUnchanged = (selector: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] =>
  collect((errors) => immutable(errors, 'spec.selector', selector, old));
