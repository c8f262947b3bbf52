import { describe, expect, test } from 'vitest';
import { plainText } from '../../src/tui/text/style.ts';
import { VtScreen } from '../../src/tui/vt/screen.ts';

const screen = (text: string, columns = 20, rows = 5): VtScreen => {
  const vt = new VtScreen(columns, rows);
  vt.write(text);
  return vt;
};
const shown = (vt: VtScreen): string[] => vt.buffer.rows.map(({ text }) => plainText(text));
const history = (vt: VtScreen, count = 100): string[] => vt.history.rows(vt.columns, 0, count).map(plainText);

describe('text', () => {
  test.each([
    ['a newline starts a row at its beginning', 'ab\ncd', ['ab', 'cd']],
    ['carriage return writes over', 'abc\rX', ['Xbc']],
    ['backspace', 'abc\b\bX', ['aXc']],
    ['tabs stand every eight columns', 'a\tb', ['a       b']],
    ['Korean takes two columns', '한글\x1b[1;3HX', ['한X']],
    ['half of a wide character that is written over goes', '한\x1b[1;2HX', [' X']],
    ['a long line goes on in the next row', 'abcdefghijklmnopqrstuvwx', ['abcdefghijklmnopqrst', 'uvwx']],
    ['a wide character does not stand half', 'abcdefghijklmnopqrs한', ['abcdefghijklmnopqrs', '한']],
    ['combining marks join their character', 'e\u0301x', ['e\u0301x']],
    ['a family is one picture', '👩‍👧x\x1b[1;3Hy', ['👩‍👧y']],
  ])('%s', (_name, text, wanted) => expect(shown(screen(text)).slice(0, wanted.length)).toEqual(wanted));

  test('sequences in pieces', () => {
    const vt = new VtScreen(20, 3);
    for (const char of 'a\x1b[31mb\x1b[0m\x1b]0;title\x07c') vt.write(char);
    expect(shown(vt)[0]).toBe('abc');
    expect(vt.buffer.rows[0]?.text).toBe('a\x1b[31mb\x1b[0mc');
  });
});

describe('control sequences', () => {
  test.each([
    ['cursor addressing', '\x1b[2;3Hx', ['', '  x']],
    ['clear to the end of the line', 'abc\x1b[1;2H\x1b[K', ['a']],
    ['clear to the beginning of the line', 'abc\x1b[1;2H\x1b[1K', ['  c']],
    ['clear the screen', 'abc\ndef\x1b[H\x1b[2J', ['', '']],
    ['clear below', 'abc\ndef\x1b[1;2H\x1b[J', ['a', '']],
    ['insert and delete lines', 'a\nb\nc\x1b[2;1H\x1b[L', ['a', '', 'b', 'c']],
    ['delete lines', 'a\nb\nc\x1b[1;1H\x1b[M', ['b', 'c', '']],
    ['insert characters', 'abc\x1b[1;2H\x1b[2@', ['a  bc']],
    ['delete characters', 'abc\x1b[1;1H\x1b[2P', ['c']],
    ['a scrolling region', '\x1b[2;3r\x1b[1;1Htop\x1b[2;1Ha\nb\nc', ['top', 'b', 'c']],
    ['reverse index at the top', 'a\nb\x1b[H\x1bMx', ['x', 'a', 'b']],
    ['save and restore', 'ab\x1b7\x1b[3;1Hx\x1b8c', ['abc', '', 'x']],
  ])('%s', (_name, text, wanted) => expect(shown(screen(text)).slice(0, wanted.length)).toEqual(wanted));

  test('colours come out as they went in', () => {
    expect(screen('\x1b[1;31mred\x1b[22m thin\x1b[39m plain').buffer.rows[0]?.text).toBe('\x1b[1;31mred\x1b[0;31m thin\x1b[0m plain');
    expect(screen('\x1b[38;5;208mo\x1b[48;2;1;2;3mb').buffer.rows[0]?.text).toBe('\x1b[38;5;208mo\x1b[0;38;5;208;48;2;1;2;3mb\x1b[0m');
  });

  test('a full-screen program leaves the shell as it was', () => {
    const vt = screen('$ vi\n\x1b[?1049h\x1b[Hfile\x1b[5;1H~');
    expect(shown(vt)[0]).toBe('file');
    vt.write('\x1b[?1049l$ ');
    expect(shown(vt).slice(0, 2)).toEqual(['$ vi', '$']);
    expect(vt.history.length).toBe(0);
  });
});

describe('history and size', () => {
  const numbers = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}`).join('\n');

  test('what scrolls away is kept, whole lines of it', () => {
    const vt = screen(`${'x'.repeat(45)}\n${numbers(8)}`);
    expect(history(vt, 100).slice(0, 4)).toEqual(['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(5), 'line 0']);
    expect(shown(vt)).toEqual(['line 3', 'line 4', 'line 5', 'line 6', 'line 7']);
  });

  test('it is bounded', () => {
    const vt = screen(numbers(30_000));
    expect(vt.history.length).toBeLessThanOrEqual(10_500);
    const big = screen(`${'y'.repeat(900)}\n`.repeat(9_000), 100, 10);
    expect(big.history.rowsAt(100)).toBeLessThan((4 * 1024 * 1024) / 90);
  });

  test('a narrower and a wider screen wrap anew, with the cursor in its place', () => {
    const vt = screen('0123456789abcdefghij\nprompt$ ', 20, 4);
    vt.resize(10, 4);
    expect(shown(vt)).toEqual(['0123456789', 'abcdefghij', 'prompt$', '']);
    expect(vt.cursor).toEqual({ row: 2, column: 8 });
    vt.resize(20, 4);
    expect(shown(vt)).toEqual(['0123456789abcdefghij', 'prompt$', '', '']);
    expect(vt.cursor).toEqual({ row: 1, column: 8 });
  });

  test('a wide character that found no room leaves no blank in the line, and a blank at a row’s end stays', () => {
    for (const height of [6, 2]) {
      const vt = screen('a가나다라마바사\n길게 씁니 다가 \n', 10, height);
      vt.resize(30, height + 3);
      expect([...history(vt), ...shown(vt)].slice(0, 2)).toEqual(['a가나다라마바사', '길게 씁니 다가']);
    }
    const vt = screen('0123456 8 abc\n\n\n', 10, 2);
    expect(vt.history.rows(20, 0, 5)[0]).toBe('0123456 8 abc');
  });

  test('a higher screen shows again what had scrolled away', () => {
    const vt = screen(numbers(10), 20, 3);
    vt.resize(20, 6);
    expect(shown(vt)).toEqual(['line 4', 'line 5', 'line 6', 'line 7', 'line 8', 'line 9']);
    expect(history(vt)).toEqual(['line 0', 'line 1', 'line 2', 'line 3']);
  });

  test('colours survive wrapping anew', () => {
    const vt = screen('\x1b[32m0123456789abcdef\x1b[0m', 20, 3);
    vt.resize(10, 3);
    expect(vt.buffer.rows.slice(0, 2).map(({ text }) => text)).toEqual(['\x1b[32m0123456789\x1b[0m', '\x1b[32mabcdef\x1b[0m']);
  });
});
