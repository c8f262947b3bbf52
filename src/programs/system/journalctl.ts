/** journalctl (systemd 257). */
import type { Journal, JournalEntry } from '../../linux/journal.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { globMatches } from '../glob.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { parseDate, strftime, zoneOf } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { bootId, fieldsOf, formats, journalLine } from './journal-format.ts';
import { managerOf } from './manager.ts';

const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

export const journalctl = tool({
  usage: '[OPTIONS...] [MATCHES...]',
  summary: 'Query the journal.',
  options: [
    ['u,unit=UNIT', 'show logs from the specified unit'],
    ['f,follow', 'follow the journal'],
    ['n,lines[=INTEGER]', 'number of journal entries to show'],
    ['e,pager-end', 'immediately jump to the end in the pager'],
    ['x,catalog', 'add message explanations where available'],
    ['r,reverse', 'show the newest entries first'],
    ['o,output=STRING', 'change journal output mode'],
    ['S,since=DATE', 'show entries not older than the specified date'],
    ['U,until=DATE', 'show entries not newer than the specified date'],
    ['b,boot[=ID]', 'show current boot or the specified boot'],
    ['boots=OFFSET', ''],
    ['list-boots', 'show terse information about recorded boots'],
    ['disk-usage', 'show total disk usage of all journal files'],
    ['vacuum-size=BYTES', 'reduce disk usage below specified size'],
    ['vacuum-time=TIME', 'remove journal files older than specified time'],
    ['vacuum-files=INT', 'leave only the specified number of journal files'],
    ['rotate', 'request immediate rotation of the journal files'],
    ['flush', ''],
    ['sync', ''],
    ['verify', 'verify journal file consistency'],
    ['F,field=FIELD', 'list all values that a specified field takes'],
    ['N,fields', 'list all field names currently used'],
    ['output-fields=LIST', 'select fields to print in verbose/export/json modes'],
    ['case-sensitive[=BOOLEAN]', ''],
    ['show-cursor', 'print the cursor after all the entries'],
    ['no-tail', 'show all lines, even in follow mode'],
    ['no-full', ''],
    ['m,merge', ''],
    ['D,directory=PATH', ''],
    ['system', ''],
    ['user', ''],
    ['k,dmesg', 'show kernel message log from the current boot'],
    ['p,priority=RANGE', 'show entries within the specified priority range'],
    ['g,grep=PATTERN', 'show entries with MESSAGE matching PATTERN'],
    ['t,identifier=STRING', 'show entries with the specified syslog identifier'],
    ['q,quiet', 'do not show info messages and privilege warning'],
    ['no-pager', 'do not pipe output into a pager'],
    ['no-hostname', ''],
    ['a,all', ''],
    ['utc', ''],
    ['l,full', ''],
  ],
  digits: 'boots',
  // The number of a boot may stand apart.
  normalize: (args) =>
    args.flatMap((arg, i) =>
      /^(-b|--boot)$/.test(args[i - 1] ?? '') && /^[-+]?\d+$/.test(arg)
        ? []
        : [/^(-b|--boot)$/.test(arg) && /^[-+]?\d+$/.test(args[i + 1] ?? '') ? `--boot=${args[i + 1]}` : arg],
    ),
  *run(call) {
    const { process } = call;
    const manager = managerOf(process);
    if (!manager) {
      yield* call.process.printError('No journal files were found.\n');
      yield* call.print('-- No entries --\n');
      return 0;
    }
    const { journal } = manager;
    const done = yield* maintenance(call, journal);
    if (done !== undefined) return done;
    const given = countOf(call);
    const wanted = filter(call);
    const format = call.value('o') ?? 'short';
    if (!formats.includes(format)) throw new Failure(`Unknown output format '${format}'.`);
    const fields = call.value('output-fields')?.split(',');
    const print = (entry: JournalEntry): string =>
      journalLine(entry, process, { format, fields, noHost: call.has('no-hostname'), utc: call.has('utc'), catalog: call.has('x') });
    const all = call.has('k')
      ? process.kernel.messages.map((message): JournalEntry => ({ at: message.at, identifier: 'kernel', pid: 0, priority: 6, message: message.text }))
      : journal.entries;
    let shown = all.filter(wanted);
    const lines = given ?? (call.has('f') && !call.has('no-tail') ? '10' : call.has('e') ? '1000' : 'all');
    if (lines !== 'all') shown = lines.startsWith('+') ? shown.slice(0, Number(lines)) : shown.slice(-Number(lines) || shown.length);
    if (lines === '0') shown = [];
    if (call.has('r')) shown.reverse();
    if (shown.length === 0 && !call.has('f') && !call.has('q')) yield* call.print('-- No entries --\n');
    for (const entry of shown) yield* call.print(print(entry));
    const newest = shown.at(-1);
    if (call.has('show-cursor') && newest) yield* call.print(`-- cursor: ${fieldsOf(newest, process)['__CURSOR']}\n`);
    let last = journal.entries[journal.entries.length - 1];
    while (call.has('f')) {
      yield* call.out.flush();
      yield { on: [journal.added] };
      const from = last === undefined ? 0 : journal.entries.lastIndexOf(last) + 1;
      for (const entry of journal.entries.slice(from)) if (wanted(entry)) yield* call.print(print(entry));
      last = journal.entries[journal.entries.length - 1];
    }
    return 0;
  },
});

