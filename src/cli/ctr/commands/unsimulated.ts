/** Groups of ctr that the lab has in name only. */
import { absent } from '../../flags-values.ts';
import { bool, type CtrCommand, CtrError, text } from '../context.ts';
import { notSimulated } from './misc.ts';

/** Groups that the lab has not: their help is the real one's, and each of their commands says so. */
const group = (name: string, short: string, flags: CtrCommand['flags'], commands: readonly (readonly [string, string])[]): CtrCommand => ({
  name,
  short,
  flags: flags ?? [],
  commands: commands.map(([each, text]) => notSimulated(`${name} `, each, text)),
});

/** Those that the lab has not say so. */
export const others: readonly CtrCommand[] = [
  {
    name: 'install',
    short: 'Install a new package',
    usage: '[flags] <ref>',
    flags: absent([
      bool('libs,l', 'Install libs from the image'),
      bool('replace,r', 'Replace any binaries or libs in the opt directory'),
      text('path', 'Set an optional install path other than the managed opt directory'),
    ]),
    run: function* (context) {
      context.client().images.get(context.namespace, context.args[0] ?? '');
      throw new CtrError('k8s-lab: ctr install is not simulated', 70);
    },
  },
  group('shim', 'Interact with a shim directly', absent([text('id', 'shim ID'), text('shim-address', 'shim address (default: computed from shim ID)')]), [
    ['delete', 'Delete a container with a task'],
    ['exec', "Exec a new process in the task's container"],
    ['start', 'Start a container with a task'],
    ['state', 'Get the state of all main process of the task'],
    ['shutdown', 'Shutdown shim if there is no active container'],
    ['pprof', 'Provide golang pprof outputs for containerd-shim'],
  ]),
  group(
    'pprof',
    'Provide golang pprof outputs for containerd',
    absent([text('debug-socket,d', "Socket path for containerd's debug server", '/run/containerd/debug.sock')]),
    [
      ['block', 'Goroutine blocking profile'],
      ['goroutines', 'Dump goroutine stack dump'],
      ['heap', 'Dump heap profile'],
      ['profile', 'CPU profile'],
      ['threadcreate', 'Goroutine thread creating profile'],
      ['trace', 'Collect execution trace'],
    ],
  ),
];
