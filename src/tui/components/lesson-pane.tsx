/** Story, task, checks, hints; below them the question, if the step is one. */
import { Box, Text } from 'ink';
import { useMemo } from 'react';
import type { LessonState } from '../app/state.ts';
import type { Area } from '../layout.ts';
import { sliceTold } from '../view/chrome.ts';
import { firstRow, lessonRows } from '../view/lesson-rows.ts';
import { questionView } from '../view/question.ts';
import { useDrawing } from './context.ts';
import { Question } from './question.tsx';

export function LessonPane({ lesson, area }: { readonly lesson: LessonState; readonly area: Area }) {
  const { style, say, language } = useDrawing();
  const { view, scroll, focus, fresh, told } = lesson;
  const width = area.columns - 2;
  const compact = area.rows < 16;
  const text = useMemo(() => view && lessonRows(view, { width, style, say, language, compact }), [view, width, style, say, language, compact]);
  const step = view?.steps[view.current];
  const question = useMemo(() => questionView(step, width, style, say, focus === 'pane'), [step, width, style, say, focus]);
  if (!text) return null;
  // What was wrong with an answer must be seen beside the question.
  const kept = Math.min(Math.max(2, text.told), Math.floor(area.rows / 2));
  const asked = question ? Math.min(question.rows, Math.max(3, area.rows - kept)) : 0;
  const height = Math.max(1, area.rows - asked);
  return (
    <Box width={area.columns} height={area.rows} flexDirection="column" paddingX={1} overflow="hidden">
      <Box height={Math.min(height, text.rows.length + 1)} flexShrink={0}>
        <Text>{sliceTold(text.rows, firstRow(text, height, scroll, fresh, told), height, style, say).join('\n')}</Text>
      </Box>
      {question ? <Question question={question} focused={focus === 'pane'} width={width} height={asked} /> : null}
    </Box>
  );
}
