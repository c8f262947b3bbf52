/** How grep shows what it found. */
import { byteLength } from '../../sim/stream.ts';
import type { Call } from '../tool.ts';
import type { Find } from './grep-matcher.ts';

/** GREP_COLORS' defaults. */
const colors = { match: '01;31', name: '35', number: '32', separator: '36' };

export class GrepPrinter {
  /** Something was shown already: context groups need a separator. */
  shownAny = false;
  readonly offsets: boolean;
  readonly byteLength = byteLength;
  readonly #call: Call;
  readonly #names: boolean;
  readonly #numbers: boolean;
  readonly #only: boolean;
  readonly #color: boolean;
  readonly #end: string;
  #name = '';

  constructor(call: Call, names: boolean) {
    this.#call = call;
    this.#names = names;
    this.#numbers = call.has('n');
    this.#only = call.has('o');
    this.offsets = call.has('b');
    this.#end = call.has('z') ? '\0' : '\n';
    const when = call.has('color') ? (call.value('color') ?? 'auto') : 'never';
    this.#color = when === 'always' || (when === 'auto' && call.process.stdout.tty !== undefined);
  }

  begin(name: string): void {
    this.#name = name;
  }

  line(line: string, number: number, offset: number, find: Find, inverted: boolean): void {
    this.shownAny = true;
    if (this.#only) return inverted ? undefined : this.#matches(line, number, offset, find);
    this.#call.out.add(`${this.#prefix(number, offset, ':')}${inverted ? line : this.#painted(line, find)}${this.#end}`);
  }

  context(line: string, number: number, offset: number, find: Find | undefined): void {
    if (this.#only) return;
    this.#call.out.add(`${this.#prefix(number, offset, '-')}${find ? this.#painted(line, find) : line}${this.#end}`);
  }

  separator(): void {
    this.#call.out.add(`${this.#paint('separator', '--')}\n`);
  }

  count(count: number): void {
    this.#call.out.add(`${this.#names ? this.#named(':') : ''}${count}\n`);
  }

  name(name: string): void {
    this.#call.out.add(`${this.#paint('name', name)}${this.#call.has('Z') ? '\0' : '\n'}`);
  }

  #matches(line: string, number: number, offset: number, find: Find): void {
    for (let at = 0; at <= line.length; ) {
      const found = find(line, at);
      if (!found) return;
      if (found.end > found.start) {
        const start = this.offsets ? offset + byteLength(line.slice(0, found.start)) : 0;
        this.#call.out.add(`${this.#prefix(number, start, ':')}${this.#paint('match', line.slice(found.start, found.end))}${this.#end}`);
      }
      at = found.end > found.start ? found.end : found.end + 1;
    }
  }

  #prefix(number: number, offset: number, sign: ':' | '-'): string {
    let out = this.#names ? this.#named(sign) : '';
    if (this.#numbers) out += `${this.#paint('number', String(number))}${this.#paint('separator', sign)}`;
    if (this.offsets) out += `${this.#paint('number', String(offset))}${this.#paint('separator', sign)}`;
    return this.#call.has('T') && out !== '' ? `${out}\t` : out;
  }

  #named(sign: string): string {
    return `${this.#paint('name', this.#name)}${this.#call.has('Z') ? '\0' : this.#paint('separator', sign)}`;
  }

  #painted(line: string, find: Find): string {
    if (!this.#color) return line;
    let out = '';
    let at = 0;
    for (let from = 0; from <= line.length; ) {
      const found = find(line, from);
      if (!found) break;
      if (found.end > found.start) {
        out += line.slice(at, found.start) + this.#paint('match', line.slice(found.start, found.end));
        at = found.end;
      }
      from = found.end > found.start ? found.end : found.end + 1;
    }
    return out + line.slice(at);
  }

  #paint(what: keyof typeof colors, text: string): string {
    return this.#color ? `\x1b[${colors[what]}m\x1b[K${text}\x1b[m\x1b[K` : text;
  }
}
