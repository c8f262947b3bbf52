/** One container as runc keeps it. */
import type { OciSpec, OciState, OciStatus } from '../interfaces/oci.ts';
import type { Cgroup } from '../linux/cgroup.ts';
import { JsonFile } from '../linux/file-node.ts';
import { DirectoryNode } from '../linux/inode.ts';
import type { Process } from '../linux/process.ts';
import { Condition } from '../sim/routine.ts';

/** `created` is virtual milliseconds; `gate` is the exec fifo that `start` opens. */
export type RuncContainer = {
  readonly id: string;
  readonly root: string;
  readonly bundle: string;
  readonly spec: OciSpec;
  readonly cgroup: Cgroup;
  readonly init: Process;
  readonly created: number;
  readonly gate: StartGate;
};

/** What `runc init` waits at (the exec fifo) until `runc start` opens it. */
export class StartGate {
  readonly opened = new Condition();
  open = false;
}

/** Worked out from process and cgroup, as runc does; nothing is stored. */
export function statusOf(container: RuncContainer): OciStatus {
  if (container.init.exitStatus !== undefined) return 'stopped';
  if (container.cgroup.frozen) return 'paused';
  return container.gate.open ? 'running' : 'created';
}

/** What `runc state` prints. */
export function stateOf(container: RuncContainer): OciState {
  const { spec } = container;
  const status = statusOf(container);
  return {
    ociVersion: spec.ociVersion,
    id: container.id,
    status,
    pid: status === 'stopped' ? 0 : container.init.pid,
    bundle: container.bundle,
    rootfs: rootfsOf(container),
    created: container.created,
    owner: '',
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
  };
}

const rootfsOf = ({ bundle, spec }: RuncContainer): string => (spec.root.path.startsWith('/') ? spec.root.path : `${bundle}/${spec.root.path}`);

/** The directory `<root>/<id>`: all that runc itself remembers of a container. Whoever calls runc finds it here, and it is gone with the directory. */
export class StateDirectory extends DirectoryNode {
  readonly container: RuncContainer;
  constructor(container: RuncContainer) {
    super({ mode: 0o711, uid: 0, gid: 0, mtime: container.created });
    this.container = container;
  }
}

/** The directory `<root>/<id>` with its state.json. */
export function stateDirectory(container: RuncContainer): StateDirectory {
  const directory = new StateDirectory(container);
  const attributes = { mode: 0o600, uid: 0, gid: 0, mtime: container.created };
  const { init, spec } = container;
  const state = (): unknown => ({
    id: container.id,
    init_process_pid: init.pid,
    init_process_start: Math.round(init.startedAt),
    created: new Date(container.created).toISOString(),
    config: {
      rootfs: rootfsOf(container),
      readonlyfs: spec.root.readonly ?? false,
      hostname: spec.hostname ?? '',
      mounts: spec.mounts,
      labels: [`bundle=${container.bundle}`],
    },
    cgroup_paths: { '': `/sys/fs/cgroup${container.cgroup.path}` },
    namespace_paths: Object.fromEntries(
      ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'].map((name) => [`NEW${name.toUpperCase()}`, `/proc/${init.pid}/ns/${name}`]),
    ),
  });
  directory.add('state.json', new JsonFile(attributes, state));
  return directory;
}
