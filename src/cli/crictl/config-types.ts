/** What kind of value a field of a pod's or container's configuration takes: what encoding/json says of another one. */

/** Fields that take text: a number or a truth value there is taken as text. */
export const textFields = [
  'name',
  'namespace',
  'uid',
  'image',
  'hostname',
  'log_directory',
  'log_path',
  'working_dir',
  'cgroup_parent',
  'key',
  'value',
  'host_path',
  'container_path',
];
const lists = { command: 'string', args: 'string', envs: '*v1.KeyValue', mounts: '*v1.Mount', port_mappings: '*v1.PortMapping' } as const;
const messages: Readonly<Record<string, string>> = {
  metadata: 'Metadata',
  image: 'ImageSpec',
  linux: 'Linux',
  dns_config: 'DNSConfig',
  security_context: 'SecurityContext',
  namespace_options: 'NamespaceOption',
  resources: 'LinuxContainerResources',
};

/** Go's name of the message in a field; a few differ between pods and containers. */
function messageName(parent: string, field: string): string {
  const name = messages[field] ?? '';
  if (name === 'Metadata') return parent === 'PodSandboxConfig' ? 'PodSandboxMetadata' : 'ContainerMetadata';
  if (name === 'Linux') return `Linux${parent}`;
  return name === 'SecurityContext' ? (parent === 'LinuxPodSandboxConfig' ? 'LinuxSandboxSecurityContext' : 'LinuxContainerSecurityContext') : name;
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;

/** `string into Go struct field …` for the first value that its field cannot take. */
export function mismatch(value: unknown, message: string, path: readonly string[] = []): string | undefined {
  const found = typeOf(value);
  if (found !== 'object') return path.length === 0 ? `${found} into Go value of type v1.${message}` : undefined;
  for (const [field, each] of Object.entries(value as object)) {
    if (each === null || each === undefined) continue;
    const problem = wrong(field, each, message, [...path, field]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function wrong(field: string, value: unknown, message: string, path: readonly string[]): string | undefined {
  const found = typeOf(value);
  const into = (type: string): string => `${found} into Go struct field ${message}.${path.join('.')} of type ${type}`;
  if (field in lists) return found === 'array' ? undefined : into(`[]${lists[field as keyof typeof lists]}`);
  if (field === 'labels' || field === 'annotations') return found === 'object' ? undefined : into('map[string]string');
  if (field === 'attempt') return found === 'number' ? undefined : into('uint32');
  if (field in messages && !(field === 'image' && message === 'ImageSpec')) {
    const name = messageName(message, field);
    return found === 'object' ? mismatch(value, name, path) : into(`v1.${name}`);
  }
  return textFields.includes(field) && (found === 'object' || found === 'array') ? into('string') : undefined;
}
