/** Replies of a redis-server, and how redis-cli shows them (redis 7: src/redis-cli.c cliFormatReplyTTY, cliFormatReplyRaw). */
import { RE2JS } from 're2js';

/** A simple string, or an error, of the protocol. */
export class Line {
  readonly text: string;
  readonly isError: boolean;
  constructor(text: string, isError = false) {
    this.text = text;
    this.isError = isError;
  }
}
/** A text is a bulk string, null nothing. */
export type Reply = string | number | null | Line | readonly Reply[];

/** On a terminal. */
export function shown(reply: Reply, indent = ''): string {
  if (reply instanceof Line) return reply.isError ? `(error) ${reply.text}` : reply.text;
  if (reply === null) return '(nil)';
  if (typeof reply === 'number') return `(integer) ${reply}`;
  if (typeof reply === 'string') return quoted(reply);
  if (reply.length === 0) return '(empty array)';
  const width = String(reply.length).length;
  const pad = ' '.repeat(width + 2);
  return reply.map((each, at) => `${at === 0 ? '' : indent}${String(at + 1).padStart(width)}) ${shown(each, indent + pad)}`).join('\n');
}

/** Into a pipe. */
export const raw = (reply: Reply): string =>
  reply instanceof Line ? reply.text : reply === null ? '' : Array.isArray(reply) ? reply.map(raw).join('\n') : String(reply);

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' };

/** Bytes that are no printable ASCII by their numbers. */
const quoted = (text: string): string =>
  `"${[...Buffer.from(text).toString('latin1')]
    .map((byte) => escapes[byte] ?? (byte >= ' ' && byte <= '~' ? byte : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`))
    .join('')}"`;

/** Glob-style patterns as KEYS and CONFIG GET know them (util.c stringmatchlen): none is wrong. */
export function glob(pattern: string): (text: string) => boolean {
  const source = pattern.replace(/\\(.)|\[\^?((?:\\.|[^\]\\])*)\]?|[*?]|[^\w]/gsu, (part, escaped?: string, members?: string) =>
    escaped !== undefined
      ? literal(escaped)
      : members !== undefined
        ? oneOf(members, part[1] === '^')
        : part === '*'
          ? `${any}*`
          : part === '?'
            ? any
            : literal(part),
  );
  const compiled = RE2JS.compile(source);
  return (text) => compiled.matches(text);
}

const any = '[\\s\\S]';
const literal = (letter: string): string => `\\x{${(letter.codePointAt(0) ?? 0).toString(16)}}`;

/** The ends of a range may stand in either order; nothing is one of none. */
function oneOf(members: string, isNot: boolean): string {
  const items = [...members.matchAll(/\\(.)|(.)-(.)|(.)/gsu)].map(([, escaped, from, to, one]) =>
    from !== undefined && to !== undefined ? [from, to].sort().map(literal).join('-') : literal(escaped ?? one ?? ''),
  );
  if (items.length === 0) return isNot ? any : '[^\\s\\S]';
  return `[${isNot ? '^' : ''}${items.join('')}]`;
}
