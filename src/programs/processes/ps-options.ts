/** The old notation of ps. */

/** BSD options stand without a dash: `aux`, `q 1`, `axo pid,comm`; some take the next word, or what is left of their own. */
export function* bsdOptions(args: readonly string[]): Iterable<string> {
  let takes = '';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const bsd = takes === '' && /^[auxfwelj]*(?:[auxfwelj]|([pqoU])(.*))$/.exec(arg);
    takes = /^-[a-zA-Z]*[opqCuU]$/.test(arg) ? arg : '';
    if (!bsd || /^-/.test(arg)) {
      yield arg;
      continue;
    }
    const [, option, rest = ''] = bsd;
    for (const letter of option === undefined ? arg : arg.slice(0, arg.length - option.length - rest.length)) yield `--bsd-${letter}`;
    if (option === undefined) continue;
    const value = rest === '' ? args[++i] : rest;
    yield `-${option}`;
    if (value !== undefined) yield value;
    if (option !== 'o') yield '--bsd-x';
  }
}
