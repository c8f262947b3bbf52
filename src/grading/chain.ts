/** The hash chain over what was done: each link covers all before it, and the first one who did it, in which lesson, with which seed. */
import { createHash } from 'node:crypto';
import type { SubmittedEvent, SubmittedLesson } from './submission.ts';

/** Characters of a link that stand beside an event: enough to say where a chain breaks. */
export const linkLength = 12;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Who somebody is, however it was typed. */
export const plainName = (who: string): string => who.normalize('NFC').trim().replace(/\s+/g, ' ');

/** The chance of a learner's worlds: bound to the name, so that a neighbour's lines meet another variant. */
export const learnerSeed = (who: string): number => Number.parseInt(sha256(`k8s-lab learner\0${plainName(who).toLowerCase()}`).slice(0, 8), 16);

type ChainHead = Pick<SubmittedLesson, 'lesson' | 'hash' | 'engine' | 'world' | 'seed'>;
type ChainTail = Pick<SubmittedLesson, 'until' | 'began' | 'ended'>;

const headOf = (who: string, { lesson, hash, engine, world, seed }: ChainHead): string =>
  sha256(`k8s-lab submission 1\0${JSON.stringify([who, lesson, hash, engine, world, seed])}`);

/** An event as text, its keys always in one order: the order in which a file has them means nothing. */
function canonicalEvent(event: SubmittedEvent): string {
  const { link: _link, ...rest } = event as SubmittedEvent & { readonly link?: string };
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every link and the chain's end. */
export function chainOf(
  who: string,
  head: ChainHead,
  events: readonly SubmittedEvent[],
  tail: ChainTail,
): { readonly links: readonly string[]; readonly chain: string } {
  let link = headOf(who, head);
  const links = events.map((event) => {
    link = sha256(`${link}\0${canonicalEvent(event)}`);
    return link.slice(0, linkLength);
  });
  return { links, chain: sha256(`${link}\0${JSON.stringify([tail.until, tail.began ?? null, tail.ended ?? null])}`) };
}

/** Where a lesson's chain breaks: at an event (counted from 1), at its end, or nowhere. */
export function brokenAt(who: string, lesson: SubmittedLesson): number | 'end' | undefined {
  const { links, chain } = chainOf(who, lesson, lesson.events, lesson);
  const index = lesson.events.findIndex((event, position) => event.link !== links[position]);
  if (index >= 0) return index + 1;
  return chain === lesson.chain ? undefined : 'end';
}

/** Covers the whole file: which lessons are in it, and when it was made. */
export const sealOf = (who: string, made: string, chains: readonly string[]): string => sha256(`k8s-lab seal\0${JSON.stringify([who, made, chains])}`);
