/** The current record and its fields, split when they are first asked for. */
import type { Regex } from '../regex/regex.ts';
import { fromInput, type Value } from './value.ts';

type Splitter = (text: string) => string[];

/** How a separator splits: blank runs for a single space, a character as itself, everything else as a pattern. */
export function splitterOf(separator: string, regexOf: (pattern: string) => Regex): Splitter {
  if (separator === ' ') return splitBlanks;
  if (separator === '') return (text) => [...text];
  if (separator.length === 1 && separator !== '\\') return (text) => (text === '' ? [] : text.split(separator));
  return (text) => splitBy(text, regexOf(separator));
}

function splitBlanks(text: string): string[] {
  const fields: string[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 9 || code === 10) {
      if (start >= 0) fields.push(text.slice(start, i));
      start = -1;
    } else if (start < 0) start = i;
  }
  if (start >= 0) fields.push(text.slice(start));
  return fields;
}

/** An empty match does not separate. */
export function splitBy(text: string, regex: Regex): string[] {
  if (text === '') return [];
  const fields: string[] = [];
  let at = 0;
  for (const [start = 0, end = 0] of regex.all(text)) {
    if (end === start) continue;
    fields.push(text.slice(at, start));
    at = end;
  }
  fields.push(text.slice(at));
  return fields;
}

/** Changing a field makes the record anew when it is next read, and the other way round. */
export class RecordFields {
  #text = '';
  #fields: Value[] | undefined;
  #stale = false;
  splitter: Splitter;
  readonly #outputSeparator: () => string;
  readonly #toText: (value: Value) => string;

  constructor(splitter: Splitter, outputSeparator: () => string, toText: (value: Value) => string) {
    this.splitter = splitter;
    this.#outputSeparator = outputSeparator;
    this.#toText = toText;
  }

  set(text: string): void {
    this.#text = text;
    this.#fields = undefined;
    this.#stale = false;
  }

  /** $0, built again with OFS when a field was changed. */
  get text(): string {
    if (this.#stale) {
      this.#text = (this.#fields ?? []).map(this.#toText).join(this.#outputSeparator());
      this.#stale = false;
    }
    return this.#text;
  }

  get count(): number {
    return this.#split().length;
  }

  set count(count: number) {
    const fields = this.#split();
    while (fields.length < count) fields.push('');
    fields.length = count;
    this.#stale = true;
  }

  get(index: number): Value {
    return index === 0 ? fromInput(this.text) : this.#split()[index - 1];
  }

  assign(index: number, value: Value): void {
    if (index === 0) return this.set(this.#toText(value));
    const fields = this.#split();
    while (fields.length < index) fields.push('');
    fields[index - 1] = value;
    this.#stale = true;
  }

  /** Splits now, before FS changes for the records to come. */
  settle(): void {
    this.#split();
  }

  #split(): Value[] {
    this.#fields ??= this.splitter(this.#text).map(fromInput);
    return this.#fields;
  }
}
