/** etcdutl 3.6: works on the files of a member that does not run. */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { type Command, CommandFlagError, cobraUsage, type Flags, resolveCobra, UnknownCommandError } from '../flags.ts';
import { defrag, hashKv } from './data-dir.ts';
import { Fatal } from './fatal.ts';
import { restore, status } from './snapshot.ts';

/** One run: flags, arguments, the process. */
export type Call = { readonly process: Process; readonly flags: Flags; readonly args: readonly string[] };
type EtcdutlCommand = Command<(call: Call) => Routine>;

function* version({ process }: Call): Routine {
  yield* process.print('etcdutl version: 3.6.6\nAPI version: 3.6\n');
}

const dataDir = { name: 'data-dir', usage: 'Required. Path to the etcd data directory', required: true } as const;

/** The tree of commands; help is read from it. */
const etcdutlTree: EtcdutlCommand = {
  name: 'etcdutl',
  short: 'An administrative command line tool for etcd3.',
  flags: [{ name: 'write-out', short: 'w', default: 'simple', usage: 'set the output format (fields, json, protobuf, simple, table)', persistent: true }],
  commands: [
    { name: 'defrag', short: 'Defragments the storage of the etcd', flags: [dataDir], run: defrag },
    {
      name: 'hashkv',
      usage: '<filename>',
      short: 'Prints the KV history hash of a given file',
      flags: [{ name: 'rev', absent: true, type: 'int', default: '0', usage: 'maximum revision to hash (default: latest revision)' }],
      run: hashKv,
    },
    {
      name: 'snapshot',
      usage: '<subcommand>',
      short: 'Manages etcd node snapshots',
      commands: [
        {
          name: 'restore',
          usage: '<filename> --data-dir {output dir} [options]',
          short: 'Restores an etcd member snapshot to an etcd directory',
          flags: [
            { name: 'bump-revision', type: 'int', default: '0', usage: 'How much to increase the latest revision after restore' },
            { name: 'data-dir', usage: 'Path to the output data directory' },
            {
              name: 'initial-advertise-peer-urls',
              default: 'http://localhost:2380',
              usage: "List of this member's peer URLs to advertise to the rest of the cluster",
            },
            { name: 'initial-cluster', default: 'default=http://localhost:2380', usage: 'Initial cluster configuration for restore bootstrap' },
            { name: 'initial-cluster-token', default: 'etcd-cluster', usage: 'Initial cluster token for the etcd cluster during restore bootstrap' },
            { name: 'mark-compacted', absent: true, type: 'bool', usage: 'Mark the latest revision after restore as the point of scheduled compaction' },
            { name: 'name', default: 'default', usage: 'Human-readable name for this member' },
            { name: 'skip-hash-check', type: 'bool', usage: 'Ignore snapshot integrity hash value (required if copied from data directory)' },
            { name: 'wal-dir', usage: 'Path to the WAL directory (use --data-dir if none given)' },
          ],
          run: restore,
        },
        { name: 'status', usage: '<filename>', short: 'Gets backend snapshot status of a given file', run: status },
      ],
    },
    { name: 'version', short: 'Prints the version of etcdutl', run: version },
  ],
};

export const etcdutl: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(8, 16));
  try {
    return yield* dispatch(argv.slice(1), process);
  } catch (error) {
    if (!(error instanceof Fatal)) throw error;
    yield* process.printError(`${error.status === 70 ? '' : 'Error: '}${error.message}\n`);
    return error.status;
  }
};

function* dispatch(args: readonly string[], process: Process): Routine<number> {
  try {
    const { command, chain, flags, args: rest } = resolveCobra(etcdutlTree, args[0] === 'help' ? [...args.slice(1), '--help'] : args, { prefixes: true });
    if (!command.run) {
      yield* process.print(cobraUsage(chain));
      return 0;
    }
    yield* command.run({ process, flags, args: rest });
    return 0;
  } catch (error) {
    if (error instanceof UnknownCommandError) {
      if (/^(migrate|hash|backup)$/.test(error.typed)) throw new Fatal(`k8s-lab: etcdutl ${error.typed} is not simulated`, 70);
      throw new Fatal(`unknown command "${error.typed}" for "etcdutl"\nRun 'etcdutl --help' for usage.`);
    }
    if (!(error instanceof CommandFlagError)) throw error;
    if (error.kind === 'absent') throw new Fatal(error.message, 70);
    if (error.kind !== 'help') throw new Fatal(`${error.message}\n${cobraUsage(error.chain)}`);
    yield* process.print(cobraUsage(error.chain));
    return 0;
  }
}
