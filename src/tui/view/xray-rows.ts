/** The X-ray pane: who called whom, when, and what came of it. */
import type { XrayHop, XrayRow } from '../../session/xray.ts';
import stringWidth from '../fast-width.ts';
import type { Look, Style } from '../text/style.ts';
import { cut, pad } from '../text/wrap.ts';
import type { Say } from '../words.ts';

const wallLooks: Readonly<Record<string, Look>> = {
  rest: 'good',
  etcd: 'note',
  kubelet: 'code',
  cri: 'code',
  oci: 'strong',
  cni: 'strong',
  distribution: 'note',
};
/** Calls that follow each other in one hop; more are summed up. */
const mostCalls = 6;

export function xrayRows(hops: readonly XrayHop[], width: number, style: Style, say: Say): string[] {
  if (hops.length === 0) return [style('faint', cut(say('xrayNone'), width))];
  return hops.flatMap(({ after, wall, from, to, calls }) => [
    `${style('faint', time(after))} ${cut(`${from} → ${to}`, width - 18)} ${style(wallLooks[wall] ?? 'plain', `[${wall}]`)}`,
    ...calls.slice(0, mostCalls).map((call) => callRow(call, width, style)),
    ...(calls.length > mostCalls ? [style('faint', `          … ${say('xrayMore', { n: calls.length - mostCalls })}`)] : []),
  ]);
}

/** `+1.234 s`, eight columns. */
const time = (after: number): string => `+${(after / 1000).toFixed(3)}`.padStart(8);

const bad = /^([45]\d\d|.*(error|fail|denied|refused|not found).*)/i;

function callRow({ call, outcome, times }: XrayRow, width: number, style: Style): string {
  const many = times > 1 ? ` ×${times}` : '';
  const end = outcome === '' ? '…' : outcome;
  const room = width - 10;
  const tail = cut(end, Math.max(8, Math.floor(room / 3)));
  const words = cut(call, Math.max(8, room - stringWidth(tail) - stringWidth(many) - 3));
  return `          ${pad(words, 0)}${many} ${style('faint', '→')} ${style(bad.test(outcome) ? 'bad' : 'plain', tail)}`;
}
