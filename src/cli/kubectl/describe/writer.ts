/** The page under construction: kubernetes kubectl/pkg/describe/describe.go, PrefixWriter and the printers of maps. */
import { tryParseTime } from '../../../apimachinery/time.ts';
import { entriesOf, type Obj, obj, objs, text } from '../json.ts';
import { alignTabs, describeTabs } from '../printers/tab-writer.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const maxAnnotation = 140;

/** Cells are separated by tabs; columns are aligned when the page is done. */
export class Writer {
  #text = '';

  /** A piece of text at a level; it says itself where lines end. */
  write(level: number, text: string): void {
    this.#text += '  '.repeat(level) + text;
  }

  /** `Name:\tvalue`, a whole line. */
  field(name: string, value: unknown, level = 0): void {
    this.write(level, `${name}:\t${text(value)}\n`);
  }

  get raw(): string {
    return this.#text;
  }

  toString(): string {
    return alignTabs(this.#text, describeTabs);
  }
}

/** `Labels:\ta=b` with the further ones below; also node selectors. */
export function labelLines(w: Writer, title: string, labels: unknown, indent = ''): void {
  const pairs = entriesOf(labels);
  w.write(0, `${indent}${title}:\t`);
  if (pairs.length === 0) w.write(0, '<none>\n');
  pairs.forEach(([key, value], i) => {
    w.write(0, `${i > 0 ? '\t' : ''}${key}=${value}\n`);
  });
}

/** Without last-applied-configuration. */
export function annotationLines(w: Writer, annotations: unknown, indent = ''): void {
  const pairs = entriesOf(annotations).filter(([key]) => key !== lastApplied);
  w.write(0, `${indent}Annotations:\t`);
  if (pairs.length === 0) w.write(0, '<none>\n');
  pairs.forEach(([key, whole], i) => {
    if (i > 0) w.write(0, '\t');
    const value = whole.replace(/\n$/, '');
    if (value.length + key.length + 2 > maxAnnotation || value.includes('\n')) {
      w.write(0, `${key}:\n`);
      for (const line of value.split('\n')) w.write(0, `\t  ${line.length > maxAnnotation - 2 ? `${line.slice(0, maxAnnotation - 2)}...` : line}\n`);
    } else w.write(0, `${key}: ${value}\n`);
  });
}

/** A map in one line, sorted: `a=b,c=d`. */
export function mapLine(value: unknown): string {
  const pairs = entriesOf(value);
  return pairs.length === 0 ? '<none>' : pairs.map(([key, item]) => `${key}=${item}`).join(',');
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `Sun, 22 Nov 2026 13:34:33 +0000`. */
export function rfc1123(timestamp: unknown): string {
  const ms = tryParseTime(text(timestamp));
  if (ms === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const date = new Date(ms);
  return `${weekdays[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} +0000`;
}

/** `<none>` for what is missing or empty. */
export const orNone = (value: unknown): string => text(value) || '<none>';
/** As Go's describe prints it. */
export const bool = (value: unknown): string => (value === true ? 'True' : 'False');

/** The controller among the owners, as `Kind/name`. */
export function controllerOf(object: Obj): string | undefined {
  const owner = objs(obj(object['metadata'])['ownerReferences']).find((each) => each['controller'] === true);
  return owner && `${text(owner['kind'])}/${text(owner['name'])}`;
}
