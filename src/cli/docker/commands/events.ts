/** docker events: those to come, and the last ones (cli/command/system/events.go, moby daemon/events). */
import type { DockerEvent } from '../../../interfaces/docker.ts';
import { CliError, command, list, text } from '../context.ts';
import { type Filter, parseFilters } from '../filters.ts';
import { render } from '../output.ts';
import { moment } from '../times.ts';

const eventText = ({ Type, Action, Actor, timeNano }: DockerEvent): string => {
  const attributes = Object.entries(Actor.Attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  const ms = timeNano / 1e6;
  const stamp = `${new Date(ms).toISOString().slice(0, 23)}${String(Math.floor((ms % 1) * 1e6)).padStart(6, '0')}Z`;
  return `${stamp} ${Type} ${Action} ${Actor.ID}${attributes === '' ? '' : ` (${attributes})`}\n`;
};

/** The API's own message, as `--format json` shows it. */
const message = ({ Type, Action, Actor, timeNano }: DockerEvent): object => ({
  ...(Type === 'container' ? { status: Action, id: Actor.ID, from: Actor.Attributes['image'] } : Type === 'image' ? { status: Action, id: Actor.ID } : {}),
  Type,
  Action,
  Actor,
  scope: 'local',
  time: Math.floor(timeNano / 1e9),
  timeNano,
});

/** Values of one key are alternatives; an object is meant by its name or its id. */
function wanted(event: DockerEvent, filters: readonly Filter[]): boolean {
  const { Type, Action, Actor } = event;
  const label = (value: string): boolean => {
    const [key = '', text] = value.split(/=(.*)/s);
    return key in Actor.Attributes && (text === undefined || Actor.Attributes[key] === text);
  };
  const holds = (key: string, value: string): boolean => {
    if (key === 'event') return Action === value || (['health_status', 'exec_create', 'exec_start'].includes(value) && Action.startsWith(value));
    if (key === 'type') return Type === value;
    if (key === 'scope') return value === 'local';
    if (key === 'label') return label(value);
    if (key === 'image') {
      const image = Type === 'image' ? (Actor.Attributes['name'] ?? Actor.ID) : (Actor.Attributes['image'] ?? '');
      return image === value || image.replace(/:[^/]*$/, '') === value || (Type === 'image' && Actor.ID === value);
    }
    return Type === key && (Actor.ID.startsWith(value) || (Actor.Attributes['name'] ?? '').startsWith(value));
  };
  return [...new Set(filters.map(([key]) => key))].every((key) => filters.some(([own, value]) => own === key && holds(key, value)));
}

export const events = command(
  'events',
  'Get real time events from the server',
  '[OPTIONS]',
  [0, 0],
  [
    list('filter,f', 'Filter output based on conditions provided', { valueName: 'filter' }),
    text('format', 'Format output using a custom template'),
    text('since', 'Show all events created since timestamp'),
    text('until', 'Stream events until this timestamp'),
  ],
  function* (context) {
    const { flags, process } = context;
    const filters = parseFilters(flags.list('filter'));
    const client = context.client();
    const from = flags.has('since') ? moment(flags.text('since'), process.now) : Number.POSITIVE_INFINITY;
    const until = flags.has('until') ? moment(flags.text('until'), process.now) : Number.POSITIVE_INFINITY;
    if (from > until && flags.has('since'))
      throw new CliError(`Error response from daemon: \`since\` time (${nanos(from)}) cannot be after \`until\` time (${nanos(until)})`);
    const format = flags.text('format');
    const print = (event: DockerEvent): string =>
      format === ''
        ? eventText(event)
        : `${format === 'json' ? JSON.stringify(message(event)) : render(context, format, { ...message(event), Time: event.timeNano / 1e9 })}\n`;
    const channel = client.events();
    try {
      for (const event of client.recentEvents()) {
        const at = event.timeNano / 1e6;
        if (at >= from && at <= until && wanted(event, filters)) yield* context.print(print(event));
      }
      while (process.now < until) {
        while (channel.length === 0 && !channel.closed && process.now < until)
          yield Number.isFinite(until) ? { on: [channel.changed], timeout: until - process.now } : { on: [channel.changed] };
        if (channel.length === 0) break;
        const event = yield* channel.receive();
        if (event !== undefined && wanted(event, filters)) yield* context.print(print(event));
      }
    } finally {
      channel.break();
    }
    return 0;
  },
);

const nanos = (milliseconds: number): string => `${Math.floor(milliseconds / 1000)}.${String(Math.round((milliseconds % 1000) * 1e6)).padStart(9, '0')}`;
