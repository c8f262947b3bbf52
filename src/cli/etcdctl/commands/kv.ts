/** get, put, del, watch, compaction. */
import { EtcdError, type EtcdEvent, type KeyValue, prefixEnd, type RangeResponse } from '../../../interfaces/etcd.ts';
import { readAll } from '../../../linux/open-file.ts';
import { Condition, type Routine, sleep } from '../../../sim/routine.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal, grpcStatus } from '../context.ts';
import { eventText, headerFields, headerJson, json, kvJson, kvSimple, needFormat, rangeText } from '../printer.ts';

type Range = { readonly key: string; readonly rangeEnd?: string };

/** The range that a key, its end and `--prefix` or `--from-key` mean. */
function rangeOf({ flags, args }: Context, command: string): Range {
  const [key, end] = args;
  if (key === undefined) throw new Fatal(`${command} command needs one argument as key and an optional argument as range_end`, exits.badArgs);
  if (args.length > 2 && command === 'del')
    throw new Fatal(`${command} command needs one argument as key and an optional argument as range_end`, exits.badArgs);
  if (flags.bool('prefix') && flags.bool('from-key')) throw new Fatal('`--prefix` and `--from-key` cannot be set at the same time, choose one', exits.badArgs);
  if (end !== undefined && (flags.bool('prefix') || flags.bool('from-key')))
    throw new Fatal(`too many arguments, only accept one argument when \`--prefix\` or \`--from-key\` is set`, exits.badArgs);
  if (end !== undefined) return { key, rangeEnd: end };
  if (flags.bool('prefix')) return key === '' ? { key: '', rangeEnd: '\0' } : { key, rangeEnd: prefixEnd(key) };
  return flags.bool('from-key') ? { key, rangeEnd: '\0' } : { key };
}

const sorts: Readonly<Record<string, (kv: KeyValue) => string | number>> = {
  CREATE: (kv) => kv.createRevision,
  KEY: (kv) => kv.key,
  MODIFY: (kv) => kv.modRevision,
  VALUE: (kv) => String(kv.value),
  VERSION: (kv) => kv.version,
};

function sorted({ flags }: Context, response: RangeResponse): RangeResponse {
  const [order, by] = [flags.text('order').toUpperCase(), flags.text('sort-by').toUpperCase()];
  if (!['', 'ASCEND', 'DESCEND'].includes(order)) throw new Fatal(`bad sort order ${flags.text('order')}`, exits.badFeature);
  const value = sorts[by === '' ? 'KEY' : by];
  if (!value) throw new Fatal(`bad sort target ${flags.text('sort-by')}`, exits.badFeature);
  if (order === '' && by === '') return response;
  const sign = order === 'DESCEND' ? -1 : 1;
  const kvs = [...response.kvs].sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
  return { ...response, kvs };
}

/** What --min-create-rev and its like let through. */
function revisions(flags: Context['flags']): (kv: KeyValue) => boolean {
  const tests = (['Create', 'Mod'] as const).map((kind) => {
    const [least, most] = [flags.number(`min-${kind.toLowerCase()}-rev`), flags.number(`max-${kind.toLowerCase()}-rev`)];
    if (most > 0 && least > most) throw new Fatal(`getMin${kind}Rev(=${least}) > getMax${kind}Rev(=${most})`, exits.badFeature);
    return (revision: number): boolean => revision >= least && (most <= 0 || revision <= most);
  });
  return ({ createRevision, modRevision }) => [createRevision, modRevision].every((revision, i) => tests[i]?.(revision) ?? true);
}

function* get(context: Context): Routine {
  const { flags } = context;
  const range = rangeOf(context, 'get');
  if (flags.bool('keys-only') && flags.bool('count-only'))
    throw new Fatal('`--keys-only` and `--count-only` cannot be set at the same time, choose one', exits.badArgs);
  const consistency = flags.text('consistency');
  if (!/^[ls]$/.test(consistency)) throw new Fatal(`unknown consistency flag ${JSON.stringify(consistency)}`, exits.badFeature);
  const within = revisions(flags);
  if (flags.bool('count-only') && context.output !== 'fields') throw new Fatal('--count-only is only for `--write-out=fields`', exits.badArgs);
  if (flags.bool('print-value-only') && context.output !== 'simple') throw new Fatal('print-value-only is only for `--write-out=simple`', exits.badArgs);
  needFormat(context.output);
  const text = yield* context.call('KV/Range', ({ keys, cluster }) => {
    const limit = flags.number('limit');
    const all = sorts && (flags.text('sort-by') !== '' || flags.text('order') !== '');
    const request = {
      ...range,
      ...(limit > 0 && !all ? { limit } : {}),
      ...(flags.number('rev') > 0 ? { revision: flags.number('rev') } : {}),
      keysOnly: flags.bool('keys-only'),
      countOnly: flags.bool('count-only'),
    };
    const found = sorted(context, consistency === 's' ? cluster.local.range(request) : keys.range(request));
    const ranged = limit > 0 && all ? { ...found, kvs: found.kvs.slice(0, limit), more: found.count > limit } : found;
    const response = { ...ranged, kvs: ranged.kvs.filter(within) };
    const header = cluster.header();
    const isPlainKey = range.rangeEnd === undefined && flags.bool('keys-only');
    const kvs = isPlainKey ? response.kvs.map((kv) => ({ ...kv, value: '' })) : response.kvs;
    return rangeText(context, header, { ...response, kvs }, flags.bool('print-value-only'));
  });
  yield* context.print(text);
}

