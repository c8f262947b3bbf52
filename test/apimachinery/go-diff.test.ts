import { expect, test } from 'vitest';
import { goDiff } from '../../src/apimachinery/go-diff.ts';

test('what is far apart stands in hunks of its own, with three lines around', () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: ['<'] };
  expect(goDiff(before, before)).toBe('');
  expect(goDiff(before, { ...before, a: 0, j: ['>', '<'] })).toBe(
    [
      '@@ -1,5 +1,5 @@',
      ' {',
      '- "a": 1,',
      '+ "a": 0,',
      '  "b": 2,',
      '  "c": 3,',
      '  "d": 4,',
      '@@ -9,6 +9,7 @@',
      '  "h": 8,',
      '  "i": 9,',
      '  "j": [',
      '+  "\\u003e",',
      '   "\\u003c"',
      '  ]',
      ' }',
      '',
    ].join('\n'),
  );
});
