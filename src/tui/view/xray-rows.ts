/** The X-ray pane: who called whom, when, and what came of it. */
import type { XrayHop, XrayRow } from '../../session/xray.ts';
import stringWidth from '../fast-width.ts';
import type { Look, Style } from '../text/style.ts';
import { cut, pad, wrapSpans } from '../text/wrap.ts';
import type { Say } from '../words.ts';

const wallLooks: Readonly<Record<string, Look>> = {
  rest: 'good',
  etcd: 'note',
  kubelet: 'code',
  cri: 'code',
  docker: 'code',
  containerd: 'code',
  oci: 'strong',
  cni: 'strong',
  distribution: 'note',
};
/** In the order in which a request meets them. */
const walls = ['rest', 'etcd', 'kubelet', 'cri', 'docker', 'containerd', 'distribution', 'cni', 'oci'] as const;
/** Shown only where they were crossed: most worlds have no Docker. */
const sometimes: ReadonlySet<string> = new Set(['docker', 'containerd']);
/** Calls that follow each other in one hop; more are summed up. */
const mostCalls = 6;

export function xrayRows(hops: readonly XrayHop[], width: number, style: Style, say: Say): string[] {
  if (hops.length === 0) return wrapSpans([{ text: say('xrayNone'), look: 'faint' }], width, style);
  return [wallsRow(hops, width, style), ...hops.flatMap((hop) => hopRows(hop, width, style, say))];
}

/** The walls from the learner's side to the process, with how often each was crossed. */
function wallsRow(hops: readonly XrayHop[], width: number, style: Style): string {
  const counts = new Map<string, number>();
  for (const { wall, calls } of hops) counts.set(wall, (counts.get(wall) ?? 0) + calls.reduce((sum, { times }) => sum + times, 0));
  const shown = walls
    .filter((wall) => counts.has(wall) || !sometimes.has(wall))
    .map((wall) => ({ wall, text: counts.has(wall) ? `■ ${wall} ${counts.get(wall)}` : `□ ${wall}` }));
  const plain = shown.map(({ text }) => text).join(' ─ ');
  if (stringWidth(plain) > width) return cut(plain, width);
  return shown.map(({ wall, text }) => style(counts.has(wall) ? (wallLooks[wall] ?? 'plain') : 'faint', text)).join(' ─ ');
}

function hopRows({ after, wall, from, to, calls }: XrayHop, width: number, style: Style, say: Say): string[] {
  return [
    `${style('faint', time(after))} ${cut(`${from} → ${to}`, width - 18)} ${style(wallLooks[wall] ?? 'plain', `[${wall}]`)}`,
    ...calls.slice(0, mostCalls).map((call) => callRow(call, width, style)),
    ...(calls.length > mostCalls ? [style('faint', `          … ${say('xrayMore', { n: calls.length - mostCalls })}`)] : []),
  ];
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
