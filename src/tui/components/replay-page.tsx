/** The page on which a submission is replayed; rows are made elsewhere. */
import { Box, Text } from 'ink';
import { useSyncExternalStore } from 'react';
import type { ReplayScreen } from '../app/replay.ts';
import type { Store } from '../app/store.ts';
import { newStyle } from '../text/style.ts';
import { cut } from '../text/wrap.ts';
import { replayRows } from '../view/replay-rows.ts';
import { newSay } from '../words.ts';

export function ReplayPage({ store }: { readonly store: Store<ReplayScreen> }) {
  const { size, language, colours, shown, loading } = useSyncExternalStore(store.subscribe, store.get);
  const say = newSay(language);
  if (size.columns < 40 || size.rows < 10) return <Text>{cut(say('tooSmallShort'), size.columns)}</Text>;
  const rows = shown ? replayRows(shown, { size, style: newStyle(colours), say, language }) : ['', ` ${say('replayLoading', loading)}`];
  return (
    <Box width={size.columns} height={size.rows} overflow="hidden">
      <Text wrap="truncate">{rows.join('\n')}</Text>
    </Box>
  );
}
