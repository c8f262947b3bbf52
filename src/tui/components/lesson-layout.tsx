/** The lesson screen: panes around the terminal, which the painter draws. */
import { Box, Text } from 'ink';
import { type LessonState, shownOf } from '../app/state.ts';
import { type Area, layoutOf, type WindowSize } from '../layout.ts';
import { cut } from '../text/wrap.ts';
import { headerRow, paneTitle, ruleRow, statusRow } from '../view/chrome.ts';
import { useDrawing } from './context.ts';
import { ExtraPane } from './extra-pane.tsx';
import { LessonPane } from './lesson-pane.tsx';

export function LessonLayout({ lesson, size }: { readonly lesson: LessonState; readonly size: WindowSize }) {
  const { style, say } = useDrawing();
  const { pane, focus } = lesson;
  const layout = layoutOf(size, shownOf(lesson));
  if (layout.kind === 'none') return <Text>{cut(say('tooSmallShort'), size.columns)}</Text>;
  if (layout.kind === 'alone') {
    return (
      <>
        <Text>{cut(say('tooSmall', { ...size }), size.columns)}</Text>
        <Hole area={layout.terminal} />
        <Text>{statusRow(lesson, size.columns, style, say)}</Text>
      </>
    );
  }
  const extra = layout.extra ? (
    <>
      <Text>{ruleRow(paneTitle(pane, say), focus === 'pane', size.columns)}</Text>
      <ExtraPane lesson={lesson} area={layout.extra} />
    </>
  ) : null;
  const rule = <Text>{ruleRow(say('terminal'), focus === 'terminal', size.columns)}</Text>;
  return (
    <>
      <Text>{headerRow(lesson, size.columns, style, say)}</Text>
      {layout.kind === 'side' ? <SideBySide lesson={lesson} left={layout.lesson} terminal={layout.terminal} /> : null}
      {layout.kind === 'stacked' && layout.lesson ? <LessonPane lesson={lesson} area={layout.lesson} /> : null}
      {extra}
      {layout.kind === 'stacked' ? (
        <>
          {layout.lesson || layout.extra ? rule : null}
          <Hole area={layout.terminal} />
        </>
      ) : null}
      <Text>{statusRow(lesson, size.columns, style, say)}</Text>
    </>
  );
}

function SideBySide({ lesson, left, terminal }: { readonly lesson: LessonState; readonly left: Area | undefined; readonly terminal: Area }) {
  if (!left) return <Hole area={terminal} />;
  return (
    <Box height={left.rows}>
      <Box width={left.columns}>
        <LessonPane lesson={lesson} area={left} />
      </Box>
      <Box width={3} paddingLeft={1}>
        <Text>{new Array(left.rows).fill('│').join('\n')}</Text>
      </Box>
      <Hole area={terminal} />
    </Box>
  );
}

const Hole = ({ area }: { readonly area: Area }) => <Box width={area.columns} height={area.rows} flexShrink={0} />;
