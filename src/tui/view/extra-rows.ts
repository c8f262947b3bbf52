/** The rows of what stands beside or in the place of a lesson. */
import type { LessonState } from '../app/state.ts';
import { helpTexts } from '../help-texts.ts';
import { markdownRows } from '../text/markdown.ts';
import { clusterRows } from './cluster-rows.ts';
import type { Drawing } from './lesson-window.ts';
import { xrayRows } from './xray-rows.ts';

/** X-ray, cluster or help. */
export function extraRows({ pane, hops, cluster }: Pick<LessonState, 'pane' | 'hops' | 'cluster'>, width: number, { style, say, language }: Drawing): string[] {
  if (pane === 'xray') return xrayRows(hops, width, style, say);
  return pane === 'cluster' ? clusterRows(cluster, width, style, say) : markdownRows(helpTexts[language], width, style);
}
