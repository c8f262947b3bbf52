import type { CoreEvent, core, KubeObject } from '../api/types.ts';
import { isReason } from '../apimachinery/status.ts';
import { rfc3339, rfc3339Micro } from '../apimachinery/time.ts';
import type { Sim } from '../sim/sim.ts';
import { type Client, isRetriable } from './client.ts';
import { type Correlated, EventCorrelator, type EventFacts } from './event-correlator.ts';

/** Who records. With `instance` events are written the events.k8s.io way, as the scheduler does: eventTime, reportingComponent and series. */
export type EventSource = { readonly component: string; readonly host?: string; readonly instance?: string };

export type EventDetails = {
  /** The part of the object: `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** What was being done, in the events.k8s.io way. */
  readonly action?: string;
};

/** What an event can be about: an object, or a reference to one that we do not hold. */
export type EventSubject = KubeObject | core.ObjectReference;

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
    // Nanoseconds since 1970 in hexadecimal, as upstream names events; the clock of the lab has milliseconds only.
    const nanos = BigInt(Math.floor(now)) * 1_000_000n + BigInt(random.int(1_000_000));
    const { component, host, instance } = this.#source;
    const identity =
      instance === undefined
        ? { reportingComponent: component, reportingInstance: host ?? '' }
        : { reportingComponent: component, reportingInstance: instance };
    const times =
      instance === undefined
        ? { firstTimestamp: rfc3339(now), lastTimestamp: rfc3339(now), count: before + 1, source: { component, ...(host !== undefined && { host }) } }
        : { eventTime: rfc3339Micro(now), action: action ?? reason, source: {} };
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${involved.name}.${nanos.toString(16)}`, namespace },
      involvedObject: involved,
      type,
      reason,
      message,
      ...identity,
      ...times,
    };
  }
}

function referenceTo(subject: EventSubject, fieldPath?: string): core.ObjectReference {
  if (!('metadata' in subject)) return subject;
  const { apiVersion, kind, metadata } = subject as KubeObject;
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && namespace !== '' && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(fieldPath !== undefined && { fieldPath }),
  };
}
