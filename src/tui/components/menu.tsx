/** Tracks and lessons to choose from. */
import { Box, Text } from 'ink';
import SelectInput from 'ink-select-input';
import { createContext, useContext, useMemo } from 'react';
import type { WindowSize } from '../layout.ts';
import type { Kept, TrackEntry } from '../services.ts';
import { cut } from '../text/wrap.ts';
import { type MenuEntry, menuEntries, menuLimit } from '../view/menu-view.ts';
import { useDrawing } from './context.ts';

type MenuProps = { readonly tracks: readonly TrackEntry[]; readonly kept: Kept; readonly size: WindowSize; readonly notice: string | undefined };

export function Menu({ tracks, kept, size, notice }: MenuProps) {
  const { style, say, language, actions } = useDrawing();
  const entries = useMemo(() => menuEntries(tracks, kept, language, size.columns, style, say), [tracks, kept, language, size.columns, style, say]);
  const tall = size.rows >= 12;
  const items = useMemo(() => entries.map(({ id }) => ({ value: id, label: id })), [entries]);
  return (
    <Box flexDirection="column" paddingX={1}>
      {tall ? <Text>{`${style('title', 'k8s-lab')}  ${cut(say('subtitle'), Math.max(0, size.columns - 12))}`}</Text> : null}
      {tall && kept.name ? <Text>{say('hello', { name: kept.name })}</Text> : null}
      {tracks.length === 0 ? <Text>{say('noLessons')}</Text> : null}
      <MenuContext.Provider value={{ entries, tall }}>
        <SelectInput
          items={items}
          limit={tall ? menuLimit(entries, size.rows - 5) : Math.max(1, size.rows - 1)}
          indicatorComponent={NoPointer}
          itemComponent={Entry}
          onSelect={({ value }) => actions.menu(value)}
        />
      </MenuContext.Provider>
      {tall ? <Text>{`\n${style('faint', cut(notice ?? say('menuKeys'), size.columns - 2))}`}</Text> : null}
    </Box>
  );
}

const MenuContext = createContext<{ readonly entries: readonly MenuEntry[]; readonly tall: boolean }>({ entries: [], tall: true });

function Entry({ isSelected = false, label }: { readonly isSelected?: boolean; readonly label: string }) {
  const { entries, tall } = useContext(MenuContext);
  const entry = entries.find(({ id }) => id === label);
  return (
    <Box flexDirection="column">
      {tall && entry?.apart ? <Text> </Text> : null}
      {tall && entry?.heading ? <Text>{entry.heading}</Text> : null}
      <Text bold={isSelected}>{`${isSelected ? '❯' : ' '} ${entry?.text ?? label}`}</Text>
    </Box>
  );
}

/** Entries draw their own pointer, below their headings. */
const NoPointer = () => null;
