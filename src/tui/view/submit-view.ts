/** The page on which a learner hands in: what is in the file, row by row. */
import type { Language } from '../../lessons/lesson.ts';
import { eventsOf, seedIsOf } from '../../session/submit.ts';
import { entryOf, type HandedIn, type Kept, type TrackEntry } from '../services.ts';
import type { Style } from '../text/style.ts';
import { wrapSpans } from '../text/wrap.ts';
import { reasonText } from '../troubles.ts';
import type { Say } from '../words.ts';

type SubmitContext = { readonly width: number; readonly language: Language; readonly style: Style; readonly say: Say };

/** A row for each lesson that would be handed in; what was played under no name or another one is told. */
export function submitRows(tracks: readonly TrackEntry[], kept: Kept, who: string, { width, language, style, say }: SubmitContext): string[] {
  const rows = Object.entries(kept.lessons).flatMap(([key, { record, session, done, points }]) => {
    const handed = record ?? session;
    if (!handed || handed.inputs.length === 0) return [];
    const title = entryOf(tracks, key)?.title[language] ?? key;
    const state = done ? say('points', { n: points }) : say('submitOpen');
    const other = who.trim() !== '' && !seedIsOf(who, handed.seed);
    return [
      ...wrapSpans([{ text: `${done ? '✓' : '·'} ${say('submitLesson', { title, state, n: eventsOf(handed).length })}`, look: 'plain' }], width, style),
      ...(other ? wrapSpans([{ text: say('submitOther', { title }), look: 'faint' }], width, style, { first: '  ', rest: '  ' }) : []),
    ];
  });
  return rows.length > 0 ? rows : [say('submitNothing')];
}

/** What came of it, for the last row. */
export function handedInText(handedIn: HandedIn | undefined, who: string, { say, language }: Pick<SubmitContext, 'say' | 'language'>): string {
  if (handedIn === undefined) return '';
  if (handedIn === 'exists') return say('submitExists');
  const code = 'code' in handedIn ? handedIn.code : undefined;
  const known = code === 'nothing' ? say('submitNothing') : code === undefined ? undefined : reasonText(code, language);
  return 'problem' in handedIn
    ? say('submitFailed', { text: known ?? handedIn.problem })
    : say('submitDone', { file: handedIn.file, n: handedIn.lessons, name: who });
}

/** A file name that a learner's name can be part of. */
export const fileFor = (who: string): string =>
  `submission${
    who.trim() === ''
      ? ''
      : `-${who
          .trim()
          .normalize('NFC')
          .replace(/[^\p{L}\p{N}]+/gu, '-')}`
  }.json`;
