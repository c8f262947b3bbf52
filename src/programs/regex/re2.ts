/** Writes a tree in re2's notation, where re2 can do what it asks. */
import { type CharacterSet, classes, type Place, type RegexNode } from './node.ts';

type Re2Options = { readonly multiline: boolean; readonly dotAll: boolean };

/** undefined where only backtracking can match it: back references, looking round, one-sided word boundaries, large counts. */
export function toRe2(node: RegexNode, options: Re2Options): string | undefined {
  switch (node.type) {
    case 'text':
      return [...node.text].map(escapeCharacter).join('');
    case 'any':
      return options.dotAll ? '(?s:.)' : '[^\\n]';
    case 'set':
      return setToRe2(node.set);
    case 'at':
      return place(node.place, options.multiline);
    case 'group': {
      const body = toRe2(node.body, options);
      return body === undefined ? undefined : node.index === undefined ? `(?:${body})` : `(${body})`;
    }
    case 'choice':
      return joined(node.options, '|', options);
    case 'sequence':
      return joined(node.parts, '', options);
    case 'repeat':
      return repeat(node, options);
    default:
      return undefined;
  }
}

function joined(nodes: readonly RegexNode[], separator: string, options: Re2Options): string | undefined {
  const parts: string[] = [];
  for (const node of nodes) {
    const part = toRe2(node, options);
    if (part === undefined) return undefined;
    parts.push(node.type === 'choice' ? `(?:${part})` : part);
  }
  return parts.join(separator);
}

function repeat(node: RegexNode & { readonly type: 'repeat' }, options: Re2Options): string | undefined {
  const body = toRe2(node.body, options);
  if (body === undefined) return undefined;
  const { min, max } = node;
  if (min > 1000 || (Number.isFinite(max) && max > 1000)) return undefined;
  const sign = Number.isFinite(max) ? (min === 0 && max === 1 ? '?' : `{${min},${max}}`) : min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return `(?:${body})${sign}${node.lazy ? '?' : ''}`;
}

function place(where: Place, multiline: boolean): string | undefined {
  switch (where) {
    case 'line-start':
      return multiline ? '(?m:^)' : '\\A';
    case 'line-end':
    case 'end-or-newline': // Before a last newline Perl's `$` matches too; lines come without theirs.
      return multiline ? '(?m:$)' : '\\z';
    case 'text-start':
      return '\\A';
    case 'text-end':
      return '\\z';
    case 'boundary':
      return '\\b';
    case 'no-boundary':
      return '\\B';
    default:
      return undefined;
  }
}

const escapeCharacter = (character: string): string => {
  if (/^[A-Za-z0-9 _\-,;:<>=@%&~"'/!]$/.test(character)) return character;
  return character > '\x7f' ? character : `\\x{${character.charCodeAt(0).toString(16)}}`;
};

function setToRe2(set: CharacterSet): string {
  const point = (value: number): string => `\\x{${value.toString(16)}}`;
  const parts = set.ranges.map(([low, high]) => (low === high ? point(low) : `${point(low)}-${point(high)}`));
  for (const name of set.classes) {
    const inner = classes[name.replace('!', '')]?.re2 ?? '';
    parts.push(name.startsWith('!') ? (complement[name] ?? '') : inner);
  }
  return `[${set.negated ? '^' : ''}${parts.join('')}]`;
}

/** Negated shorthands inside brackets, which re2 knows only for ASCII. */
const complement: Readonly<Record<string, string>> = { '!digit': '\\D', '!word': '\\W', '!space': '\\S' };
