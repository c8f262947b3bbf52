/** What containerd does in its own way when it makes an OCI spec: where files lie, how cgroups and annotations are called. */
import type { SpecStyle } from '../../cri/spec.ts';
import type { PodSandboxConfig } from '../../interfaces/cri.ts';
import { defaultCapabilities } from '../../interfaces/oci-defaults.ts';

/** The directory with the files that a pod's containers share. */
export const sandboxFiles = (id: string): string => `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}`;
/** A pod's /dev/shm. */
export const sandboxShm = (id: string): string => `/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}/shm`;

/**
 * `kubepods-pod1.slice:cri-containerd:<id>` where the parent is a slice, else a path. Without `SystemdCgroup` runc takes the first for the
 * name of a directory, below containerd's own group.
 */
function cgroupsPath(parent: string | undefined, id: string, systemd: boolean): string {
  if (parent === undefined || parent === '') return `/k8s.io/${id}`;
  const base = parent.slice(parent.lastIndexOf('/') + 1);
  if (base.endsWith('.slice')) return `${systemd ? '' : '/system.slice/containerd.service/'}${base}:cri-containerd:${id}`;
  return `${parent === '/' ? '' : parent}/${id}`;
}

const describe = (id: string, config: PodSandboxConfig): Record<string, string> => ({
  'io.kubernetes.cri.sandbox-id': id,
  'io.kubernetes.cri.sandbox-name': config.metadata.name,
  'io.kubernetes.cri.sandbox-namespace': config.metadata.namespace,
  'io.kubernetes.cri.sandbox-uid': config.metadata.uid,
});

/** `systemd`: the runtime is told to make cgroups through systemd. */
export const containerdStyle = (systemd: boolean): SpecStyle => ({
  capabilities: defaultCapabilities,
  files: (id) => ({
    hostname: `${sandboxFiles(id)}/hostname`,
    hosts: `${sandboxFiles(id)}/hosts`,
    resolvConf: `${sandboxFiles(id)}/resolv.conf`,
    shm: sandboxShm(id),
  }),
  cgroupsPath: (parent, id) => cgroupsPath(parent, id, systemd),
  annotations: (sandbox, container) => ({
    ...(container
      ? {
          'io.kubernetes.cri.container-name': container.config.metadata.name,
          'io.kubernetes.cri.container-type': 'container',
          'io.kubernetes.cri.image-name': container.imageName,
        }
      : {
          'io.kubernetes.cri.container-type': 'sandbox',
          'io.kubernetes.cri.sandbox-log-directory': sandbox.config.logDirectory ?? '',
        }),
    ...describe(sandbox.id, sandbox.config),
  }),
});
