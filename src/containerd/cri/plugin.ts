/** What the parts of the CRI plugin share. */

import { ContainerEvents } from '../../cri/events.ts';
import { directoryAt } from '../../cri/pod-files.ts';
import { PodNetwork } from '../../cri/pod-network.ts';
import type { CriContainer } from '../../cri/records.ts';
import type { SpecStyle } from '../../cri/spec.ts';
import type { CriStore } from '../../cri/store.ts';
import type { CniRuntime } from '../../interfaces/cni.ts';
import { CriError } from '../../interfaces/cri.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import type { DirectoryNode } from '../../linux/inode.ts';
import type { Kernel } from '../../linux/kernel.ts';
import type { Sim } from '../../sim/sim.ts';
import type { ContainerdConfig } from '../config.ts';
import type { ContainerService } from '../containers.ts';
import type { ContentService } from '../content.ts';
import type { Context } from '../context.ts';
import type { ImageService } from '../images.ts';
import { parseDockerReference } from '../reference.ts';
import type { SnapshotService } from '../snapshots.ts';
import type { TaskService } from '../tasks.ts';
import { ImageStore } from './image-store.ts';
import { containerdStyle } from './spec.ts';

type PluginParts = {
  readonly context: Context;
  readonly config: ContainerdConfig;
  readonly cni: CniRuntime;
  readonly content: ContentService;
  readonly images: ImageService;
  readonly snapshots: SnapshotService;
  readonly containers: ContainerService;
  readonly tasks: TaskService;
};

/** The CRI plugin: containerd's services with the store of pods. */
export class Plugin {
  readonly context: Context;
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly files: FileSystem;
  readonly config: ContainerdConfig;
  readonly network: PodNetwork;
  readonly content: ContentService;
  readonly images: ImageService;
  readonly snapshots: SnapshotService;
  readonly containers: ContainerService;
  readonly tasks: TaskService;
  readonly style: SpecStyle;
  readonly imageStore: ImageStore;
  readonly store: CriStore;
  readonly events = new ContainerEvents(() => this.kernel.now);

  constructor(parts: PluginParts) {
    this.context = parts.context;
    this.kernel = parts.context.kernel;
    this.sim = parts.context.sim;
    this.files = parts.context.files;
    this.store = parts.context.meta.cri;
    this.config = parts.config;
    const { cniConfDir: confDir, cniBinDir: binDir } = parts.config;
    this.network = new PodNetwork({ kernel: this.kernel, sim: this.sim, files: this.files, cni: parts.cni, confDir, binDir });
    this.content = parts.content;
    this.images = parts.images;
    this.snapshots = parts.snapshots;
    this.containers = parts.containers;
    this.tasks = parts.tasks;
    this.style = containerdStyle(parts.config.systemdCgroup);
    this.imageStore = new ImageStore(parts.images, parts.content);
    parts.images.onChange = (namespace) => {
      if (namespace === 'k8s.io') this.imageStore.invalidate();
    };
  }

  readonly now = (): number => this.kernel.now;

  /** The container, or the error that most calls give. */
  mustContainer(id: string): CriContainer {
    const container = this.store.container(id);
    if (!container) throw new CriError('NotFound', `an error occurred when try to find container ${JSON.stringify(id)}: not found`);
    return container;
  }

  pinned(reference: string): boolean {
    return reference === parseDockerReference(this.config.sandboxImage).full;
  }

  imageUsage(): { readonly usedBytes: number; readonly inodesUsed: number } {
    let usedBytes = 0;
    let inodesUsed = 0;
    for (const namespace of this.context.meta.namespaces.values())
      for (const snapshot of namespace.snapshots.get('overlayfs')?.values() ?? []) {
        usedBytes += snapshot.usage.size;
        inodesUsed += snapshot.usage.inodes;
      }
    return { usedBytes, inodesUsed };
  }

  directory(path: string, mode?: number): DirectoryNode {
    return directoryAt(this.files, path, this.sim.now, mode);
  }
}
