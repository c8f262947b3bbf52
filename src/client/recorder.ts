import type { CoreEvent, core, KubeObject } from '../api/types.ts';
import { isReason } from '../apimachinery/status.ts';
import { rfc3339, rfc3339Micro } from '../apimachinery/time.ts';
import type { Sim } from '../sim/sim.ts';
import { type Client, isRetriable } from './client.ts';
import { type Correlated, EventCorrelator, type EventFacts } from './event-correlator.ts';

/** Who records. With `instance` events are written the events.k8s.io way, as the scheduler does: eventTime, reportingComponent and series. */
type EventSource = { readonly component: string; readonly host?: string; readonly instance?: string };

type EventDetails = {
  /** The part of the object: `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** What was being done, in the events.k8s.io way. */
  readonly action?: string;
};

/** What an event can be about: an object, or a reference to one that we do not hold. */
type EventSubject = KubeObject | core.ObjectReference;

/** client-go's EventRecorder. An event that cannot be written is lost, and nobody else is disturbed by that. */
export class EventRecorder {
  readonly #sim: Sim;
  readonly #client: Client;
  readonly #source: EventSource;
  readonly #correlator: EventCorrelator;

  constructor(sim: Sim, client: Client, source: EventSource) {
    this.#sim = sim;
    this.#client = client;
    this.#source = source;
    this.#correlator = new EventCorrelator(sim);
  }

  normal(subject: EventSubject, reason: string, message: string, details?: EventDetails): void {
    this.record(subject, { type: 'Normal', reason, message }, details);
  }

  warning(subject: EventSubject, reason: string, message: string, details?: EventDetails): void {
    this.record(subject, { type: 'Warning', reason, message }, details);
  }

  record(subject: EventSubject, what: Omit<EventFacts, 'involved'>, details: EventDetails = {}): void {
    const facts: EventFacts = { ...what, involved: referenceTo(subject, details.fieldPath) };
    const correlated = this.#correlator.correlate(facts);
    if (correlated === undefined) return;
    try {
      this.#write(facts, correlated, details);
    } catch (error) {
      if (!isRetriable(error)) throw error;
    }
  }

  #write(facts: EventFacts, { key, message, observed }: Correlated, details: EventDetails): void {
    const namespace = facts.involved.namespace ?? 'default';
    const now = this.#sim.now;
    if (observed !== undefined) {
      const count = observed.count + 1;
      const seen = this.#source.instance === undefined ? { count, lastTimestamp: rfc3339(now) } : { series: { count, lastObservedTime: rfc3339Micro(now) } };
      this.#correlator.observe(key, { ...observed, count });
      try {
        this.#client.patch('events', { namespace, name: observed.name }, { ...seen, message });
        return;
      } catch (error) {
        // It was deleted, or its hour was over: write it anew, with its count.
        if (!isReason(error, 'NotFound')) throw error;
      }
    }
    const event = this.#newEvent({ ...facts, message }, namespace, details, observed?.count ?? 0);
    this.#correlator.observe(key, { name: event.metadata.name ?? '', count: (observed?.count ?? 0) + 1, firstTimestamp: rfc3339(now) });
    this.#client.create('events', event);
  }

  #newEvent({ involved, type, reason, message }: EventFacts, namespace: string, { action }: EventDetails, before: number): CoreEvent {
    const { now, random } = this.#sim;
    const { component, host, instance } = this.#source;
    const metadata = { name: `${involved.name}.${nanoseconds(Math.floor(now), random.int(1_000_000))}`, namespace };
    const event = { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: involved, type, reason, message, reportingComponent: component } as const;
    if (instance !== undefined) return { ...event, reportingInstance: instance, eventTime: rfc3339Micro(now), action: action ?? reason, source: {} };
    const seen = rfc3339(now);
    const source = host === undefined ? { component } : { component, host };
    return { ...event, reportingInstance: host ?? '', firstTimestamp: seen, lastTimestamp: seen, count: before + 1, source };
  }
}

/** Nanoseconds since 1970 in hexadecimal, as upstream names events; the clock of the lab has milliseconds only. */
const nanoseconds = (ms: number, below: number): string => (BigInt(ms) * 1_000_000n + BigInt(below)).toString(16);

function referenceTo(subject: EventSubject, fieldPath?: string): core.ObjectReference {
  if (!('metadata' in subject)) return subject;
  const { apiVersion, kind, metadata } = subject as KubeObject;
  const { name, namespace, uid, resourceVersion } = metadata;
  const reference: { -readonly [Key in keyof core.ObjectReference]: core.ObjectReference[Key] } = {};
  if (apiVersion !== undefined) reference.apiVersion = apiVersion;
  if (kind !== undefined) reference.kind = kind;
  if (name !== undefined) reference.name = name;
  if (namespace !== undefined && namespace !== '') reference.namespace = namespace;
  if (uid !== undefined) reference.uid = uid;
  if (resourceVersion !== undefined) reference.resourceVersion = resourceVersion;
  if (fieldPath !== undefined) reference.fieldPath = fieldPath;
  return reference;
}
