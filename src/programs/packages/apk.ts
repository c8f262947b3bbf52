/** apk of Alpine (apk-tools 2.14): add, del, update, info, search. */
import type { Routine } from '../../sim/routine.ts';
import { type Call, tool, UsageError } from '../tool.ts';
import { complain, download, paragraphs, Refusal, refusing, textAt, unpack, withNeeds, written } from './mirror.ts';

const database = '/lib/apk/db/installed';
const world = '/etc/apk/world';
/** Packages of the root filesystem alone. */
const baseCount = 16;
const baseMebibytes = 8;

type Index = ReadonlyMap<string, Readonly<Record<string, string>>>;
const byName = (text: string): Index => new Map(paragraphs(text).map((each) => [each['P'] ?? '', each]));

export const apk = tool({
  usage: '[<OPTIONS>...] COMMAND [<ARGUMENTS>...]',
  summary: 'Package manager of Alpine Linux.',
  options: [
    ['no-cache', 'do not use any local cache path'],
    ['U,update-cache', 'alias for --cache-max-age 1'],
    ['q,quiet', 'print less information'],
    ['t,virtual=NAME', 'create virtual package NAME with given dependencies'],
    ['no-progress', ''],
    ['v,verbose', ''],
    ['e,installed', ''],
    ['purge', ''],
  ],
  *run(call) {
    const [command = '', ...names] = call.operands;
    if (command === 'add') return yield* refusing(call, add(call, names));
    if (command === 'del') return yield* refusing(call, remove(call, names));
    if (command === 'update') {
      const index = yield* update(call);
      yield* call.print(`OK: ${index.size} distinct packages available\n`);
      return 0;
    }
    if (command === 'info' || command === 'list') return yield* info(call, names);
    if (command === 'search') {
      const index = yield* update(call, true);
      for (const [name, { V }] of index) if (names.length === 0 || names.some((each) => name.includes(each))) yield* call.print(`${name}-${V}\n`);
      return 0;
    }
    throw new UsageError(command === '' ? 'a command is needed: add, del, info, search, update' : `k8s-lab: apk ${command} is not simulated`, false);
  },
});

/** Fetches the indexes of main and community, and says so. */
function* update(call: Call, silent = false): Routine<Index> {
  const release = /^\d+\.\d+/.exec(textAt(call.process, '/etc/alpine-release'))?.[0] ?? '3.22';
  const index = new Map<string, Readonly<Record<string, string>>>();
  for (const part of ['main', 'community']) {
    const url = `https://dl-cdn.alpinelinux.org/alpine/v${release}/${part}`;
    if (!silent && !call.has('q')) yield* call.print(`fetch ${url}/x86_64/APKINDEX.tar.gz\n`);
    const answer = yield* download(call.process, `${url}/x86_64/APKINDEX.tar.gz`);
    if ('text' in answer) for (const [name, each] of byName(answer.text)) index.set(name, { ...each, url });
    else
      yield* complain(
        call,
        `WARNING: fetching ${url}: ${answer.trouble === 'name' ? 'DNS: transient error (try again later)' : 'temporary error (try again later)'}`,
      );
  }
  return index;
}

function* add(call: Call, wanted: readonly string[]): Routine<number> {
  const { process } = call;
  mustBeRoot(call);
  const index = yield* update(call);
  const names = wanted.map((each) => each.replace(/[=<>~@].*$/, ''));
  const unknown = names.filter((name) => !index.has(name));
  if (index.size > 0 && unknown.length > 0) throw new Refusal(`k8s-lab: the package ${unknown[0]} is not simulated`, 70);
  if (unknown.length > 0)
    throw new Refusal(
      `ERROR: unable to select packages:\n${unknown.map((name) => `  ${name} (no such package):\n    required by: world[${name}]`).join('\n')}`,
      unknown.length,
    );
  const installed = byName(textAt(process, database));
  const order = withNeeds(
    names,
    (name) => (index.get(name)?.['D'] ?? '').split(' ').filter(Boolean),
    (name) => installed.has(name),
  );
  let list = textAt(process, database);
  for (const [position, name] of order.entries()) {
    const { V: version, url, ...each } = index.get(name) ?? {};
    const answer = yield* download(process, `${url}/x86_64/${name}-${version}.apk`);
    if (!('text' in answer)) throw new Refusal(`ERROR: ${name}-${version}: temporary error (try again later)`, 1);
    if (!call.has('q')) yield* call.print(`(${position + 1}/${order.length}) Installing ${name} (${version})\n`);
    const files = write(() => unpack(process, answer.text));
    list += `P:${name}\nV:${version}\nI:${each['I']}\n${files.map((file) => `F:${file}`).join(' ')}\n\n`;
  }
  write(() => {
    process.fs.mkdir('/lib/apk/db', { parents: true });
    process.fs.mkdir('/etc/apk', { parents: true });
    process.fs.write(database, list);
    process.fs.write(world, [...new Set([...textAt(process, world).split('\n').filter(Boolean), ...names])].sort().join('\n').concat('\n'));
  });
  const version = textAt(process, '/etc/busybox-release').trim() || '1.37.0';
  if (order.length > 0 && !call.has('q')) yield* call.print(`Executing busybox-${version}-r18.trigger\n`);
  if (order.includes('ca-certificates') && !call.has('q')) yield* call.print(`Executing ca-certificates-${index.get('ca-certificates')?.['V']}.trigger\n`);
  return yield* sum(call, list);
}

function* sum(call: Call, list: string): Routine<number> {
  const all = [...byName(list).values()];
  const bytes = all.reduce((total, { I }) => total + Number(I ?? 0), 0);
  if (!call.has('q')) yield* call.print(`OK: ${baseMebibytes + Math.round(bytes / 1024 / 1024)} MiB in ${baseCount + all.length} packages\n`);
  return 0;
}

function* remove(call: Call, names: readonly string[]): Routine<number> {
  const { process } = call;
  mustBeRoot(call);
  const installed = paragraphs(textAt(process, database));
  const gone = installed.filter(({ P }) => names.includes(P ?? ''));
  for (const [position, { P, V, F = '' }] of gone.entries()) {
    yield* call.print(`(${position + 1}/${gone.length}) Purging ${P} (${V})\n`);
    for (const file of F.split(' F:')) if (process.fs.exists(file)) write(() => process.fs.unlink(file));
  }
  const list = installed
    .filter((each) => !gone.includes(each))
    .map(({ P, V, I, F }) => `P:${P}\nV:${V}\nI:${I}\nF:${F}\n\n`)
    .join('');
  write(() => process.fs.write(database, list));
  return yield* sum(call, list);
}

function* info(call: Call, names: readonly string[]): Routine<number> {
  const installed = byName(textAt(call.process, database));
  const shown = [...installed.keys()].filter((name) => names.length === 0 || names.includes(name)).sort();
  for (const name of shown) yield* call.print(call.has('v') ? `${name}-${installed.get(name)?.['V']}\n` : `${name}\n`);
  return names.length > shown.length ? 1 : 0;
}

function mustBeRoot({ process }: Call): void {
  if (process.uid !== 0) throw new Refusal(locked('Permission denied'), 99);
}

const locked = (why: string): string => `ERROR: Unable to lock database: ${why}\nERROR: Failed to open apk database: ${why}`;
const write = <T>(work: () => T): T => written(work, locked, 99);
