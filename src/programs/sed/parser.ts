/** Reads sed scripts (GNU sed 4.9, sed/compile.c). */
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { parseReplacement, unescapeText } from './replacement.ts';
import { type Address, type Command, ScriptError } from './script.ts';

type ScriptOptions = { readonly extended: boolean; readonly posix: boolean };

/** `where` begins messages: `-e expression #1` or a file's name. */
export function parseScript(source: string, where: string, options: ScriptOptions): Command[] {
  const parser = new Parser(source, where, options);
  return parser.parse();
}

/** What a backslash makes of a letter in the text of a, c and i. */
const escapes: Readonly<Record<string, string>> = { f: '\f', n: '\n', t: '\t', v: '\v' };

class Parser {
  readonly #source: string;
  readonly #where: string;
  readonly #options: ScriptOptions;
  readonly #commands: Command[] = [];
  readonly #open: number[] = [];
  #at = 0;

  constructor(source: string, where: string, options: ScriptOptions) {
    this.#source = source;
    this.#where = where;
    this.#options = options;
  }

  parse(): Command[] {
    for (;;) {
      while (/[\s;]/.test(this.#peek() || 'x')) this.#at++;
      if (this.#at >= this.#source.length) break;
      if (this.#peek() === '#') {
        while (this.#at < this.#source.length && this.#peek() !== '\n') this.#at++;
        continue;
      }
      this.#command();
    }
    if (this.#open.length > 0) this.#fail("unmatched `{'", 0);
    this.#resolveLabels();
    return this.#commands;
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #fail(text: string, at = this.#at): never {
    throw new ScriptError(`${this.#where}, char ${at}: ${text}`);
  }

  #blanks(): void {
    while (/[ \t]/.test(this.#peek() || 'x')) this.#at++;
  }

  #command(): void {
    const from = this.#address();
    let to: Address | undefined;
    this.#blanks();
    if (from && this.#peek() === ',') {
      this.#at++;
      this.#blanks();
      to = this.#address(true);
      if (!to) this.#fail("unexpected `,'", this.#at);
    }
    this.#blanks();
    let negated = false;
    while (this.#peek() === '!') {
      negated = true;
      this.#at++;
      this.#blanks();
    }
    const name = this.#peek();
    if (name === '') this.#fail('missing command', this.#at);
    this.#at++;
    if (from?.type === 'zero' && to?.type !== 'regex') this.#fail('invalid usage of line address 0');
    this.#commands.push(this.#rest({ name, from, to, negated, text: '', number: undefined, substitution: undefined, map: undefined, target: -1 }));
  }

  #rest(command: Command): Command {
    switch (command.name) {
      case '{':
        this.#open.push(this.#commands.length);
        return command;
      case '}': {
        const open = this.#open.pop();
        if (open === undefined) this.#fail("unexpected `}'");
        if (command.from) this.#fail("} doesn't want any addresses");
        (this.#commands[open] as Command).target = this.#commands.length;
        this.#end();
        return command;
      }
      case 's':
        return { ...command, substitution: this.#substitution() };
      case 'y':
        return { ...command, map: this.#transliteration() };
      case 'a':
      case 'i':
      case 'c':
        return { ...command, text: this.#text() };
      case ':':
        if (command.from) this.#fail(": doesn't want any addresses");
        this.#blanks();
        return { ...command, text: this.#word(/[^\s;]/) };
      case 'b':
      case 't':
      case 'T':
        this.#blanks();
        return { ...command, text: this.#word(/[^\s;}]/) };
      case 'r':
      case 'R':
      case 'w':
      case 'W': {
        this.#blanks();
        const text = this.#word(/[^\n]/);
        if (text === '') this.#fail('missing filename in r/R/w/W commands');
        return { ...command, text };
      }
      case 'q':
      case 'Q':
      case 'l':
      case 'L':
        this.#blanks();
        return this.#ended({ ...command, number: this.#number() });
      default:
        if (!'=dDgGhHnNpPxzFe'.includes(command.name)) this.#fail(`unknown command: \`${command.name}'`);
        return this.#ended(command);
    }
  }

  #ended(command: Command): Command {
    this.#end();
    return command;
  }

  #end(): void {
    this.#blanks();
    const next = this.#peek();
    if (next === '' || next === '\n' || next === ';' || next === '}' || next === '#') return;
    this.#at++;
    this.#fail('extra characters after command');
  }

  #word(allowed: RegExp): string {
    let out = '';
    while (this.#at < this.#source.length && allowed.test(this.#peek())) out += this.#source[this.#at++];
    return out;
  }

  #number(): number | undefined {
    const digits = this.#word(/\d/);
    return digits === '' ? undefined : Number(digits);
  }

  #address(second = false): Address | undefined {
    const character = this.#peek();
    if (second && (character === '+' || character === '~')) {
      this.#at++;
      const value = this.#number() ?? 0;
      return character === '+' ? { type: 'plus', lines: value } : { type: 'multiple', of: value };
    }
    if (/\d/.test(character)) {
      const line = this.#number() as number;
      this.#blanks();
      if (this.#peek() === '~') {
        this.#at++;
        return { type: 'step', first: line, step: this.#number() ?? 0 };
      }
      return line === 0 && !second ? { type: 'zero' } : { type: 'line', line };
    }
    if (character === '$') {
      this.#at++;
      return { type: 'last' };
    }
    if (character !== '/' && character !== '\\') return undefined;
    if (character === '\\') this.#at++;
    const delimiter = this.#peek();
    this.#at++;
    const pattern = this.#until(delimiter, true);
    if (pattern === undefined) this.#fail('unterminated address regex', this.#source.length);
    const flags = this.#word(/[IM]/);
    return { type: 'regex', regex: this.#regex(pattern, flags) };
  }

  /** Text up to the delimiter, which is skipped. An escaped delimiter stands for itself. */
  #until(delimiter: string, isRegex: boolean): string | undefined {
    let out = '';
    for (; this.#at < this.#source.length; this.#at++) {
      const character = this.#peek();
      if (character === delimiter) {
        this.#at++;
        return out;
      }
      if (character === '\\') {
        const next = this.#source[++this.#at] ?? '';
        if (next === delimiter)
          out +=
            isRegex && /[.*[\]^$+?(){}|]/.test(delimiter) ? (/[+?(){}|]/.test(delimiter) && !this.#options.extended ? delimiter : `[${delimiter}]`) : delimiter;
        else out += next === 'n' && isRegex ? '\\n' : `\\${next}`;
      } else out += character;
    }
    return undefined;
  }

  #regex(pattern: string, flags: string): Regex | undefined {
    if (pattern === '') return undefined;
    try {
      return new Regex(pattern, this.#options.extended ? 'extended' : 'basic', { ignoreCase: /i/i.test(flags), multiline: /m/i.test(flags) });
    } catch (error) {
      if (error instanceof RegexError) this.#fail(error.message);
      throw error;
    }
  }

  #substitution(): Command['substitution'] {
    const delimiter = this.#peek();
    this.#at++;
    const pattern = delimiter === '' || delimiter === '\n' ? undefined : this.#until(delimiter, true);
    const replacement = pattern === undefined ? undefined : this.#until(delimiter, false);
    if (pattern === undefined || replacement === undefined) this.#fail("unterminated `s' command", this.#source.length);
    const flags = this.#word(/[gpiIemM0-9]/);
    let write: string | undefined;
    if (this.#peek() === 'w') {
      this.#at++;
      this.#blanks();
      write = this.#word(/[^\n]/);
    } else {
      this.#blanks();
      const next = this.#peek();
      if (next !== '' && !'\n;}#'.includes(next)) {
        this.#at++;
        this.#fail("unknown option to `s'");
      }
    }
    const number = /\d+/.exec(flags)?.[0];
    if (number === '0') this.#fail("number option to `s' command may not be zero");
    const regex = this.#regex(pattern, flags);
    const pieces = parseReplacement(replacement);
    for (const piece of pieces)
      if (typeof piece === 'object' && 'group' in piece && regex && piece.group > regex.groups)
        this.#fail(`invalid reference \\${piece.group} on \`s' command's RHS`);
    return {
      regex,
      replacement: pieces,
      global: flags.includes('g'),
      occurrence: Number(number ?? 1),
      print: flags.includes('p'),
      evaluate: flags.includes('e'),
      write,
    };
  }

  #transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.#peek();
    this.#at++;
    const from = this.#until(delimiter, false);
    const to = from === undefined ? undefined : this.#until(delimiter, false);
    if (from === undefined || to === undefined) this.#fail("unterminated `y' command", this.#source.length);
    const [left, right] = [[...unescapeText(from)], [...unescapeText(to)]];
    if (left.length !== right.length) this.#fail("strings for `y' command are different lengths");
    this.#end();
    return new Map(left.map((character, i) => [character, right[i] as string]));
  }

  /** `a text`, `a\` and text on the next lines or, its blanks kept, on the same; a backslash before a newline goes on. */
  #text(): string {
    this.#blanks();
    if (this.#peek() === '\\') {
      this.#at++;
      this.#at += /^[ \t]*\n/.exec(this.#source.slice(this.#at))?.[0].length ?? 0;
    } else if (this.#peek() === '' || this.#peek() === '\n') this.#fail("expected \\ after `a', `c' or `i'");
    let out = '';
    for (; this.#at < this.#source.length && this.#peek() !== '\n'; this.#at++) {
      if (this.#peek() === '\\' && this.#at + 1 < this.#source.length) {
        this.#at++;
        out += escapes[this.#peek()] ?? this.#peek();
      } else out += this.#peek();
    }
    return `${out}\n`;
  }

  #resolveLabels(): void {
    const labels = new Map(this.#commands.flatMap((command, i) => (command.name === ':' ? [[command.text, i] as const] : [])));
    for (const command of this.#commands) {
      if (!'btT'.includes(command.name)) continue;
      if (command.text === '') command.target = this.#commands.length;
      else {
        const target = labels.get(command.text);
        if (target === undefined) throw new ScriptError(`-e expression #1, char ${this.#source.length}: can't find label for jump to \`${command.text}'`);
        command.target = target;
      }
    }
  }
}
