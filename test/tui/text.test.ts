import { describe, expect, test } from 'vitest';
import stringWidth from '../../src/tui/fast-width.ts';
import { markdownRows } from '../../src/tui/text/markdown.ts';
import { coloursOf, newStyle, unstyled } from '../../src/tui/text/style.ts';
import { cut, wrapSpans } from '../../src/tui/text/wrap.ts';

const wrap = (text: string, width: number): string[] => wrapSpans([{ text, look: 'plain' }], width, unstyled);

describe('wrapping', () => {
  test('English words stay whole', () => expect(wrap('the quick brown fox jumps', 10)).toEqual(['the quick', 'brown fox', 'jumps']));
  test('Korean breaks at blanks, by its width', () =>
    expect(wrap('결정을 내리는 부품들을 찾아냅니다', 14)).toEqual(['결정을 내리는', '부품들을', '찾아냅니다']));
  test('a word that is too long is broken', () => expect(wrap('가나다라마바사', 6)).toEqual(['가나다', '라마바', '사']));
  test('no row is wider than asked, whatever the text', () => {
    for (const text of ['kubectl을 실행해서 `kube-system`의 파드를', 'a 👩‍👩‍👧 family 한 줄', 'x'.repeat(50)])
      for (const row of wrap(text, 9)) expect(stringWidth(row)).toBeLessThanOrEqual(9);
  });
  test('a look goes over the end of a row', () => {
    expect(wrapSpans([{ text: 'one two', look: 'strong' }], 4, newStyle(true))).toEqual(['\x1b[1mone\x1b[22m', '\x1b[1mtwo\x1b[22m']);
  });
  test('cutting leaves an ellipsis', () => {
    expect(cut('파드 하나', 6)).toBe('파드 …');
    expect(cut('pod', 3)).toBe('pod');
  });
});

describe('markdown', () => {
  test('paragraphs, lists, code', () => {
    expect(markdownRows('One\ntwo.\n\n- a **b**\n- `c d`\n\n```\nls -l\n```', 20, unstyled)).toEqual(['One two.', '', '• a b', '• c d', '', '  ls -l']);
  });
  test('code, strong, emphasis; a star alone is a star', () => {
    expect(markdownRows('`ls` **x** *y* 2 * 3 a*b', 40, newStyle(true))).toEqual(['\x1b[36mls\x1b[39m \x1b[1mx\x1b[22m \x1b[4my\x1b[24m 2 * 3 a*b']);
  });
  test('NO_COLOR leaves weight and underline', () => {
    expect(markdownRows('`ls` **x**', 40, newStyle(false))).toEqual(['ls \x1b[1mx\x1b[22m']);
  });
});

describe('width', () => {
  test.each([
    ['abc', 3],
    ['한글', 4],
    ['\x1b[31mred\x1b[0m', 3],
    ['→✓…·│─', 6],
    ['👩‍👩‍👧', 2],
    ['e\u0301', 1],
  ])('%j', (text, width) => expect(stringWidth(text)).toBe(width));
});

test('a background that says to be light gets code in blue, not in cyan', () => {
  const code = (environment: Record<string, string | undefined>) => newStyle(coloursOf(environment))('code', 'x');
  expect(code({ COLORFGBG: '0;15' })).toBe('\x1b[34mx\x1b[39m');
  expect(code({ COLORFGBG: '0;default;7' })).toBe('\x1b[34mx\x1b[39m');
  for (const dark of [{}, { COLORFGBG: '15;0' }]) expect(code(dark)).toBe('\x1b[36mx\x1b[39m');
  expect(code({ COLORFGBG: '0;15', NO_COLOR: '1' })).toBe('x');
});
