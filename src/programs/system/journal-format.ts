/** How journalctl prints an entry (systemd src/shared/logs-show.c). */
import type { JournalEntry } from '../../linux/journal.ts';
import type { Process } from '../../linux/process.ts';
import { strftime, zoneOf } from '../time.ts';

/** Formats by name; `-o` with another is refused. */
export const formats =
  `short short-full short-iso short-iso-precise short-precise short-monotonic short-delta short-unix verbose export json json-pretty json-sse
json-seq cat with-unit`.split(/\s+/);

type Options = {
  readonly format?: string;
  readonly noHost?: boolean;
  readonly utc?: boolean;
  readonly fields?: readonly string[] | undefined;
  readonly catalog?: boolean;
};

/** One entry, with the end of its line. */
export function journalLine(entry: JournalEntry, process: Process, options: Options = {}): string {
  const { format = 'short', fields } = options;
  if (format === 'cat') return fields ? fields.map((name) => `${fieldsOf(entry, process)[name] ?? ''}\n`).join('') : `${entry.message}\n`;
  if (format.startsWith('json') || format === 'export' || format === 'verbose') return asFields(entry, process, format, fields);
  const zone = options.utc ? zoneOf('UTC') : zoneOf(process.env['TZ']);
  const source = entry.unit === undefined && entry.pid === 0 ? entry.identifier : `${entry.identifier}[${entry.pid}]`;
  const who = format === 'with-unit' && entry.unit !== undefined ? `${entry.unit}[${entry.pid}]` : source;
  const host = options.noHost ? '' : `${process.kernel.hostname} `;
  return `${stamp(entry, process, format, zone)} ${host}${who}: ${entry.message}\n${options.catalog ? explanation(entry) : ''}`;
}

const micro = (at: number): string => String(Math.floor(at * 1000));
const parts = (at: number): string => micro(at).slice(-6);

function stamp({ at }: JournalEntry, process: Process, format: string, zone: ReturnType<typeof zoneOf>): string {
  switch (format) {
    case 'short-iso':
      return strftime('%Y-%m-%dT%H:%M:%S%:z', at, zone);
    case 'short-iso-precise':
      return `${strftime('%Y-%m-%dT%H:%M:%S', at, zone)}.${parts(at)}${strftime('%:z', at, zone)}`;
    case 'short-precise':
      return `${strftime('%b %d %H:%M:%S', at, zone)}.${parts(at)}`;
    case 'short-unix':
      return `${micro(at).slice(0, -6)}.${parts(at)}`;
    case 'short-full':
    case 'with-unit':
      return strftime('%a %Y-%m-%d %H:%M:%S %Z', at, zone);
    case 'short-monotonic':
    case 'short-delta':
      return `[${((at - process.kernel.bootedAt) / 1000).toFixed(6).padStart(12)}]`;
    default:
      return strftime('%b %d %H:%M:%S', at, zone);
  }
}

/** All that journald knows of an entry. */
export function fieldsOf(entry: JournalEntry, process: Process): Readonly<Record<string, string>> {
  const { kernel } = process;
  const boot = bootId(process);
  const monotonic = micro(entry.at - kernel.bootedAt);
  const isKernel = entry.identifier === 'kernel';
  return {
    __CURSOR: `s=${kernel.machineId};i=${monotonic};b=${boot};m=${monotonic};t=${micro(entry.at)};x=0`,
    __REALTIME_TIMESTAMP: micro(entry.at),
    __MONOTONIC_TIMESTAMP: monotonic,
    _BOOT_ID: boot,
    _MACHINE_ID: kernel.machineId,
    _HOSTNAME: kernel.hostname,
    _TRANSPORT: isKernel ? 'kernel' : entry.identifier === 'systemd' ? 'journal' : 'stdout',
    PRIORITY: String(entry.priority),
    SYSLOG_FACILITY: isKernel ? '0' : '3',
    SYSLOG_IDENTIFIER: entry.identifier,
    ...(isKernel ? {} : { _PID: String(entry.pid), _UID: '0', _GID: '0', _COMM: entry.identifier, _RUNTIME_SCOPE: 'system' }),
    ...(entry.unit === undefined ? {} : { _SYSTEMD_UNIT: entry.unit, ...(entry.identifier === 'systemd' ? { UNIT: entry.unit } : {}) }),
    ...entry.fields,
    MESSAGE: entry.message,
  };
}

