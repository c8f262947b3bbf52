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
  if (kind === 'text') return <Field focused={focused} question={question} />;
  return <List items={items} height={height} focused={focused} unpointed={kind === 'single'} onSelect={(value) => actions.answer([value])} />;
}

/** What was wrong stands above the field, which is empty again. What is no number, or a command line where a word is asked, is no answer. */
function Field({ focused, question }: { readonly focused: boolean; readonly question: QuestionView }) {
  const { actions, style, say } = useDrawing();
  const [value, setValue] = useState('');
  const [refused, setRefused] = useState(false);
  const submit = (text: string): void => {
    if (text.trim() === '') return;
    const fits = question.number ? numberIn(text) !== undefined : !(question.word && /\S\s+\S/.test(text));
    setRefused(!fits);
    if (!fits) return;
    setValue('');
    actions.answer([text.trim()]);
  };
  return (
    <>
      <Box>
        <Text>{'› '}</Text>
        <TextInput value={value} focus={focused} onChange={setValue} onSubmit={submit} />
      </Box>
      {refused ? <Text>{style('strong', say(question.number ? 'noNumber' : 'noWord'))}</Text> : null}
    </>
  );
}
