/** The end of a lesson: what it was about, and where to go on. */
import { Box, Text } from 'ink';
import { useMemo } from 'react';
import type { LessonState } from '../app/state.ts';
import type { WindowSize } from '../layout.ts';
import type { Kept, TrackEntry } from '../services.ts';
import { cut } from '../text/wrap.ts';
import { slice } from '../view/chrome.ts';
import { debriefPage } from '../view/debrief-view.ts';
import { useDrawing } from './context.ts';
import { List } from './list.tsx';

type Props = { readonly lesson: LessonState; readonly tracks: readonly TrackEntry[]; readonly size: WindowSize; readonly kept: Kept };

export function Debrief({ lesson, tracks, size }: Props) {
  const { style, say, language, actions } = useDrawing();
  const { view, title, scroll } = lesson;
  const { rows, options, height } = useMemo(
    () => debriefPage({ view, title }, tracks, size, { style, say, language }),
    [view, title, tracks, size, style, say, language],
  );
  const below = rows.length - height - Math.min(scroll, rows.length - height);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Box height={Math.min(height, rows.length)} flexShrink={0}>
        <Text>{slice(rows, scroll, height).join('\n')}</Text>
      </Box>
      <Text>{below > 0 ? style('faint', say('rowsBelow', { n: below })) : ' '}</Text>
      <Box flexShrink={0} flexDirection="column">
        <List items={options.map(({ id, label }) => ({ value: id, label: cut(label, size.columns - 5) }))} height={options.length} onSelect={actions.choose} />
      </Box>
    </Box>
  );
}
