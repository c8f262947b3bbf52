/** The cluster pane: nodes, their pods, and the containers that really run. */
import type { ClusterView, ContainerView, PodView } from '../../session/cluster-view.ts';
import type { Look, Style } from '../text/style.ts';
import { cut, pad } from '../text/wrap.ts';
import type { Say } from '../words.ts';

const containerMarks: Readonly<Record<ContainerView['state'], readonly [string, Look]>> = {
  running: ['●', 'good'],
  created: ['○', 'plain'],
  exited: ['✗', 'bad'],
  unknown: ['?', 'plain'],
};
const good = ['Running', 'Completed', 'Succeeded'];

export function clusterRows(view: ClusterView | undefined, width: number, style: Style, say: Say): string[] {
  if (!view) return [];
  const rows: string[] = [];
  if (!view.kubernetes) rows.push(style('faint', cut(say('noKubernetes'), width)));
  else if (!view.apiAnswers) rows.push(style('bad', cut(say('apiSilent'), width)));
  for (const { name, status, runtime, pods } of view.nodes) {
    rows.push(
      `${style('title', name)} ${style(status === 'Ready' ? 'good' : status === '' ? 'plain' : 'bad', status)}${runtime ? '' : ` ${style('bad', `✗ ${say('runtimeSilent')}`)}`}`,
    );
    if (pods.length === 0) rows.push(style('faint', `  ${say('noPods')}`));
    rows.push(...pods.map((pod) => podRow(pod, width, style)));
  }
  if (view.unplaced.length > 0) rows.push(style('title', say('unplaced')), ...view.unplaced.map((pod) => podRow(pod, width, style)));
  return rows;
}

function podRow({ namespace, name, status, ready, containers }: PodView, width: number, style: Style): string {
  const shown = containers.map(({ name: container, state, attempt }) => {
    const [mark, look] = containerMarks[state];
    return { plain: `${mark} ${container}${attempt > 0 ? ` ↻${attempt}` : ''}`, look };
  });
  const nameWidth = Math.max(20, Math.min(56, width - 40));
  const head = `  ${pad(cut(`${namespace}/${name}`, nameWidth), nameWidth)} `;
  const state = `${pad(ready, 4)}${pad(cut(status, 16), 17)}`;
  const room = width - nameWidth - 3 - 21;
  const rest = cut(shown.map(({ plain }) => plain).join('  '), room);
  const look: Look = shown.every((each) => each.look === 'good') ? 'plain' : 'bad';
  return `${head}${pad(ready, 4)}${style(good.includes(status) ? 'good' : status === '' ? 'plain' : 'note', state.slice(4))}${style(look, rest)}`;
}
