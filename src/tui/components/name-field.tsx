/** Asks for a name; nobody has to give one. */
import { Box, Text } from 'ink';
import TextInput from 'ink-text-input';
import { useState } from 'react';
import { useDrawing } from './context.ts';

export function NameField({ initial }: { readonly initial: string }) {
  const { say, actions } = useDrawing();
  const [name, setName] = useState(initial);
  return (
    <Box flexDirection="column" paddingX={1} paddingY={1}>
      <Text>{say('nameQuestion')}</Text>
      <Box marginTop={1}>
        <Text>{'› '}</Text>
        <TextInput value={name} onChange={(value) => setName(value.slice(0, 40))} onSubmit={(value) => actions.name(plainly(value))} />
      </Box>
    </Box>
  );
}

/** As a name is compared: composed, with single blanks, nothing invisible in it. */
const plainly = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
    .trim()
    .replace(/\s+/g, ' ');
