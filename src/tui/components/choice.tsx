/** A question with a few answers. */
import { Box, Text } from 'ink';
import type { ChoiceState } from '../app/state.ts';
import type { WindowSize } from '../layout.ts';
import { cut } from '../text/wrap.ts';
import { useDrawing } from './context.ts';
import { List } from './list.tsx';

export function Choice({ choice, size }: { readonly choice: ChoiceState; readonly size: WindowSize }) {
  const { actions, style, say } = useDrawing();
  const { question, note, options } = choice;
  return (
    <Box flexDirection="column" paddingX={1} paddingY={size.rows > 10 ? 1 : 0}>
      <Text bold>{question}</Text>
      {note ? <Text>{note}</Text> : null}
      <Box marginTop={size.rows > 10 ? 1 : 0} flexDirection="column">
        <List
          key={question}
          items={options.map(({ id, label }) => ({ value: id, label: cut(label, Math.max(4, size.columns - 6)) }))}
          height={Math.max(1, size.rows - 6)}
          onSelect={actions.choose}
        />
      </Box>
      {size.rows > 10 ? <Text>{`\n${style('faint', say('choiceKeys'))}`}</Text> : null}
    </Box>
  );
}
