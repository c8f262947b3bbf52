/** Select Graphic Rendition: what a run of parameters makes of a style. Kept in one fixed order, so that equal looks are equal texts. */

type Attributes = { flags: Set<number>; foreground: string; background: string };
/** What switches a flag off. */
const off: Readonly<Record<number, readonly number[]>> = { 22: [1, 2], 23: [3], 24: [4], 25: [5], 27: [7], 28: [8], 29: [9] };

export function applySgr(style: string, parameters: readonly number[]): string {
  const { flags, foreground, background } = read(style);
  const state: Attributes = { flags, foreground, background };
  const list = parameters.length === 0 ? [0] : [...parameters];
  for (let i = 0; i < list.length; i++) {
    const code = list[i] ?? 0;
    if (code === 38 || code === 48) {
      const length = list[i + 1] === 5 ? 3 : list[i + 1] === 2 ? 5 : 1;
      if (length > 1) state[code === 38 ? 'foreground' : 'background'] = list.slice(i, i + length).join(';');
      i += length - 1;
    } else one(state, code);
  }
  return [...[...state.flags].sort((a, b) => a - b).map(String), state.foreground, state.background].filter((each) => each !== '').join(';');
}

function one(state: Attributes, code: number): void {
  if (code === 0) {
    state.flags.clear();
    state.foreground = '';
    state.background = '';
  } else if (code >= 1 && code <= 9) state.flags.add(code);
  else if (off[code]) for (const each of off[code]) state.flags.delete(each);
  else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) state.foreground = String(code);
  else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) state.background = String(code);
  else if (code === 39) state.foreground = '';
  else if (code === 49) state.background = '';
}

function read(style: string): Attributes {
  const state: Attributes = { flags: new Set(), foreground: '', background: '' };
  const list = style === '' ? [] : style.split(';').map(Number);
  for (let i = 0; i < list.length; i++) {
    const code = list[i] ?? 0;
    if (code === 38 || code === 48) {
      const length = list[i + 1] === 5 ? 3 : 5;
      state[code === 38 ? 'foreground' : 'background'] = list.slice(i, i + length).join(';');
      i += length - 1;
    } else one(state, code);
  }
  return state;
}
