import { describe, expect, test } from 'vitest';
import { emptyPrompt, found, type Key, type KeyName, type LineSource, lineText, nextQueued, type Prompt, press } from '../../src/tui/prompt.ts';

const source: LineSource = {
  history: ['kubectl get nodes', 'ls', 'kubectl get pods'],
  complete: (line, cursor) => {
    const from = line.lastIndexOf(' ', cursor - 1) + 1;
    return { from, candidates: ['pods', 'podtemplates', 'nodes', 'dir/'].filter((each) => each.startsWith(line.slice(from, cursor))) };
  },
};
const keysOf = (...keys: (string | [KeyName])[]): Key[] => keys.map((key) => (typeof key === 'string' ? { text: key } : { name: key[0] }));
function type(...keys: (string | [KeyName])[]): { state: Prompt; sent: string[] } {
  let state = emptyPrompt;
  const sent: string[] = [];
  for (const key of keysOf(...keys)) {
    const step = press(state, key, source);
    state = step.state;
    if (step.effect && 'send' in step.effect) sent.push(step.effect.send);
  }
  return { state, sent };
}
const shown = (state: Prompt): string => `${state.line.slice(0, state.cursor).join('')}|${state.line.slice(state.cursor).join('')}`;

describe('editing', () => {
  test.each([
    ['text at the cursor', ['ac', ['left'], 'b'], 'ab|c'],
    ['several keys in one read', ['kubectl get pods -A'], 'kubectl get pods -A|'],
    ['backspace takes a whole grapheme', ['a👩‍👩‍👧', ['backspace']], 'a|'],
    ['Korean, composed', ['파드', ['left'], '한'], '파한|드'],
    ['ctrl-a and ctrl-k', ['one two', ['home'], ['killToEnd']], '|'],
    ['ctrl-u and ctrl-y', ['one two', ['killToStart'], 'x', ['yank']], 'xone two|'],
    ['ctrl-w', ['one two  ', ['killWord']], 'one |'],
    ['words', ['one two', ['wordLeft'], ['wordLeft'], ['wordRight']], 'one| two'],
    ['transpose', ['ab', ['transpose']], 'ba|'],
    ['delete at the end does nothing', ['ab', ['delete']], 'ab|'],
    ['a tab inside a paste is a blank', ['a\tb'], 'a b|'],
    ['control characters stay out', ['a\x1bb'], 'ab|'],
  ] as [string, (string | [KeyName])[], string][])('%s', (_name, keys, wanted) => expect(shown(type(...keys).state)).toBe(wanted));
});

describe('history', () => {
  test('up, down, and the draft comes back', () => {
    expect(shown(type('dra', ['up']).state)).toBe('kubectl get pods|');
    expect(shown(type('dra', ['up'], ['up'], ['up'], ['up']).state)).toBe('kubectl get nodes|');
    expect(shown(type('dra', ['up'], ['down']).state)).toBe('dra|');
  });
  test('search narrows, goes back, and is run by Enter', () => {
    const searching = type(['search'], 'get').state;
    expect(found(searching, source)).toBe('kubectl get pods');
    expect(found(press(searching, { name: 'search' }, source).state, source)).toBe('kubectl get nodes');
    expect(type(['search'], 'get', ['search'], ['enter']).sent).toEqual(['kubectl get nodes']);
    expect(shown(type(['search'], 'get', ['right']).state)).toBe('kubectl get pods|');
  });
});

describe('completion', () => {
  test('what all candidates share, then the list', () => {
    const once = type('get po', ['tab']).state;
    expect(shown(once)).toBe('get pod|');
    expect(press(once, { name: 'tab' }, source).state.candidates).toEqual(['pods', 'podtemplates']);
  });
  test('a single one is finished with a blank, a folder is not', () => {
    expect(shown(type('get no', ['tab']).state)).toBe('get nodes |');
    expect(shown(type('ls d', ['tab']).state)).toBe('ls dir/|');
  });
});

describe('pastes', () => {
  test('lines are sent one by one, the last stays', () => {
    let { state, sent } = type('one\r\ntwo\nthree');
    expect(sent).toEqual(['one']);
    const second = nextQueued(state);
    expect(second.effect).toEqual({ send: 'two' });
    state = nextQueued(second.state).state;
    expect(lineText(state)).toBe('three');
  });
  test('ten megabytes are cut to a line that can be held', () => {
    const { state } = type('x'.repeat(10_000_000));
    expect(state.line.length).toBe(64 * 1024);
  });
});

test('ctrl-d: end of file on an empty line, delete otherwise', () => {
  expect(press(emptyPrompt, { name: 'eof' }, source).effect).toEqual({ eof: true });
  expect(shown(type('ab', ['home'], ['eof']).state)).toBe('|b');
});