/** `-n 5`, `-n5`, `-n` alone: ten. A number that stands apart is no match. */
function countOf(call: Call): string | undefined {
  if (!call.has('n')) return undefined;
  const joined = call.value('n');
  if (joined !== undefined && joined !== '') return joined;
  const at = call.operands.findIndex((each) => /^(\+?\d+|all)$/.test(each));
  return at < 0 ? '10' : call.operands[at];
}

const day = 864e5;
const bytesAnEntry = 400;

/** What is asked of the files, not of the entries; undefined: nothing. */
function* maintenance(call: Call, journal: Journal): Routine<number | undefined> {
  const { process } = call;
  const folder = `/var/log/journal/${process.kernel.machineId}`;
  const boots = call.value('boots') ?? /^-?(\d+)$/.exec(call.value('b') ?? '')?.[1];
  if (boots !== undefined && boots !== '0') throw new Failure(`Data from the specified boot (-${boots}) is not available: No such boot ID in journal`);
  if (call.has('list-boots')) {
    const time = (at: number): string => strftime('%a %Y-%m-%d %H:%M:%S %Z', at, zoneOf(process.env['TZ']));
    const [first, last] = [journal.entries[0]?.at ?? process.now, journal.entries.at(-1)?.at ?? process.now];
    yield* call.print(`IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n  0 ${bootId(process)} ${time(first)} ${time(last)}\n`);
    return 0;
  }
  if (call.has('disk-usage')) {
    yield* call.print(`Archived and active journals take up ${size(journal.entries.length)} in the file system.\n`);
    return 0;
  }
  if (call.has('verify')) {
    yield* process.printError(`PASS: ${folder}/system.journal\n`);
    return 0;
  }
  if (call.has('rotate')) journal.archived = journal.entries.length;
  const vacuums = ['vacuum-size', 'vacuum-time', 'vacuum-files'].filter((name) => call.has(name));
  if (vacuums.length > 0) {
    const gone = vacuumed(call, journal);
    journal.drop(gone);
    yield* process.printError(`Vacuuming done, freed ${gone === 0 ? '0B' : size(gone)} of archived journals from ${folder}.\n`);
  }
  if (vacuums.length > 0 || call.has('rotate') || call.has('flush') || call.has('sync')) return 0;
  const field = call.value('F');
  if (field !== undefined) {
    const values = new Set(journal.entries.flatMap((entry) => fieldsOf(entry, process)[field] ?? []));
    for (const value of values) yield* call.print(`${value}\n`);
    return 0;
  }
  if (!call.has('N')) return undefined;
  const names = new Set(journal.entries.flatMap((entry) => Object.keys(fieldsOf(entry, process)).filter((name) => !name.startsWith('__'))));
  for (const name of names) yield* call.print(`${name}\n`);
  return 0;
}

/** Files come in eight mebibytes. */
const size = (entries: number): string => `${Math.max(1, Math.ceil((entries * bytesAnEntry) / (8 * 2 ** 20))) * 8}M`;

/** How many archived entries go. */
function vacuumed(call: Call, journal: Journal): number {
  const time = call.value('vacuum-time');
  if (time === undefined) return call.has('vacuum-files') || !/[GT]$/.test(call.value('vacuum-size') ?? '') ? journal.archived : 0;
  const [, count = '0', unit = 's'] = /^(\d+)\s*(s|m|min|h|d|w|weeks|months?|y)?/.exec(time) ?? [];
  const factor: Readonly<Record<string, number>> = {
    s: 1e3,
    m: 6e4,
    min: 6e4,
    h: 36e5,
    d: day,
    w: 7 * day,
    weeks: 7 * day,
    month: 30 * day,
    months: 30 * day,
    y: 365 * day,
  };
  const before = call.process.now - Number(count) * (factor[unit] ?? 1e3);
  return journal.entries.slice(0, journal.archived).filter((entry) => entry.at < before).length;
}

