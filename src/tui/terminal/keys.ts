/** What comes from the keyboard: bytes into keys, whole pastes, text. Mouse, focus and terminal answers are dropped. A pure step; the rest waits for its end. */

/** `name` is `enter`, `ctrl-c`, `up` …; text is what was typed between keys. */
export type KeyEvent =
  | { readonly type: 'key'; readonly name: string /** As it came, for programs in raw mode. */; readonly raw: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'paste'; readonly text: string };

type Decoded = { readonly events: readonly KeyEvent[] /** The beginning of a sequence that is not whole yet. */; readonly rest: string };

/** Bracketed paste: xterm's mode 2004. */
export const pasteStart = '\x1b[200~';
/** What comes in between is text, whatever it is. */
export const pasteEnd = '\x1b[201~';

const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'backtab',
};
const tildes: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};
const controls: Readonly<Record<number, string>> = {
  13: 'enter',
  10: 'ctrl-j',
  9: 'tab',
  127: 'backspace',
  8: 'backspace',
  28: 'ctrl-\\',
  29: 'ctrl-]',
  30: 'ctrl-^',
  31: 'ctrl-_',
  0: 'ctrl-space',
};

const csi = /^\x1b\[([?<>=]?)([0-9;:]*)([ -/]*)([@-~])/;
const ss3 = /^\x1bO([0-9;]*)([@-~])/;
/** A sequence that is still open after this many characters is none. */
const longestSequence = 64;

/** `flush`: nothing more comes for now, so a lone ESC is the Escape key. */
export function decodeKeys(input: string, flush = false): Decoded {
  const events: KeyEvent[] = [];
  let rest = input;
  while (rest !== '') {
    const taken = rest.startsWith('\x1b') ? sequenceAt(rest, flush) : plain(rest);
    if (taken === undefined) return { events, rest };
    if (taken.event) events.push(taken.event);
    rest = rest.slice(taken.length);
  }
  return { events, rest: '' };
}

type Taken = { readonly event?: KeyEvent; readonly length: number };
const key = (name: string, raw: string): Taken => ({ event: { type: 'key', name, raw }, length: raw.length });

function plain(input: string): Taken {
  const text = /^[^\x00-\x1f\x7f]+/.exec(input)?.[0];
  if (text !== undefined) return { event: { type: 'text', text }, length: text.length };
  const code = input.charCodeAt(0);
  return key(controls[code] ?? `ctrl-${String.fromCharCode(code + 0x60)}`, input[0] ?? '');
}

function sequenceAt(input: string, flush: boolean): Taken | undefined {
  if (input.startsWith(pasteStart)) {
    const end = input.indexOf(pasteEnd);
    if (end < 0) return undefined;
    return { event: { type: 'paste', text: input.slice(pasteStart.length, end) }, length: end + pasteEnd.length };
  }
  if (input === '\x1b') return flush ? key('escape', input) : undefined;
  // X10 mouse: three bytes after ESC [ M.
  if (input.startsWith('\x1b[M')) return input.length >= 6 ? { length: 6 } : flush ? { length: input.length } : undefined;
  const sequence = csi.exec(input);
  if (sequence) return fromCsi(sequence);
  const application = ss3.exec(input);
  if (application) {
    const name = finals[application[2] ?? ''];
    return name ? key(name, application[0]) : { length: application[0].length };
  }
  const open = /^\x1b(\[[?<>=]?[0-9;:]*[ -/]*|O[0-9;]*)$/.test(input) && input.length < longestSequence;
  if (open && !flush) return undefined;
  if (input.startsWith('\x1b\x1b')) return key('escape', '\x1b');
  // The rest of a terminal's answer (OSC, DCS) goes with its end.
  const answer = /^\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)/.exec(input);
  if (answer) return { length: answer[0].length };
  const char = String.fromCodePoint(input.codePointAt(1) ?? 0);
  const code = char.charCodeAt(0);
  const name = code < 0x20 || code === 0x7f ? (controls[code] ?? `ctrl-${String.fromCharCode(code + 0x60)}`) : char;
  return key(`alt-${name}`, `\x1b${char}`);
}

function fromCsi([raw, mark, numbers = '', , final = '']: RegExpExecArray): Taken {
  const { length } = raw;
  // Mouse (<), answers (?, >), focus (I, O), cursor reports (row;columnR).
  if (mark !== '' || final === 'I' || final === 'O' || (final === 'R' && numbers.includes(';') && !numbers.startsWith('1;'))) return { length };
  const [first = 1, modifier = 1] = numbers.split(/[;:]/).map((each) => Number(each || 1));
  const name = final === '~' ? tildes[first] : finals[final];
  return name === undefined ? { length } : key(prefix(modifier) + name, raw);
}

const prefix = (modifier: number): string => {
  const bits = modifier - 1;
  return `${bits & 4 ? 'ctrl-' : ''}${bits & 2 ? 'alt-' : ''}${bits & 1 ? 'shift-' : ''}`;
};
