/** ctr run. */

import { forwardSignals } from '../../containerd-client.ts';
import { terminalOf } from '../../streams.ts';
import { join, leave, loadNetwork } from '../cni.ts';
import { foreground, logTo, needTerminal, nowhere } from '../console.ts';
import { containerFlags, runFlags } from '../container-flags.ts';
import { type CtrCommand, CtrError } from '../context.ts';
import { containerArgs, createContainer } from './containers.ts';

export const run: CtrCommand = {
  name: 'run',
  short: 'Run a container',
  usage: '[flags] Image|RootFS ID [COMMAND] [ARG...]',
  flags: [...runFlags, ...containerFlags],
  run: function* (context) {
    const { flags, namespace, process } = context;
    const { ref, id, args } = containerArgs(context);
    if (flags.bool('rm') && flags.bool('detach')) throw new CtrError('flags --detach and --rm cannot be specified together');
    const client = context.client();
    if (flags.bool('tty')) needTerminal(context);
    const made = yield* createContainer(context, ref, id, args);
    if (flags.has('dump-config')) {
      if (flags.text('dump-config') === '') throw new CtrError('file name is required with --dump-config');
      process.fs.write(flags.text('dump-config'), JSON.stringify(made.spec, null, 2));
    }
    const detach = flags.bool('detach');
    const logged = flags.bool('tty') || flags.bool('null-io') || flags.text('log-uri') === '' ? undefined : logTo(context, flags.text('log-uri'));
    const console = detach || flags.bool('null-io') || logged ? undefined : foreground(context, flags.bool('tty'));
    const network = flags.bool('cni') ? loadNetwork(context) : undefined;
    let pid = 0;
    try {
      pid = yield* client.tasks.create(namespace, id, logged ?? console?.stdio ?? nowhere());
      if (flags.text('pid-file') !== '') process.fs.write(flags.text('pid-file'), String(pid));
      if (network) join(context, network, id, pid);
      if (detach) {
        yield* client.tasks.start(namespace, id);
        return 0;
      }
      console?.attach(terminalOf(context.process, pid));
      forwardSignals(context, id);
      yield* client.tasks.start(namespace, id);
      const status = yield* client.tasks.wait(namespace, id);
      yield* console?.finish() ?? [];
      if (network) leave(context, id);
      yield* client.tasks.delete(namespace, id);
      return status;
    } finally {
      if (flags.bool('rm')) {
        client.containers.delete(namespace, id);
        if (made.snapshotKey !== '') client.snapshots.remove(namespace, made.snapshotter, id);
      }
    }
  },
};
