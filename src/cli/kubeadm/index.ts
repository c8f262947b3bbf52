/** kubeadm 1.35: makes a cluster out of machines. What it writes is handed in, as the worlds are made of the same. */
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { CommandFlagError, cobraHelp, resolveCobra, UnknownCommandError } from '../flags.ts';
import type { KubeadmCommand } from './command.ts';
import { certsCommand } from './commands/certs.ts';
import { configCommand } from './commands/config.ts';
import { initCommand } from './commands/init.ts';
import { joinCommandSpec } from './commands/join.ts';
import { kubeconfigCommand } from './commands/kubeconfig.ts';
import { resetCommand } from './commands/reset.ts';
import { tokenCommand } from './commands/token.ts';
import { upgradeCommand } from './commands/upgrade.ts';
import { Context, Fatal } from './context.ts';
import type { Phases } from './phases.ts';

function* version(context: Context): Routine {
  const { version: release, build } = context.phases.release;
  const names = ['major', 'minor', 'gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'];
  const info = Object.fromEntries(names.map((name) => [name, build[name] ?? '']));
  const output = context.flags.text('output');
  if (output === 'short') return yield* context.say(release);
  if (output === 'json') return yield* context.say(JSON.stringify({ clientVersion: info }, null, 2));
  if (output === 'yaml') {
    const lines = Object.entries(info).sort(([a], [b]) => (a < b ? -1 : 1));
    return yield* context.say(
      'clientVersion:',
      ...lines.map(([key, value]) => `  ${key}: ${/^\d+$/.test(value ?? '') || key === 'buildDate' ? `"${value}"` : value}`),
    );
  }
  if (output !== '') throw new Fatal(`invalid output format: ${output}`);
  const fields = Object.entries(info).map(([key, value]) => `${key.charAt(0).toUpperCase()}${key.slice(1)}:"${value}"`);
  yield* context.say(`kubeadm version: &version.Info{${fields.join(', ')}}`);
}

/** The tree of commands; help is read from it. */
const kubeadmTree: KubeadmCommand = {
  name: 'kubeadm',
  short: 'kubeadm: easily bootstrap a secure Kubernetes cluster',
  flags: [
    { name: 'rootfs', usage: "The path to the 'real' host root filesystem.", persistent: true },
    { name: 'v', short: 'v', type: 'int', default: '0', usage: 'number for the log level verbosity', persistent: true },
  ],
  commands: [
    certsCommand,
    configCommand,
    initCommand,
    joinCommandSpec,
    kubeconfigCommand,
    resetCommand,
    tokenCommand,
    upgradeCommand,
    {
      name: 'version',
      short: 'Print the version of kubeadm',
      flags: [{ name: 'output', short: 'o', usage: "Output format; available options are 'yaml', 'json' and 'short'" }],
      run: version,
    },
  ],
};

export const newKubeadm = (phases: Phases): Program =>
  function* (argv, process) {
    yield* sleep(process.sim.random.between(30, 60));
    const own = releaseOf(process);
    const release = own ? phases.releaseOf(own) : phases.release;
    try {
      return yield* dispatch(argv.slice(1), process, { ...phases, release });
    } catch (thrown) {
      const error = thrown instanceof Errno && thrown.path !== undefined ? new Fatal(`open ${thrown.path}: ${thrown.message.toLowerCase()}`) : thrown;
      if (!(error instanceof Fatal)) throw error;
      const ours = error.status === 70;
      yield* process.printError(ours ? `${error.message}\n` : `${error.message}\nTo see the stack trace of this error execute with --v=5 or higher\n`);
      return error.status;
    }
  };

/** What would change nothing here is refused rather than passed over. */
const notSimulated = ['patches', 'discovery-file', 'feature-gates', 'rootfs'];
const movesCertificates = (chain: readonly { readonly name: string }[], folder: string): boolean =>
  folder.replace(/\/+$/, '') !== '/etc/kubernetes/pki' && !chain.some(({ name }) => name === 'generate-csr');

function* dispatch(args: readonly string[], process: Process, phases: Phases): Routine<number> {
  try {
    const { command, chain, flags, args: rest } = resolveCobra(kubeadmTree, args);
    if (!command.run) {
      const path = chain.map(({ name }) => name).join(' ');
      const group = chain.length > 1 && command.name !== 'phase';
      if (group && rest.length > 0) throw new Fatal(`invalid subcommand "${rest.join(' ')}"\nSee '${path} -h' for help and examples`);
      yield* process.print(cobraHelp(chain));
      if (group) throw new Fatal('subcommand is required');
      return 0;
    }
    const idle =
      notSimulated.find((name) => flags.has(name)) ?? (flags.has('cert-dir') && movesCertificates(chain, flags.text('cert-dir')) ? 'cert-dir' : undefined);
    if (idle !== undefined) throw new Fatal(`k8s-lab: ${chain.map(({ name }) => name).join(' ')} --${idle} is not simulated`, 70);
    if (flags.number('v') > 0) yield* process.printError(`k8s-lab: the log of kubeadm -v=${flags.text('v')} is not simulated; all else is done\n`);
    yield* command.run(new Context(process, flags, rest, phases));
    return 0;
  } catch (error) {
    if (error instanceof UnknownCommandError) throw new Fatal(error.message);
    if (!(error instanceof CommandFlagError)) throw error;
    if (error.kind !== 'help') throw new Fatal(error.message, error.kind === 'absent' ? 70 : 1);
    yield* process.print(cobraHelp(error.chain));
    return 0;
  }
}
