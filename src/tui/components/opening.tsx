/** While a world comes up or is played again. */
import { openingRows, type Opening as State } from '../view/opening-view.ts';
import { useDrawing } from './context.ts';
import { Rows } from './rows.tsx';

export function Opening({ opening, width }: { readonly opening: State; readonly width: number }) {
  const { style, say } = useDrawing();
  return <Rows rows={openingRows(opening, width, style, say)} />;
}
