/** Word expansion, in bash's order: braces, tilde, parameters, commands and arithmetic, splitting, pathnames, quote removal. */

import type { DoubleQuotedChild, ParameterExpansionPart, Word, WordPart } from 'unbash';
import type { Routine } from '../sim/routine.ts';
import { expandBraces } from './brace.ts';
import { beyondDash } from './dialect.ts';
import { Fields } from './fields.ts';
import { ShellError } from './flow.ts';
import { expandParameter, type Found, lookUp } from './parameter.ts';
import { expandPathname } from './pathname.ts';
import { escapePattern } from './pattern.ts';
import type { Shell } from './shell.ts';
import { parseWord, textParts } from './source.ts';

/** In steps of the engine (see Sim.toil): a word that came out of braces, and how many words of a list are one. */
const bracedSteps = 0.3;
const fieldsPerStep = 10;

/** The arguments that words stand for. */
export function* expandWords(shell: Shell, words: readonly Word[]): Routine<string[]> {
  const out: string[] = [];
  for (const word of words) {
    if (word.parts === undefined && !word.text.startsWith('~') && !word.text.includes('=~')) out.push(word.value);
    else if (word.parts?.some((part) => part.type === 'BraceExpansion') && shell.options.has('braceexpand'))
      for (const text of expandBraces(word.text)) {
        shell.process.toil(bracedSteps);
        yield* expandInto(shell, parseWord(text), out);
      }
    else yield* expandInto(shell, word, out);
  }
  return out;
}

/** One text: the value of an assignment, a here-string, the word of `case`. Nothing is split and no files are looked up. */
export function* expandString(shell: Shell, word: Word): Routine<string> {
  if (word.parts === undefined && !word.text.includes('~')) return word.value;
  return (yield* joined(shell, word, true)).text;
}

/** As `expandString`, with quoted characters escaped as a pattern wants them. */
export function* expandPattern(shell: Shell, word: Word, quote: (text: string) => string = escapePattern): Routine<string> {
  if (word.parts === undefined && !/[~\\]/.test(word.text)) return word.value;
  return (yield* joined(shell, word, false)).escaped(quote);
}

/** A text with expansions as in double quotes: here-documents, prompts, arithmetic. */
export function* expandText(shell: Shell, text: string): Routine<string> {
  return yield* expandParts(shell, textParts(text));
}

/** Parts as inside double quotes, joined. */
export function* expandParts(shell: Shell, parts: readonly WordPart[]): Routine<string> {
  const fields = new Fields(undefined);
  for (const part of parts) yield* quotedPart(shell, fields, part);
  return fields.done.map((field) => field.text).join(' ');
}

function* joined(shell: Shell, word: Word, assignment: boolean): Routine<{ readonly text: string; escaped(quote: (text: string) => string): string }> {
  const fields = new Fields(undefined);
  yield* wordParts(shell, fields, word, assignment);
  if (fields.done.length === 1) return fields.done[0] as (typeof fields.done)[number];
  return {
    text: fields.done.map((field) => field.text).join(' '),
    escaped: (quote) => fields.done.map((field) => field.escaped(quote)).join(' '),
  };
}

function* expandInto(shell: Shell, word: Word, out: string[]): Routine {
  const fields = new Fields(shell.variables.get('IFS') ?? ' \t\n');
  yield* wordParts(shell, fields, word, /^[A-Za-z_]\w*=/.test(word.text));
  if (fields.done.length > fieldsPerStep) shell.process.toil(fields.done.length / fieldsPerStep);
  for (const field of fields.done) {
    if (!field.pattern || shell.options.has('noglob')) out.push(field.text);
    else {
      const paths = expandPathname(shell, field.escaped(escapePattern));
      if (paths.length > 0) out.push(...paths);
      else if (shell.shopt.has('failglob')) throw new ShellError(`no match: ${field.text}`, { fatal: true });
      else if (!shell.shopt.has('nullglob')) out.push(field.text);
    }
  }
}

