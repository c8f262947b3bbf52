/** Story, task, checks, hints; below them the question, if the step is one. */
import { Box, Text } from 'ink';
import { useMemo } from 'react';
import type { LessonState } from '../app/state.ts';
import type { Area } from '../layout.ts';
import { lessonPage, shownRows } from '../view/lesson-window.ts';
import { useDrawing } from './context.ts';
import { Question } from './question.tsx';

export function LessonPane({ lesson, area }: { readonly lesson: LessonState; readonly area: Area }) {
  const { style, say, language } = useDrawing();
  const { view, focus } = lesson;
  const { columns, rows } = area;
  const page = useMemo(() => view && lessonPage(view, { columns, rows }, focus, { style, say, language }), [view, columns, rows, focus, style, say, language]);
  if (!page) return null;
  const { text, question, height, asked } = page;
  return (
    <Box width={area.columns} height={area.rows} flexDirection="column" paddingX={1} overflow="hidden">
      <Box height={Math.min(height, text.rows.length + 1)} flexShrink={0}>
        <Text>{shownRows(text, { ...lesson, height }, style, say).join('\n')}</Text>
      </Box>
      {question ? <Question question={question} focused={focus === 'pane'} width={area.columns - 2} height={asked} /> : null}
    </Box>
  );
}