/** As /proc/sys/kernel/random/boot_id, without dashes. */
export const bootId = ({ kernel }: Process): string => kernel.bootId.replaceAll('-', '');

function asFields(entry: JournalEntry, process: Process, format: string, wanted: readonly string[] | undefined): string {
  const all = fieldsOf(entry, process);
  const shown = Object.entries(all).filter(([name]) => !wanted || wanted.includes(name) || /^(__|_BOOT_ID)/.test(name));
  const object = Object.fromEntries(shown);
  switch (format) {
    case 'json-pretty':
      return `${JSON.stringify(object, null, '\t').replace(/^(\t"(?:[^"\\]|\\.)*"): /gm, '$1 : ')}\n`;
    case 'json-sse':
      return `data: ${JSON.stringify(object)}\n\n`;
    case 'json-seq':
      return `\x1e${JSON.stringify(object)}\n`;
    case 'export':
      return `${shown.map(([name, value]) => `${name}=${value}\n`).join('')}\n`;
    case 'verbose': {
      const head = `${strftime('%a %Y-%m-%d %H:%M:%S', entry.at, zoneOf(process.env['TZ']))}.${parts(entry.at)} ${strftime('%Z', entry.at, zoneOf(process.env['TZ']))} [${all['__CURSOR']}]\n`;
      return (
        head +
        shown
          .filter(([name]) => !name.startsWith('__'))
          .map(([name, value]) => `    ${name}=${value}\n`)
          .join('')
      );
    }
    default:
      return `${JSON.stringify(object)}\n`;
  }
}

/** What the catalogue says of systemd's own messages (`-x`). */
const catalogue: readonly (readonly [pattern: RegExp, subject: string, text: string])[] = [
  [/^Starting (\S+)/, 'A start job for unit UNIT has begun execution', 'A start job for unit UNIT has begun execution.'],
  [/^Started (\S+)/, 'A start job for unit UNIT has finished successfully', 'A start job for unit UNIT has finished successfully.'],
  [/^Failed to start (\S+)/, 'A start job for unit UNIT has failed', 'A start job for unit UNIT has finished with a failure.'],
  [/^Stopping (\S+)/, 'A stop job for unit UNIT has begun execution', 'A stop job for unit UNIT has begun execution.'],
  [/^Stopped (\S+)/, 'A stop job for unit UNIT has finished', 'A stop job for unit UNIT has finished.'],
  [/^(\S+): Main process exited/, 'Unit process exited', 'An ExecStart= process belonging to unit UNIT has exited.'],
  [/^(\S+): Failed with result/, 'Unit failed', "The unit UNIT has entered the 'failed' state."],
  [/^(\S+): Deactivated successfully/, 'Unit succeeded', "The unit UNIT has successfully entered the 'dead' state."],
  [/^(\S+): Scheduled restart job/, 'Automatic restarting of a unit has been scheduled', 'Automatic restarting of the unit UNIT has been scheduled.'],
];

function explanation(entry: JournalEntry): string {
  if (entry.identifier !== 'systemd' || entry.pid !== 1) return '';
  for (const [pattern, subject, text] of catalogue) {
    const unit = pattern.exec(entry.message)?.[1];
    if (unit === undefined) continue;
    const fill = (words: string): string => words.replace('UNIT', entry.unit ?? unit);
    return `░░ Subject: ${fill(subject)}\n░░ Defined-By: systemd\n░░ Support: https://www.debian.org/support\n░░ \n░░ ${fill(text)}\n`;
  }
  return '';
}
