/** A quiz, a prediction, or a page to be turned. */
import { Box, Text } from 'ink';
import TextInput from 'ink-text-input';
import { useState } from 'react';
import { keysIn } from '../view/chrome.ts';
import type { QuestionView } from '../view/question.ts';
import { useDrawing } from './context.ts';
import { List } from './list.tsx';
import { ManyChoices } from './many-choices.tsx';
import { MatchChoices } from './match-choices.tsx';

type Props = {
  readonly question: QuestionView;
  readonly focused: boolean;
  readonly width: number /** Rows there are for all of it. */;
  readonly height: number;
};

export function Question({ question, focused, width, height }: Props) {
  const { style } = useDrawing();
  return (
    <Box flexDirection="column" marginTop={1} flexShrink={0}>
      <Body key={question.id} question={question} focused={focused} width={width} height={height - 2} />
      <Text>{style('faint', keysIn(question.keys, width))}</Text>
    </Box>
  );
}

function Body({ question, focused, width, height }: Props) {
  const { actions } = useDrawing();
  const { kind, items } = question;
  if (kind === 'multi' || kind === 'order')
    return <ManyChoices items={items} order={kind === 'order'} focused={focused} height={height} onSubmit={actions.answer} />;
  if (kind === 'match') return <MatchChoices question={question} focused={focused} height={height} onSubmit={actions.answer} />;
  if (kind === 'text') return <Field focused={focused} width={width} />;
  return <List items={items} height={height} focused={focused} onSelect={(value) => actions.answer([value])} />;
}

function Field({ focused }: { readonly focused: boolean; readonly width: number }) {
  const { actions } = useDrawing();
  const [value, setValue] = useState('');
  return (
    <Box>
      <Text>{'› '}</Text>
      <TextInput value={value} focus={focused} onChange={setValue} onSubmit={(text) => text.trim() !== '' && actions.answer([text.trim()])} />
    </Box>
  );
}