function* put(context: Context): Routine {
  const { flags, args, process } = context;
  const [key] = args;
  if (key === undefined) throw new Fatal('put command needs 1 argument and input from stdin or 2 arguments', exits.badArgs);
  if (args.length > 2) throw new Fatal('put command needs 1 argument and input from stdin or 2 arguments', exits.badArgs);
  const given = args[1] ?? (flags.bool('ignore-value') ? '' : yield* readAll(process.stdin));
  if (args.length === 1 && given === '' && !flags.bool('ignore-value'))
    throw new Fatal('put command needs 1 argument and input from stdin or 2 arguments', exits.badArgs);
  const lease = flags.text('lease') === '' ? 0 : Number.parseInt(flags.text('lease'), 16);
  if (Number.isNaN(lease))
    throw new Fatal(`bad lease ID (strconv.ParseInt: parsing "${flags.text('lease')}": invalid syntax), expecting ID in Hex`, exits.badArgs);
  needFormat(context.output);
  const text = yield* context.call('KV/Put', ({ keys, cluster }) => {
    const old = flags.bool('prev-kv') || flags.bool('ignore-value') || flags.bool('ignore-lease');
    const before = old ? keys.range({ key }).kvs[0] : undefined;
    if ((flags.bool('ignore-value') || flags.bool('ignore-lease')) && !before) throw new EtcdError('invalid', 'etcdserver: key not found');
    keys.put(key, flags.bool('ignore-value') ? (before?.value ?? '') : given, { lease: flags.bool('ignore-lease') ? (before?.lease ?? 0) : lease });
    const previous = flags.bool('prev-kv') ? before : undefined;
    if (context.output === 'json') return json({ header: headerJson(cluster.header()), prev_kv: previous ? kvJson(previous) : undefined });
    if (context.output === 'fields') return headerFields(cluster.header());
    return `OK\n${previous ? kvSimple(previous, context) : ''}`;
  });
  yield* context.print(text);
}

function* del(context: Context): Routine {
  const { flags } = context;
  const range = rangeOf(context, 'del');
  const [from, to] = context.args;
  if (to !== undefined && !flags.bool('range')) {
    const warning = `Warning: Keys between ${JSON.stringify(from)} and ${JSON.stringify(to)} will be deleted. Please interrupt the command within next 2 seconds to cancel. `;
    yield* context.process.printError(`${warning}You can provide \`--range\` flag to avoid the delay.\n`);
    yield* sleep(2000);
  }
  needFormat(context.output);
  const text = yield* context.call('KV/DeleteRange', ({ keys, cluster }) => {
    const before = flags.bool('prev-kv') ? keys.range(range).kvs : [];
    const deleted = keys.deleteRange(range.key, range.rangeEnd);
    if (context.output === 'json')
      return json({ header: headerJson(cluster.header()), deleted: deleted || undefined, prev_kvs: before.length > 0 ? before.map(kvJson) : undefined });
    if (context.output === 'fields') return `${headerFields(cluster.header())}"Deleted" : ${deleted}\n`;
    return `${deleted}\n${before.map((kv) => kvSimple(kv, context)).join('')}`;
  });
  yield* context.print(text);
}

function* watch(context: Context): Routine {
  const { flags, process } = context;
  if (flags.bool('interactive')) throw new Fatal('k8s-lab: an interactive watch is not simulated', 70);
  const execAt = context.args.length;
  if (context.args.length === 0 || context.args.length > 2) throw new Fatal('bad number of arguments', exits.badArgs);
  const range = rangeOf(context, 'watch');
  const channel = yield* context.call('Watch/Watch', ({ keys }) => {
    try {
      return keys.watch({ ...range, ...(flags.number('rev') > 0 ? { startRevision: flags.number('rev') } : {}) });
    } catch (error) {
      if (error instanceof EtcdError && error.code === 'invalid') return grpcStatus(error);
      throw error;
    }
  });
  if (typeof channel === 'string') {
    yield* context.print(`watch was canceled (rpc error: code = ${channel})\n`);
    throw new Fatal('watch is canceled by the server', 5);
  }
  const told = new Condition();
  let ended = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.onSignal(signal, () => {
      ended = true;
      told.notify();
    });
  try {
    while (!ended && execAt >= 0) {
      const response = channel.take();
      if (!response) {
        if (channel.closed) throw new Fatal('watch is canceled by the server');
        yield { on: [channel.changed, told] };
        continue;
      }
      if (response.compactRevision !== undefined) throw new Fatal('watch was canceled (etcdserver: mvcc: required revision has been compacted)');
      if (context.output === 'json') yield* context.print(json({ Header: { revision: response.revision }, Events: response.events.map(eventJson) }));
      else for (const event of response.events) yield* context.print(eventText(context, event, flags.bool('prev-kv')));
    }
    process.terminate(130, 'SIGINT');
  } finally {
    channel.break();
  }
}

