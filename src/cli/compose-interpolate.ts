/** Variables in compose files: `$NAME`, `${NAME:-x}`, `${NAME:?message}`, `${NAME:+x}`; `$$` is a dollar sign (compose-go template). */

/** A compose file that cannot be read; the message is compose-go's. */
export class ComposeFileError extends Error {}

type Variables = {
  readonly get: (name: string) => string | undefined;
  /** Told of a variable that has no value. */
  readonly missing: (name: string) => void;
};

/** All texts of a document, by their path for the messages. */
export function interpolate(value: unknown, variables: Variables, path = ''): unknown {
  if (typeof value === 'string') return value.includes('$') ? interpolateText(value, variables, path) : value;
  if (Array.isArray(value)) return value.map((each) => interpolate(each, variables, `${path}[]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolate(each, variables, path === '' ? key : `${path}.${key}`)]));
}

function interpolateText(text: string, variables: Variables, path: string): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    if (rest[0] !== '$') {
      out += rest[0];
      at++;
      continue;
    }
    const plain = /^\$(\$|[A-Za-z_]\w*)/.exec(rest);
    if (plain) {
      out += plain[1] === '$' ? '$' : plainValue(plain[1] ?? '', variables);
      at += plain[0].length;
      continue;
    }
    const end = rest.startsWith('${') ? closing(rest) : -1;
    const braced = end < 0 ? null : /^\$\{([A-Za-z_]\w*)(?:(:?[-?+])([\s\S]*))?\}$/.exec(rest.slice(0, end));
    if (!braced) throw new ComposeFileError(`invalid interpolation format for ${path}.\nYou may need to escape any $ with another $.\n${text}`);
    out += substituted(braced, variables, path);
    at += end;
  }
  return out;
}

/** Where the brace closes that opens at the second character; defaults may hold variables themselves. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at + 1;
  }
  return -1;
}

function substituted([, name = '', operator, word = '']: RegExpExecArray, variables: Variables, path: string): string {
  if (operator === undefined) return plainValue(name, variables);
  const value = variables.get(name);
  const there = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  const other = (): string => interpolateText(word, variables, path);
  if (operator.endsWith('+')) return there ? other() : '';
  if (there) return value ?? '';
  if (operator.endsWith('-')) return other();
  throw new ComposeFileError(`error while interpolating ${path}: required variable ${name} is missing a value: ${other()}`);
}

function plainValue(name: string, { get, missing }: Variables): string {
  const value = get(name);
  if (value === undefined) missing(name);
  return value ?? '';
}

/** A `.env` file: `NAME=value` lines, quotes taken off, `#` comments. */
export function parseEnvFile(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$/.exec(line);
    if (match) found.set(match[1] ?? '', match[2]?.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1') ?? match[3] ?? match[4] ?? '');
  }
  return found;
}
