import type { ContainerSpec, Pod, Service } from '../../api/types.ts';
import type { ContainerConfig, CriImage, LinuxContainerResources, Mount } from '../../interfaces/cri.ts';
import { FileNode } from '../../linux/file-node.ts';
import type { ConfigObjects } from '../config-objects.ts';
import type { Context } from '../context.ts';
import { hostsFile } from '../dns.ts';
import { ConfigError, type Environment, makeEnvironment } from '../env.ts';
import { expand } from '../expansion.ts';
import type { PodFacts } from '../field-ref.ts';
import { formatPod, gracePeriodOf, hashContainer, isStatic, podDirectory, uidOf } from '../pod.ts';
import { linuxResources } from '../qos.ts';
import { ensureDirectory } from '../volumes/atomic-writer.ts';
import type { MountedVolumes } from '../volumes/volume-manager.ts';
import { labelNames, type RuntimePod } from './runtime-pod.ts';
import { podLabels } from './sandbox-config.ts';

/** What a container's configuration is made from, beside the pod. */
type ContainerInputs = {
  readonly context: Context;
  readonly facts: PodFacts;
  readonly objects: ConfigObjects;
  /** Undefined while the services have not been read once. */
  readonly services: readonly Service[] | undefined;
  readonly volumes: MountedVolumes;
  readonly image: CriImage;
  readonly restartCount: number;
  readonly target: string | undefined;
  readonly status: RuntimePod;
};

