/** The walls that the last command crossed, for reading: in order, the same call again and again told once. */
import type { Crossing } from '../cluster/trace.ts';

export type { Crossing } from '../cluster/trace.ts';

/** `outcome` as the caller saw it; `times` how often the same call came in a row. */
export type XrayRow = {
  /** Milliseconds since the first of them. */
  readonly after: number;
  readonly wall: Crossing['wall'];
  readonly from: string;
  readonly to: string;
  readonly call: string;
  readonly outcome: string;
  /** How often the same followed. */
  readonly times: number;
};

/** A group: neighbours that go from one room to one other. */
export type XrayHop = {
  readonly after: number;
  readonly wall: Crossing['wall'];
  readonly from: string;
  readonly to: string;
  readonly calls: readonly XrayRow[];
};

/** Calls between the same two rooms stand together as one hop. */
export function xray(crossings: readonly Crossing[]): readonly XrayHop[] {
  const start = crossings[0]?.at ?? 0;
  const hops: (Omit<XrayHop, 'calls'> & { readonly calls: XrayRow[] })[] = [];
  for (const { at, wall, from, to, call, outcome } of crossings) {
    const row: XrayRow = { after: at - start, wall, from, to, call, outcome, times: 1 };
    const hop = hops.at(-1);
    if (!hop || hop.from !== from || hop.to !== to) {
      hops.push({ after: row.after, wall, from, to, calls: [row] });
      continue;
    }
    const last = hop.calls.at(-1);
    if (last && last.call === call && last.outcome === outcome) hop.calls[hop.calls.length - 1] = { ...last, times: last.times + 1 };
    else hop.calls.push(row);
  }
  return hops;
}
