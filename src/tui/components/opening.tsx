/** While a world comes up or is played again. */
import { Box, Text } from 'ink';
import type { AppState } from '../app/state.ts';
import { useDrawing } from './context.ts';

export function Opening({ opening, width }: { readonly opening: AppState['opening']; readonly width: number }) {
  const { say } = useDrawing();
  const { title, stage, share } = opening;
  return (
    <Box flexDirection="column" paddingX={1} paddingY={1}>
      <Text bold>{title === undefined ? say('openingShell') : say('opening', { title })}</Text>
      <Text>{say(stage)}</Text>
      <Text>{progressBar(share, width)}</Text>
    </Box>
  );
}

const widest = 40;

/** `━━━━──── 50 %` */
export function progressBar(share: number, width: number): string {
  const room = Math.max(1, Math.min(widest, width - 9));
  const full = Math.round(share * room);
  return `${'━'.repeat(full)}${'─'.repeat(room - full)} ${Math.round(share * 100)} %`;
}