function filter(call: Call): (entry: JournalEntry) => boolean {
  const units = call.all('u').map((name) => (name.includes('.') || /[*?[]/.test(name) ? name : `${name}.service`));
  const matches = matchesOf(call);
  const since = moment(call, 'S');
  const until = moment(call, 'U');
  const identifiers = call.all('t');
  const [from, to] = levels(call.value('p'));
  const pattern = call.value('g');
  const regex = pattern === undefined ? undefined : compile(pattern, caseOf(call, pattern));
  return (entry) =>
    matches.every((alternatives) => alternatives.some(([key, value]) => fieldOf(entry, key, call.process) === value)) &&
    (units.length === 0 || (entry.unit !== undefined && units.some((name) => globMatches(name, entry.unit ?? '')))) &&
    (identifiers.length === 0 || identifiers.includes(entry.identifier)) &&
    entry.at >= (since ?? 0) &&
    entry.at <= (until ?? Number.POSITIVE_INFINITY) &&
    entry.priority >= from &&
    entry.priority <= to &&
    (!regex || regex.test(entry.message));
}

/** `err`, `3`, `3..5`: from the most to the least urgent. */
function levels(given: string | undefined): readonly [number, number] {
  if (given === undefined) return [0, 7];
  const number = (word: string): number => {
    const found = /^\d$/.test(word) ? Number(word) : priorities.indexOf(word);
    if (found < 0 || found > 7) throw new Failure(`Unknown log level ${given}`);
    return found;
  };
  const [first = '', second] = given.split('..');
  if (second === undefined) return [0, number(first)];
  const both = [number(first), number(second)].sort() as [number, number];
  return both;
}

/** `FIELD=value`: values of one field are alternatives. */
function matchesOf(call: Call): (readonly [key: string, value: string])[][] {
  const byKey = new Map<string, (readonly [string, string])[]>();
  // The number of `-n 5` is none of them.
  const count = call.has('n') && !call.value('n') ? call.operands.findIndex((each) => /^(\+?\d+|all)$/.test(each)) : -1;
  for (const [i, operand] of call.operands.entries()) {
    if (i === count) continue;
    if (operand === '+') throw new Failure('k8s-lab: alternatives by + are not simulated', 70);
    // A program is meant by its path.
    if (operand.startsWith('/')) {
      byKey.set('_COMM', [...(byKey.get('_COMM') ?? []), ['_COMM', operand.slice(operand.lastIndexOf('/') + 1)]]);
      continue;
    }
    const at = operand.indexOf('=');
    if (at < 1) throw new Failure(`Failed to add match '${operand}': Invalid argument`);
    const key = operand.slice(0, at);
    byKey.set(key, [...(byKey.get(key) ?? []), [key, operand.slice(at + 1)]]);
  }
  return [...byKey.values()];
}

function fieldOf(entry: JournalEntry, key: string, process: Process): string | undefined {
  return fieldsOf(entry, process)[key];
}

/** As told, or where the pattern has no capitals. */
const caseOf = (call: Call, pattern: string): boolean =>
  call.has('case-sensitive') ? /^(no|false|0)$/.test(call.value('case-sensitive') ?? '') : pattern === pattern.toLowerCase();

function compile(pattern: string, ignoreCase: boolean): Regex {
  try {
    return new Regex(pattern, 'perl', { ignoreCase });
  } catch (error) {
    if (error instanceof RegexError) throw new Failure(`Bad pattern "${pattern}": ${error.message}`);
    throw error;
  }
}

function moment(call: Call, key: string): number | undefined {
  const text = call.value(key);
  if (text === undefined) return undefined;
  const back = /^-(\d+)\s*(s|m|min|h|d)\w*$/.exec(text);
  const factor: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5 };
  const parsed = back
    ? call.process.now - Number(back[1]) * (factor[back[2] as string] ?? 1)
    : parseDate(text, call.process.now, zoneOf(call.process.env['TZ']));
  if (parsed === undefined) throw new Failure(`Failed to parse timestamp: ${text}`);
  return text.trim() === 'today' || text.trim() === 'yesterday' ? parsed - (parsed % 864e5) : parsed;
}
