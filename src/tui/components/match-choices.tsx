/** To each choice one of several is matched. */
import { Text, useInput } from 'ink';
import { useState } from 'react';
import { type MatchingKey, matchingRows, newMatching, pairsOf, pressMatching } from '../view/matching.ts';
import type { QuestionView } from '../view/question.ts';
import { useDrawing } from './context.ts';

type Props = {
  readonly question: QuestionView;
  readonly focused: boolean;
  readonly height: number;
  readonly onSubmit: (values: readonly string[]) => void;
};

export function MatchChoices({ question: { items, matches }, focused, height, onSubmit }: Props) {
  const { say } = useDrawing();
  const [state, setState] = useState(() => newMatching(items.length));
  useInput(
    (input, key) => {
      const pressed: MatchingKey | undefined = key.upArrow
        ? 'up'
        : key.downArrow
          ? 'down'
          : key.leftArrow
            ? 'left'
            : key.rightArrow || input === ' '
              ? 'right'
              : undefined;
      const pairs = pairsOf(state, items, matches);
      if (pressed) setState((before) => pressMatching(before, pressed, matches.length));
      else if (key.return && pairs) onSubmit(pairs);
      // Enter with one still open leads to it.
      else if (key.return) setState((before) => ({ ...before, at: before.matched.indexOf(-1) }));
    },
    { isActive: focused },
  );
  return <Text>{matchingRows(state, items, matches, { focused, height, say }).join('\n')}</Text>;
}
