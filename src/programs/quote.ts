/** How GNU programs show names in messages (gnulib quotearg). */

/** Always in quotes: `cannot access 'a b'`. */
export function quote(name: string): string {
  if (/[\x00-\x1f\x7f]/.test(name)) return escaped(name);
  if (!name.includes("'")) return `'${name}'`;
  return name.includes('"') || /[$`\\!]/.test(name) ? `'${name.replaceAll("'", "'\\''")}'` : `"${name}"`;
}

/** In quotes only where a shell would need them: `cat: nosuch: No such …`. */
export const quoteIfNeeded = (name: string): string =>
  name === '' || /[\s'"\\$`!&|;<>()*?[\]{}~#\x00-\x1f]/.test(name.replace(/^\{\}$/, '')) ? quote(name) : name;

function escaped(name: string): string {
  const parts = name.split(/([\x00-\x1f\x7f]+)/);
  return parts
    .map((part, i) =>
      i % 2 === 1 ? `$'${[...part].map(code).join('')}'` : part === '' && (i === 0 || i === parts.length - 1) ? (i === 0 ? "''" : '') : `'${part}'`,
    )
    .join('');
}

const codes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\v': '\\v' };
const code = (character: string): string => codes[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
