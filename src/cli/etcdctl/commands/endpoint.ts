/** `etcdctl endpoint`: each endpoint asked for itself. */
import { EtcdError, type EtcdStatus } from '../../../interfaces/etcd.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { humanBytes, table, Uint64 } from '../../etcd-output.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, Fatal, grpcStatus, type Member } from '../context.ts';
import { headerJson, json, needFormat } from '../printer.ts';

/** With `--cluster` those that the members name. */
function* endpointsOf(context: Context): Routine<readonly string[]> {
  if (!context.flags.bool('cluster')) return context.endpoints;
  return yield* context.call('Cluster/MemberList', ({ keys }) => keys.members().flatMap(({ clientUrls }) => clientUrls));
}

/** `status` of an error that the server gave itself, at once. */
type Answer<T> = { readonly endpoint: string; readonly found?: T; readonly error?: string; readonly status?: string };

function* ask<T>(context: Context, endpoint: string, question: (member: Member) => T): Routine<Answer<T>> {
  const until = context.process.now + context.flags.duration('command-timeout');
  yield* context.authenticate();
  yield* sleep(context.process.sim.random.between(2, 12));
  const member = context.dial(endpoint);
  if (typeof member === 'string') {
    yield* sleep(Math.max(0, until - context.process.now));
    return { endpoint, error: member };
  }
  try {
    return { endpoint, found: question(member) };
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    if (error.code === 'invalid') return { endpoint, error: error.message, status: grpcStatus(error) };
    yield* sleep(Math.max(0, until - context.process.now));
    return { endpoint, error: error.message };
  }
}

function warn(context: Context, { endpoint, error = '', status }: Answer<unknown>, method: string): Routine {
  const why = error.startsWith('etcdserver:') ? error : `latest balancer error: last connection error: connection error: desc = "${error}"`;
  return context.retried(method, endpoint, status ?? `DeadlineExceeded desc = ${why}`);
}

const reason = ({ error = '', status }: Answer<unknown>): string => (status === undefined ? 'context deadline exceeded' : error);

/** Who may not read is healthy still: the proposal went through. */
function mayBeDenied(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof EtcdError) || !error.message.endsWith('permission denied')) throw error;
  }
}

function* health(context: Context): Routine {
  needFormat(context.output, ['simple', 'json', 'table']);
  const rows: { endpoint: string; health: boolean; took: string; error?: string }[] = [];
  for (const endpoint of yield* endpointsOf(context)) {
    const began = context.process.now;
    const answer = yield* ask(context, endpoint, ({ keys, cluster }) => {
      mayBeDenied(() => keys.range({ key: 'health' }));
      return cluster.alarms();
    });
    const took = `${(context.process.now - began).toFixed(6).replace(/0+$/, '')}ms`;
    if (answer.error !== undefined) yield* warn(context, answer, 'KV/Range');
    const alarms = (answer.found ?? []).map(({ alarm }) => alarm);
    const error = answer.error !== undefined ? reason(answer) : alarms.length > 0 ? `Active Alarm(s): ${alarms.join(' ')} ` : undefined;
    rows.push({
      endpoint,
      health: error === undefined,
      took: took.replace(/^(\d{4,})\.?\d*ms$/, (_, ms: string) => `${Number(ms) / 1000}s`),
      ...(error ? { error } : {}),
    });
  }
  if (context.output === 'json') yield* context.print(json(rows));
  else if (context.output === 'table')
    yield* context.print(
      table(
        ['endpoint', 'health', 'took', 'error'],
        rows.map((row) => [row.endpoint, String(row.health), row.took, row.error ?? '']),
      ),
    );
  else
    for (const row of rows)
      yield* row.health
        ? context.print(`${row.endpoint} is healthy: successfully committed proposal: took = ${row.took}\n`)
        : context.process.printError(`${row.endpoint} is unhealthy: failed to commit proposal: ${row.error}\n`);
  if (rows.some((row) => !row.health)) throw new Fatal('unhealthy cluster');
}

const headings = [
  'endpoint',
  'ID',
  'version',
  'storage version',
  'db size',
  'in use',
  'percentage not in use',
  'quota',
  'is leader',
  'is learner',
  'raft term',
  'raft index',
  'raft applied index',
  'errors',
  'downgrade target version',
  'downgrade enabled',
];

