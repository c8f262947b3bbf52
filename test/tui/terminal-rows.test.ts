import { describe, expect, test } from 'vitest';
import { emptyPrompt, graphemes, type Prompt } from '../../src/tui/prompt.ts';
import { candidateRows, type Placed, terminalRows } from '../../src/tui/terminal/terminal-rows.ts';
import { unstyled } from '../../src/tui/text/style.ts';
import { VtScreen } from '../../src/tui/vt/screen.ts';

const prompt = (line: string, cursor = graphemes(line).length): Prompt => ({ ...emptyPrompt, line: graphemes(line), cursor });
function place(written: string, state: Prompt, { columns = 10, rows = 4, back = 0, found = undefined as string | undefined, hidden = false } = {}): Placed {
  const vt = new VtScreen(columns, rows);
  vt.write(written);
  return terminalRows(vt, { prompt: state, found, hidden }, back, unstyled, (count) => `${count} below`);
}

describe('the line being typed', () => {
  test('stands after the prompt, the cursor in it', () =>
    expect(place('$ ', prompt('ls -l', 2))).toEqual({ rows: ['$ ls -l', '', '', ''], cursor: { row: 0, column: 4 } }));
  test('is wrapped, and pushes up what stands above', () => {
    expect(place('a\nb\nc\n$ ', prompt('0123456789ab'))).toEqual({ rows: ['b', 'c', '$ 01234567', '89ab'], cursor: { row: 3, column: 4 } });
  });
  test('Korean moves the cursor two columns a syllable', () => expect(place('$ ', prompt('파드')).cursor).toEqual({ row: 0, column: 6 }));
  test('a full row puts the cursor into the next', () => expect(place('$ ', prompt('01234567')).cursor).toEqual({ row: 1, column: 0 }));
  test('a password does not show', () =>
    expect(place('Password: ', prompt('secret'), { columns: 20, hidden: true })).toMatchObject({ rows: ['Password: ', '', '', ''], cursor: { column: 10 } }));
  test('a search in the history takes the place of the prompt', () => {
    expect(place('$ ', { ...emptyPrompt, search: { text: 'ku', skip: 0 } }, { columns: 40, found: 'kubectl' }).rows[0]).toBe("(reverse-i-search)`ku': kubectl");
  });
  test('candidates stand below in columns', () => {
    expect(place('$ ', { ...prompt('l'), candidates: ['less', 'ls', 'ln'] }, { columns: 14 }).rows).toEqual(['$ l', 'less  ln', 'ls', '']);
    expect(candidateRows(['/etc/hosts', '/etc/hostname'], 40, 10)).toEqual(['hosts     hostname']);
  });
});

test('looking back shows the history, and says how much stands below', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n');
  expect(place(`${lines}\n$ `, prompt('x'), { back: 5 })).toEqual({ rows: ['line 13', 'line 14', 'line 15', '5 below'], cursor: undefined });
});

test('a full-screen program has the whole pane', () => {
  expect(place('$ vi\n\x1b[?1049h\x1b[2;3Hx', prompt(''))).toEqual({ rows: ['', '  x', '', ''], cursor: { row: 1, column: 3 } });
});
