/** `etcdctl lease`. */
import { type Routine, sleep } from '../../../sim/routine.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal } from '../context.ts';
import { headerJson, json } from '../printer.ts';

const hex = (id: number): string => id.toString(16).padStart(16, '0');

function idOf(context: Context, command: string): number {
  const [text] = context.args;
  if (text === undefined || context.args.length > 1)
    throw new Fatal(`lease ${command} command needs ${command === 'revoke' ? '1 argument' : 'lease ID as argument'}`, exits.badArgs);
  if (!/^[0-9a-f]+$/i.test(text)) throw new Fatal(`bad lease ID arg (strconv.ParseInt: parsing "${text}": invalid syntax), expecting ID in Hex`, exits.badArgs);
  return Number.parseInt(text, 16);
}

/** Its errors say what has failed. */
function* toldAs<T>(what: string, call: Routine<T>): Routine<T> {
  try {
    return yield* call;
  } catch (error) {
    throw error instanceof Fatal ? new Fatal(`failed to ${what} lease (${error.message})`, error.status) : error;
  }
}

function* grant(context: Context): Routine {
  const [text] = context.args;
  if (text === undefined) throw new Fatal('lease grant command needs TTL argument', exits.badArgs);
  if (!/^-?\d+$/.test(text)) throw new Fatal(`bad TTL (strconv.ParseInt: parsing "${text}": invalid syntax)`, exits.badArgs);
  const out = yield* toldAs(
    'grant',
    context.call('Lease/LeaseGrant', ({ cluster }) => {
      const id = cluster.grantLease(0, Number(text));
      if (context.output === 'json') return json({ cluster_id: headerJson(cluster.header())['cluster_id'], id, ttl: Number(text) });
      return `lease ${hex(id)} granted with TTL(${text}s)\n`;
    }),
  );
  yield* context.print(out);
}

function* revoke(context: Context): Routine {
  const id = idOf(context, 'revoke');
  yield* toldAs(
    'revoke',
    context.call('Lease/LeaseRevoke', ({ keys }) => keys.leaseRevoke(id)),
  );
  yield* context.print(`lease ${hex(id)} revoked\n`);
}

function* timeToLive(context: Context): Routine {
  const id = idOf(context, 'timetolive');
  const lease = yield* context.call('Lease/LeaseTimeToLive', ({ cluster }) => cluster.leases().find((each) => each.id === id));
  if (!lease) return yield* context.print(`lease ${hex(id)} already expired\n`);
  const keys = context.flags.bool('keys') ? `, attached keys([${lease.keys.join(' ')}])` : '';
  yield* context.print(`lease ${hex(id)} granted with TTL(${lease.grantedSeconds}s), remaining(${lease.remainingSeconds}s)${keys}\n`);
}

function* list(context: Context): Routine {
  const leases = yield* context.call('Lease/LeaseLeases', ({ cluster }) => cluster.leases());
  yield* context.print(`found ${leases.length} leases\n${leases.map(({ id }) => `${hex(id)}\n`).join('')}`);
}

function* keepAlive(context: Context): Routine {
  const id = idOf(context, 'keep-alive');
  for (;;) {
    const known = yield* context.call('Lease/LeaseKeepAlive', ({ cluster }) =>
      cluster.leases().some((each) => each.id === id) ? cluster.leaseKeepAlive(id) : undefined,
    );
    if (known === undefined && context.flags.bool('once')) throw new Fatal('etcdserver: requested lease not found', exits.badConnection);
    if (known === undefined) return yield* context.print(`lease ${hex(id)} expired or revoked.\n`);
    yield* context.print(`lease ${hex(id)} keepalived with TTL(${known})\n`);
    if (context.flags.bool('once')) return;
    yield* sleep(Math.max(500, (known * 1000) / 3));
  }
}

export const leaseCommand: EtcdctlCommand = {
  name: 'lease',
  short: 'Lease related commands',
  commands: [
    { name: 'grant', usage: '<ttl>', short: 'Creates leases', run: grant },
    {
      name: 'keep-alive',
      usage: '[options] <leaseID>',
      short: 'Keeps leases alive (renew)',
      flags: [{ name: 'once', type: 'bool', usage: 'Resets the keep-alive time to its original value and cobrautl.Exits immediately' }],
      run: keepAlive,
    },
    { name: 'list', short: 'List all active leases', run: list },
    { name: 'revoke', usage: '<leaseID>', short: 'Revokes leases', run: revoke },
    {
      name: 'timetolive',
      usage: '<leaseID> [options]',
      short: 'Get lease information',
      flags: [{ name: 'keys', type: 'bool', usage: 'Get keys attached to this lease' }],
      run: timeToLive,
    },
  ],
};