const eventJson = ({ type, kv }: EtcdEvent): Readonly<Record<string, unknown>> => ({ ...(type === 'DELETE' ? { type: 1 } : {}), kv: kvJson(kv) });

function* compaction(context: Context): Routine {
  const [text] = context.args;
  if (text === undefined || context.args.length > 1) throw new Fatal('compaction command needs 1 argument', exits.badArgs);
  const revision = Number(text);
  if (!/^-?\d+$/.test(text)) throw new Fatal(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  yield* context.call('KV/Compact', ({ keys }) => keys.compact(revision));
  yield* context.print(`compacted revision ${revision}\n`);
}

const rangeFlags = [
  { name: 'prefix', type: 'bool', usage: 'with matching prefix' },
  { name: 'from-key', type: 'bool', usage: 'keys that are greater than or equal to the given key, by byte compare' },
  { name: 'prev-kv', type: 'bool', usage: 'return the key-value pairs as they were before' },
] as const;

export const kvCommands: readonly EtcdctlCommand[] = [
  {
    name: 'get',
    usage: '[options] <key> [range_end]',
    short: 'Gets the key or a range of keys',
    flags: [
      { name: 'consistency', default: 'l', usage: 'Linearizable(l) or Serializable(s)' },
      { name: 'count-only', type: 'bool', usage: 'Get only the count' },
      { name: 'from-key', type: 'bool', usage: 'Get keys that are greater than or equal to the given key using byte compare' },
      { name: 'keys-only', type: 'bool', usage: 'Get only the keys' },
      { name: 'limit', type: 'int', default: '0', usage: 'Maximum number of results' },
      { name: 'max-create-rev', type: 'int', default: '0', usage: 'Maximum create revision' },
      { name: 'max-mod-rev', type: 'int', default: '0', usage: 'Maximum modification revision' },
      { name: 'min-create-rev', type: 'int', default: '0', usage: 'Minimum create revision' },
      { name: 'min-mod-rev', type: 'int', default: '0', usage: 'Minimum modification revision' },
      { name: 'order', usage: 'Order of results; ASCEND or DESCEND (ASCEND by default)' },
      { name: 'prefix', type: 'bool', usage: 'Get keys with matching prefix' },
      { name: 'print-value-only', type: 'bool', usage: 'Only write values when using the "simple" output format' },
      { name: 'rev', type: 'int', default: '0', usage: 'Specify the kv revision' },
      { name: 'sort-by', usage: 'Sort target; CREATE, KEY, MODIFY, VALUE, or VERSION' },
    ],
    run: get,
  },
  {
    name: 'put',
    usage: '[options] <key> <value> (<value> can also be given from stdin)',
    short: 'Puts the given key into the store',
    flags: [
      { name: 'ignore-lease', type: 'bool', usage: 'updates the key using its current lease' },
      { name: 'ignore-value', type: 'bool', usage: 'updates the key using its current value' },
      { name: 'lease', default: '0', usage: 'lease ID (in hexadecimal) to attach to the key' },
      { name: 'prev-kv', type: 'bool', usage: 'return the previous key-value pair before modification' },
    ],
    run: put,
  },
  {
    name: 'del',
    usage: '[options] <key> [range_end]',
    short: 'Removes the specified key or range of keys [key, range_end)',
    flags: [...rangeFlags, { name: 'range', type: 'bool', usage: 'delete range of keys' }],
    run: del,
  },
  {
    name: 'watch',
    usage: '[options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...]',
    short: 'Watches events stream on keys or prefixes',
    flags: [
      ...rangeFlags.filter(({ name }) => name !== 'from-key'),
      { name: 'from-key', type: 'bool', hidden: true },
      { name: 'interactive', short: 'i', type: 'bool', usage: 'Interactive mode' },
      { name: 'progress-notify', absent: true, type: 'bool', usage: 'get periodic watch progress notification from server' },
      { name: 'rev', type: 'int', default: '0', usage: 'Revision to start watching' },
    ],
    run: watch,
  },
  {
    name: 'compaction',
    usage: '[options] <revision>',
    short: 'Compacts the event history in etcd',
    flags: [{ name: 'physical', type: 'bool', usage: "'true' to wait for compaction to physically remove all old revisions" }],
    run: compaction,
  },
];
