/** Containers of a pod: kubernetes pkg/apis/core/validation/validation.go validateContainers. */
import type { core, PodSpec } from '../../api/types.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notFoundField, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validateEnvVarName, validatePortName, validatePortNumber } from '../../apimachinery/names.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { nonNegative } from './numbers.ts';

type AnyContainer = core.Container | core.EphemeralContainer;

/** All containers of a pod's spec; names are unique among them. */
export function validateContainers(spec: PodSpec, path: string, volumes: ReadonlySet<string>): FieldError[] {
  const names = new Set<string>();
  const errors: FieldError[] = [];
  if (!spec.containers?.length) errors.push(required(`${path}.containers`));
  const each = (list: readonly AnyContainer[], at: string): void => {
    for (const [i, container] of list.entries()) {
      errors.push(...validateContainer(container, `${at}[${i}]`, volumes));
      if (container.name && names.has(container.name)) errors.push(duplicate(`${at}[${i}].name`, container.name));
      names.add(container.name);
      errors.push(...validateProbes(container as core.Container, `${at}[${i}]`));
    }
  };
  each(spec.containers ?? [], `${path}.containers`);
  each(spec.initContainers ?? [], `${path}.initContainers`);
  each(spec.ephemeralContainers ?? [], `${path}.ephemeralContainers`);
  return errors;
}

function validateContainer(container: AnyContainer, path: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!container.name) errors.push(required(`${path}.name`));
  else for (const text of validateDnsLabel(container.name)) errors.push(invalidValue(`${path}.name`, container.name, text));
  if (!container.image) errors.push(required(`${path}.image`));
  else if (container.image.trim() !== container.image)
    errors.push(invalidValue(`${path}.image`, container.image, 'must not have leading or trailing whitespace'));
  errors.push(...validatePorts(container.ports ?? [], `${path}.ports`));
  errors.push(...validateEnv(container.env ?? [], `${path}.env`));
  errors.push(...validateMounts(container.volumeMounts ?? [], `${path}.volumeMounts`, volumes));
  if (container.imagePullPolicy !== undefined && !pullPolicies.includes(container.imagePullPolicy))
    errors.push(notSupported(`${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies));
  errors.push(...validateResources(container.resources, `${path}.resources`));
  return errors;
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];

function validatePorts(ports: readonly core.ContainerPort[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const at = `${path}[${i}]`;
    if (port.name) {
      const texts = validatePortName(port.name);
      for (const text of texts) errors.push(invalidValue(`${at}.name`, port.name, text));
      if (texts.length === 0 && names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else for (const text of validatePortNumber(port.containerPort)) errors.push(invalidValue(`${at}.containerPort`, port.containerPort, text));
    if (port.hostPort) for (const text of validatePortNumber(port.hostPort)) errors.push(invalidValue(`${at}.hostPort`, port.hostPort, text));
    if (port.protocol && !protocols.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, protocols));
  }
  return errors;
}

function validateEnv(env: readonly core.EnvVar[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, variable] of env.entries()) {
    const at = `${path}[${i}]`;
    if (!variable.name) errors.push(required(`${at}.name`));
    else for (const text of validateEnvVarName(variable.name)) errors.push(invalidValue(`${at}.name`, variable.name, text));
    const { valueFrom } = variable;
    if (valueFrom === undefined) continue;
    if (Object.keys(valueFrom).length === 0)
      errors.push(
        invalidValue(`${at}.valueFrom`, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'),
      );
    else if (variable.value) errors.push(invalidValue(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    for (const reference of ['configMapKeyRef', 'secretKeyRef'] as const) {
      if (valueFrom[reference] && !valueFrom[reference]?.key) errors.push(required(`${at}.valueFrom.${reference}.key`));
    }
  }
  return errors;
}

function validateMounts(mounts: readonly core.VolumeMount[], path: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  for (const [i, mount] of mounts.entries()) {
    const at = `${path}[${i}]`;
    if (!mount.name) errors.push(required(`${at}.name`));
    else if (!volumes.has(mount.name)) errors.push(notFoundField(`${at}.name`, mount.name));
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) errors.push(invalidValue(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath?.startsWith('/')) errors.push(invalidValue(`${at}.subPath`, mount.subPath, 'must be a relative path'));
    if (mount.subPath && mount.subPathExpr) errors.push(invalidValue(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  }
  return errors;
}

const standardResources = new Set(['cpu', 'memory', 'ephemeral-storage', 'storage']);

/** Requests and limits (validateContainerResourceRequirements): amounts are not negative, requests not above limits. */
function validateResources(resources: core.ResourceRequirements | undefined, path: string): FieldError[] {
  if (resources === undefined) return [];
  const errors: FieldError[] = [];
  const { limits = {}, requests = {} } = resources;
  for (const [field, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, text] of Object.entries(amounts)) {
      const at = `${path}.${field}[${name}]`;
      if (!standardResources.has(name) && !name.startsWith('hugepages-') && !name.includes('/')) {
        errors.push(
          invalidValue(at, name, 'must be a standard resource type or fully qualified'),
          invalidValue(at, name, 'must be a standard resource for containers'),
        );
      }
      const quantity = tryParseQuantity(text);
      if (quantity !== undefined && quantity.nanos < 0n) errors.push(invalidValue(at, text, 'must be greater than or equal to 0'));
      const limit = field === 'requests' ? tryParseQuantity(limits[name]) : undefined;
      if (limit !== undefined && quantity !== undefined && quantity.compare(limit) > 0) {
        errors.push(invalidValue(`${path}.requests`, quantity.toString(), `must be less than or equal to ${name} limit of ${limit.toString()}`));
      }
    }
  }
  return errors;
}

function validateProbes(container: core.Container, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[field];
    if (probe === undefined) continue;
    const at = `${path}.${field}`;
    const handlers = [probe.exec, probe.httpGet, probe.tcpSocket, (probe as { grpc?: object }).grpc].filter(Boolean);
    if (handlers.length === 0) errors.push(required(at, 'must specify a handler type'));
    else if (handlers.length > 1) errors.push(forbiddenField(at, 'may not specify more than 1 handler type'));
    for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const)
      errors.push(...nonNegative(probe[name], `${at}.${name}`));
    if (field !== 'readinessProbe' && probe.successThreshold !== undefined && probe.successThreshold !== 1)
      errors.push(invalidValue(`${at}.successThreshold`, probe.successThreshold, 'must be 1'));
    errors.push(...validateProbePort(probe, at));
  }
  return errors;
}

function validateProbePort(probe: core.Probe, at: string): FieldError[] {
  for (const handler of ['httpGet', 'tcpSocket'] as const) {
    const port = probe[handler]?.port;
    if (port === undefined) continue;
    const texts = typeof port === 'number' ? validatePortNumber(port) : validatePortName(port);
    return texts.map((text) => invalidValue(`${at}.${handler}.port`, port, text));
  }
  if (probe.exec && !probe.exec.command?.length) return [required(`${at}.exec.command`)];
  return [];
}
