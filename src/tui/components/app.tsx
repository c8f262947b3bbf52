/** Everything that Ink draws. The terminal pane is left empty: the painter lays the shell's rows over it. */
import { Box, Text } from 'ink';
import { useMemo, useSyncExternalStore } from 'react';
import type { AppState } from '../app/state.ts';
import type { Store } from '../app/store.ts';
import { newStyle } from '../text/style.ts';
import { cut } from '../text/wrap.ts';
import { newSay } from '../words.ts';
import { Choice } from './choice.tsx';
import { type Actions, DrawingContext } from './context.ts';
import { Debrief } from './debrief.tsx';
import { LessonLayout } from './lesson-layout.tsx';
import { Menu } from './menu.tsx';
import { NameField } from './name-field.tsx';
import { Opening } from './opening.tsx';
import { SubmitPage } from './submit-page.tsx';

export function App({ store, actions }: { readonly store: Store<AppState>; readonly actions: Actions }) {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { language, colours, size } = state;
  const drawing = useMemo(() => ({ style: newStyle(colours), say: newSay(language), language, actions }), [language, colours, actions]);
  if (size.columns < 20 || size.rows < 5) return <Text>{cut(drawing.say('tooSmallShort'), size.columns)}</Text>;
  return (
    <DrawingContext.Provider value={drawing}>
      <Box width={size.columns} height={size.rows} flexDirection="column" overflow="hidden">
        <Screen state={state} />
      </Box>
    </DrawingContext.Provider>
  );
}

function Screen({ state }: { readonly state: AppState }) {
  if (state.choice) return <Choice choice={state.choice} size={state.size} />;
  switch (state.screen) {
    case 'menu':
      return <Menu tracks={state.tracks} kept={state.kept} size={state.size} notice={state.notice} />;
    case 'name':
      return <NameField initial={state.kept.name ?? ''} />;
    case 'submit':
      return <SubmitPage state={state} />;
    case 'opening':
      return <Opening opening={state.opening} width={state.size.columns} />;
    case 'debrief':
      return state.lesson ? <Debrief lesson={state.lesson} tracks={state.tracks} size={state.size} kept={state.kept} /> : null;
    case 'lesson':
      return state.lesson ? <LessonLayout lesson={state.lesson} size={state.size} /> : null;
    case 'blank':
      return null;
  }
}