/** All parts of a word. `assignment`: tildes are expanded after `=` and `:` too. */
function* wordParts(shell: Shell, fields: Fields, word: Word, assignment: boolean): Routine {
  if (word.parts === undefined) return addLiteral(shell, fields, word.text, true, assignment);
  for (const [index, part] of word.parts.entries()) {
    if (part.type === 'Literal') addLiteral(shell, fields, part.text, index === 0, assignment, index === word.parts.length - 1);
    else yield* unquotedPart(shell, fields, part);
  }
}

/** Unquoted text: backslashes quote, a leading `~` is a home. */
function addLiteral(shell: Shell, fields: Fields, source: string, first: boolean, assignment: boolean, whole = true): void {
  let text = source;
  if (text.includes('~')) {
    if (first) text = tilde(shell, fields, text, whole);
    if (assignment) text = text.replace(/([=:])~(?=[/:]|$)/g, (_, before: string) => before + home(shell));
  }
  if (!text.includes('\\')) return fields.add(text, false);
  let from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from)) {
    fields.add(text.slice(from, at), false);
    if (at + 1 === text.length) return fields.add('\\', true);
    if (text[at + 1] !== '\n') fields.add(text[at + 1] as string, true);
    from = at + 2;
  }
  fields.add(text.slice(from), false);
}

const home = (shell: Shell): string => shell.variables.get('HOME') ?? homeOf(shell, undefined) ?? '/';

/** Adds what a tilde prefix stands for and returns the rest. */
function tilde(shell: Shell, fields: Fields, text: string, whole: boolean): string {
  const found = /^~([A-Za-z0-9._+-]*)(\/|:|$)/.exec(text);
  if (!found || (found[2] === '' && !whole)) return text;
  const name = found[1] as string;
  const path = name === '' ? home(shell) : name === '+' ? shell.process.cwd : name === '-' ? shell.variables.get('OLDPWD') : homeOf(shell, name);
  if (path === undefined) return text;
  fields.add(path, true);
  return text.slice(1 + name.length);
}

/** The home directory of a user by /etc/passwd. */
function homeOf(shell: Shell, name: string | undefined): string | undefined {
  const passwd = shell.process.fs.find('/etc/passwd');
  if (passwd?.type !== 'file') return undefined;
  for (const line of passwd.read().split('\n')) {
    const [user, , uid, , , path] = line.split(':');
    if (name === undefined ? uid === String(shell.process.uid) : user === name) return path;
  }
  return undefined;
}

function* unquotedPart(shell: Shell, fields: Fields, part: WordPart): Routine {
  switch (part.type) {
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return fields.add(part.value, true);
    case 'DoubleQuoted':
    case 'LocaleString':
      return yield* doubleQuoted(shell, fields, part.parts);
    case 'SimpleExpansion':
      return addFound(shell, fields, lookUp(shell, part.text.slice(1)), false);
    case 'ParameterExpansion':
      return yield* parameter(shell, fields, part, false);
    case 'CommandExpansion':
      return fields.addSplit(part.script ? yield* shell.interpreter.substitute(shell, part.script) : '');
    case 'ArithmeticExpansion':
      return fields.addSplit(yield* arithmetic(shell, part.text));
    case 'ProcessSubstitution':
      if (part.script) fields.add(yield* shell.interpreter.processSubstitution(shell, part.operator, part.script), true);
      return;
    case 'Glob':
      if (part.kind !== 'bracket' || !part.parts.some((inner) => inner.type !== 'Literal')) return addLiteral(shell, fields, part.text, false, false);
      return yield* between(shell, fields, '[', part.parts, ']');
    case 'BraceExpansion':
      // One that turned out to be none: `{1..$v}`.
      if (!part.parts) return addLiteral(shell, fields, part.text, false, false);
      return yield* between(shell, fields, '{', part.parts, '}');
    case 'ExtendedGlob':
      if (!part.parts) return addLiteral(shell, fields, part.text, false, false);
      return yield* between(shell, fields, `${part.operator}(`, part.parts, ')');
    default:
      return addLiteral(shell, fields, part.text, false, false);
  }
}

