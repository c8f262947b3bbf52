/** A list to choose one of, with entries of several rows; where not all fit, those around the pointer, and how many more there are. */
import { useInput } from 'ink';
import SelectInput from 'ink-select-input';
import { useMemo, useRef, useState } from 'react';
import { windowOf } from '../view/window.ts';
import { useDrawing } from './context.ts';
import { Rows } from './rows.tsx';

type ListItem = { readonly value: string; readonly label: string };
type ListProps = {
  readonly items: readonly ListItem[];
  readonly height: number;
  readonly focused?: boolean;
  /** No entry has the pointer at first: an Enter that was meant for something else chooses nothing. */
  readonly unpointed?: boolean;
  readonly onSelect: (value: string) => void;
};

/** Up, down and Enter; `onSelect` gets the value. */
export function List({ items, height, focused = true, unpointed = false, onSelect }: ListProps) {
  const { say } = useDrawing();
  const values = useMemo(() => items.map(({ value }) => value), [items]);
  const [chosen, setChosen] = useState(unpointed ? undefined : values[0]);
  const at = Math.max(0, values.indexOf(chosen ?? ''));
  const blocks = items.map(({ label }, index) =>
    label.split('\n').map((line, row) => `${focused && chosen !== undefined && index === at && row === 0 ? '❯' : ' '} ${line}`),
  );
  return (
    <>
      <Rows rows={windowOf(blocks, at, height, say)} />
      {chosen === undefined ? (
        <Pointing values={values} focused={focused} onHighlight={setChosen} onSelect={onSelect} />
      ) : (
        <Choosing values={values} first={at} focused={focused} onHighlight={setChosen} onSelect={onSelect} />
      )}
    </>
  );
}

/** The first key brings the pointer; a number chooses at once. */
function Pointing({ values, focused, onHighlight, onSelect }: ChoosingProps) {
  useInput(
    (input, key) => {
      const numbered = /^[1-9]$/.test(input) ? values[Number(input) - 1] : undefined;
      const pointed = key.upArrow || key.end ? values.at(-1) : key.downArrow || key.pageDown || key.home || key.return ? values[0] : undefined;
      if (numbered !== undefined) onSelect(numbered);
      else if (pointed !== undefined) onHighlight(pointed);
    },
    { isActive: focused },
  );
  return null;
}

type ChoosingProps = {
  readonly values: readonly string[];
  readonly first?: number;
  readonly focused?: boolean;
  /** Entries that PgUp and PgDn pass over. */
  readonly page?: number;
  readonly onHighlight: (value: string) => void;
  readonly onSelect: (value: string) => void;
};

/** The keys of a list: up, down, PgUp, PgDn, Home, End, Enter. What is chosen is drawn by others, who know which rows there are. */
export function Choosing({ values, first = 0, focused = true, page = 8, onHighlight, onSelect }: ChoosingProps) {
  const items = useMemo(() => values.map((value) => ({ value, label: value })), [values]);
  const at = useRef(first);
  // The list knows single steps only: after a leap it begins anew where the pointer is.
  const [leap, setLeap] = useState({ to: first, count: 0 });
  useInput(
    (_input, key) => {
      const last = values.length - 1;
      const to = key.pageUp ? at.current - page : key.pageDown ? at.current + page : key.home ? 0 : key.end ? last : undefined;
      if (to === undefined || last < 0) return;
      at.current = Math.max(0, Math.min(last, to));
      setLeap(({ count }) => ({ to: at.current, count: count + 1 }));
      onHighlight(values[at.current] as string);
    },
    { isActive: focused },
  );
  return (
    <SelectInput
      key={leap.count}
      items={items}
      initialIndex={leap.to}
      isFocused={focused}
      indicatorComponent={Nothing}
      itemComponent={Nothing}
      onHighlight={({ value }) => {
        at.current = values.indexOf(value);
        onHighlight(value);
      }}
      onSelect={({ value }) => onSelect(value)}
    />
  );
}

const Nothing = () => null;
