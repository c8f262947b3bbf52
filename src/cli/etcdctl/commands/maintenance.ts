/** alarm, defrag, snapshot save, version. */
import { EtcdError, type EtcdSnapshot } from '../../../interfaces/etcd.ts';
import { encodeSnapshot } from '../../../interfaces/etcd-snapshot-file.ts';
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { humanBytes, Uint64, zap } from '../../etcd-output.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal, grpcStatus } from '../context.ts';

function alarm(change: 'list' | 'disarm') {
  return function* (context: Context): Routine {
    if (context.args.length > 0) throw new Fatal(`alarm ${change} command accepts no arguments`, exits.badArgs);
    const alarms = yield* context.call('Maintenance/Alarm', ({ cluster }) => (change === 'list' ? cluster.alarms() : cluster.alarm('disarm')));
    yield* context.print(alarms.map((each) => `memberID:${new Uint64(each.memberId).digits} alarm:${each.alarm} \n`).join(''));
  };
}

function* defrag(context: Context): Routine {
  const { process } = context;
  const endpoints = context.flags.bool('cluster')
    ? yield* context.call('Cluster/MemberList', ({ keys }) => keys.members().flatMap(({ clientUrls }) => clientUrls))
    : context.endpoints;
  let failures = 0;
  for (const endpoint of endpoints) {
    const began = process.now;
    yield* context.authenticate();
    const member = context.dial(endpoint);
    let why = 'context deadline exceeded';
    try {
      if (typeof member !== 'string') {
        member.cluster.defragment();
        why = '';
      }
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      why = error.message;
      yield* context.retried('Maintenance/Defragment', endpoint, grpcStatus(error));
    }
    if (why !== '') {
      yield* process.printError(`Failed to defragment etcd member[${endpoint}]. took ${process.now - began}ms. (${why})\n`);
      failures++;
      continue;
    }
    yield* process.work(20);
    yield* context.print(`Finished defragmenting etcd member[${endpoint}]. took ${(process.now - began).toFixed(6)}ms\n`);
  }
  if (failures > 0) throw new Fatal('', exits.error);
}

/** A broken stream ends etcdctl as an interrupt does. */
function* received(context: Context): Routine<{ readonly snapshot: EtcdSnapshot; readonly size: number }> {
  try {
    return yield* context.call('Maintenance/Snapshot', ({ keys }) => ({ snapshot: keys.snapshot(), size: keys.status().dbSizeBytes }));
  } catch (error) {
    throw error instanceof Fatal && /^rpc error/.test(error.message) ? new Fatal(error.message, 5) : error;
  }
}

function* save(context: Context): Routine {
  const { process, args, endpoints } = context;
  const [path] = args;
  if (args.length !== 1 || path === undefined) {
    throw new Fatal(`snapshot save expects one argument`, exits.badArgs);
  }
  if (endpoints.length !== 1) throw new Fatal(`snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]`, exits.badArgs);
  const began = process.now;
  yield* zap(process, 'info', 'snapshot/v3_snapshot.go:83', 'created temporary db file', { path: `${path}.part` });
  const { snapshot, size } = yield* received(context);
  yield* zap(process, 'info', 'v3@v3.6.6/maintenance.go:236', 'opened snapshot stream; downloading', {}, 'client');
  yield* zap(process, 'info', 'snapshot/v3_snapshot.go:96', 'fetching snapshot', { endpoint: endpoints[0] });
  yield* process.work(30);
  try {
    process.fs.write(path, encodeSnapshot(snapshot, size), { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Fatal(`could not open ${path}.part (open ${path}.part: ${error.message.toLowerCase()})`);
  }
  yield* zap(process, 'info', 'v3@v3.6.6/maintenance.go:302', 'completed snapshot read; closing', {}, 'client');
  yield* zap(process, 'info', 'snapshot/v3_snapshot.go:111', 'fetched snapshot', {
    endpoint: endpoints[0],
    size: humanBytes(size),
    took: `${(process.now - began).toFixed(6)}ms`,
    'etcd-version': '3.6.0',
  });
  yield* zap(process, 'info', 'snapshot/v3_snapshot.go:121', 'saved', { path });
  yield* context.print(`Snapshot saved at ${path}\nServer version 3.6.0\n`);
}

function* version(context: Context): Routine {
  yield* context.print('etcdctl version: 3.6.6\nAPI version: 3.6\n');
}

const notSimulated = (what: string) =>
  function* (): Routine {
    throw new Fatal(`k8s-lab: etcdctl ${what} is not simulated`, 70);
  };

export const maintenanceCommands: readonly EtcdctlCommand[] = [
  {
    name: 'alarm',
    short: 'Alarm related commands',
    commands: [
      { name: 'disarm', short: 'Disarms all alarms', run: alarm('disarm') },
      { name: 'list', short: 'Lists all alarms', run: alarm('list') },
    ],
  },
  {
    name: 'defrag',
    short: 'Defragments the storage of the etcd members with given endpoints',
    flags: [{ name: 'cluster', type: 'bool', usage: 'use all endpoints from the cluster member list' }],
    run: defrag,
  },
  {
    name: 'snapshot',
    usage: '<subcommand>',
    short: 'Manages etcd node snapshots',
    commands: [{ name: 'save', usage: '<filename>', short: 'Stores an etcd node backend snapshot to a given file', run: save }],
  },
  { name: 'version', short: 'Prints the version of etcdctl', run: version },
  ...['downgrade', 'make-mirror'].map((name) => ({
    name,
    short: `${name.charAt(0).toUpperCase()}${name.slice(1)} related commands`,
    run: notSimulated(name),
  })),
];
