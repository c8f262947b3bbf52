/** `etcdctl txn`: comparisons, then what to do when they hold and when not (etcdctl/ctlv3/command/txn_command.go). */
import { type Compare, prefixEnd, type TxnOperation } from '../../../interfaces/etcd.ts';
import { readAll } from '../../../linux/open-file.ts';
import { own } from '../../../sim/own.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal } from '../context.ts';
import { headerJson, json, kvSimple } from '../printer.ts';

type ValueCompare = { readonly key: string; readonly is: Compare['is']; readonly value: string };

function* txn(context: Context): Routine {
  if (context.args.length > 0) throw new Fatal('txn command does not accept argument', exits.badArgs);
  const interactive = context.flags.bool('interactive');
  const input = yield* readAll(context.process.stdin);
  if (interactive) yield* context.print('compares:\nsuccess requests (get, put, del):\nfailure requests (get, put, del):\n');
  const [compares = [], success = [], failure = []] = blocks(input);
  const parsed = compares.map(parseCompare);
  const [then, otherwise] = [success.map(parseOperation), failure.map(parseOperation)];
  const text = yield* context.call('KV/Txn', ({ keys, cluster }) => {
    const versions = parsed.flatMap((each) => ('target' in each ? [each] : []));
    const values = parsed.flatMap((each) => ('value' in each ? [each] : []));
    // Values are compared here: nobody else writes in between.
    const hold = values.every(({ key, is, value }) => compare(String(keys.range({ key }).kvs[0]?.value ?? ''), is, value));
    const answers: string[] = [];
    const operations = (list: readonly TxnOperation[]): TxnOperation[] => [...list];
    const result = keys.txn(hold ? versions : [...versions, { key: '\0', target: 'version', is: '=', than: -1 }], operations(then), operations(otherwise));
    const ranges = [...result.ranges];
    for (const operation of result.succeeded ? then : otherwise) {
      if ('put' in operation) answers.push('OK\n');
      else if ('delete' in operation) answers.push('1\n');
      else answers.push((ranges.shift()?.kvs ?? []).map((kv) => kvSimple(kv, context)).join(''));
    }
    if (context.output === 'json') return json({ header: headerJson(cluster.header()), succeeded: result.succeeded || undefined });
    return `${result.succeeded ? 'SUCCESS' : 'FAILURE'}\n${answers.map((answer) => `\n${answer}`).join('')}`;
  });
  yield* context.print(text);
}

/** Lines up to an empty one, three times. */
function blocks(input: string): string[][] {
  const out: string[][] = [[]];
  for (const line of input.replace(/\n$/, '').split('\n')) {
    if (line.trim() === '') out.push([]);
    else out.at(-1)?.push(line.trim());
  }
  return out;
}

const targets: Readonly<Record<string, Compare['target']>> = { c: 'create', create: 'create', m: 'mod', mod: 'mod', ver: 'version', version: 'version' };

function parseCompare(line: string): Compare | ValueCompare {
  const match = /^(\w+)\("((?:[^"\\]|\\.)*)"\)\s*(=|!=|<|>)\s*"((?:[^"\\]|\\.)*)"$/.exec(line);
  if (!match) {
    const [target, rest] = line.split(/\((.*)/s);
    const [, seen = '', op = '', than = ''] = /^(?:"((?:[^"\\]|\\.)*)")?\)?\s*(\S*)\s*(?:"([^"]*)")?/.exec(rest ?? '') ?? [];
    const got = rest === undefined ? '' : `; got ${target}(${JSON.stringify(seen)}) ${op} ${JSON.stringify(than)}`;
    throw new Fatal(`malformed comparison: ${line}${got}`, exits.invalidInput);
  }
  const [, target = '', key = '', is = '=', value = ''] = match;
  if (target === 'val' || target === 'value') return { key, is: is as Compare['is'], value };
  const known = own(targets, target);
  if (!known) throw new Fatal(`malformed comparison: ${line} (unknown target ${target})`, exits.invalidInput);
  return { key, target: known, is: is as Compare['is'], than: Number(value) };
}

function compare(found: string, is: Compare['is'], than: string): boolean {
  if (is === '=') return found === than;
  if (is === '!=') return found !== than;
  return is === '<' ? found < than : found > than;
}

/** `put k v`, `get k --prefix`, `del k`, with quotes as a shell has them. */
function parseOperation(line: string): TxnOperation {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  if (words.length < 2) throw new Fatal(`invalid txn compare request: ${line}`, exits.invalidInput);
  const [verb, key = '', second] = words.filter((word) => !word.startsWith('--'));
  const prefix = words.includes('--prefix') ? { rangeEnd: prefixEnd(key) } : {};
  const end = second === undefined ? prefix : { rangeEnd: second };
  if (verb === 'put') return { put: { key, value: second ?? '' } };
  if (verb === 'get') return { range: { key, ...end } };
  if (verb === 'del') return { delete: { key, ...end } };
  throw new Fatal(`invalid txn request: ${line}`, exits.invalidInput);
}

export const txnCommand: EtcdctlCommand = {
  name: 'txn',
  usage: '[options]',
  short: 'Txn processes all the requests in one transaction',
  flags: [{ name: 'interactive', short: 'i', type: 'bool', usage: 'Input transaction in interactive mode' }],
  run: txn,
};