/** kuberuntime_container.go generateContainerConfig. Throws ConfigError. */
export function containerConfig(pod: Pod, container: ContainerSpec, inputs: ContainerInputs): ContainerConfig {
  const { context, image, restartCount } = inputs;
  if (inputs.services === undefined && !isStatic(pod)) throw new ConfigError('services have not yet been read at least once, cannot construct envs');
  const envs = makeEnvironment(pod, container, inputs.facts, inputs.objects, inputs.services ?? [], (volume, path) => {
    const folder = inputs.volumes.get(volume)?.path;
    return folder && (context.fs.exists(`${folder}/${path}`) ? context.fs.read(`${folder}/${path}`) : '');
  });
  checkNonRoot(pod, container, image);
  const variables = new Map(envs.map(({ key, value }) => [key, value]));
  const expanded = (words: readonly string[] | undefined): string[] => (words ?? []).map((word) => expand(word, (name) => variables.get(name)));
  return {
    metadata: { name: container.name, attempt: restartCount },
    image: { image: image.id, userSpecifiedImage: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs,
    mounts: makeMounts(pod, container, inputs, envs),
    labels: { ...podLabels(pod), [labelNames.containerName]: container.name },
    annotations: annotations(pod, container, restartCount),
    logPath: `${container.name}/${restartCount}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: { resources: resources(pod, container, context), securityContext: securityContext(pod, container, image, inputs) },
  };
}

/** kuberuntime_container_linux.go generateLinuxContainerResources: since 1.28 the kernel is asked to kill all of a container. */
function resources(pod: Pod, container: ContainerSpec, { kernel, minor, config }: ContainerInputs['context']): LinuxContainerResources {
  const plain = linuxResources(pod, container, kernel.memoryBytes);
  return minor < 28 || config.singleProcessOOMKill ? plain : { ...plain, unified: { 'memory.oom.group': '1' } };
}

function annotations(pod: Pod, container: ContainerSpec, restartCount: number): Record<string, string> {
  return {
    [labelNames.hash]: hashContainer(container),
    [labelNames.restartCount]: String(restartCount),
    [labelNames.terminationMessagePath]: container.terminationMessagePath ?? '/dev/termination-log',
    [labelNames.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
    [labelNames.gracePeriod]: String(gracePeriodOf(pod)),
    ...((container.ports?.length ?? 0) > 0 && { [labelNames.ports]: JSON.stringify(container.ports) }),
  };
}

function securityContext(pod: Pod, container: ContainerSpec, image: CriImage, inputs: ContainerInputs) {
  const { status, target } = inputs;
  const ofPod = pod.spec.securityContext ?? {};
  const own = container.securityContext ?? {};
  const runAsUser = own.runAsUser ?? ofPod.runAsUser ?? image.uid;
  const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup;
  const groups = [...(ofPod.supplementalGroups ?? []), ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup])];
  const targetId = target === undefined ? undefined : status.containers.find((each) => each.metadata.name === target && each.state === 'CONTAINER_RUNNING')?.id;
  const pid = pod.spec.hostPID ? 2 : pod.spec.shareProcessNamespace ? 0 : targetId === undefined ? 1 : 3;
  return {
    namespaceOptions: { network: pod.spec.hostNetwork ? 2 : 0, pid, ipc: pod.spec.hostIPC ? 2 : 0, ...(targetId !== undefined && { targetId }) },
    privileged: own.privileged ?? false,
    ...(runAsUser !== undefined && { runAsUser }),
    ...(runAsGroup !== undefined && { runAsGroup }),
    ...(runAsUser === undefined && image.username !== '' && { runAsUsername: image.username }),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    noNewPrivs: own.allowPrivilegeEscalation === false,
    seccomp: seccompOf(own.seccompProfile ?? ofPod.seccompProfile, inputs),
    ...apparmorOf(own.appArmorProfile ?? ofPod.appArmorProfile),
    supplementalGroups: groups,
    capabilities: { addCapabilities: own.capabilities?.add ?? [], dropCapabilities: own.capabilities?.drop ?? [] },
  } as const;
}

type Seccomp = NonNullable<NonNullable<NonNullable<ContainerConfig['linux']>['securityContext']>['seccomp']>;

/** helpers.go getSeccompProfile: a profile of the node's lies below the kubelet's folder. */
function seccompOf(profile: { readonly type?: string; readonly localhostProfile?: string } | undefined, { context }: ContainerInputs): Seccomp {
  const type = profile?.type ?? (context.config.seccompDefault ? 'RuntimeDefault' : 'Unconfined');
  if (type === 'Localhost') return { profileType: 2, localhostRef: `/var/lib/kubelet/seccomp/${profile?.localhostProfile ?? ''}` };
  return { profileType: type === 'RuntimeDefault' ? 0 : 1 };
}

/** security_context.go getAppArmorProfile: nothing is said where the pod says nothing. */
function apparmorOf(profile: { readonly type?: string; readonly localhostProfile?: string } | undefined): { readonly apparmor?: Seccomp } {
  if (profile?.type === undefined) return {};
  if (profile.type === 'Localhost') return { apparmor: { profileType: 2, localhostRef: profile.localhostProfile ?? '' } };
  return { apparmor: { profileType: profile.type === 'RuntimeDefault' ? 0 : 1 } };
}

/** security_context.go verifyRunAsNonRoot. */
function checkNonRoot(pod: Pod, container: ContainerSpec, image: CriImage): void {
  const own = container.securityContext ?? {};
  const ofPod = pod.spec.securityContext ?? {};
  if (!(own.runAsNonRoot ?? ofPod.runAsNonRoot)) return;
  const user = own.runAsUser ?? ofPod.runAsUser;
  const who = `(pod: "${formatPod(pod)}", container: ${container.name})`;
  if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${who}`);
  if (user !== undefined) return;
  if (image.uid === undefined && image.username !== '')
    throw new ConfigError(`container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${who}`);
  if (image.uid === undefined || image.uid === 0) throw new ConfigError(`container has runAsNonRoot and image will run as root ${who}`);
}

/** Volume mounts, the hosts file and the termination log: kubelet_pods.go makeMounts. */
function makeMounts(pod: Pod, container: ContainerSpec, inputs: ContainerInputs, envs: Environment): Mount[] {
  const { context, volumes } = inputs;
  const { fs } = context;
  const directory = podDirectory(uidOf(pod));
  const mounts: Mount[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const volume = volumes.get(mount.name);
    if (!volume) throw new ConfigError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, (name) => envs.find(({ key }) => key === name)?.value);
    let hostPath = volume.path;
    if (subPath) {
      hostPath = `${hostPath}/${subPath}`;
      if (!fs.exists(hostPath)) ensureDirectory(fs, hostPath);
    }
    mounts.push({ containerPath: mount.mountPath, hostPath, readonly: (mount.readOnly ?? false) || volume.readonly });
  }
  const ownsHosts = mounts.some(({ containerPath }) => containerPath === '/etc/hosts');
  if (!ownsHosts && inputs.facts.podIps.length > 0) {
    const path = `${directory}/etc-hosts`;
    const text = hostsFile(context, pod, inputs.facts.podIps);
    if (!fs.exists(path) || fs.read(path) !== text) fs.write(path, text, { mode: 0o644 });
    mounts.push({ containerPath: '/etc/hosts', hostPath: path, readonly: false });
  }
  if (container.terminationMessagePath !== '') {
    const own = `${directory}/containers/${container.name}`;
    const name = context.sim.random.hex(8);
    const path = `${own}/${name}`;
    ensureDirectory(fs, own).add(name, new FileNode({ mode: 0o666, uid: 0, gid: 0, mtime: context.sim.now }));
    mounts.push({ containerPath: container.terminationMessagePath ?? '/dev/termination-log', hostPath: path, readonly: false });
  }
  return mounts;
}
