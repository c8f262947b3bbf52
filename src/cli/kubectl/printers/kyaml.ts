/** -o kyaml: YAML in flow style with all strings quoted (kubernetes sigs.k8s.io/yaml/kyaml). */
import { isObj } from '../json.ts';

export const kyaml = (value: unknown): string => `---\n${write(value, 0)}\n`;

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
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  if (keys.length === 0) return '{}';
  return `{\n${keys.map((key) => `${pad}${keyText(key)}: ${write(value[key], depth + 1)},\n`).join('')}${end}}`;
}

const keyText = (key: string): string => (/^[A-Za-z_][\w.\-/]*$/.test(key) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(key) ? key : JSON.stringify(key));

/** Longer texts stand line by line. */
function quoted(text: string, depth: number): string {
  const inner = text.replace(/\n$/, '');
  if (!inner.includes('\n')) return JSON.stringify(text);
  const pad = '  '.repeat(depth + 1);
  const lines = text.split('\n');
  return `"\\\n${lines.map((line, i) => `${pad}${JSON.stringify(line).slice(1, -1)}${i < lines.length - 1 ? '\\n' : ''}\\\n`).join('')}${pad}"`;
}
