/** etcdctl 3.6: the client of etcd's v3 API. */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { sleep } from '../../sim/routine.ts';
import { etcdHelp } from '../etcd-help.ts';
import { zap } from '../etcd-output.ts';
import { CommandFlagError, type FlagSpec, resolveCobra, UnknownCommandError } from '../flags.ts';
import type { EtcdctlCommand } from './command.ts';
import { authCommands } from './commands/auth.ts';
import { checkCommand } from './commands/check.ts';
import { concurrencyCommands } from './commands/concurrency.ts';
import { endpointCommand } from './commands/endpoint.ts';
import { kvCommands } from './commands/kv.ts';
import { leaseCommand } from './commands/lease.ts';
import { maintenanceCommands } from './commands/maintenance.ts';
import { memberCommand, moveLeaderCommand } from './commands/member.ts';
import { txnCommand } from './commands/txn.ts';
import { Context, exits, Fatal } from './context.ts';

const globalFlags: readonly FlagSpec[] = (
  [
    { name: 'cacert', usage: 'verify certificates of TLS-enabled secure servers using this CA bundle' },
    { name: 'cert', usage: 'identify secure client using this TLS certificate file' },
    { name: 'command-timeout', type: 'duration', default: '5s', usage: 'timeout for short running command (excluding dial timeout)' },
    { name: 'debug', type: 'bool', usage: 'enable client-side debug logging' },
    { name: 'dial-timeout', type: 'duration', default: '2s', usage: 'dial timeout for client connections' },
    { name: 'discovery-srv', absent: true, short: 'd', usage: 'domain name to query for SRV records describing cluster endpoints' },
    { name: 'discovery-srv-name', absent: true, usage: 'service name to query when using DNS discovery' },
    { name: 'endpoints', type: 'stringSlice', default: '127.0.0.1:2379', usage: 'gRPC endpoints' },
    { name: 'hex', type: 'bool', usage: 'print byte strings as hex encoded strings' },
    { name: 'insecure-discovery', absent: true, type: 'bool', default: 'true', usage: 'accept insecure SRV records describing cluster endpoints' },
    {
      name: 'insecure-skip-tls-verify',
      type: 'bool',
      usage: 'skip server certificate verification (CAUTION: this option should be enabled only for testing purposes)',
    },
    { name: 'insecure-transport', type: 'bool', default: 'true', usage: 'disable transport security for client connections' },
    { name: 'keepalive-time', type: 'duration', default: '2s', usage: 'keepalive time for client connections' },
    { name: 'keepalive-timeout', type: 'duration', default: '6s', usage: 'keepalive timeout for client connections' },
    { name: 'key', usage: 'identify secure client using this TLS key file' },
    { name: 'max-recv-bytes', absent: true, type: 'int', usage: 'client-side response receive limit in bytes (if 0, it defaults to "math.MaxInt32")' },
    {
      name: 'max-request-bytes',
      absent: true,
      type: 'int',
      usage: 'client-side request send limit in bytes (if 0, it defaults to 2.0 MiB (2 * 1024 * 1024).)',
    },
    { name: 'password', usage: "password for authentication (if this option is used, --user option shouldn't include password)" },
    { name: 'user', usage: 'username[:password] for authentication (prompt if password is not supplied)' },
    { name: 'write-out', short: 'w', default: 'simple', usage: 'set the output format (fields, json, protobuf, simple, table)' },
  ] as const
).map((flag) => ({ ...flag, persistent: true, env: [envOf(flag.name)] }));

function envOf(flag: string): string {
  return `ETCDCTL_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The tree of commands; help is read from it. */
const etcdctlTree: EtcdctlCommand = {
  name: 'etcdctl',
  short: 'A simple command line client for etcd3.',
  flags: globalFlags,
  commands: [
    ...authCommands,
    ...kvCommands,
    ...concurrencyCommands,
    ...maintenanceCommands,
    checkCommand,
    endpointCommand,
    leaseCommand,
    memberCommand,
    moveLeaderCommand,
    txnCommand,
  ].sort((a, b) => (a.name < b.name ? -1 : 1)),
};

const versions = { version: '3.6.6', api: '3.6' };

export const etcdctl: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(8, 16));
  try {
    return yield* dispatch(argv.slice(1), process);
  } catch (error) {
    if (!(error instanceof Fatal)) throw error;
    if (error.message !== '') yield* process.printError(`${error.status === 70 ? '' : 'Error: '}${error.message}\n`);
    return error.status;
  }
};

function* dispatch(args: readonly string[], process: Process): Routine<number> {
  let resolved: ReturnType<typeof resolveCobra<NonNullable<EtcdctlCommand['run']>>>;
  try {
    resolved = resolveCobra(etcdctlTree, args[0] === 'help' ? [...args.slice(1), '--help'] : args, { env: (name) => process.env[name], prefixes: true });
  } catch (error) {
    if (error instanceof UnknownCommandError) {
      const hint = error.suggestions.length > 0 ? `\n\nDid you mean this?\n${error.suggestions.map((name) => `\t${name}\n`).join('')}` : '';
      throw new Fatal(`unknown command "${error.typed}" for "etcdctl"${hint}\nRun 'etcdctl --help' for usage.`);
    }
    if (!(error instanceof CommandFlagError)) throw error;
    if (error.kind === 'absent') throw new Fatal(error.message, 70);
    const isHelp = error.kind === 'help';
    if (!isHelp) yield* process.printError(`Error: ${error.message}\n`);
    yield* process.print(etcdHelp(error.chain, versions));
    // The usage, which has gone to standard output by itself, follows as an empty line.
    if (!isHelp) yield* process.printError('\n');
    return isHelp ? 0 : exits.error;
  }
  const { command, chain, flags } = resolved;
  if (!command.run) {
    yield* process.print(etcdHelp(chain, versions));
    return 0;
  }
  yield* environment(process, (name) => flags.has(name));
  yield* command.run(new Context(process, flags, resolved.args));
  return 0;
}

/** pkg/flags: what of the environment is no flag is told; what a flag overrides is an error. */
function* environment(process: Process, given: (flag: string) => boolean): Routine {
  const known = new Map(globalFlags.map(({ name }) => [envOf(name), name]));
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('ETCDCTL_')) continue;
    const flag = known.get(name);
    if (flag === undefined)
      yield* zap(process, 'warn', 'flags/flag.go:94', 'unrecognized environment variable', { 'environment-variable': `${name}=${value}` });
    else if (given(flag)) {
      const text = 'conflicting environment variable is shadowed by corresponding command-line flag (either unset environment variable or disable flag))';
      yield* zap(process, 'fatal', 'flags/flag.go:85', text, { 'environment-variable': name });
      throw new Fatal('', exits.error);
    }
  }
}
