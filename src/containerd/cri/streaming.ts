/** How containerd's CRI plugin starts processes in containers, and what it says when it cannot (internal/cri/server/container_execsync.go). */
import { Streaming, type StreamingHost } from '../../cri/streaming.ts';
import { CriError } from '../../interfaces/cri.ts';
import { textOf } from './errors.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';

const texts: StreamingHost['texts'] = {
  noContainer: (id, verb) =>
    new CriError(
      'NotFound',
      verb === 'attach' ? 'failed to find container in store: not found' : `failed to find container ${JSON.stringify(id)} in store: not found`,
    ),
  notRunning: ({ state }) => new CriError('Unknown', `container is in ${state} state`),
  noSandbox: (id) => new CriError('NotFound', `failed to find sandbox ${JSON.stringify(id)}: not found`),
  sandboxNotReady: () => new CriError('Unknown', 'sandbox container is not running'),
  timeout: (seconds) => new CriError('DeadlineExceeded', `failed to exec in container: timeout ${seconds}s exceeded: context deadline exceeded`),
  execSync: 'failed to exec in container: ',
  exec: 'Internal error occurred: error executing command in container: failed to exec in container: ',
  refused: ({ id, netns }, port) =>
    `failed to execute portforward in network namespace ${JSON.stringify(netns === '' ? 'host' : `/var${netns}`)}: failed to connect to localhost:${port} inside namespace ${JSON.stringify(id)}, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `,
};

/** The plugin's sessions. */
export const newStreaming = (plugin: Plugin): Streaming =>
  new Streaming({
    kernel: plugin.kernel,
    sim: plugin.sim,
    container: (id) => plugin.store.container(id),
    sandbox: (id) => plugin.store.sandbox(id),
    init: ({ id }) => plugin.tasks.find(criNamespace, id)?.process,
    texts,
    *exec(container, process, stdio) {
      const execId = plugin.sim.random.hex(64);
      try {
        return yield* plugin.tasks.exec(criNamespace, container.id, execId, process, stdio);
      } catch (error) {
        const text = textOf(error);
        if (text === undefined) throw error;
        throw new CriError('Unknown', `failed to start exec ${JSON.stringify(execId)}: ${text}`);
      } finally {
        // The record goes with the process; nobody asks for it again.
        plugin.tasks.find(criNamespace, container.id)?.execs.delete(execId);
      }
    },
  });
