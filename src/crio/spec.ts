/** What CRI-O does in its own way when it makes an OCI spec (CRI-O server/container_create_linux.go, internal/factory/container). */
import type { SpecStyle } from '../cri/spec.ts';
import type { CrioConfig } from './config.ts';
import { runDirectory } from './storage.ts';

/** The file that holds one of a pod's namespaces open: pinns makes it. */
export const pinned = (config: CrioConfig, kind: 'netns' | 'utsns' | 'ipcns', name: string): string => `${config.namespacesDir}/${kind}/${name}`;

const kinds = { network: 'netns', uts: 'utsns', ipc: 'ipcns' } as const;

function cgroupsPath(parent: string | undefined, id: string, systemd: boolean): string {
  const slice = (parent ?? '').slice((parent ?? '').lastIndexOf('/') + 1);
  if (systemd) return `${slice.endsWith('.slice') ? slice : 'system.slice'}:crio:${id}`;
  return `${parent === undefined || parent === '' ? '/crio' : parent}/crio-${id}`;
}

/** `pinName`: under which name a pod's namespaces are pinned. */
export const crioStyle = (config: CrioConfig, pinName: (sandboxId: string) => string): SpecStyle => ({
  capabilities: config.capabilities,
  files: (id) => ({ hostname: `${runDirectory(id)}/hostname`, resolvConf: `${runDirectory(id)}/resolv.conf`, shm: `${runDirectory(id)}/shm` }),
  cgroupsPath: (parent, id) => cgroupsPath(parent, id, config.systemdCgroup),
  namespace: (sandbox, type) => pinned(config, kinds[type], pinName(sandbox.id)),
  annotations: (sandbox, container) => {
    const { metadata, labels = {}, annotations = {}, hostname = '', logDirectory = '', linux } = sandbox.config;
    const key = (name: string): string => `io.kubernetes.cri-o.${name}`;
    const common = {
      'io.container.manager': 'cri-o',
      [key('SandboxID')]: sandbox.id,
      [key('SandboxName')]: `k8s_${metadata.name}_${metadata.namespace}_${metadata.uid}_${metadata.attempt}`,
      [key('ResolvPath')]: `${runDirectory(sandbox.id)}/resolv.conf`,
    };
    if (!container)
      return {
        ...labels,
        ...annotations,
        ...common,
        [key('ContainerType')]: 'sandbox',
        [key('ContainerID')]: sandbox.id,
        [key('KubeName')]: metadata.name,
        [key('Namespace')]: metadata.namespace,
        [key('HostName')]: hostname,
        [key('CgroupParent')]: linux?.cgroupParent ?? '',
        [key('LogPath')]: `${logDirectory}/${sandbox.id}.log`,
        [key('Metadata')]: JSON.stringify(metadata),
        [key('Labels')]: JSON.stringify(labels),
        [key('Annotations')]: JSON.stringify(annotations),
      };
    const { config: own } = container;
    return {
      ...own.labels,
      ...own.annotations,
      ...common,
      [key('ContainerType')]: 'container',
      [key('ContainerID')]: container.id,
      [key('Image')]: container.imageName,
      [key('LogPath')]: own.logPath ? `${logDirectory}/${own.logPath}` : '',
      [key('Metadata')]: JSON.stringify(own.metadata),
      [key('Labels')]: JSON.stringify(own.labels ?? {}),
      [key('Annotations')]: JSON.stringify(own.annotations ?? {}),
      [key('TTY')]: String(own.tty === true),
      [key('Stdin')]: String(own.stdin === true),
      [key('StdinOnce')]: String(own.stdinOnce === true),
    };
  },
});
