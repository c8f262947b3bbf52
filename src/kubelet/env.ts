/** The environment of a container: kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables. */
import type { ContainerSpec, core, Pod, Service } from '../api/types.ts';
import { quote } from '../apimachinery/go-text.ts';
import type { ConfigObjects } from './config-objects.ts';
import { expand } from './expansion.ts';
import { containerResourceValue, fieldValue, type PodFacts } from './field-ref.ts';
import { namespaceOf } from './pod.ts';
import { serviceEnvironment } from './service-env.ts';

/** Shown as the container's waiting reason CreateContainerConfigError, with this text. */
export class ConfigError extends Error {}

/** Later entries win; in the order in which they were given. */
export type Environment = readonly { readonly key: string; readonly value: string }[];

/** What a file of one of the pod's volumes holds; undefined without the volume. */
export type FileReader = (volume: string, path: string) => string | undefined;

/** Throws ConfigError with the text that stands behind CreateContainerConfigError. */
export function makeEnvironment(
  pod: Pod,
  container: ContainerSpec,
  facts: PodFacts,
  objects: ConfigObjects,
  services: readonly Service[],
  read: FileReader,
): Environment {
  const services_ = serviceEnvironment(services, namespaceOf(pod), pod.spec.enableServiceLinks !== false);
  const result = new Map<string, string>();
  for (const source of container.envFrom ?? []) for (const [key, value] of fromSource(pod, source, objects)) result.set(key, value);
  const known = (name: string): string | undefined => result.get(name) ?? services_.get(name);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? fromReference(pod, container, variable.valueFrom, facts, objects, read) : expand(variable.value ?? '', known);
    if (value !== undefined) result.set(variable.name, value);
  }
  for (const [key, value] of services_) if (!result.has(key)) result.set(key, value);
  return [...result].map(([key, value]) => ({ key, value }));
}

function fromSource(pod: Pod, source: core.EnvFromSource, objects: ConfigObjects): [string, string][] {
  const prefix = source.prefix ?? '';
  const data = source.configMapRef
    ? objects.configMap(namespaceOf(pod), source.configMapRef.name ?? '')?.data
    : source.secretRef
      ? objects.secretData(namespaceOf(pod), source.secretRef.name ?? '')
      : {};
  if (data === undefined) {
    const found = source.configMapRef && objects.configMap(namespaceOf(pod), source.configMapRef.name ?? '') !== undefined;
    if (found || source.configMapRef?.optional || source.secretRef?.optional) return [];
    throw new ConfigError(source.configMapRef ? `configmap "${source.configMapRef.name}" not found` : `secret "${source.secretRef?.name}" not found`);
  }
  return Object.entries(data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [prefix + key, value]);
}

function fromReference(
  pod: Pod,
  container: ContainerSpec,
  from: core.EnvVarSource,
  facts: PodFacts,
  objects: ConfigObjects,
  read: FileReader,
): string | undefined {
  const namespace = namespaceOf(pod);
  if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, facts);
  if (from.resourceFieldRef) return containerResourceValue(pod, from.resourceFieldRef, container.name, facts);
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef;
    const map = objects.configMap(namespace, name);
    if (!map && !optional) throw new ConfigError(`configmap "${name}" not found`);
    const value = map?.data?.[key];
    if (value === undefined && !optional) throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef;
    const data = objects.secretData(namespace, name);
    if (!data && !optional) throw new ConfigError(`secret "${name}" not found`);
    const value = data?.[key];
    if (value === undefined && !optional) throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value;
  }
  const { fileKeyRef } = from as { readonly fileKeyRef?: FileKeySelector };
  return fileKeyRef && fromFile(fileKeyRef, read);
}

type FileKeySelector = { readonly volumeName: string; readonly path: string; readonly key: string; readonly optional?: boolean };

/** A line `KEY='value'` of a file that an init container wrote into an emptyDir: pkg/kubelet/util/env. */
function fromFile({ volumeName, path, key, optional }: FileKeySelector, read: FileReader): string | undefined {
  const text = read(volumeName, path);
  if (text === undefined) throw new ConfigError(`cannot find the volume ${quote(volumeName)} referenced by FileKeyRef`);
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*([^=#]+?)='([^']*)'\s*$/.exec(line) ?? [];
    if (name === key) return value;
  }
  if (optional) return undefined;
  throw new ConfigError(`environment variable key ${quote(key)} not found in file ${quote(path)}`);
}
