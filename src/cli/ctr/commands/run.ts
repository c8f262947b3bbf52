/** ctr run. */
import { foreground, forward, needTerminal, nowhere } from '../console.ts';
import { bool, type CtrCommand, CtrError, text } from '../context.ts';
import { containerFlags, createContainer } from './containers.ts';

export const run: CtrCommand = {
  name: 'run',
  short: 'Run a container',
  usage: '[flags] Image|RootFS ID [COMMAND] [ARG...]',
  flags: [
    bool('rm', 'Remove the container after running, cannot be used with --detach'),
    bool('null-io', 'Send all IO to /dev/null'),
    text('log-uri', 'Log uri'),
    bool('detach,d', 'Detach from the task after it has started execution, cannot be used with --rm'),
    text('fifo-dir', 'Directory used for storing IO FIFOs'),
    bool('cni', 'Enable cni networking for the container'),
    text('platform', 'Run image for specific platform'),
    ...containerFlags,
  ],
  run: function* (context) {
    const [ref, id, ...args] = context.args;
    const { flags, namespace } = context;
    if (ref === undefined) throw new CtrError('image ref must be provided');
    if (id === undefined) throw new CtrError('container id must be provided');
    if (flags.bool('rm') && flags.bool('detach')) throw new CtrError('flags --detach and --rm cannot be specified together');
    if (flags.bool('cni')) throw new CtrError('k8s-lab: ctr run --cni is not simulated', 70);
    const client = context.client();
    if (flags.bool('tty')) needTerminal(context);
    yield* createContainer(context, ref, id, args);
    const detach = flags.bool('detach');
    const console = detach ? undefined : foreground(context, flags.bool('tty'));
    try {
      yield* client.tasks.create(namespace, id, console?.stdio ?? nowhere());
      if (detach) {
        yield* client.tasks.start(namespace, id);
        return 0;
      }
      console?.attach();
      forward(context, id);
      yield* client.tasks.start(namespace, id);
      const status = yield* client.tasks.wait(namespace, id);
      yield* console?.finish() ?? [];
      yield* client.tasks.delete(namespace, id);
      return status;
    } finally {
      if (flags.bool('rm')) {
        client.containers.delete(namespace, id);
        client.snapshots.remove(namespace, flags.text('snapshotter') || 'overlayfs', id);
      }
    }
  },
};
