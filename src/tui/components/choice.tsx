/** A question with a few answers. */
import { Box, Text } from 'ink';
import SelectInput from 'ink-select-input';
import type { ChoiceState } from '../app/state.ts';
import type { WindowSize } from '../layout.ts';
import { cut } from '../text/wrap.ts';
import { useDrawing } from './context.ts';

export function Choice({ choice, size }: { readonly choice: ChoiceState; readonly size: WindowSize }) {
  const { actions } = useDrawing();
  const { question, note, options } = choice;
  return (
    <Box flexDirection="column" paddingX={1} paddingY={size.rows > 10 ? 1 : 0}>
      <Text bold>{question}</Text>
      {note ? <Text>{note}</Text> : null}
      <Box marginTop={size.rows > 10 ? 1 : 0}>
        <SelectInput
          key={question}
          items={options.map(({ id, label }) => ({ value: id, label: cut(label, Math.max(4, size.columns - 6)) }))}
          limit={Math.max(1, size.rows - 6)}
          onSelect={({ value }) => actions.choose(value)}
        />
      </Box>
    </Box>
  );
}
