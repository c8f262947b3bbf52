/** sed's `l`: every character to be seen. */
import { toBinary } from '../bytes.ts';

const names: Readonly<Record<string, string>> = { '\\': '\\\\', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };

/** Lines are folded before `width` with a backslash; 0 and 1 do not fold. */
export function unambiguous(text: string, width: number): string {
  let out = '';
  let column = 0;
  for (const character of toBinary(text)) {
    const code = character.charCodeAt(0);
    const shown = names[character] ?? (code < 32 || code > 126 ? `\\${code.toString(8).padStart(3, '0')}` : character);
    if (width > 1 && column + shown.length > width - 1) {
      out += '\\\n';
      column = 0;
    }
    out += shown;
    column += shown.length;
  }
  return `${out}$\n`;
}
