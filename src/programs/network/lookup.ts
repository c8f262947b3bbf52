/** dig, nslookup, host, getent. */
import type { Process } from '../../linux/process.ts';
import type { DnsAnswer, DnsRecord } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { isBusybox, isOldBusybox } from '../busybox-words.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { findGroup, findUser, groups, users } from '../users.ts';
import { busyboxNslookup } from './nslookup-busybox.ts';
import { type Asked, ask, candidates, hosts, isAddress, query, resolvConf, resolve } from './resolver.ts';

const reversed = (address: string): string => `${address.split('.').reverse().join('.')}.in-addr.arpa`;
const absolute = (name: string): string => (name.endsWith('.') ? name : `${name}.`);
const recordTypes = ['A', 'AAAA', 'CNAME', 'SRV', 'PTR', 'TXT'] as const;
const typeOf = (text: string): DnsRecord['type'] | undefined => recordTypes.find((type) => type === text.toUpperCase());

/** Where bind-tools are installed, nslookup comes from there. */
const isApplet = (process: Process): boolean => isBusybox(process) && !process.fs.exists('/usr/bin/dig');

const nslookup = tool({
  usage: '[name] [server]',
  summary: 'Query Internet name servers interactively.',
  normalize: (args) => args.map((arg) => (/^-(type|querytype|q|port|debug|timeout)\b/.test(arg) ? `-${arg}` : arg)),
  options: [
    ['type,querytype,q=TYPE', 'kind of record'],
    ['port=PORT', ''],
    ['timeout=SECONDS', ''],
    ['debug', ''],
  ],
  *run(call) {
    const [name, server] = call.operands;
    if (name === undefined) throw new Failure('k8s-lab: interactive nslookup is not simulated', 70);
    if (isApplet(call.process) && !isOldBusybox(call.process)) return yield* busyboxNslookup(call, name, server);
    const conf = resolvConf(call.process);
    let address = conf.servers[0] ?? '127.0.0.1';
    if (server !== undefined) {
      const found = yield* resolve(call.process, server);
      if ('failed' in found) throw new Failure(`couldn't get address for '${server}': ${found.failed === 'not-found' ? 'not found' : 'failure'}`);
      address = found.addresses[0] ?? address;
    }
    const type = isAddress(name) ? 'PTR' : typeOf(call.value('type') ?? 'A');
    if (!type) throw new Failure(`unknown query type: ${call.value('type')}`);
    const names = isAddress(name) ? [reversed(name)] : candidates(name, conf);
    let last: Asked | undefined;
    for (const candidate of names) {
      last = yield* ask(call.process, address, candidate, type, conf.timeoutSeconds * 1000);
      if (!('answer' in last)) break;
      if (last.answer.records.length > 0) return yield* found(call, address, last.answer);
    }
    if (last && !('answer' in last)) {
      yield* call.print(
        `;; ${last.failed === 'timeout' ? `communications error to ${address}#53: timed out` : last.failed === 'refused' ? `communications error to ${address}#53: connection refused` : `UDP setup with ${address}#53(${address}) for ${name} failed: network unreachable.`}\n;; no servers could be reached\n\n`,
      );
      return 1;
    }
    const code = last && 'answer' in last ? last.answer.code : 'NXDOMAIN';
    if (isApplet(call.process)) {
      yield* call.print(`Server:    ${address}\nAddress 1: ${address}\n\n`);
      yield* call.process.printError(`nslookup: can't resolve '${name}'\n`);
      return 1;
    }
    yield* call.print(`Server:\t\t${address}\nAddress:\t${address}#53\n\n`);
    yield* call.print(code === 'NOERROR' ? `*** Can't find ${name}: No answer\n\n` : `** server can't find ${names[names.length - 1]}: ${code}\n\n`);
    return code === 'NOERROR' ? 0 : 1;
  },
});

/** busybox's nslookup before 1.29 asks for the names of all addresses, too. */
function* foundByOldBusybox(call: Call, server: string, answer: DnsAnswer): Routine<number> {
  const named = function* (address: string): Routine<string> {
    const asked = yield* ask(call.process, server, reversed(address), 'PTR', 2000);
    const name = 'answer' in asked ? asked.answer.records[0]?.data.replace(/\.$/, '') : undefined;
    return name === undefined ? address : `${address} ${name}`;
  };
  yield* call.print(`Server:    ${server}\nAddress 1: ${yield* named(server)}\n\nName:      ${call.operands[0]}\n`);
  const addresses = answer.records.filter(({ type }) => type === 'A' || type === 'AAAA');
  for (const [i, { data }] of addresses.entries()) yield* call.print(`Address ${i + 1}: ${yield* named(data)}\n`);
  return 0;
}

