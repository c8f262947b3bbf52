import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { intervalText, sortEvents } from '../describe/events.ts';
import { KubectlError } from '../errors.ts';
import { at, namespaceOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { objectPrinter } from '../printers/object-printer.ts';
import { alignRows } from '../printers/tab-writer.ts';
import { endInTime } from './get/watch.ts';

/** kubernetes kubectl/pkg/cmd/events/events.go. */
export const events: CommandEntry = {
  path: 'events',
  short: 'List events',
  examples:
    '# Of the namespace, in order\nkubectl events\n\n# About one object\nkubectl events --for pod/web\n\n# Only bad news\nkubectl events --types=Warning',
  *run(k) {
    const types = k.flags.list('types');
    for (const type of types) if (!['normal', 'warning'].includes(type.toLowerCase())) throw new KubectlError(`valid --types are Normal or Warning`);
    const printer = objectPrinter(k, { typed: true });
    const everywhere = k.flags.bool('all-namespaces');
    const path = everywhere ? '/api/v1/events' : `/api/v1/namespaces/${k.namespace}/events`;
    const subject = yield* subjectOf(k);
    const query: Record<string, string> = { limit: k.flags.text('chunk-size'), ...(subject !== '' && { fieldSelector: subject }) };
    const { items, answer } = yield* allPages(k, path, query);
    const wanted = (event: Obj): boolean => types.length === 0 || types.some((type) => type.toLowerCase() === text(event['type']).toLowerCase());
    const found = sortEvents(items.filter(wanted)).map((event): Obj => ({ apiVersion: 'v1', kind: 'Event', ...event }));
    if (found.length === 0 && !k.flags.bool('watch'))
      return yield* k.printError(everywhere ? 'No events found.\n' : `No events found in ${k.namespace} namespace.\n`);
    if (printer) return yield* k.print(k.flags.text('output') === 'name' ? '' : printer(eventList(found)));
    const widths: number[] = [];
    const head = k.flags.bool('no-headers') ? [] : [[...(everywhere ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']];
    yield* k.print(alignRows([...head, ...found.map((event) => row(event, k.now, everywhere))], widths));
    if (k.flags.bool('watch'))
      yield* follow(k, {
        path,
        subject,
        version: text(at(answer, 'metadata.resourceVersion')),
        wanted,
        show: (event) => alignRows([row(event, k.now, everywhere)], widths),
      });
  },
};

/** All items, and the last page of them. */
function* allPages(k: Kubectl, path: string, query: Readonly<Record<string, string>>): Routine<{ readonly items: readonly Obj[]; readonly answer: Obj }> {
  const items: Obj[] = [];
  let next = '';
  for (;;) {
    const answer = obj(yield* k.api.request({ method: 'GET', path, query: { ...query, ...(next !== '' && { continue: next }) } }));
    items.push(...objs(answer['items']));
    next = text(at(answer, 'metadata.continue'));
    if (next === '') return { items, answer };
  }
}

/** As Go's types hold it: each event with its two times, and fields in their order. */
function eventList(events: readonly Obj[]): Obj {
  const metadataOrder = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'];
  const referenceOrder = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  const order = [
    ...['kind', 'apiVersion', 'metadata', 'involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime'],
    ...['series', 'action', 'related', 'reportingComponent', 'reportingInstance'],
  ];
  const items = events.map((event) => {
    const whole: Obj = { source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '', ...event };
    const parts: Obj = {
      ...whole,
      metadata: inOrder(obj(whole['metadata']), metadataOrder),
      involvedObject: inOrder(obj(whole['involvedObject']), referenceOrder),
    };
    return inOrder(parts, order);
  });
  return { kind: 'EventList', apiVersion: 'v1', metadata: {}, items };
}

const inOrder = (object: Obj, order: readonly string[]): Obj =>
  Object.fromEntries([...order.filter((key) => key in object), ...Object.keys(object).filter((key) => !order.includes(key))].map((key) => [key, object[key]]));

function row(event: Obj, now: number, everywhere: boolean): string[] {
  const involved = obj(event['involvedObject']);
  return [
    ...(everywhere ? [namespaceOf(event)] : []),
    intervalText(event, now),
    text(event['type']),
    text(event['reason']),
    `${text(involved['kind'])}/${text(involved['name'])}`,
    text(event['message']).trim(),
  ];
}

function* subjectOf(k: Kubectl): Routine<string> {
  const target = k.flags.text('for');
  if (target === '') return '';
  const [word = '', name = '', ...more] = target.split('/');
  if (!target.includes('/')) throw new KubectlError('--for must be in resource/name form');
  if (more.length > 0) throw new KubectlError('arguments in resource/name form may not have more than one slash');
  const found = yield* k.findResource(word);
  if (!found) throw new KubectlError(`the server doesn't have a resource type "${word}"`, { bare: true });
  if (name === '') return '';
  const { kind, group, version } = found;
  return `involvedObject.kind=${kind},involvedObject.apiVersion=${group === '' ? version : `${group}/${version}`},involvedObject.name=${name}`;
}

type Watching = {
  readonly path: string;
  readonly subject: string;
  readonly version: string;
  readonly wanted: (event: Obj) => boolean;
  readonly show: (event: Obj) => string;
};

function* follow(k: Kubectl, { path, subject, version, wanted, show }: Watching): Routine {
  const channel = yield* k.api.watch({ method: 'GET', path, query: { resourceVersion: version, ...(subject !== '' && { fieldSelector: subject }) } });
  endInTime(k, channel);
  try {
    for (let event = yield* channel.receive(); event; event = yield* channel.receive()) {
      if (event.type !== 'BOOKMARK' && event.type !== 'DELETED' && wanted(obj(event.object))) yield* k.print(show(obj(event.object)));
    }
  } finally {
    channel.break();
  }
}
