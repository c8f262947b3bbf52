/** Containers of a pod: kubernetes pkg/apis/core/validation/validation.go validateContainers, validateInitContainers, validateEphemeralContainers. */
import type { ContainerSpec, core, Pod, PodSpec } from '../../api/types.ts';
import { duplicate, forbiddenField, invalidValue, notFoundField, notSupported, required, tooLong } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validatePortName, validatePortNumber } from '../../apimachinery/names.ts';
import { podClaims } from '../../client/component-helpers/resource-claims.ts';
import { checkEnv, checkEnvFrom } from './environment.ts';
import { checkLifecycle, checkProbes } from './handlers.ts';
import { checkClaimNames } from './pod-resources.ts';
import { type Errors, invalidAll, oneOf, requiredName } from './report.ts';
import { checkRequirements } from './resources.ts';
import { checkSecurityContext } from './security.ts';
import { checkDevices, checkMounts } from './volumes.ts';

type Container = core.Container & { readonly resizePolicy?: readonly { readonly resourceName?: string; readonly restartPolicy?: string }[] };
/** What all containers of one pod are checked against. */
type Surroundings = { readonly spec: PodSpec; readonly volumes: ReadonlyMap<string, core.Volume | undefined>; readonly path: string };

/** All containers of a pod's spec; names are unique among them. */
export function checkContainers(errors: Errors, around: Surroundings): void {
  const { spec, path } = around;
  const names = new Set<string>();
  if (!spec.containers?.length) errors.push(required(`${path}.containers`));
  for (const [i, container] of (spec.containers ?? []).entries()) {
    const at = `${path}.containers[${i}]`;
    checkContainer(errors, at, container, around);
    unique(errors, at, container.name, names);
    if (container.lifecycle) checkLifecycle(errors, `${at}.lifecycle`, container.lifecycle, spec.terminationGracePeriodSeconds);
    checkProbes(errors, at, container, spec.terminationGracePeriodSeconds);
    checkRestartRules(errors, at, container);
  }
  checkHostPorts(errors, spec.containers ?? [], `${path}.containers`);
  if (spec.initContainers) checkInitContainers(errors, around, names);
  if (spec.ephemeralContainers) checkEphemeralContainers(errors, around, names);
}

const mostRules = 20;
const mostExitCodes = 255;