function* between(shell: Shell, fields: Fields, open: string, parts: readonly WordPart[], close: string): Routine {
  fields.add(open, false);
  for (const part of parts) yield* unquotedPart(shell, fields, part);
  fields.add(close, false);
}

function* doubleQuoted(shell: Shell, fields: Fields, parts: readonly DoubleQuotedChild[]): Routine {
  if (parts.length === 0) fields.add('', true);
  for (const part of parts) yield* quotedPart(shell, fields, part);
}

function* quotedPart(shell: Shell, fields: Fields, part: WordPart): Routine {
  switch (part.type) {
    case 'Literal':
      return fields.add(part.value, true);
    case 'SimpleExpansion':
      return addFound(shell, fields, lookUp(shell, part.text.slice(1)), true);
    case 'ParameterExpansion':
      return yield* parameter(shell, fields, part, true);
    case 'CommandExpansion':
      return fields.add(part.script ? yield* shell.interpreter.substitute(shell, part.script) : '', true);
    case 'ArithmeticExpansion':
      return fields.add(yield* arithmetic(shell, part.text), true);
    default:
      return yield* unquotedPart(shell, fields, part);
  }
}

/** The value of `$((…))`. */
function* arithmetic(shell: Shell, text: string): Routine<string> {
  const inner = text.startsWith('$((') ? text.slice(3, -2) : text.slice(2, -1);
  return String(yield* arithmeticValue(shell, inner));
}

/** The value of an expression in which `$name` and `$(…)` are expanded first. */
export function* arithmeticValue(shell: Shell, text: string): Routine<bigint> {
  const expanded = /[$`\\]/.test(text) ? yield* expandText(shell, text) : text;
  if (beyondDash(shell.flavor, expanded)) throw new ShellError(`arithmetic expression: expecting primary: "${expanded}"`, { fatal: true });
  return shell.evaluate(expanded.replace(/"/g, ''));
}

function* parameter(shell: Shell, fields: Fields, part: ParameterExpansionPart, quoted: boolean): Routine {
  const found = yield* expandParameter(shell, part, {
    string: (word) => expandString(shell, word),
    pattern: (word, quote) => expandPattern(shell, word, quote),
    number: (text) => arithmeticValue(shell, text),
  });
  if ('word' in found) yield* operand(shell, fields, found.word, quoted);
  else addFound(shell, fields, found, quoted);
}

/** The word of `${x:-word}` in place: unquoted it is split and keeps its own quotes. */
function* operand(shell: Shell, fields: Fields, word: Word, quoted: boolean): Routine {
  if (quoted) {
    if (word.parts === undefined) return fields.add(word.value, true);
    for (const part of word.parts) yield* quotedPart(shell, fields, part);
    return;
  }
  if (word.parts === undefined) return splitLiteral(shell, fields, word.text, true);
  for (const [index, part] of word.parts.entries())
    if (part.type === 'Literal') splitLiteral(shell, fields, part.text, index === 0);
    else yield* unquotedPart(shell, fields, part);
}

function splitLiteral(shell: Shell, fields: Fields, text: string, first: boolean): void {
  if (!fields.splits || text.includes('\\') || text.startsWith('~')) addLiteral(shell, fields, text, first, false);
  else fields.addSplit(text);
}

function addFound(shell: Shell, fields: Fields, found: Found, quoted: boolean): void {
  if ('items' in found) return addItems(shell, fields, found, quoted);
  const text = found.text ?? '';
  if (quoted) fields.add(text, true);
  else fields.addSplit(text);
}

function addItems(shell: Shell, fields: Fields, found: Extract<Found, { items: readonly string[] }>, quoted: boolean): void {
  const ifs = shell.variables.get('IFS') ?? ' \t\n';
  if (found.star && (quoted || !fields.splits)) return fields.add(found.items.join(ifs[0] ?? ''), quoted);
  for (const [index, item] of found.items.entries()) {
    if (index > 0) fields.break();
    if (quoted) fields.add(item, true);
    else fields.addSplit(item);
  }
}
