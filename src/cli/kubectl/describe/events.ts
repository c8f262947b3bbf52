/** The events about an object: kubernetes kubectl/pkg/describe DescribeEvents. */

import { humanDuration } from '../../../apimachinery/duration.ts';
import { goSort } from '../../../apimachinery/go-sort.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import { tryParseTime } from '../../../apimachinery/time.ts';
import type { Routine } from '../../../sim/routine.ts';
import { at, nameOf, namespaceOf, type Obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Writer } from './writer.ts';

/** Asks for the events of one object, by name, namespace, kind and uid. */
export function* eventsOf(k: Kubectl, object: Obj, uid = text(at(object, 'metadata.uid'))): Routine<readonly Obj[]> {
  const pairs = [
    ['involvedObject.name', nameOf(object)],
    ['involvedObject.namespace', namespaceOf(object)],
    ['involvedObject.kind', text(object['kind'])],
    ['involvedObject.uid', uid],
  ].filter(([, value]) => value !== '');
  const namespace = namespaceOf(object);
  const path = namespace === '' ? '/api/v1/events' : `/api/v1/namespaces/${namespace}/events`;
  try {
    return objs(
      at(
        yield* k.api.request({ method: 'GET', path, query: { fieldSelector: pairs.map(([key, value]) => `${key}=${value}`).join(','), limit: '500' } }),
        'items',
      ),
    );
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return []; // Who may not read events still gets the rest of the page.
  }
}

/** By their last time; `now` in virtual milliseconds. */
export function describeEvents(w: Writer, events: readonly Obj[], now: number): void {
  if (events.length === 0) return w.write(0, 'Events:\t<none>\n');
  w.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  w.write(1, '----\t------\t----\t----\t-------\n');
  for (const event of byLastTimestamp(events)) {
    const field = text(at(event, 'involvedObject.fieldPath'));
    const message = text(event['message']).trim();
    const source = text(at(event, 'source.component')) || text(event['reportingComponent']);
    w.write(1, `${text(event['type'])}\t${text(event['reason'])}\t${intervalText(event, now)}\t${source}\t${field === '' ? '' : `${field}: `}${message}\n`);
  }
}

/** Only the old timestamp counts here: events that carry the new ones alone (the scheduler's) come first. */
const byLastTimestamp = (events: readonly Obj[]): readonly Obj[] => {
  const time = (event: Obj): number => tryParseTime(text(event['lastTimestamp'])) ?? 0;
  return goSort(events, (a, b) => time(a) < time(b));
};

const lastSeen = (event: Obj): number => tryParseTime(text(at(event, 'series.lastObservedTime') ?? event['lastTimestamp'] ?? event['eventTime'])) ?? 0;

/** By the time they were last seen. */
export const sortEvents = (events: readonly Obj[]): readonly Obj[] => goSort(events, (a, b) => lastSeen(a) < lastSeen(b));

/** `5s`, or `4s (x2 over 11s)`. */
export function intervalText(event: Obj, now: number): string {
  const since = (timestamp: unknown): string => {
    const then = tryParseTime(text(timestamp));
    return then === undefined ? '<unknown>' : humanDuration(now - then);
  };
  const first = text(event['firstTimestamp']) === '' ? event['eventTime'] : event['firstTimestamp'];
  if (event['series'] !== undefined) return `${since(at(event, 'series.lastObservedTime'))} (x${text(at(event, 'series.count'))} over ${since(first)})`;
  return Number(event['count'] ?? 1) > 1 ? `${since(event['lastTimestamp'])} (x${text(event['count'])} over ${since(first)})` : since(first);
}