function* found(call: Call, server: string, answer: DnsAnswer): Routine<number> {
  if (isApplet(call.process)) return yield* foundByOldBusybox(call, server, answer);
  yield* call.print(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`);
  if (!answer.authoritative) yield* call.print('Non-authoritative answer:\n');
  for (const record of answer.records) {
    const bare = record.name.replace(/\.$/, '');
    if (record.type === 'A' || record.type === 'AAAA') yield* call.print(`Name:\t${bare}\nAddress: ${record.data}\n`);
    else if (record.type === 'CNAME') yield* call.print(`${bare}\tcanonical name = ${absolute(record.data)}\n`);
    else if (record.type === 'PTR') yield* call.print(`${bare}\tname = ${absolute(record.data)}\n`);
    else yield* call.print(`${bare}\t${record.type === 'SRV' ? 'service' : 'text'} = ${record.data}\n`);
  }
  yield* call.print('\n');
  return 0;
}

const dig = tool({
  usage: '[@server] [-x address] [name] [type] [+short]',
  summary: 'DNS lookup utility.',
  options: [
    ['x=ADDRESS', 'reverse lookup'],
    ['t=TYPE', 'kind of record'],
    ['p=PORT', 'port of the server'],
    ['4', ''],
  ],
  *run(call) {
    const conf = resolvConf(call.process);
    let server = conf.servers[0] ?? '127.0.0.1';
    let type: DnsRecord['type'] = typeOf(call.value('t') ?? 'A') ?? 'A';
    let name: string | undefined;
    const flags = new Set<string>();
    for (const word of call.operands) {
      if (word.startsWith('@')) {
        const address = yield* resolve(call.process, word.slice(1));
        if ('failed' in address) throw new Failure(`couldn't get address for '${word.slice(1)}': not found`, 10);
        server = address.addresses[0] ?? server;
      } else if (word.startsWith('+')) flags.add(word.slice(1));
      else if (typeOf(word) && word === word.toUpperCase()) type = typeOf(word) ?? type;
      else name = word;
    }
    if (call.has('x')) {
      name = reversed(call.value('x') ?? '');
      type = 'PTR';
    }
    if (name === undefined) throw new Failure('k8s-lab: dig without a name is not simulated', 70);
    const began = call.process.now;
    const names = flags.has('search') ? candidates(name, conf) : [name.replace(/\.$/, '')];
    let asked: Asked | undefined;
    for (const candidate of names) {
      name = candidate;
      asked = yield* ask(call.process, server, candidate, type, conf.timeoutSeconds * 1000, Number(call.value('p') ?? 53));
      if (!('answer' in asked) || asked.answer.records.length > 0) break;
    }
    if (!asked || !('answer' in asked)) {
      yield* call.print(
        `;; communications error to ${server}#53: ${asked?.failed === 'refused' ? 'connection refused' : asked?.failed === 'unreachable' ? 'network unreachable' : 'timed out'}\n;; no servers could be reached\n`,
      );
      return 9;
    }
    const { answer } = asked;
    if (flags.has('short'))
      yield* call.print(answer.records.map((record) => `${record.type === 'CNAME' || record.type === 'PTR' ? absolute(record.data) : record.data}\n`).join(''));
    else yield* call.print(report(call, { name, type, answer, server, milliseconds: call.process.now - began, onlyAnswer: flags.has('noall') }));
    return 0;
  },
});

