/** Splits what a program writes to its terminal into texts and control sequences; a sequence may come in pieces. */

/** What is not understood is still told apart, so that it can be left out. */
export type VtEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'control'; readonly code: string }
  /** ESC [ … : private mark (`?`, `>`), numbers, final letter. */
  | { readonly type: 'csi'; readonly mark: string; readonly numbers: readonly number[]; readonly final: string; readonly raw: string }
  | { readonly type: 'escape'; readonly code: string };

const sequence = new RegExp(
  [
    '\\x1b\\[([?>=!]?)([0-9;:]*)[ -/]*([@-~])', // CSI
    '\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)', // OSC and other strings: nothing to show
    '\\x1b([()#%].|[^[\\]PX^_()#%])', // two or three bytes
    '([\\x00-\\x1a\\x1c-\\x1f\\x7f])', // single controls
  ].join('|'),
  'g',
);
/** A sequence that never ends is given up. */
const longestSequence = 4096;

/** Keeps an unfinished sequence for the next piece. */
export class VtParser {
  #rest = '';

  parse(chunk: string): VtEvent[] {
    const text = this.#rest + chunk;
    const events: VtEvent[] = [];
    let at = 0;
    const plain = (until: number): void => {
      if (until > at) events.push({ type: 'text', text: text.slice(at, until).replaceAll('\x1b', '') });
    };
    this.#rest = '';
    for (const match of text.matchAll(sequence)) {
      plain(match.index);
      at = match.index + match[0].length;
      const [raw, mark, numbers, final, short, control] = match;
      if (final !== undefined) events.push({ type: 'csi', mark: mark ?? '', numbers: numbersOf(numbers ?? ''), final, raw: numbers ?? '' });
      else if (short !== undefined) events.push({ type: 'escape', code: short });
      else if (control !== undefined) events.push({ type: 'control', code: control });
      else if (raw === '') break;
    }
    const open = text.indexOf('\x1b', at);
    if (open >= 0 && text.length - open < longestSequence) {
      plain(open);
      this.#rest = text.slice(open);
    } else plain(text.length);
    return events;
  }
}

const numbersOf = (text: string): number[] => (text === '' ? [] : text.split(/[;:]/).map((each) => Math.min(Number(each), 9999)));
