/** nslookup of busybox from 1.30 on (networking/nslookup.c): a client of its own, which knows search domains, but not ndots. */
import type { DnsRecord } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, Failure } from '../tool.ts';
import { type Asked, ask, isAddress, resolvConf, resolve } from './resolver.ts';

type Question = { readonly name: string; readonly type: DnsRecord['type'] };

const types = ['A', 'AAAA', 'CNAME', 'TXT', 'SRV', 'PTR'] as const;
const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** Everything is asked at once and every answer printed: one NXDOMAIN among them, and the exit status is 1. */
export function* busyboxNslookup(call: Call, name: string, server: string | undefined): Routine<number> {
  const conf = resolvConf(call.process);
  const shown = server ?? conf.servers[0] ?? '127.0.0.1';
  const address = server === undefined ? shown : yield* addressOf(call, server);
  const questions = questionsOf(name, call.value('type'), conf.search);
  let status = 0;
  for (const [index, question] of questions.entries()) {
    const asked = yield* ask(call.process, address, question.name, question.type, 5_000);
    if (!('answer' in asked)) return yield* unanswered(call, asked, shown);
    if (index === 0) yield* call.print(`Server:\t\t${shown}\nAddress:\t${address}:53\n\n`);
    const { code, records, authoritative } = asked.answer;
    if (code !== 'NOERROR') {
      yield* call.print(`** server can't find ${question.name}: ${code}\n`);
      status = 1;
    } else yield* call.print(`${authoritative ? '' : 'Non-authoritative answer:\n'}${records.map(lineOf).join('')}`);
    yield* call.print('\n');
  }
  return status;
}

function* addressOf(call: Call, server: string): Routine<string> {
  const found = yield* resolve(call.process, server);
  if ('failed' in found) throw new Failure(`bad address '${server}'`);
  return found.addresses[0] ?? server;
}

/** A name with a dot in it is asked for as it stands; one without, under each search domain and nowhere else. */
function questionsOf(name: string, type: string | undefined, search: readonly string[]): readonly Question[] {
  if (isAddress(name)) return [{ name: `${name.split('.').reverse().join('.')}.in-addr.arpa`, type: 'PTR' }];
  const wanted = type === undefined ? (['A', 'AAAA'] as const) : types.filter((each) => each === type.toUpperCase());
  if (wanted.length === 0) throw new Failure(`invalid query type "${type}"`);
  const names = name.includes('.') || search.length === 0 ? [withoutDot(name)] : search.map((domain) => `${name}.${withoutDot(domain)}`);
  return wanted.flatMap((each) => names.map((full) => ({ name: full, type: each })));
}

const fields: Readonly<Record<DnsRecord['type'], string>> = { A: '', AAAA: '', CNAME: 'canonical name', PTR: 'name', TXT: 'text', SRV: 'service' };

function lineOf({ name, type, data }: DnsRecord): string {
  const bare = withoutDot(name);
  return type === 'A' || type === 'AAAA' ? `Name:\t${bare}\nAddress: ${data}\n` : `${bare}\t${fields[type]} = ${withoutDot(data)}\n`;
}

const causes = { refused: 'Connection refused', unreachable: 'Network unreachable', timeout: undefined } as const;

/** A refusal of the first question is heard when the second one is written. */
function* unanswered(call: Call, { failed }: Extract<Asked, { failed: unknown }>, server: string): Routine<number> {
  const cause = causes[failed];
  if (cause !== undefined) yield* call.process.printError(`nslookup: write to '${server}': ${cause}\n`);
  yield* call.print(';; connection timed out; no servers could be reached\n\n');
  return 1;
}
