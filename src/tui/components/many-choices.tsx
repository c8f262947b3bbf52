/** Several may be ticked, or all are put in order. */
import { Box, Text, useInput } from 'ink';
import { useState } from 'react';
import { answerOf, type Many, newMany, pressMany } from '../view/many.ts';

type Props = {
  readonly items: readonly { readonly value: string; readonly label: string }[];
  readonly order: boolean;
  readonly focused: boolean;
  readonly onSubmit: (values: readonly string[]) => void;
};

export function ManyChoices({ items, order, focused, onSubmit }: Props) {
  const [state, setState] = useState(() => newMany(items.map(({ value }) => value)));
  useInput(
    (input, key) => {
      const values = answerOf(state, order);
      if (key.return && values.length > 0) onSubmit(values);
      else if (key.upArrow || key.downArrow || input === ' ')
        setState((before) => pressMany(before, key.upArrow ? 'up' : key.downArrow ? 'down' : 'space', order));
    },
    { isActive: focused },
  );
  return (
    <Box flexDirection="column">
      {state.order.map((value, index) => (
        <Box key={value}>
          <Text>{`${focused && index === state.at ? '❯' : ' '} ${markOf(state, value, index, order)} `}</Text>
          <Text>{items.find((item) => item.value === value)?.label ?? value}</Text>
        </Box>
      ))}
    </Box>
  );
}

const markOf = ({ ticked, carrying, at }: Many, value: string, index: number, order: boolean): string =>
  order ? `${index + 1}${carrying && index === at ? '↕' : '.'}` : ticked.includes(value) ? '[x]' : '[ ]';
