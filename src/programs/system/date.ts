/** date and cal: the virtual clock. */
import type { Process } from '../../linux/process.ts';
import { quote } from '../quote.ts';
import { parseDate, strftime, zoneOf } from '../time.ts';
import { Failure, tool, UsageError } from '../tool.ts';

const isoFormats: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
};

const date = tool({
  usage: '[OPTION]... [+FORMAT]',
  summary: 'Display date and time in the given FORMAT.',
  options: [
    ['d,date=STRING', "display time described by STRING, not 'now'"],
    ['f,file=DATEFILE', ''],
    ['I,iso-8601[=FMT]', 'output date/time in ISO 8601 format'],
    ['R,rfc-email', 'output date and time in RFC 5322 format'],
    ['rfc-3339=FMT', 'output date/time in RFC 3339 format'],
    ['r,reference=FILE', 'display the last modification time of FILE'],
    ['s,set=STRING', 'set time described by STRING'],
    ['u,utc,universal', 'print or set Coordinated Universal Time (UTC)'],
  ],
  *run(call) {
    const zone = zoneOf(call.has('u') ? undefined : call.process.env['TZ']);
    const [format, extra] = call.operands;
    if (format !== undefined && !format.startsWith('+')) throw new UsageError(`invalid date ${quote(format)}`, false);
    if (extra !== undefined) throw new UsageError(`extra operand ${quote(extra)}`);
    let at: number | undefined = call.process.now;
    const text = call.value('d');
    const reference = call.value('r');
    if (text !== undefined) at = parseDate(text, at, zone);
    if (reference !== undefined) {
      const inode = call.process.fs.find(reference);
      if (!inode) throw new Failure(`${reference}: No such file or directory`);
      at = inode.mtime;
    }
    const set = call.value('s');
    if (set !== undefined) at = parseDate(set, at ?? 0, zone);
    if (at === undefined) throw new Failure(`invalid date ${quote(set ?? text ?? '')}`);
    if (set !== undefined) setClock(call.process, at);
    const iso = call.has('I') ? isoFormats[call.value('I') ?? 'date'] : undefined;
    const rfc = call.has('rfc-3339')
      ? { date: '%Y-%m-%d', seconds: '%Y-%m-%d %H:%M:%S%:z', ns: '%Y-%m-%d %H:%M:%S.%N%:z' }[call.value('rfc-3339') as 'date']
      : undefined;
    yield* call.print(`${strftime(format?.slice(1) ?? iso ?? rfc ?? (call.has('R') ? '%a, %d %b %Y %H:%M:%S %z' : '%a %b %e %H:%M:%S %Z %Y'), at, zone)}\n`);
    return 0;
  },
});

/** clock_settime(2), which containers have no right to. */
function setClock(process: Process, at: number): void {
  const { kernel, namespaces, uid } = process;
  if (uid !== 0 || namespaces.pid !== kernel.host.pid) throw new Failure('cannot set date: Operation not permitted');
  kernel.clockOffset = at - kernel.sim.now;
}

const cal = tool({
  usage: '[[month] year]',
  summary: 'Display a calendar.',
  options: [],
  *run(call) {
    const now = new Date(call.process.now);
    const [one, other] = call.operands.map(Number);
    const year = other ?? (one !== undefined && one > 12 ? one : now.getUTCFullYear());
    const months =
      one !== undefined && other === undefined && one > 12 ? [...Array(12).keys()] : [(other === undefined ? undefined : (one ?? 1) - 1) ?? now.getUTCMonth()];
    for (const month of months) yield* call.print(page(year, month));
    return 0;
  },
});

function page(year: number, month: number): string {
  const first = Date.UTC(year, month, 1);
  const title = strftime('%B %Y', first);
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const cells = [...Array<string>(new Date(first).getUTCDay()).fill('  '), ...Array.from({ length: days }, (_, i) => String(i + 1).padStart(2))];
  const weeks: string[] = [];
  for (let i = 0; i < cells.length; i += 7)
    weeks.push(
      cells
        .slice(i, i + 7)
        .join(' ')
        .padEnd(20),
    );
  const head = ' '.repeat(Math.floor((20 - title.length) / 2)) + title;
  return `${[head.padEnd(20), 'Su Mo Tu We Th Fr Sa', ...weeks].map((line) => `${line}  \n`).join('')}`;
}

export const datePrograms = { date, cal };