function statusRow(endpoint: string, status: EtcdStatus): string[] {
  const size = status.dbSizeBytes;
  const used = inUse(size);
  return [
    endpoint,
    status.memberId,
    status.version,
    status.storageVersion ?? '3.6.0',
    humanBytes(size),
    humanBytes(used),
    `${Math.round((1 - used / size) * 100)}%`,
    humanBytes(status.quotaBytes ?? 0),
    String(status.leader === status.memberId),
    String(status.learner ?? false),
    String(status.raftTerm),
    String(status.raftIndex),
    String(status.raftIndex),
    (status.errors ?? []).join(', '),
    '',
    'false',
  ];
}

/** About half of a file holds what compaction and changes have left free. */
const inUse = (size: number): number => Math.max(16_384, Math.ceil((size - 20_480) / 2 / 4096) * 4096 + 16_384);

function statusJson(endpoint: string, status: EtcdStatus, header: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const errors = status.errors ?? [];
  return {
    Endpoint: endpoint,
    Status: {
      header,
      version: status.version,
      dbSize: status.dbSizeBytes,
      leader: new Uint64(status.leader),
      raftIndex: status.raftIndex,
      raftTerm: status.raftTerm,
      raftAppliedIndex: status.raftIndex,
      errors: errors.length > 0 ? errors : undefined,
      dbSizeInUse: inUse(status.dbSizeBytes),
      storageVersion: status.storageVersion ?? '3.6.0',
      dbSizeQuota: status.quotaBytes,
      downgradeInfo: {},
    },
  };
}

function* status(context: Context): Routine {
  needFormat(context.output, ['simple', 'json', 'fields', 'table']);
  const answers: { endpoint: string; found: { status: EtcdStatus; header: Readonly<Record<string, unknown>> } }[] = [];
  let failed = false;
  for (const endpoint of yield* endpointsOf(context)) {
    const answer = yield* ask(context, endpoint, ({ keys, cluster }) => ({ status: keys.status(), header: headerJson(cluster.header()) }));
    if (answer.found) answers.push({ endpoint, found: answer.found });
    else {
      yield* warn(context, answer, 'Maintenance/Status');
      yield* context.process.printError(`Failed to get the status of endpoint ${endpoint} (${reason(answer)})\n`);
      failed = true;
    }
  }
  const rows = answers.map(({ endpoint, found }) => statusRow(endpoint, found.status));
  if (context.output === 'json') yield* context.print(json(answers.map(({ endpoint, found }) => statusJson(endpoint, found.status, found.header))));
  else if (context.output === 'table') yield* context.print(table(headings, rows));
  else if (context.output === 'fields') yield* context.print(rows.map((row) => `${row.map((cell, i) => `"${headings[i]}" : ${cell}\n`).join('')}\n`).join(''));
  else yield* context.print(rows.map((row) => `${row.join(', ')}\n`).join(''));
  // cobra's exit status of etcdctl when one endpoint was not to be had.
  if (failed) context.process.exit(1);
}

function* hashKv(context: Context): Routine {
  needFormat(context.output, ['simple', 'json', 'table']);
  const rows: [string, string, string][] = [];
  for (const endpoint of yield* endpointsOf(context)) {
    const answer = yield* ask(context, endpoint, ({ cluster }) => cluster.hash());
    if (!answer.found) {
      yield* warn(context, answer, 'Maintenance/HashKV');
      yield* context.process.printError(`Failed to get the hash of endpoint ${endpoint} (${reason(answer)})\n`);
      throw new Fatal(reason(answer));
    }
    rows.push([endpoint, String(answer.found.hash), String(answer.found.revision)]);
  }
  if (context.output === 'table') yield* context.print(table(['endpoint', 'hash', 'hash_revision'], rows));
  else if (context.output === 'json')
    yield* context.print(json(rows.map(([Endpoint, hash, revision]) => ({ Endpoint, HashKV: { hash: Number(hash), hash_revision: Number(revision) } }))));
  else yield* context.print(rows.map((row) => `${row.join(', ')}\n`).join(''));
}

export const endpointCommand: EtcdctlCommand = {
  name: 'endpoint',
  short: 'Endpoint related commands',
  flags: [{ name: 'cluster', type: 'bool', persistent: true, usage: 'use all endpoints from the cluster member list' }],
  commands: [
    {
      name: 'hashkv',
      short: 'Prints the KV history hash for each endpoint in --endpoints',
      flags: [{ name: 'rev', type: 'int', default: '0', usage: 'maximum revision to hash (default: latest revision)' }],
      run: hashKv,
    },
    { name: 'health', short: 'Checks the healthiness of endpoints specified in `--endpoints` flag', run: health },
    { name: 'status', short: 'Prints out the status of endpoints specified in `--endpoints` flag', run: status },
  ],
};
