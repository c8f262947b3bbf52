/** `etcdctl lock` and `elect`: a key under a lease that only one holds (etcd client/v3/concurrency). */
import { Condition, type Routine } from '../../../sim/routine.ts';
import { runChild } from '../../child.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal } from '../context.ts';

const hex = (id: number): string => id.toString(16);

/** The end of all keys that begin so. */
const endOf = (prefix: string): string => `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;

type Session = { readonly lease: number; readonly key: string; readonly revision: number };

/** A key of one's own below the prefix. */
function* join(context: Context, name: string, value: string, ttl: number): Routine<Session> {
  const prefix = `${name}/`;
  return yield* context.call('KV/Txn', ({ keys, cluster }) => {
    const lease = cluster.grantLease(0, ttl);
    const key = `${prefix}${hex(lease)}`;
    return { lease, key, revision: keys.put(key, value, { lease }) };
  });
}

type Ending = { ended: boolean; readonly told: Condition };

/** SIGINT and SIGTERM give the key back. */
function endings({ process }: Context): Ending {
  const ending: Ending = { ended: false, told: new Condition() };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.onSignal(signal, () => {
      ending.ended = true;
      ending.told.notify();
    });
  return ending;
}

/** Waits until `done`, keeping the lease alive all the while. */
function* hold(context: Context, { lease }: Pick<Session, 'lease'>, ending: Ending, done: () => boolean, ttl: number): Routine {
  while (!ending.ended && !done()) {
    yield { on: [ending.told], timeout: 200 };
    if (context.process.now % Math.max(1000, (ttl * 1000) / 3) < 200)
      yield* context.call('Lease/LeaseKeepAlive', ({ cluster }) => cluster.leaseKeepAlive(lease));
  }
}

/** Whether nobody came before. */
function* owns(context: Context, name: string, { revision }: Session): Routine<boolean> {
  const prefix = `${name}/`;
  const found = yield* context.call('KV/Range', ({ keys }) => keys.range({ key: prefix, rangeEnd: endOf(prefix) }).kvs);
  return found.every((kv) => kv.createRevision >= revision);
}

function* win(context: Context, name: string, session: Session, ending: Ending, ttl: number): Routine<boolean> {
  while (!ending.ended) {
    if (yield* owns(context, name, session)) return true;
    const until = context.process.now + 500;
    yield* hold(context, session, ending, () => context.process.now >= until, ttl);
  }
  return false;
}

const leave = (context: Context, { lease }: Session): Routine => context.call('Lease/LeaseRevoke', ({ keys }) => keys.leaseRevoke(lease));

function* lock(context: Context): Routine {
  const [name, ...command] = context.args;
  if (name === undefined) throw new Fatal('lock takes a lock name argument and an optional command to execute', exits.badArgs);
  const ttl = context.flags.number('ttl');
  const ending = endings(context);
  const session = yield* join(context, name, '', ttl);
  const won = yield* win(context, name, session, ending, ttl);
  let status = 0;
  if (won && command.length > 0) {
    const env = { ETCD_LOCK_KEY: session.key, ETCD_LOCK_REV: String(session.revision) };
    const ended = yield* runChild(context.process, command, { env });
    yield* context.print(ended.stdout);
    status = ended.status;
  } else if (won) {
    yield* context.print(`${session.key}\n`);
    yield* hold(context, session, ending, () => false, ttl);
  }
  yield* leave(context, session);
  if (status !== 0) throw new Fatal(`exit status ${status}`, status);
}

function* elect(context: Context): Routine {
  const [name, proposal, ...more] = context.args;
  if (name === undefined || more.length > 0) throw new Fatal('elect takes one election name argument and an optional proposal argument', exits.badArgs);
  const listens = context.flags.bool('listen');
  if (!listens && proposal === undefined) throw new Fatal('no proposal argument but -l not set', exits.badArgs);
  const ending = endings(context);
  if (listens) return yield* observe(context, name, ending);
  const session = yield* join(context, name, proposal ?? '', 60);
  if (yield* win(context, name, session, ending, 60)) {
    yield* context.print(`${session.key}\n${proposal}\n`);
    yield* hold(context, session, ending, () => false, 60);
  }
  yield* leave(context, session);
}

/** Tells of each new leader. */
function* observe(context: Context, name: string, ending: Ending): Routine {
  const prefix = `${name}/`;
  let last = '';
  while (!ending.ended) {
    const kvs = yield* context.call('KV/Range', ({ keys }) => keys.range({ key: prefix, rangeEnd: endOf(prefix) }).kvs);
    const [leader] = [...kvs].sort((a, b) => a.createRevision - b.createRevision);
    if (leader && leader.key !== last) yield* context.print(`${leader.key}\n${String(leader.value)}\n`);
    last = leader?.key ?? last;
    yield { on: [ending.told], timeout: 500 };
  }
}

export const concurrencyCommands: readonly EtcdctlCommand[] = [
  {
    name: 'elect',
    usage: '<election-name> [proposal]',
    short: 'Observes and participates in leader election',
    flags: [{ name: 'listen', short: 'l', type: 'bool', usage: 'observation mode' }],
    run: elect,
  },
  {
    name: 'lock',
    usage: '<lockname> [exec-command arg1 arg2 ...]',
    short: 'Acquires a named lock',
    interspersed: false,
    flags: [{ name: 'ttl', type: 'int', default: '10', usage: 'timeout for session' }],
    run: lock,
  },
];
