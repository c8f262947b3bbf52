/** What components are given: how to say and how to style things, and what a choice sets off. */
import { createContext, useContext } from 'react';
import type { Language } from '../../lessons/lesson.ts';
import type { Style } from '../text/style.ts';
import type { Say } from '../words.ts';

/** What components may set off: the application does it. */
export type Actions = {
  /** An entry of the menu: a lesson's key, or `language`, `name`, `submit`, `quit`. */
  readonly menu: (id: string) => void;
  readonly name: (name: string) => void;
  readonly handIn: (who: string, path: string) => void;
  /** An option of the question that stands over everything, or of the debrief. */
  readonly choose: (id: string) => void;
  readonly answer: (values: readonly string[]) => void;
};

type Drawing = { readonly style: Style; readonly say: Say; readonly language: Language; readonly actions: Actions };

/** Set once, at the top. */
export const DrawingContext = createContext<Drawing | undefined>(undefined);

/** Throws outside of the screen. */
export function useDrawing(): Drawing {
  const drawing = useContext(DrawingContext);
  if (!drawing) throw new Error('a component stands outside of the screen');
  return drawing;
}
