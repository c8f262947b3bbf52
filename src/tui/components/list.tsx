/** A list to choose one of, with entries of several rows; where not all fit, those around the pointer, and how many more there are. */
import SelectInput from 'ink-select-input';
import { useMemo, useState } from 'react';
import { windowOf } from '../view/window.ts';
import { useDrawing } from './context.ts';
import { Rows } from './rows.tsx';

type ListItem = { readonly value: string; readonly label: string };
type ListProps = { readonly items: readonly ListItem[]; readonly height: number; readonly focused?: boolean; readonly onSelect: (value: string) => void };

/** Up, down and Enter; `onSelect` gets the value. */
export function List({ items, height, focused = true, onSelect }: ListProps) {
  const { say } = useDrawing();
  const values = useMemo(() => items.map(({ value }) => value), [items]);
  const [chosen, setChosen] = useState(values[0]);
  const at = Math.max(0, values.indexOf(chosen ?? ''));
  const blocks = items.map(({ label }, index) => label.split('\n').map((line, row) => `${focused && index === at && row === 0 ? '❯' : ' '} ${line}`));
  return (
    <>
      <Rows rows={windowOf(blocks, at, height, say)} />
      <Choosing values={values} focused={focused} onHighlight={setChosen} onSelect={onSelect} />
    </>
  );
}

type ChoosingProps = {
  readonly values: readonly string[];
  readonly first?: number;
  readonly focused?: boolean;
  readonly onHighlight: (value: string) => void;
  readonly onSelect: (value: string) => void;
};

/** The keys of a list; what is chosen is drawn by others, who know which rows there are. */
export function Choosing({ values, first = 0, focused = true, onHighlight, onSelect }: ChoosingProps) {
  const items = useMemo(() => values.map((value) => ({ value, label: value })), [values]);
  return (
    <SelectInput
      items={items}
      initialIndex={first}
      isFocused={focused}
      indicatorComponent={Nothing}
      itemComponent={Nothing}
      onHighlight={({ value }) => onHighlight(value)}
      onSelect={({ value }) => onSelect(value)}
    />
  );
}

const Nothing = () => null;
