/** Hands in what was done: who, what is in it, where it goes. */
import { Box, Text, useInput } from 'ink';
import TextInput from 'ink-text-input';
import { useMemo, useState } from 'react';
import type { AppState } from '../app/state.ts';
import { wrapSpans } from '../text/wrap.ts';
import { sliceTold } from '../view/chrome.ts';
import { fileFor, handedInText, submitRows } from '../view/submit-view.ts';
import { useDrawing } from './context.ts';

export function SubmitPage({ state }: { readonly state: AppState }) {
  const { style, say, language, actions } = useDrawing();
  const { size, tracks, kept, handedIn } = state;
  const [who, setWho] = useState(kept.name ?? '');
  const [path, setPath] = useState<string | undefined>(undefined);
  const [field, setField] = useState<'who' | 'file'>('who');
  const file = path ?? fileFor(who);
  const width = Math.max(20, Math.min(100, size.columns - 2));
  const rows = useMemo(() => submitRows(tracks, kept, who, { width, language, style, say }), [tracks, kept, who, width, language, style, say]);
  const holds = size.rows >= 16 ? say('submitHolds') : '';
  const written = handedIn !== undefined && handedIn !== 'exists' && !('problem' in handedIn);
  useInput((_input, key) => {
    if (key.tab) setField(field === 'who' ? 'file' : 'who');
  });
  const submit = (): void => {
    if (field === 'who') setField('file');
    else if (who.trim() !== '' && file.trim() !== '' && !written) actions.handIn(who.trim(), file.trim());
  };
  const missing = field === 'file' && who.trim() === '' ? say('submitNeedsName') : field === 'file' && file.trim() === '' ? say('submitNeedsFile') : '';
  const said = wrapSpans([{ text: missing || handedInText(handedIn, who.trim(), { say, language }) || ' ', look: 'plain' }], width, style);
  return (
    <Box flexDirection="column" paddingX={1}>
      <Text>{style('title', say('submitTitle'))}</Text>
      <Text>{sliceTold(rows, 0, Math.max(1, size.rows - 12), style, say, 'rowsMore').join('\n')}</Text>
      {holds === '' ? null : <Text>{`\n${style('faint', holds)}`}</Text>}
      <Box marginTop={size.rows >= 14 ? 1 : 0}>
        <Text>{`${field === 'who' ? '❯' : ' '} ${say('submitWho')} `}</Text>
        <TextInput value={who} focus={field === 'who'} onChange={(text) => setWho(text.slice(0, 100))} onSubmit={submit} />
      </Box>
      {/* A field of its own each time it is come to: its cursor stands at the end of what the name has made of it. */}
      <Box>
        <Text>{`${field === 'file' ? '❯' : ' '} ${say('submitFile')} `}</Text>
        <TextInput key={field} value={file} focus={field === 'file'} onChange={setPath} onSubmit={submit} />
      </Box>
      <Box height={said.length} flexShrink={0} flexDirection="column">
        {said.map((row) => (
          <Text key={row}>{row}</Text>
        ))}
      </Box>
      <Text>{style('faint', say('submitKeysField'))}</Text>
    </Box>
  );
}
