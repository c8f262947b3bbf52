/** A container of a pod before its runtime knows of it: who it runs as, its OCI spec, its streams. */
import { JsonError, parseJson } from '../apimachinery/json.ts';
import { type ContainerConfig, CriError, type PodSandboxConfig } from '../interfaces/cri.ts';
import type { ImageConfig } from '../interfaces/distribution.ts';
import type { SeccompProfile } from '../interfaces/oci.ts';
import { loadOwn, parserPath } from '../linux/apparmor-parser.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import { newSeccompFilter } from '../linux/seccomp.ts';
import { directoryAt } from './pod-files.ts';
import { ContainerIo, CriContainer, type Sandbox } from './records.ts';
import { containerSpec, type SpecStyle } from './spec.ts';
import type { CriStore } from './store.ts';
import { resolveUser, type UserTexts } from './user.ts';

type Wanted = {
  readonly id: string;
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly config: ContainerConfig;
  readonly sandboxConfig: PodSandboxConfig;
  readonly image: { readonly id: string; readonly config: ImageConfig };
  /** Its files. */
  readonly root: DirectoryNode;
  /** Where they are mounted, if not in its bundle. */
  readonly rootfs?: string;
  readonly apparmor?: string;
  readonly seccomp?: SeccompProfile;
};
type Host = { readonly kernel: Kernel; readonly store: CriStore; readonly style: SpecStyle; readonly now: number; readonly texts?: UserTexts };

/** Throws CriError where the image's files do not have the user. */
export function newContainer(
  { id, name, sandbox, config, sandboxConfig, image, root, rootfs, apparmor, seccomp }: Wanted,
  { kernel, store, style, now, texts }: Host,
): CriContainer {
  const security = config.linux?.securityContext;
  const target = security?.namespaceOptions?.targetId;
  return new CriContainer({
    id,
    name,
    sandbox,
    config,
    imageId: image.id,
    stopSignal: config.stopSignal || image.config.config.StopSignal || 'SIGTERM',
    createdAt: now,
    spec: containerSpec({
      id,
      config,
      sandbox: {
        id: sandbox.id,
        pid: sandbox.pid,
        config: sandbox.config,
        netns: sandbox.netns,
        hostname: sandbox.netns === '' ? kernel.hostname : sandbox.config.hostname || kernel.hostname,
      },
      image: image.config,
      imageName: config.image.userSpecifiedImage ?? config.image.image,
      user: resolveUser(root, image.config.config.User ?? '', security ?? {}, texts),
      rootfs,
      apparmor,
      seccomp,
      targetPid: target === undefined ? undefined : store.container(target)?.pid,
      style,
    }),
    logPath: sandboxConfig.logDirectory && config.logPath ? `${sandboxConfig.logDirectory}/${config.logPath}` : '',
    io: new ContainerIo({ stdin: config.stdin === true, tty: config.tty === true }),
  });
}

/**
 * A seccomp profile of the node's (Localhost): one that is not there is `told` as the runtime words it, one that forbids only what the lab's kernel is
 * not asked is refused in our own name.
 */
export function seccompProfile(
  files: FileSystem,
  { linux }: ContainerConfig,
  told: (path: string, why?: string) => string,
): { readonly seccomp?: SeccompProfile } {
  const read = (path: string): SeccompProfile => {
    try {
      return { syscalls: [], ...(parseJson(files.read(path)) as SeccompProfile) };
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new CriError('Unknown', told(path, error.message));
    }
  };
  const { profileType, localhostRef: path = '' } = linux?.securityContext?.seccomp ?? {};
  if (profileType !== 2 || linux?.securityContext?.privileged) return {};
  if (!files.exists(path)) throw new CriError('Unknown', told(path));
  const seccomp = read(path);
  if (!newSeccompFilter(seccomp)) throw new CriError('Unknown', `k8s-lab: what the seccomp profile ${path} forbids is not simulated`);
  return { seccomp };
}

/**
 * The AppArmor profile that a container runs under, `own` unless it says otherwise, where the machine has a parser for it. `told`, of a runtime that
 * looks first: throws CriError (containerd internal/cri/server/sputil.go GenerateApparmorSpecOpts).
 */
export function apparmorProfile(
  { apparmor }: Kernel,
  files: FileSystem,
  { linux }: ContainerConfig,
  own: string,
  told?: (why: string) => string,
): { readonly apparmor?: string } {
  const { privileged, apparmor: { profileType: type, localhostRef = '' } = {} } = linux?.securityContext ?? {};
  if (!files.exists(parserPath)) {
    if (told && type !== undefined && type !== 1) throw new CriError('Unknown', told('apparmor is not supported'));
    return {};
  }
  if (type === 1 || (privileged && type !== 2)) return {};
  loadOwn(apparmor, own);
  const name = type === 2 ? localhostRef : own;
  if (told && !apparmor.profiles.has(name)) throw new CriError('Unknown', told(`apparmor profile not found ${name}`));
  return { apparmor: name };
}

/** A host path that is missing is made as a directory. */
export function makeMountSources(files: FileSystem, config: ContainerConfig, now: number): void {
  for (const { hostPath } of config.mounts ?? []) if (!files.exists(hostPath)) directoryAt(files, hostPath, now);
}
