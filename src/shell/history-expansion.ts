/** History expansion: `!!`, `!n`, `!-n`, `!text`, `!?text?`, `!$`, `^old^new`. */

/** The line with its events replaced; `error` when one is not there; `changed` when it should be shown. */
type Expanded = { readonly line: string; readonly changed: boolean; readonly error: string | undefined };

/** Expands one line; `offset` is how many entries were forgotten before the first of `history`. */
export function expandHistory(line: string, history: readonly string[], offset: number): Expanded {
  const quick = /^\^([^^]*)\^([^^]*)\^?/.exec(line);
  if (quick) {
    const last = history[history.length - 1];
    if (last === undefined || !last.includes(quick[1] as string)) return { line, changed: false, error: `:s${line}: substitution failed` };
    return { line: last.replace(quick[1] as string, () => quick[2] as string) + line.slice(quick[0].length), changed: true, error: undefined };
  }
  let out = '';
  let changed = false;
  let quote = '';
  for (let i = 0; i < line.length; ) {
    const char = line[i] as string;
    if (char === '\\' && quote !== "'") {
      out += line.slice(i, i + 2);
      i += 2;
      continue;
    }
    if (quote === '' && (char === "'" || char === '"')) quote = char;
    else if (char === quote) quote = '';
    const event = char === '!' && quote !== "'" ? readEvent(line, i, quote) : undefined;
    if (!event) {
      out += char;
      i++;
      continue;
    }
    const text = event.find(history, offset);
    if (text === undefined) return { line, changed: false, error: `${event.text}: event not found` };
    out += text;
    i += event.text.length;
    changed = true;
  }
  return { line: out, changed, error: undefined };
}

type Event = { readonly text: string; readonly find: (history: readonly string[], offset: number) => string | undefined };

function readEvent(line: string, at: number, quote: string): Event | undefined {
  const rest = line.slice(at);
  const last = (history: readonly string[]): string | undefined => history[history.length - 1];
  const special = /^!([!$^*])/.exec(rest);
  if (special) {
    const text = special[0];
    if (special[1] === '!') return { text, find: last };
    return { text, find: (history) => wordsOf(last(history), special[1] as string) };
  }
  const number = /^!(-?\d+)/.exec(rest);
  if (number) {
    const index = Number(number[1]);
    return { text: number[0], find: (history, offset) => (index < 0 ? history[history.length + index] : history[index - 1 - offset]) };
  }
  const inside = /^!\?([^?]+)\??/.exec(rest);
  if (inside) return { text: inside[0], find: (history) => history.findLast((entry) => entry.includes(inside[1] as string)) };
  const named = (quote === '"' ? /^!([^\s=("';&|]+)/ : /^!([^\s=(;&|]+)/).exec(rest);
  if (!named) return undefined;
  return { text: named[0], find: (history) => history.findLast((entry) => entry.startsWith(named[1] as string)) };
}

function wordsOf(line: string | undefined, which: string): string | undefined {
  if (line === undefined) return undefined;
  const words = line.trim().split(/\s+/);
  if (which === '$') return words[words.length - 1];
  return which === '^' ? (words[1] ?? '') : words.slice(1).join(' ');
}
