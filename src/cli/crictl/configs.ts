/** The files that runp, create and run read: pod and container configurations in the API's snake case, as JSON or YAML. */
import { parseYaml, YamlError, yamlText } from '../../apimachinery/yaml.ts';
import type { ContainerConfig, PodSandboxConfig, PortMapping } from '../../interfaces/cri.ts';
import { isErrno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { mismatch } from './config-types.ts';
import { type Context, Fatal } from './context.ts';
import { camelCase } from './proto.ts';

function load(context: Context, path: string, message: 'PodSandboxConfig' | 'ContainerConfig'): Record<string, unknown> {
  let source: string;
  try {
    source = yamlText(context.process, path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) throw new Fatal(`config at ${path} not found`);
    if (isErrno(error)) throw new Fatal(`${error.code === 'EISDIR' ? 'read' : 'open'} ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
  try {
    const value = parseYaml(source);
    const problem = mismatch(value ?? {}, message);
    if (problem !== undefined) throw new Fatal(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${problem}`);
    return camelCase(value ?? {}) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof YamlError) throw new Fatal(error.message);
    throw error;
  }
}

/** A pod's configuration; one without a uid gets one. */
export function* loadPod(context: Context, path: string): Routine<PodSandboxConfig> {
  const config = load(context, path, 'PodSandboxConfig') as Partial<PodSandboxConfig>;
  if (!config.metadata) throw new Fatal('metadata is not set');
  const metadata = { ...config.metadata, uid: config.metadata.uid || context.process.sim.random.uuid(), attempt: config.metadata.attempt ?? 0 };
  if (!metadata.name || !metadata.namespace) throw new Fatal(`name or namespace is not in metadata ${JSON.stringify(protoText(metadata))}`);
  if (config.linux && !config.linux.cgroupParent)
    yield* context.log('warning', 'cgroup_parent is not set. Use `runtime-config` to get the runtime cgroup driver');
  const { servers = [], searches = [], options = [] } = (config.dnsConfig ?? {}) as Partial<NonNullable<PodSandboxConfig['dnsConfig']>>;
  const dns = config.dnsConfig ? { dnsConfig: { servers, searches, options } } : {};
  return { ...config, ...dns, metadata, ...(config.portMappings ? { portMappings: config.portMappings.map(portMapping) } : {}) };
}

/** A message as Go prints one. */
const protoText = (message: object): string =>
  ['name', 'uid', 'namespace', 'attempt', 'image']
    .flatMap((key) => {
      const value = (message as Record<string, unknown>)[key];
      return value === undefined || value === '' || value === 0 ? [] : [`${key}:${JSON.stringify(value)}`];
    })
    .join(' ');

const protocols = ['TCP', 'UDP', 'SCTP'] as const;

/** The API's enum stands as its number in a file. */
const portMapping = ({ protocol, ...ports }: PortMapping): PortMapping => ({
  ...ports,
  containerPort: ports.containerPort ?? 0,
  hostPort: ports.hostPort ?? 0,
  protocol: protocols[Number(protocol ?? 0)] ?? protocol,
});

/** A container's configuration. */
export function loadContainer(context: Context, path: string): ContainerConfig {
  const config = load(context, path, 'ContainerConfig') as Partial<ContainerConfig>;
  if (!config.metadata) throw new Fatal('metadata is not set');
  if (!config.metadata.name) throw new Fatal(`name is not in metadata ${JSON.stringify(protoText(config.metadata))}`);
  if (!config.image) throw new Fatal('image is not set');
  if (!config.image.image) throw new Fatal(`image field is not set in image ${JSON.stringify(protoText(config.image))}`);
  return {
    ...config,
    metadata: { ...config.metadata, attempt: config.metadata.attempt ?? 0 },
    image: { ...config.image, userSpecifiedImage: config.image.userSpecifiedImage || config.image.image },
  };
}
