/** RUN: a container for one command, in the network of the machine (buildkit executor/oci/spec.go, without CNI). */
import { BuildError, type BuildStep, type BuildWorker, type StepMount } from '../interfaces/buildkit.ts';
import { ContainerdError } from '../interfaces/containerd.ts';
import type { OciSpec, OciStdio } from '../interfaces/oci.ts';
import { defaultCapabilities, defaultMounts, defaultPath, everyCapability, maskedPaths, readonlyPaths, strictOptions } from '../interfaces/oci-defaults.ts';
import { DirectoryNode } from '../linux/inode.ts';
import { userOf } from '../linux/passwd.ts';
import { upperEntries } from '../linux/tree-entries.ts';
import type { Routine } from '../sim/routine.ts';
import { eachLine, newByteStream } from '../sim/stream.ts';
import type { WorkerParts } from './containerd-worker.ts';

/** Runs one step in a container of its own; what it leaves changed. */
export function* runStepIn(parts: WorkerParts, step: BuildStep, chain: string): ReturnType<BuildWorker['run']> {
  const { namespace, snapshotter, sim } = parts;
  const { containers, snapshots, tasks } = parts.containerd();
  const id = sim.random.hex(25);
  snapshots.prepare(namespace, snapshotter, id, chain);
  try {
    const root = snapshots.directory(namespace, snapshotter, id);
    containers.create(namespace, {
      id,
      image: '',
      runtime: { name: 'io.containerd.runc.v2', options: { root: '/run/buildkit/runc' } },
      snapshotter,
      snapshotKey: id,
      spec: specOf(step, root, id),
      labels: {},
    });
    const status = yield* runTask(parts, id, step.log);
    return { status, entries: root instanceof DirectoryNode ? [...upperEntries(root)] : [] };
  } catch (error) {
    if (!(error instanceof ContainerdError)) throw error;
    if (/executable file not found|no such file/.test(error.message)) return { status: 127, entries: [] };
    throw new BuildError(error.message);
  } finally {
    if (tasks.list(namespace).some((task) => task.id === id)) sim.go(clean(parts, id), 'build-cleanup');
    else remove(parts, id);
  }
}

function* runTask({ containerd, namespace, sim }: WorkerParts, id: string, log: (line: string) => void): Routine<number> {
  const { tasks } = containerd();
  const stdin = newByteStream();
  stdin.close();
  const stdio: OciStdio = { stdin, stdout: newByteStream(), stderr: newByteStream() };
  const copies = [stdio.stdout, stdio.stderr].flatMap((stream) => (stream ? [sim.go(eachLine(stream, log), 'build-output')] : []));
  yield* tasks.create(namespace, id, stdio);
  yield* tasks.start(namespace, id);
  const status = yield* tasks.wait(namespace, id);
  for (const copy of copies) if (!copy.done) yield* copy.join();
  return status;
}

function* clean(parts: WorkerParts, id: string): Routine {
  const { tasks } = parts.containerd();
  if (tasks.get(parts.namespace, id).status !== 'STOPPED') {
    tasks.kill(parts.namespace, id, 'SIGKILL', { all: true });
    yield* tasks.wait(parts.namespace, id);
  }
  yield* tasks.delete(parts.namespace, id);
  remove(parts, id);
}

function remove({ containerd, namespace, snapshotter }: WorkerParts, id: string): void {
  const { containers, snapshots } = containerd();
  if (containers.list(namespace).some((each) => each.id === id)) containers.delete(namespace, id);
  snapshots.remove(namespace, snapshotter, id);
}

const mountOf = ({ destination, source, readonly, size }: StepMount): OciSpec['mounts'][number] =>
  source === undefined
    ? { destination, type: 'tmpfs', source: 'tmpfs', options: [...strictOptions, ...(size > 0 ? [`size=${size}`] : [])] }
    : { destination, type: 'bind', source, options: ['rbind', readonly ? 'ro' : 'rw'] };

function specOf({ command, env, user, workdir, mounts, network, insecure }: BuildStep, root: object, id: string): OciSpec {
  const found = userOf(root, user);
  if (typeof found === 'string') throw new BuildError(`unable to find ${found} ${user.split(':')[found === 'user' ? 0 : 1]}: invalid argument`);
  const bind = (path: string) => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] });
  const capabilities = insecure ? everyCapability : defaultCapabilities;
  const namespaces = ['pid', 'ipc', 'uts', 'mount', ...(network === 'none' ? (['network'] as const) : [])] as const;
  return {
    ociVersion: '1.3.0',
    process: {
      user: { uid: found.uid, gid: found.gid, additionalGids: [...found.memberships] },
      args: command,
      env: env.some((each) => each.startsWith('PATH=')) ? env : [defaultPath, ...env],
      cwd: workdir || '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    root: { path: 'rootfs' },
    hostname: 'buildkitsandbox',
    mounts: [...defaultMounts('proc', 'dev', 'pts', 'shm', 'mqueue', 'sys'), bind('/etc/resolv.conf'), bind('/etc/hosts'), ...mounts.map(mountOf)],
    linux: {
      cgroupsPath: `/buildkit/${id}`,
      namespaces: namespaces.map((type) => ({ type })),
      maskedPaths: insecure ? [] : maskedPaths,
      readonlyPaths: insecure ? [] : readonlyPaths,
    },
  };
}
