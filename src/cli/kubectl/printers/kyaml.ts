/** -o kyaml: YAML in flow style with all strings quoted (kubernetes sigs.k8s.io/yaml/kyaml). */
import { sortKeys } from '../../../apimachinery/json.ts';
import { isObj } from '../json.ts';

/** Objects made here keep the order of their fields, as Go's structs do; all others are sorted. */
export const kyaml = (value: unknown, typed = false): string => `---\n${write(typed ? value : sortKeys(value), 0)}\n`;

function write(value: unknown, depth: number): string {
  const pad = '  '.repeat(depth + 1);
  const end = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    // Maps in a list share their brackets' lines.
    if (value.every(isObj)) return `[${value.map((item) => write(item, depth)).join(', ')}]`;
    return `[\n${value.map((item) => `${pad}${write(item, depth + 1)},\n`).join('')}${end}]`;
  }
  if (!isObj(value)) return typeof value === 'string' ? quoted(value, depth) : String(value ?? null);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  if (keys.length === 0) return '{}';
  return `{\n${keys.map((key) => `${pad}${keyText(key)}: ${write(value[key], depth + 1)},\n`).join('')}${end}}`;
}

const keyText = (key: string): string => (/^[A-Za-z_][\w.\-/]*$/.test(key) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(key) ? key : JSON.stringify(key));

/** Longer texts stand line by line, one blank in; a line that begins with a blank of its own says so with a backslash. */
function quoted(text: string, depth: number): string {
  if (!text.includes('\n')) return JSON.stringify(text);
  const pad = '  '.repeat(depth + 1);
  const lines = text.split('\n');
  const last = lines.length - 1;
  const shown = lines.map((line, i) => `${pad}${/^\s/.test(line) ? '\\' : ' '}${JSON.stringify(line).slice(1, -1)}${i < last ? '\\n' : ''}\\\n`);
  return `"\\\n${(lines[last] === '' ? shown.slice(0, -1) : shown).join('')}${pad}"`;
}
