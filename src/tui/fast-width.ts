/** string-width for the texts of a screen: fast for ASCII, Hangul and CJK, the real one for anything odd. The bundle uses it in Ink's place of string-width too. */
import slow from 'string-width';

const ascii = /^[\x20-\x7e]*$/;
const colours = /\x1b\[[0-9;]*m/g;
const largestCache = 5_000;

/** Widths already known; a pure function's memory, and bounded. */
const known = new Map<string, number>();

/** Columns that a text takes; colours take none. */
export default function stringWidth(text: string): number {
  if (text.length === 1) {
    const width = widthOfUnit(text.charCodeAt(0));
    if (width !== undefined) return width;
  }
  if (ascii.test(text)) return text.length;
  const cached = known.get(text);
  if (cached !== undefined) return cached;
  const width = measured(text);
  if (known.size > largestCache) known.clear();
  known.set(text, width);
  return width;
}

function measured(text: string): number {
  const plain = text.includes('\x1b') ? text.replace(colours, '') : text;
  let sum = 0;
  for (let i = 0; i < plain.length; i++) {
    const width = widthOfUnit(plain.charCodeAt(i));
    if (width === undefined) return slow(text);
    sum += width;
  }
  return sum;
}

/** Of the characters that are most of what is ever shown; undefined for all others. */
function widthOfUnit(code: number): number | undefined {
  if (code >= 0x20 && code < 0x7f) return 1;
  if ((code >= 0xac00 && code <= 0xd7a3) || (code >= 0x4e00 && code <= 0x9fff)) return 2;
  if (code >= 0x3041 && code <= 0x30ff && code !== 0x3099 && code !== 0x309a) return 2;
  // Latin letters, quotes and dashes, arrows, box drawing, blocks, and the signs that this screen uses itself.
  if ((code >= 0xa1 && code <= 0xff && code !== 0xad) || (code >= 0x2010 && code <= 0x2027) || (code >= 0x2190 && code <= 0x21ff)) return 1;
  if ((code >= 0x2500 && code <= 0x25fc) || code === 0x2260 || code === 0x2713 || code === 0x2717 || code === 0x276f) return 1;
  return undefined;
}
