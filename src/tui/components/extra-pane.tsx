/** X-ray, cluster or help: rows of a height, scrolled. */
import { Box, Text } from 'ink';
import { memo, useMemo } from 'react';
import type { LessonState } from '../app/state.ts';
import type { Area } from '../layout.ts';
import { sliceTold } from '../view/chrome.ts';
import { extraRows } from '../view/extra-rows.ts';
import { useDrawing } from './context.ts';

export const ExtraPane = memo(function ExtraPane({ lesson, area }: { readonly lesson: LessonState; readonly area: Area }) {
  const { style, say, language } = useDrawing();
  const { pane, hops, cluster, scroll } = lesson;
  const width = area.columns - 2;
  const rows = useMemo(() => extraRows({ pane, hops, cluster }, width, { style, say, language }), [pane, hops, cluster, width, style, say, language]);
  return (
    <Box width={area.columns} height={area.rows} paddingX={1}>
      <Text>{sliceTold(rows, scroll, area.rows, style, say).join('\n')}</Text>
    </Box>
  );
});
