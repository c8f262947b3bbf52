import { expect, test } from 'vitest';
import { KeyReader } from '../../src/tui/terminal/key-reader.ts';

const text = 'one\n한글 \x1b[201 two ❯';

test.each([1, 2, 3, 5, 7, 100])('a paste in pieces of %d characters', (size) => {
  const reader = new KeyReader();
  const all = `a\x1b[200~${text}\x1b[201~b`;
  const events = Array.from({ length: Math.ceil(all.length / size) }, (_, n) => reader.read(all.slice(n * size, (n + 1) * size))).flat();
  expect(events).toEqual([
    { type: 'text', text: 'a' },
    { type: 'paste', text },
    { type: 'text', text: 'b' },
  ]);
});

test('ten megabytes are taken in a moment, and keys behind them too', () => {
  const reader = new KeyReader();
  const began = process.cpuUsage().user;
  reader.read('\x1b[200~');
  for (let i = 0; i < 2_560; i++) expect(reader.read('x'.repeat(4_096))).toEqual([]);
  reader.read('\x1b[201');
  const events = reader.read('~\r');
  expect(events.map(({ type }) => type)).toEqual(['paste', 'key']);
  expect(events[0]?.type === 'paste' && events[0].text.length).toBe(2_560 * 4_096);
  expect((process.cpuUsage().user - began) / 1e6).toBeLessThan(3);
});

test('a lone ESC waits, and is the Escape key when nothing follows', () => {
  const reader = new KeyReader();
  expect(reader.read('\x1b')).toEqual([]);
  expect(reader.waiting).toBe(true);
  expect(reader.read('', true)).toMatchObject([{ name: 'escape' }]);
  expect(reader.waiting).toBe(false);
});
