/** Tracks and lessons to choose from. */
import { Box } from 'ink';
import { useMemo, useState } from 'react';
import type { WindowSize } from '../layout.ts';
import type { Kept, TrackEntry } from '../services.ts';
import { firstChoice, menuEntries, menuRows } from '../view/menu-view.ts';
import { useDrawing } from './context.ts';
import { Choosing } from './list.tsx';
import { Rows } from './rows.tsx';

type MenuProps = { readonly tracks: readonly TrackEntry[]; readonly kept: Kept; readonly size: WindowSize; readonly notice: string | undefined };

export function Menu({ tracks, kept, size, notice }: MenuProps) {
  const { style, say, language, actions } = useDrawing();
  const context = useMemo(() => ({ tracks, kept, language, size, style, say }), [tracks, kept, language, size, style, say]);
  const entries = useMemo(() => menuEntries(context), [context]);
  const ids = useMemo(() => entries.map(({ id }) => id), [entries]);
  const [first] = useState(() => firstChoice(entries, kept));
  const [chosen, setChosen] = useState(ids[first]);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Rows rows={menuRows(entries, Math.max(0, ids.indexOf(chosen ?? '')), notice, context)} />
      <Choosing values={ids} first={first} page={Math.max(2, size.rows - 8)} onHighlight={setChosen} onSelect={actions.menu} />
    </Box>
  );
}
