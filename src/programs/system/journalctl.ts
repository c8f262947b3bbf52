/** journalctl (systemd 257). */
import type { JournalEntry } from '../../linux/journal.ts';
import type { Process } from '../../linux/process.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { parseDate, strftime, zoneOf } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { managerOf } from './manager.ts';

/** `Jun 01 08:00:00 node01 containerd[612]: …` */
export function journalLine(entry: JournalEntry, process: Process, format = 'short'): string {
  const zone = zoneOf(process.env['TZ']);
  const host = process.kernel.hostname;
  const source = entry.unit === undefined && entry.pid === 0 ? entry.identifier : `${entry.identifier}[${entry.pid}]`;
  switch (format) {
    case 'cat':
      return `${entry.message}\n`;
    case 'json':
      return `${JSON.stringify({ __REALTIME_TIMESTAMP: String(entry.at * 1000), PRIORITY: String(entry.priority), SYSLOG_IDENTIFIER: entry.identifier, _PID: String(entry.pid), ...(entry.unit === undefined ? {} : { _SYSTEMD_UNIT: entry.unit }), _HOSTNAME: host, ...entry.fields, MESSAGE: entry.message })}\n`;
    case 'short-iso':
      return `${strftime('%Y-%m-%dT%H:%M:%S%:z', entry.at, zone)} ${host} ${source}: ${entry.message}\n`;
    case 'short-precise':
      return `${strftime('%b %d %H:%M:%S.', entry.at, zone)}${strftime('%N', entry.at).slice(0, 6)} ${host} ${source}: ${entry.message}\n`;
    case 'short-unix':
      return `${(entry.at / 1000).toFixed(6)} ${host} ${source}: ${entry.message}\n`;
    default:
      return `${strftime('%b %d %H:%M:%S', entry.at, zone)} ${host} ${source}: ${entry.message}\n`;
  }
}

const priorities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

export const journalctl = tool({
  usage: '[OPTIONS...] [MATCHES...]',
  summary: 'Query the journal.',
  options: [
    ['u,unit=UNIT', 'show logs from the specified unit'],
    ['f,follow', 'follow the journal'],
    ['n,lines=INTEGER', 'number of journal entries to show'],
    ['e,pager-end', 'immediately jump to the end in the pager'],
    ['x,catalog', 'add message explanations where available'],
    ['r,reverse', 'show the newest entries first'],
    ['o,output=STRING', 'change journal output mode'],
    ['S,since=DATE', 'show entries not older than the specified date'],
    ['U,until=DATE', 'show entries not newer than the specified date'],
    ['b,boot', 'show current boot'],
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
  *run(call) {
    const { process } = call;
    const manager = managerOf(process);
    if (!manager) {
      yield* call.process.printError('No journal files were found.\n');
      yield* call.print('-- No entries --\n');
      return 0;
    }
    const { journal } = manager;
    const wanted = filter(call);
    const format = call.value('o') ?? 'short';
    const all = call.has('k')
      ? process.kernel.messages.map((message): JournalEntry => ({ at: message.at, identifier: 'kernel', pid: 0, priority: 6, message: message.text }))
      : journal.entries;
    let shown = all.filter(wanted);
    const lines = call.value('n')?.replace(/^\+/, '') ?? (call.has('f') ? '10' : call.has('e') ? '1000' : 'all');
    if (lines !== 'all') shown = shown.slice(-Number(lines) || shown.length);
    if (lines === '0') shown = [];
    if (call.has('r')) shown.reverse();
    if (shown.length === 0 && !call.has('f') && !call.has('q')) yield* call.print('-- No entries --\n');
    for (const entry of shown) yield* call.print(journalLine(entry, process, format));
    let last = journal.entries[journal.entries.length - 1];
    while (call.has('f')) {
      yield* call.out.flush();
      yield { on: [journal.added] };
      const from = last === undefined ? 0 : journal.entries.lastIndexOf(last) + 1;
      for (const entry of journal.entries.slice(from)) if (wanted(entry)) yield* call.print(journalLine(entry, process, format));
      last = journal.entries[journal.entries.length - 1];
    }
    return 0;
  },
});

function filter(call: Call): (entry: JournalEntry) => boolean {
  const units = call.all('u').map((name) => (name.includes('.') ? name : `${name}.service`));
  const matches = matchesOf(call);
  const since = moment(call, 'S');
  const until = moment(call, 'U');
  const identifiers = call.all('t');
  const level = call.value('p');
  const priority = level === undefined ? 7 : /^\d$/.test(level) ? Number(level) : priorities.indexOf(level);
  if (priority < 0) throw new Failure(`Unknown log level ${level}`);
  const pattern = call.value('g');
  const regex = pattern === undefined ? undefined : compile(pattern);
  return (entry) =>
    matches.every((alternatives) => alternatives.some(([key, value]) => fieldOf(entry, key, call.process.kernel.hostname) === value)) &&
    (units.length === 0 || (entry.unit !== undefined && units.includes(entry.unit))) &&
    (identifiers.length === 0 || identifiers.includes(entry.identifier)) &&
    entry.at >= (since ?? 0) &&
    entry.at <= (until ?? Number.POSITIVE_INFINITY) &&
    entry.priority <= priority &&
    (!regex || regex.test(entry.message));
}

/** `FIELD=value`: values of one field are alternatives. */
function matchesOf(call: Call): (readonly [key: string, value: string])[][] {
  const byKey = new Map<string, (readonly [string, string])[]>();
  for (const operand of call.operands) {
    if (operand === '+') throw new Failure('k8s-lab: alternatives by + are not simulated', 70);
    const at = operand.indexOf('=');
    if (at < 1) throw new Failure(`Failed to add match '${operand}': Invalid argument`);
    const key = operand.slice(0, at);
    byKey.set(key, [...(byKey.get(key) ?? []), [key, operand.slice(at + 1)]]);
  }
  return [...byKey.values()];
}

function fieldOf(entry: JournalEntry, key: string, host: string): string | undefined {
  const known: Readonly<Record<string, string | undefined>> = {
    _SYSTEMD_UNIT: entry.unit,
    UNIT: entry.identifier === 'systemd' ? entry.unit : undefined,
    SYSLOG_IDENTIFIER: entry.identifier,
    _COMM: entry.identifier,
    _PID: String(entry.pid),
    PRIORITY: String(entry.priority),
    _HOSTNAME: host,
    MESSAGE: entry.message,
    _TRANSPORT: entry.identifier === 'kernel' ? 'kernel' : 'stdout',
  };
  return entry.fields?.[key] ?? known[key];
}

function compile(pattern: string): Regex {
  try {
    return new Regex(pattern, 'perl', { ignoreCase: pattern === pattern.toLowerCase() });
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
