/** Modes as chmod reads them, octal or symbolic; undefined for what is neither. */
import type { Inode } from '../../linux/inode.ts';

export function parseMode(text: string, inode: Pick<Inode, 'mode' | 'type'>, umask = 0): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let mode = inode.mode;
  for (const clause of text.split(',')) {
    const parts = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
    if (!parts) return undefined;
    for (const action of (parts[2] as string).matchAll(/([-+=])([rwxXstugo]*)/g))
      mode = apply(mode, parts[1] as string, action[1] as string, action[2] as string, inode.type === 'directory', umask);
  }
  return mode;
}

function apply(mode: number, who: string, sign: string, letters: string, directory: boolean, umask: number): number {
  const all = who === '' || who.includes('a');
  const mask = (all || who.includes('u') ? 0o700 : 0) | (all || who.includes('g') ? 0o070 : 0) | (all || who.includes('o') ? 0o007 : 0);
  let bits = 0;
  for (const letter of letters) {
    if (letter === 'r') bits |= 0o444;
    if (letter === 'w') bits |= 0o222;
    if (letter === 'x' || (letter === 'X' && (directory || (mode & 0o111) !== 0))) bits |= 0o111;
    const copied = letter === 'u' ? (mode >> 6) & 7 : letter === 'g' ? (mode >> 3) & 7 : letter === 'o' ? mode & 7 : 0;
    bits |= (copied << 6) | (copied << 3) | copied;
  }
  let chosen = bits & mask;
  if (who === '') chosen &= ~umask;
  if (letters.includes('s')) chosen |= (all || who.includes('u') ? 0o4000 : 0) | (all || who.includes('g') ? 0o2000 : 0);
  if (letters.includes('t')) chosen |= 0o1000;
  if (sign === '+') return mode | chosen;
  return sign === '-' ? mode & ~chosen : (mode & ~mask) | chosen;
}
