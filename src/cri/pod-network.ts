/** A pod's network namespace, held open by a file, and what the plugins of CNI do to it. */
import { type CniConfList, CniError, type CniResult, type CniRuntime } from '../interfaces/cni.ts';
import type { PodSandboxConfig } from '../interfaces/cri.ts';
import { FileNode } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import { NetworkNamespace } from '../linux/network.ts';
import type { Sim } from '../sim/sim.ts';
import { directoryAt } from './pod-files.ts';

type Parts = {
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly files: FileSystem;
  readonly cni: CniRuntime;
  readonly confDir: string;
  readonly binDir: string;
  /** See CniRuntime.loadNetwork. */
  readonly skipBroken?: boolean;
};

/** The network of a runtime's pods. */
export class PodNetwork {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The network that pods get now; undefined when there is none. */
  load(): CniConfList | undefined {
    try {
      return this.#load();
    } catch (error) {
      if (error instanceof CniError) return undefined;
      throw error;
    }
  }

  /** Why there is none. */
  problem(): CniError | undefined {
    try {
      this.#load();
      return undefined;
    } catch (error) {
      if (error instanceof CniError) return error;
      throw error;
    }
  }

  /** Throws CniError. */
  #load(): CniConfList {
    const { cni, confDir, binDir, skipBroken = false } = this.#parts;
    return cni.loadNetwork(confDir, binDir, { skipBroken });
  }

  /** Makes a namespace and the file that holds it. */
  open(path: string, name: string): string {
    const { kernel, files, sim } = this.#parts;
    kernel.networkNamespaces.set(path, new NetworkNamespace(kernel.inode(), name));
    const [folder, file] = split(path);
    directoryAt(files, folder, sim.now).add(file, new FileNode({ mode: 0o444, uid: 0, gid: 0, mtime: sim.now }));
    return path;
  }

  /** Throws CniError. */
  add(id: string, netns: string, config: PodSandboxConfig): CniResult {
    return this.#parts.cni.add(this.#load(), cniArgs(id, netns, config));
  }

  /** Takes the network from the namespace and lets it go; nothing to do when it is gone. */
  close(id: string, netns: string, config: PodSandboxConfig): void {
    const { kernel, cni, files, sim } = this.#parts;
    if (netns === '' || !kernel.networkNamespaces.has(netns)) return;
    const conf = this.load();
    if (conf) {
      try {
        cni.del(conf, cniArgs(id, netns, config));
      } catch (error) {
        if (!(error instanceof CniError)) throw error; // A DEL that fails is tried again by nobody here; the address stays taken, as in reality.
      }
    }
    kernel.networkNamespaces.delete(netns);
    const [folder, file] = split(netns);
    directoryAt(files, folder, sim.now).remove(file);
  }
}

const split = (path: string): readonly [string, string] => [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];

/** What the plugins are told; the pod's labels come in no order that would matter to them. */
export function cniArgs(
  id: string,
  netns: string,
  { metadata, portMappings = [] }: Pick<PodSandboxConfig, 'metadata' | 'portMappings'>,
): Parameters<CniRuntime['add']>[1] {
  const { name, namespace, uid } = metadata;
  return {
    containerId: id,
    netns,
    ifName: 'eth0',
    args: { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: name, K8S_POD_INFRA_CONTAINER_ID: id, K8S_POD_UID: uid, IgnoreUnknown: '1' },
    portMappings: portMappings
      .filter(({ hostPort }) => hostPort > 0)
      .map(({ hostPort, containerPort, protocol, hostIp }) => ({
        hostPort,
        containerPort,
        protocol: protocol.toLowerCase(),
        ...(hostIp === undefined ? {} : { hostIP: hostIp }),
      })),
  };
}
