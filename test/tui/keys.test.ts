import { describe, expect, test } from 'vitest';
import { decodeKeys, type KeyEvent } from '../../src/tui/terminal/keys.ts';

const names = (events: readonly KeyEvent[]): string[] =>
  events.map((event) => (event.type === 'key' ? `<${event.name}>` : event.type === 'paste' ? `[${event.text}]` : event.text));
const decoded = (input: string, flush = false): string[] => names(decodeKeys(input, flush).events);

describe('keys', () => {
  test.each([
    ['several keys in one read', 'ls\r', ['ls', '<enter>']],
    ['Korean', '한글\x7f', ['한글', '<backspace>']],
    ['arrows, both kinds', '\x1b[A\x1bOB\x1b[1;5C', ['<up>', '<down>', '<ctrl-right>']],
    ['function keys, all kinds', '\x1bOP\x1b[11~\x1b[15~\x1b[21~', ['<f1>', '<f1>', '<f5>', '<f10>']],
    ['control keys', '\x01\x18\x1f\x1a', ['<ctrl-a>', '<ctrl-x>', '<ctrl-_>', '<ctrl-z>']],
    ['alt', '\x1bb\x1b\x7f', ['<alt-b>', '<alt-backspace>']],
    ['a paste is one piece', 'a\x1b[200~x\r\ny\x1b[31m\x1b[201~b', ['a', '[x\r\ny\x1b[31m]', 'b']],
    ['mouse and focus are dropped', '\x1b[<0;3;4Ma\x1b[I\x1b[O\x1b[M !!b', ['a', 'b']],
    ['answers of the terminal are dropped', '\x1b[?1;2ca\x1b[12;40R\x1b]11;rgb:0/0/0\x07b', ['a', 'b']],
    ['F3 with a modifier is no cursor report', '\x1b[1;2R', ['<shift-f3>']],
    ['page keys', '\x1b[5~\x1b[6~\x1b[3~', ['<pageup>', '<pagedown>', '<delete>']],
  ])('%s', (_name, input, wanted) => expect(decoded(input)).toEqual(wanted));

  test('a sequence in pieces waits, a lone escape is a key', () => {
    const first = decodeKeys('a\x1b[1;');
    expect(names(first.events)).toEqual(['a']);
    expect(decoded(`${first.rest}5D`)).toEqual(['<ctrl-left>']);
    expect(decodeKeys('\x1b').events).toEqual([]);
    expect(decoded('\x1b', true)).toEqual(['<escape>']);
  });

  test('a paste in pieces waits for its end, however long', () => {
    const { events, rest } = decodeKeys(`\x1b[200~${'x'.repeat(5000)}`, true);
    expect(events).toEqual([]);
    expect(decoded(`${rest}\x1b[201~`)).toEqual([`[${'x'.repeat(5000)}]`]);
  });
});