/** validateContainerRestartPolicy */
function checkRestartRules(errors: Errors, path: string, { restartPolicy, restartPolicyRules: rules = [] }: ContainerSpec): void {
  if (restartPolicy === undefined && rules.length > 0) errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  oneOf(errors, `${path}.restartPolicy`, restartPolicy, ['Always', 'Never', 'OnFailure']);
  if (rules.length > mostRules) errors.push(tooLong(`${path}.restartPolicyRules`, rules, mostRules));
  for (const [i, { action, exitCodes }] of rules.entries()) {
    const at = `${path}.restartPolicyRules[${i}]`;
    oneOf(errors, `${at}.action`, action ?? '', ['Restart']);
    if (exitCodes === undefined) errors.push(required(`${at}.exitCodes`, 'must be specified'));
    else {
      oneOf(errors, `${at}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']);
      const count = exitCodes.values?.length ?? 0;
      if (count > mostExitCodes) errors.push(tooLong(`${at}.exitCodes.values`, exitCodes.values, mostExitCodes));
    }
  }
}

function unique(errors: Errors, path: string, name: string, names: Set<string>): void {
  if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
  if (name) names.add(name);
}

function checkInitContainers(errors: Errors, around: Surroundings, names: Set<string>): void {
  const { spec, path } = around;
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const at = `${path}.initContainers[${i}]`;
    checkContainer(errors, at, container, around);
    const { restartPolicy: policy, restartPolicyRules } = container as ContainerSpec;
    if (policy !== 'Always') checkRestartRules(errors, at, container);
    else if (restartPolicyRules?.length)
      errors.push(forbiddenField(`${at}.restartPolicyRules`, 'restartPolicyRules are not allowed for init containers with restart policy Always'));
    unique(errors, at, container.name, names);
    checkHostPorts(errors, [container], `${path}.initContainers`);
    if (policy === 'Always') {
      if (container.lifecycle) checkLifecycle(errors, `${at}.lifecycle`, container.lifecycle, spec.terminationGracePeriodSeconds);
      checkProbes(errors, at, container, spec.terminationGracePeriodSeconds);
      continue;
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      if (container[field] !== undefined) errors.push(forbiddenField(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
  }
}

const notForEphemeral = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const;

function checkEphemeralContainers(errors: Errors, around: Surroundings, names: Set<string>): void {
  const { spec, path } = around;
  const others = new Set(names);
  const text = 'cannot be set for an Ephemeral Container';
  for (const [i, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = `${path}.ephemeralContainers[${i}]`;
    const fields = container as unknown as Readonly<Record<string, unknown>>;
    checkContainer(errors, at, container as core.Container, around);
    checkImageText(errors, at, container as core.Container);
    unique(errors, at, container.name, names);
    if (container.targetContainerName && !others.has(container.targetContainerName))
      errors.push(notFoundField(`${at}.targetContainerName`, container.targetContainerName));
    for (const field of notForEphemeral) if (fields[field] !== undefined) errors.push(forbiddenField(`${at}.${field}`, text));
    if (Object.keys(container.resources ?? {}).length > 0) errors.push(forbiddenField(`${at}.resources`, text));
    for (const [j, mount] of (container.volumeMounts ?? []).entries()) {
      if (mount.subPath) errors.push(forbiddenField(`${at}.volumeMounts[${j}].subPath`, text));
      if (mount.subPathExpr) errors.push(forbiddenField(`${at}.volumeMounts[${j}].subPathExpr`, text));
    }
  }
}

/** What only real pods are checked for, not templates (validateContainerOnlyForPod). */
export function checkImageText(errors: Errors, path: string, { image }: core.Container): void {
  if (image && image.trim() !== image) errors.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** What is alike for all kinds of containers (validateContainerCommon). */
function checkContainer(errors: Errors, path: string, container: Container, { spec, volumes }: Surroundings): void {
  requiredName(errors, `${path}.name`, container.name, validateDnsLabel);
  if (!container.image) errors.push(required(`${path}.image`));
  oneOf(errors, `${path}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']);
  if (container.ports) checkPorts(errors, `${path}.ports`, container.ports);
  if (container.env) checkEnv(errors, `${path}.env`, container.env);
  if (container.envFrom) checkEnvFrom(errors, `${path}.envFrom`, container.envFrom);
  if (container.volumeMounts) checkMounts(errors, `${path}.volumeMounts`, container, volumes);
  if (container.volumeDevices) checkDevices(errors, `${path}.volumeDevices`, container, volumes);
  if (container.imagePullPolicy === '') errors.push(required(`${path}.imagePullPolicy`));
  else oneOf(errors, `${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies);
  checkRequirements(errors, `${path}.resources`, container.resources);
  checkClaimNames(errors, `${path}.resources.claims`, container.resources?.claims ?? [], podClaims({ spec } as Pod));
  if (container.resizePolicy) checkResizePolicy(errors, `${path}.resizePolicy`, container.resizePolicy, spec.restartPolicy);
  if (container.securityContext) checkSecurityContext(errors, `${path}.securityContext`, container.securityContext, spec.hostUsers !== false);
}

function checkResizePolicy(errors: Errors, path: string, policies: NonNullable<Container['resizePolicy']>, restartPolicy: string | undefined): void {
  const seen = new Set<string>();
  for (const [i, { resourceName = '', restartPolicy: policy = '' }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${i}]`, resourceName));
    seen.add(resourceName);
    if (resourceName === '') errors.push(required(path));
    else oneOf(errors, path, resourceName, ['cpu', 'memory']);
    if (policy === '') errors.push(required(path));
    else oneOf(errors, path, policy, ['NotRequired', 'RestartContainer']);
    if (restartPolicy === 'Never' && policy !== 'NotRequired') errors.push(invalidValue(path, policy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
  }
}

/** Of containers, Services and Endpoints. */
export const protocols = ['SCTP', 'TCP', 'UDP'];

function checkPorts(errors: Errors, path: string, ports: readonly core.ContainerPort[]): void {
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const at = `${path}[${i}]`;
    if (port.name) {
      const texts = validatePortName(port.name);
      invalidAll(errors, `${at}.name`, port.name, texts);
      if (texts.length === 0 && names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else invalidAll(errors, `${at}.containerPort`, port.containerPort, validatePortNumber(port.containerPort));
    if (port.hostPort) invalidAll(errors, `${at}.hostPort`, port.hostPort, validatePortNumber(port.hostPort));
    if (port.protocol && !protocols.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, protocols));
  }
}

/** checkHostPortConflicts */
function checkHostPorts(errors: Errors, containers: readonly core.Container[], path: string): void {
  let taken: Set<string> | undefined;
  for (const [i, { ports = [] }] of containers.entries()) {
    for (const [j, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue;
      taken ??= new Set();
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, key));
      taken.add(key);
    }
  }
}