function report(
  call: Call,
  {
    name,
    type,
    answer,
    server,
    milliseconds,
    onlyAnswer,
  }: {
    readonly name: string;
    readonly type: string;
    readonly answer: DnsAnswer;
    readonly server: string;
    readonly milliseconds: number;
    readonly onlyAnswer: boolean;
  },
): string {
  const records = answer.records
    .map(
      (record) =>
        `${absolute(record.name)}\t${absolute(record.name).length < 24 ? '\t' : ''}${record.ttl}\tIN\t${record.type}\t${record.type === 'CNAME' || record.type === 'PTR' ? absolute(record.data) : record.data}\n`,
    )
    .join('');
  if (onlyAnswer) return records;
  const id = call.process.sim.random.int(65536);
  return [
    `\n; <<>> DiG 9.20 <<>> ${name}${type === 'A' ? '' : ` ${type}`}\n;; global options: +cmd\n;; Got answer:\n`,
    `;; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${id}\n;; flags: qr ${answer.authoritative ? 'aa ' : ''}rd${answer.authoritative ? '' : ' ra'}; QUERY: 1, ANSWER: ${answer.records.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n`,
    `;; QUESTION SECTION:\n;${absolute(name)}\t\tIN\t${type}\n\n`,
    records === '' ? '' : `;; ANSWER SECTION:\n${records}\n`,
    `;; Query time: ${Math.round(milliseconds)} msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${strftime('%a %b %d %H:%M:%S %Z %Y', call.process.now)}\n;; MSG SIZE  rcvd: ${40 + name.length + records.length}\n\n`,
  ].join('');
}

const host = tool({
  usage: '[-t type] name [server]',
  summary: 'DNS lookup utility.',
  options: [
    ['t=TYPE', 'kind of record'],
    ['a', ''],
    ['v', ''],
  ],
  *run(call) {
    const [name] = call.operands;
    if (name === undefined) throw new Failure('k8s-lab: host without a name is not simulated', 70);
    const type = isAddress(name) ? 'PTR' : (typeOf(call.value('t') ?? 'A') ?? 'A');
    let code = 'NXDOMAIN';
    for (const candidate of isAddress(name) ? [reversed(name)] : candidates(name, resolvConf(call.process))) {
      const asked = yield* query(call.process, candidate, type);
      if (!('answer' in asked)) {
        yield* call.print(';; connection timed out; no servers could be reached\n');
        return 1;
      }
      code = asked.answer.code;
      const words: Readonly<Record<DnsRecord['type'], string>> = {
        A: 'has address',
        AAAA: 'has IPv6 address',
        CNAME: 'is an alias for',
        PTR: 'domain name pointer',
        SRV: 'has SRV record',
        TXT: 'descriptive text',
      };
      for (const record of asked.answer.records)
        yield* call.print(
          `${record.name.replace(/\.$/, '')} ${words[record.type]} ${record.type === 'CNAME' || record.type === 'PTR' ? absolute(record.data) : record.data}\n`,
        );
      if (asked.answer.records.length > 0) return 0;
    }
    yield* call.print(code === 'NOERROR' ? `${name} has no ${type} record\n` : `Host ${name} not found: 3(NXDOMAIN)\n`);
    return 1;
  },
});

const getent = tool({
  usage: 'database [key ...]',
  summary: 'Get entries from administrative database.',
  options: [['s,service=CONFIG', '']],
  *run(call) {
    const [database, ...keys] = call.operands;
    const { process } = call;
    if (database === undefined) throw new Failure('wrong number of arguments', 1);
    if (database === 'passwd' || database === 'group') {
      const lines =
        database === 'passwd'
          ? (keys.length === 0 ? users(process) : keys.flatMap((key) => findUser(process, key) ?? [])).map(
              (user) => `${user.name}:x:${user.uid}:${user.gid}::${user.home}:${user.shell}\n`,
            )
          : (keys.length === 0 ? groups(process) : keys.flatMap((key) => findGroup(process, key) ?? [])).map(
              (group) => `${group.name}:x:${group.gid}:${group.members.join(',')}\n`,
            );
      yield* call.print(lines.join(''));
      return lines.length < Math.max(1, keys.length) ? 2 : 0;
    }
    if (!['hosts', 'ahosts', 'ahostsv4'].includes(database)) throw new Failure(`Unknown database: ${database}`, 1);
    if (keys.length === 0) for (const { address, names } of hosts(process)) yield* call.print(`${address.padEnd(15)} ${names.join(' ')}\n`);
    for (const key of keys) {
      const answer = yield* resolve(process, key);
      if ('failed' in answer) return 2;
      for (const [i, address] of answer.addresses.entries()) {
        if (database === 'hosts') yield* call.print(`${address.padEnd(15)} ${answer.name}\n`);
        else
          for (const kind of ['STREAM', 'DGRAM', 'RAW'])
            yield* call.print(`${address.padEnd(15)} ${kind}${kind === 'STREAM' && i === 0 ? ` ${answer.name}` : ''}\n`);
      }
    }
    return 0;
  },
});

export const lookupPrograms = { nslookup, dig, host, getent };
