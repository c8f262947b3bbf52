/** While a world comes up or is played again. */
import { Box, Text } from 'ink';
import type { AppState } from '../app/state.ts';
import { useDrawing } from './context.ts';

export function Opening({ opening }: { readonly opening: AppState['opening'] }) {
  const { say } = useDrawing();
  const { title, stage, share } = opening;
  return (
    <Box flexDirection="column" paddingX={1} paddingY={1}>
      <Text bold>{title === undefined ? say('openingShell') : say('opening', { title })}</Text>
      <Text>{say(stage, { n: Math.round(share * 100) })}</Text>
    </Box>
  );
}
