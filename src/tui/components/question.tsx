/** A quiz, a prediction, or a page to be turned. */
import { Box, Text } from 'ink';
import TextInput from 'ink-text-input';
import { useState } from 'react';
import { numberIn } from '../../session/answers.ts';
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
      <Body key={question.id} question={question} focused={focused} height={height - 2} />
      <Text>{style('faint', keysIn(question.keys, width))}</Text>
    </Box>
  );
}

function Body({ question, focused, height }: Omit<Props, 'width'>) {
  const { actions } = useDrawing();
  const { kind, items } = question;
  if (kind === 'multi' || kind === 'order')
    return <ManyChoices items={items} order={kind === 'order'} focused={focused} height={height} onSubmit={actions.answer} />;
  if (kind === 'match') return <MatchChoices question={question} focused={focused} height={height} onSubmit={actions.answer} />;
  if (kind === 'text') return <Field focused={focused} number={question.number} />;
  return <List items={items} height={height} focused={focused} onSelect={(value) => actions.answer([value])} />;
}

/** What was wrong stands above the field, which is empty again; what is no number is no answer to a question for one. */
function Field({ focused, number }: { readonly focused: boolean; readonly number: boolean }) {
  const { actions } = useDrawing();
  const [value, setValue] = useState('');
  const submit = (text: string): void => {
    if (text.trim() === '' || (number && numberIn(text) === undefined)) return;
    setValue('');
    actions.answer([text.trim()]);
  };
  return (
    <Box>
      <Text>{'› '}</Text>
      <TextInput value={value} focus={focused} onChange={setValue} onSubmit={submit} />
    </Box>
  );
}
