/** A pod's container in Docker's terms. */
import type * as cri from '../interfaces/cri.ts';
import type { CreateOptions, HostConfig } from '../interfaces/docker.ts';
import { emptyConfig, emptyHost } from '../interfaces/docker-defaults.ts';
import { logPathLabel, makeContainerName, makeLabels, sandboxIdLabel } from './names.ts';

/** Of a pod's container: the pod has the network, the kubelet restarts. */
export const podHost: HostConfig = { ...emptyHost, NetworkMode: 'none', RestartPolicy: { Name: '', MaximumRetryCount: 0 } };

/** docker_container.go CreateContainer. */
export function createOptions(sandboxId: string, config: cri.ContainerConfig, sandbox: cri.PodSandboxConfig, cgroupParent: string | undefined): CreateOptions {
  const logPath = sandbox.logDirectory && config.logPath ? `${sandbox.logDirectory}/${config.logPath}` : '';
  return {
    name: makeContainerName(sandbox, config),
    config: {
      ...emptyConfig,
      Image: config.image.image,
      User: userOf(config),
      Entrypoint: config.command?.length ? config.command : null,
      Cmd: config.args?.length ? config.args : null,
      Env: (config.envs ?? []).map(({ key, value }) => `${key}=${value}`),
      WorkingDir: config.workingDir ?? '',
      OpenStdin: config.stdin ?? false,
      Tty: config.tty ?? false,
      Labels: { ...makeLabels('container', config.labels, config.annotations), [logPathLabel]: logPath, [sandboxIdLabel]: sandboxId },
      ...(config.stopSignal === undefined ? {} : { StopSignal: config.stopSignal }),
    },
    host: hostConfig(sandboxId, config, sandbox, cgroupParent),
  };
}

function hostConfig(sandboxId: string, config: cri.ContainerConfig, sandbox: cri.PodSandboxConfig, cgroupParent: string | undefined): HostConfig {
  const security = config.linux?.securityContext;
  const resources = config.linux?.resources ?? {};
  const shared = `container:${sandboxId}`;
  const host = sandbox.linux?.securityContext?.namespaceOptions;
  return {
    ...podHost,
    Binds: (config.mounts ?? []).map(bindOf),
    NetworkMode: host?.network === 2 ? 'host' : shared,
    IpcMode: host?.ipc === 2 ? 'host' : shared,
    PidMode: pidMode(security?.namespaceOptions, shared),
    Privileged: security?.privileged ?? false,
    ReadonlyRootfs: security?.readonlyRootfs ?? false,
    CapAdd: security?.capabilities?.addCapabilities ?? [],
    CapDrop: security?.capabilities?.dropCapabilities ?? [],
    GroupAdd: (security?.supplementalGroups ?? []).map(String),
    Memory: resources.memoryLimitInBytes ?? 0,
    CpuShares: resources.cpuShares ?? 0,
    ...(resources.cpuQuota ? { CpuQuota: resources.cpuQuota, CpuPeriod: resources.cpuPeriod ?? 100_000 } : {}),
    OomScoreAdj: resources.oomScoreAdj ?? 0,
    ...(cgroupParent === undefined ? {} : { CgroupParent: cgroupParent }),
  };
}

function pidMode(options: cri.NamespaceOption | undefined, shared: string): string {
  if (options?.pid === 2) return 'host';
  if (options?.pid === 3 && options.targetId !== undefined) return `container:${options.targetId}`;
  return options?.pid === 0 ? shared : '';
}

/** `1000`, `1000:3000`, or a name. */
function userOf({ linux }: cri.ContainerConfig): string {
  const { runAsUser, runAsGroup, runAsUsername } = linux?.securityContext ?? {};
  const user = runAsUser === undefined ? (runAsUsername ?? '') : String(runAsUser);
  return runAsGroup === undefined || user === '' ? user : `${user}:${runAsGroup}`;
}

function bindOf({ hostPath, containerPath, readonly, propagation }: cri.Mount): string {
  const modes = [...(readonly ? ['ro'] : []), ...(propagation === 1 ? ['rslave'] : propagation === 2 ? ['rshared'] : [])];
  return [hostPath, containerPath, ...(modes.length > 0 ? [modes.join(',')] : [])].join(':');
}
