/** Keys out of the text that a terminal sends piece by piece: what is not whole yet waits for its end. */
import { decodeKeys, type KeyEvent, pasteEnd, pasteStart } from './keys.ts';

const seamLength = pasteEnd.length - 1;

export class KeyReader {
  #rest = '';
  /** Pieces of a paste whose end has not come yet, and what came last: its end may have come in part. */
  #pasted: string[] = [];
  #seam = '';

  /** Something has begun that may be a sequence, or the Escape key. */
  get waiting(): boolean {
    return this.#rest !== '' && !this.#rest.startsWith(pasteStart);
  }

  /** `flush`: nothing more comes for now. */
  read(text: string, flush = false): readonly KeyEvent[] {
    if (this.#goesOn(text)) return [];
    const { events, rest } = decodeKeys(this.#rest + this.#pasted.splice(0).join('') + text, flush);
    this.#rest = rest;
    this.#seam = rest.slice(pasteStart.length).slice(-seamLength);
    return events;
  }

  /** A long paste comes in thousands of pieces: only the seam is looked at again, not all that came before. */
  #goesOn(text: string): boolean {
    if (!this.#rest.startsWith(pasteStart)) return false;
    const seam = this.#seam + text;
    if (seam.includes(pasteEnd)) return false;
    this.#pasted.push(text);
    this.#seam = seam.slice(-seamLength);
    return true;
  }
}
