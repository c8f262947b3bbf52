/** Starting a container's task: its network, its log, its end. */

import { type CniArgs, CniError } from '../../interfaces/cni.ts';
import type { ContainerdContainer } from '../../interfaces/containerd.ts';
import { ContainerdError } from '../../interfaces/containerd.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import type { FarTerminal } from '../../interfaces/streams.ts';
import type { NetworkNamespace } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { newByteStream } from '../../sim/stream.ts';
import { terminalOf } from '../streams.ts';
import { type Context, NerdctlError } from './context.ts';
import { waitForLogger } from './find-logger.ts';
import { startHealthTimer } from './health.ts';
import { publishHosts } from './hosts.ts';
import { labels } from './labels.ts';
import { startLogger } from './logger.ts';
import { findNetworks, networksOf } from './networks.ts';
import { hostsDirectory, readPorts } from './store.ts';

/** The caller's end of a task in the foreground. */
type Foreground = { readonly stdio: OciStdio; attach(terminal: FarTerminal): void };

/**
 * Creates and starts the task. Between the two runs what nerdctl does in an OCI hook: the namespace is there, the command is not yet running.
 * Gives back the logging process, which ends when all is cleaned up behind the task.
 */
export function* startTask(context: Context, container: ContainerdContainer, foreground?: Foreground): Routine<Process> {
  const client = context.client();
  const { namespace } = context;
  const { id } = container;
  if (client.tasks.list(namespace).some((task) => task.id === id && task.status === 'STOPPED')) yield* waitForLogger(context, id);
  if (client.tasks.list(namespace).some((task) => task.id === id)) yield* client.tasks.delete(namespace, id);
  const terminal = container.spec.process.terminal === true;
  const size = foreground?.stdio.terminal ?? { columns: 80, rows: 24 };
  const stdin = foreground?.stdio.stdin ?? newByteStream();
  const stdio: OciStdio = terminal ? { stdin, stdout: newByteStream(), terminal: size } : { stdin, stdout: newByteStream(), stderr: newByteStream() };
  if (!foreground && !terminal) stdin.close();
  const pid = yield* client.tasks.create(namespace, id, stdio);
  let joined: Joined;
  try {
    joined = joinNetworks(context, container, pid);
  } catch (error) {
    yield* client.tasks.delete(namespace, id);
    if (error instanceof CniError)
      throw new NerdctlError(
        `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running createRuntime hook #0: exit status 1, stdout: , stderr: time=${JSON.stringify(`${new Date(context.process.now).toISOString().slice(0, 19)}Z`)} level=fatal msg=${JSON.stringify(`failed to call cni.Setup: ${error.message}`)}`,
      );
    throw error;
  }
  const restarted: Record<string, string> = container.labels[labels.restartPolicy] === undefined ? {} : { [labels.restartStatus]: 'running' };
  client.containers.update(namespace, id, { [labels.explicitlyStopped]: 'false', ...restarted });
  const logger = startLogger(context, container, stdio, { tee: foreground?.stdio, leave: joined.leave });
  foreground?.attach(terminalOf(context.process, pid));
  try {
    yield* client.tasks.start(namespace, id);
    startHealthTimer(context, container, logger);
  } catch (error) {
    if (error instanceof ContainerdError) client.tasks.kill(namespace, id, 'SIGKILL');
    throw error;
  }
  return logger;
}

type Joined = { readonly leave: (process: Process) => void };

/** ADD for each network; the addresses become known to the others. */
function joinNetworks(context: Context, container: ContainerdContainer, pid: number): Joined {
  const names = networksOf(container.labels);
  const directory = hostsDirectory(context);
  const { kernel } = context.process;
  const namespace = kernel.processes.get(pid)?.namespaces.network;
  if (!namespace || names.length === 0 || /^(host|none|container:.*)$/.test(names[0] ?? '')) {
    publishHosts(context.process.fs, directory, container, {});
    return { leave: () => {} };
  }
  const { cni } = context;
  const addresses: Record<string, string> = {};
  const undo: (() => void)[] = [];
  try {
    for (const [index, name] of names.entries()) {
      const [network] = findNetworks(context, name);
      if (!network) throw new CniError(`no such network: ${JSON.stringify(name)}`);
      const args = cniArgs(context, container.id, pid, index);
      const result = cni.add(network.list, args);
      undo.push(() => cni.del(network.list, { ...args, netns: keptPath(container.id) }));
      addresses[name] = result.ips.at(0)?.address.split('/')[0] ?? '';
    }
  } catch (error) {
    leave(context.process, namespace, container.id, undo);
    throw error;
  }
  publishHosts(context.process.fs, directory, container, addresses);
  return {
    leave: (process) => {
      leave(process, namespace, container.id, undo);
      publishHosts(process.fs, directory, container, {});
    },
  };
}

const keptPath = (id: string): string => `/run/netns/nerdctl-${id}`;

/** The process is gone by now; its namespace is held under a name while the plugins take it apart. */
function leave({ kernel }: Process, namespace: NetworkNamespace, id: string, undo: readonly (() => void)[]): void {
  kernel.networkNamespaces.set(keptPath(id), namespace);
  for (const each of [...undo].reverse()) each();
  kernel.networkNamespaces.delete(keptPath(id));
}

function cniArgs(context: Context, id: string, pid: number, index: number): CniArgs {
  const portMappings = readPorts(context, id).map(({ HostPort, ContainerPort, Protocol, HostIP }) => ({
    hostPort: HostPort,
    containerPort: ContainerPort,
    protocol: Protocol,
    hostIP: HostIP,
  }));
  return {
    containerId: `${context.namespace}-${id}`,
    netns: `/proc/${pid}/ns/net`,
    ifName: `eth${index}`,
    args: { IgnoreUnknown: '1' },
    ...(index === 0 ? { portMappings } : {}),
  };
}
