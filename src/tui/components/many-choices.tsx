/** Several may be ticked, or all are put in order. */
import { Text, useInput } from 'ink';
import { useState } from 'react';
import { answerOf, type Many, newMany, pressMany } from '../view/many.ts';
import { windowOf } from '../view/window.ts';
import { useDrawing } from './context.ts';

type Props = {
  readonly items: readonly { readonly value: string; readonly label: string }[];
  readonly order: boolean;
  readonly focused: boolean;
  readonly height: number;
  readonly onSubmit: (values: readonly string[]) => void;
};

export function ManyChoices({ items, order, focused, height, onSubmit }: Props) {
  const { say } = useDrawing();
  const [state, setState] = useState(() => newMany(items.map(({ value }) => value)));
  // The order as it is found is no answer before somebody has looked at it: an Enter may have been meant for the shell.
  const [looked, setLooked] = useState(!order);
  useInput(
    (input, key) => {
      const values = answerOf(state, order);
      setLooked(true);
      // With one in the hand Enter puts it down, as many expect; only what lies in its place is handed in.
      if (key.return && state.carrying) setState((before) => pressMany(before, 'space', order));
      else if (key.return && values.length > 0 && looked) onSubmit(values);
      else if (key.upArrow || key.downArrow || input === ' ')
        setState((before) => pressMany(before, key.upArrow ? 'up' : key.downArrow ? 'down' : 'space', order));
    },
    { isActive: focused },
  );
  const blocks = state.order.map((value, index) => {
    const mark = `${focused && index === state.at ? '❯' : ' '} ${markOf(state, value, index, order)} `;
    const lines = (items.find((item) => item.value === value)?.label ?? value).split('\n');
    return lines.map((line, row) => (row === 0 ? mark : ' '.repeat(mark.length)) + line);
  });
  return <Text>{windowOf(blocks, state.at, height, say).join('\n')}</Text>;
}

const markOf = ({ ticked, carrying, at }: Many, value: string, index: number, order: boolean): string =>
  order ? `${index + 1}${carrying && index === at ? '↕' : '.'}` : ticked.includes(value) ? '[x]' : '[ ]';
