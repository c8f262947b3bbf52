import type { Pod } from '../../api/types.ts';
import type { NamespaceOption, PodSandboxConfig } from '../../interfaces/cri.ts';
import type { Context } from '../context.ts';
import { podDns, podHostname } from '../dns.ts';
import { allContainers, nameOf, namespaceOf, podDirectory, podLogsDirectory, uidOf } from '../pod.ts';
import { cgroupParent } from '../qos.ts';
import { ensureDirectory } from '../volumes/atomic-writer.ts';
import { labelNames } from './runtime-pod.ts';

/** What a pod's sandbox is made with: kuberuntime_sandbox.go generatePodSandboxConfig. */
export function sandboxConfig(context: Context, pod: Pod, attempt: number): PodSandboxConfig {
  const { spec } = pod;
  const portMappings = allContainers(pod).flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => port.hostPort || !spec.hostNetwork)
      .map((port) => ({
        protocol: (port.protocol ?? 'TCP') as 'TCP' | 'UDP' | 'SCTP',
        containerPort: port.containerPort,
        hostPort: port.hostPort ?? 0,
        ...(port.hostIP && { hostIp: port.hostIP }),
      })),
  );
  const { runAsUser, sysctls } = spec.securityContext ?? {};
  const privileged = allContainers(pod).some((each) => each.securityContext?.privileged === true);
  return {
    metadata: { name: nameOf(pod), uid: uidOf(pod), namespace: namespaceOf(pod), attempt },
    hostname: spec.hostNetwork ? context.nodeName : podHostname(pod),
    logDirectory: podLogsDirectory(pod),
    dnsConfig: podDns(context, pod),
    portMappings,
    labels: { ...pod.metadata.labels, ...podLabels(pod) },
    annotations: pod.metadata.annotations ?? {},
    linux: {
      cgroupParent: cgroupParent(pod, context.config.cgroupDriver),
      securityContext: {
        namespaceOptions: {
          network: spec.hostNetwork ? 2 : 0,
          pid: spec.hostPID ? 2 : spec.shareProcessNamespace ? 0 : 1,
          ipc: spec.hostIPC ? 2 : 0,
          ...(spec.hostUsers === false && { usernsOptions: userNamespace(context, pod) }),
        },
        privileged,
        ...(runAsUser !== undefined && { runAsUser }),
      },
      ...(sysctls && { sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])) }),
    },
  };
}

type UserNamespace = NonNullable<NamespaceOption['usernsOptions']>;

/** 65,536 ids of the node that no other pod has; a file of the pod's keeps them (pkg/kubelet/userns/userns_manager.go). */
function userNamespace({ fs, sim }: Context, pod: Pod): UserNamespace {
  const file = (uid: string): string => `${podDirectory(uid)}/userns`;
  const own = file(uidOf(pod));
  ensureDirectory(fs, podDirectory(uidOf(pod)));
  const taken = [...fs.list('/var/lib/kubelet/pods')].map(([uid]) => (fs.exists(file(uid)) ? fs.read(file(uid)) : ''));
  while (!fs.exists(own)) {
    const ids = [{ hostId: length * (1 + sim.random.int(length - 1)), containerId: 0, length }];
    const text = JSON.stringify({ uidMappings: ids, gidMappings: ids });
    if (!taken.includes(text)) fs.write(own, text, { mode: 0o600 });
  }
  const { uidMappings: uids, gidMappings: gids } = JSON.parse(fs.read(own));
  return { mode: 0, uids, gids };
}

const length = 65_536;

/** What tells the kubelet, after a restart, whose a sandbox or container is. */
export const podLabels = (pod: Pod): Readonly<Record<string, string>> => ({
  [labelNames.podName]: nameOf(pod),
  [labelNames.podNamespace]: namespaceOf(pod),
  [labelNames.podUid]: uidOf(pod),
});
