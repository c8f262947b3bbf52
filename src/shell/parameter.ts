/** Parameter expansion: `$x`, `${x…}` with all its operators. */

import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';
import type { Routine } from '../sim/routine.ts';
import { badForm } from './dialect.ts';
import { ShellError } from './flow.ts';
import { parsePattern } from './pattern.ts';
import { changeCase, lettersPerStep, remove, replace, type Tried } from './pattern-edit.ts';
import type { Shell } from './shell.ts';
import { transform } from './transform.ts';
import { AssociativeArray, IndexedArray } from './variable-values.ts';

/** What a parameter is: one text (undefined: not set), or a list (`$@`, `${a[*]}`). */
export type Found = { readonly text: string | undefined } | { readonly items: readonly string[]; readonly star: boolean };

/** How the words inside an expansion are expanded. */
type Expander = {
  string(word: Word): Routine<string>;
  pattern(word: Word, quote?: (text: string) => string): Routine<string>;
  number(text: string): Routine<bigint>;
};

/** `$name`: also `$1`, `$@`, `$?`. */
export function lookUp(shell: Shell, name: string): Found {
  const found = read(shell, name);
  if ('text' in found && found.text === undefined && shell.options.has('nounset')) throw unbound(name);
  return found;
}

const unbound = (name: string): ShellError => new ShellError(`${name}: unbound variable`, { fatal: true, status: 127 });

function read(shell: Shell, name: string): Found {
  const first = name.charCodeAt(0);
  if (first >= 48 && first <= 57) return { text: name === '0' ? shell.name : shell.positional[Number(name) - 1] };
  switch (name) {
    case '@':
      return { items: shell.positional, star: false };
    case '*':
      return { items: shell.positional, star: true };
    case '#':
      return { text: String(shell.positional.length) };
    case '?':
      return { text: String(shell.status) };
    case '$':
      return { text: String(shell.pid) };
    case '!':
      return { text: shell.lastBackground === undefined ? undefined : String(shell.lastBackground) };
    case '-':
      return { text: optionLetters(shell) };
    case '_':
      return { text: shell.lastArgument };
    default:
      return { text: shell.variables.get(name) };
  }
}

const letters: readonly (readonly [string, string])[] = [
  ['allexport', 'a'],
  ['errexit', 'e'],
  ['noglob', 'f'],
  ['hashall', 'h'],
  ['monitor', 'm'],
  ['noexec', 'n'],
  ['nounset', 'u'],
  ['verbose', 'v'],
  ['xtrace', 'x'],
  ['braceexpand', 'B'],
  ['noclobber', 'C'],
  ['histexpand', 'H'],
];

/** `$-`. */
function optionLetters(shell: Shell): string {
  const set = letters.filter(([name]) => shell.options.has(name)).map(([, letter]) => letter);
  const source = shell.options.has('command') ? 'c' : shell.options.has('stdin') ? 's' : '';
  return [...set.filter((letter) => letter >= 'a'), shell.interactive ? 'i' : '', ...set.filter((letter) => letter < 'a'), source].join('');
}

/** `${…}`. A `word` in the answer is to be expanded in its place. */
export function* expandParameter(shell: Shell, part: ParameterExpansionPart, expander: Expander): Routine<Found | { readonly word: Word }> {
  if (badForm(shell.flavor, part)) throw new ShellError(shell.flavor === 'dash' ? 'Bad substitution' : 'syntax error: bad substitution', { fatal: true });
  if (part.operation?.type === 'Unknown') throw badSubstitution(part);
  if (part.prefix === '!') {
    if (part.operation?.type === 'Names') return names(shell, part);
    if (part.index && isAll(part.index)) return keys(shell, part.parameter, part.index);
    return yield* indirect(shell, part, expander);
  }
  if (!/^(?:[A-Za-z_]\w*|\d+|[@*#?$!_-])$/.test(part.parameter)) throw badSubstitution(part);
  const found = yield* find(shell, part.parameter, part.index, expander);
  const label = part.index ? `${part.parameter}[${part.index.text}]` : part.parameter;
  if (part.prefix === '#') return { text: length(shell, found, label) };
  if (!part.operation) return checked(shell, found, label);
  return yield* operate(shell, found, part.operation, { label, name: part.parameter, index: part.index }, expander);
}

const badSubstitution = (part: ParameterExpansionPart): ShellError => new ShellError(`${part.text}: bad substitution`, { fatal: true });

const isAll = (index: Word): boolean => index.text === '@' || index.text === '*';

function checked(shell: Shell, found: Found, label: string): Found {
  if ('text' in found && found.text === undefined && shell.options.has('nounset')) throw unbound(label);
  return found;
}

function names(shell: Shell, part: ParameterExpansionPart): Found {
  const star = part.operation?.type === 'Names' && part.operation.operator === '*';
  const all = new Set([...shell.variables.names(), ...shell.variables.dynamicNames()]);
  return { items: [...all].filter((name) => name.startsWith(part.parameter)).sort(), star };
}

function keys(shell: Shell, name: string, index: Word): Found {
  const value = shell.variables.value(name);
  const star = index.text === '*';
  if (value === undefined) return { items: [], star };
  return { items: typeof value === 'string' ? ['0'] : [...value.keys()].map(String), star };
}

function* indirect(shell: Shell, part: ParameterExpansionPart, expander: Expander): Routine<Found | { readonly word: Word }> {
  const variable = shell.variables.find(part.parameter);
  if (variable?.nameref) return { text: shell.variables.target(part.parameter) };
  const pointer = yield* find(shell, part.parameter, part.index, expander);
  const target = 'items' in pointer ? pointer.items.join(' ') : pointer.text;
  if (target === undefined || target === '') {
    if (target === undefined && part.operation?.type !== 'Default') throw new ShellError(`${part.parameter}: invalid indirect expansion`, { fatal: true });
    return part.operation
      ? yield* operate(shell, { text: undefined }, part.operation, { label: part.parameter, name: part.parameter, index: undefined }, expander)
      : { text: '' };
  }
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(target);
  if (!element && !/^(?:[A-Za-z_]\w*|\d+|[@*#?$!_-])$/.test(target)) throw new ShellError(`${target}: invalid variable name`, { fatal: true });
  const index: Word | undefined = element ? { type: 'Word', pos: 0, end: 0, text: element[2] as string, value: element[2] as string } : undefined;
  const name = element ? (element[1] as string) : target;
  const found = yield* find(shell, name, index, expander);
  return part.operation ? yield* operate(shell, found, part.operation, { label: target, name, index }, expander) : checked(shell, found, target);
}

/** The value of a name, or of its element. */
function* find(shell: Shell, name: string, index: Word | undefined, expander: Expander): Routine<Found> {
  if (!index) return read(shell, name);
  const value = shell.variables.value(name);
  if (isAll(index)) {
    const items = value === undefined ? [] : typeof value === 'string' ? [value] : itemsOf(value);
    return { items, star: index.text === '*' };
  }
  if (value instanceof AssociativeArray) return { text: value.get(yield* expander.string(index)) };
  const at = Number(yield* expander.number(index.text));
  if (value instanceof IndexedArray) {
    if (at < 0 && value.next + at < 0) throw new ShellError(`${name}: bad array subscript`);
    return { text: value.get(at) };
  }
  return { text: at === 0 || at === -1 ? value : undefined };
}

const itemsOf = (value: IndexedArray | AssociativeArray): string[] =>
  value instanceof IndexedArray ? value.values() : [...value.keys()].map((key) => value.get(key) as string);

function length(shell: Shell, found: Found, label: string): string {
  if ('items' in found) return String(found.items.length);
  if (found.text === undefined && shell.options.has('nounset')) throw unbound(label);
  return String(characters(found.text ?? '').length);
}

/** Code points where they matter: most texts have none beyond one unit. */
const characters = (text: string): string | string[] => (/[\ud800-\udbff]/.test(text) ? [...text] : text);

type Target = { readonly label: string; readonly name: string; readonly index: Word | undefined };

function* operate(shell: Shell, found: Found, operation: ParameterOperation, target: Target, expander: Expander): Routine<Found | { readonly word: Word }> {
  if (operation.type === 'Default') return yield* defaulted(shell, found, operation, target, expander);
  if (operation.type === 'Transform') return transform(shell, found, operation.operand.value, target);
  checked(shell, found, target.label);
  const tried: Tried = (letters) => shell.process.toil((1 + letters) / lettersPerStep);
  switch (operation.type) {
    case 'Remove': {
      const pattern = parsePattern(yield* expander.pattern(operation.operand));
      return each(found, (text) => remove(text, pattern, operation.operator, tried));
    }
    case 'Replace': {
      const pattern = parsePattern(yield* expander.pattern(operation.pattern), shell.shopt.has('nocasematch'));
      const replacement = yield* expander.pattern(operation.replacement, (text) => text.replace(/[\\&]/g, '\\$&'));
      return each(found, (text) => replace(text, pattern, operation.operator, replacement, tried));
    }
    case 'CaseModification': {
      const pattern = operation.operand ? parsePattern(yield* expander.pattern(operation.operand)) : undefined;
      return each(found, (text) => changeCase(text, pattern, operation.operator));
    }
    case 'Slice': {
      const offset = Number(yield* expander.number(operation.offset.text));
      const count = operation.length ? Number(yield* expander.number(operation.length.text)) : undefined;
      return slice(shell, found, offset, count, target);
    }
    default:
      throw new ShellError(`\${${target.label}}: bad substitution`, { fatal: true });
  }
}

const each = (found: Found, change: (text: string) => string): Found =>
  'items' in found ? { ...found, items: found.items.map(change) } : { text: change(found.text ?? '') };

function* defaulted(
  shell: Shell,
  found: Found,
  operation: Extract<ParameterOperation, { type: 'Default' }>,
  target: Target,
  expander: Expander,
): Routine<Found | { readonly word: Word }> {
  const { operator, operand } = operation;
  const whole = 'items' in found ? (found.items.length === 0 ? undefined : found.items.join(' ')) : found.text;
  const there = operator.startsWith(':') ? whole !== undefined && whole !== '' : whole !== undefined;
  const kind = operator[operator.length - 1];
  if (kind === '+') return there ? { word: operand } : { text: '' };
  if (there) return found;
  if (kind === '-') return { word: operand };
  const text = yield* expander.string(operand);
  if (kind === '?') {
    const message = text !== '' ? text : operator === ':?' ? 'parameter null or not set' : 'parameter not set';
    throw new ShellError(`${target.label}: ${message}`, { fatal: true, status: 127 });
  }
  if (!/^[A-Za-z_]/.test(target.name)) throw new ShellError(`$${target.name}: cannot assign in this way`, { fatal: true });
  shell.set(target.name, target.index?.text, text);
  return { text };
}

function slice(shell: Shell, found: Found, offset: number, count: number | undefined, target: Target): Found {
  if ('items' in found) return { ...found, items: sliceItems(shell, found.items, offset, count, target) };
  const text = characters(found.text ?? '');
  const from = offset < 0 ? text.length + offset : offset;
  if (from < 0 || from > text.length) return { text: '' };
  const to = count === undefined ? text.length : count < 0 ? text.length + count : from + count;
  if (to < from && count !== undefined && count < 0) throw new ShellError(`${count}: substring expression < 0`, { fatal: true });
  const part = text.slice(from, to);
  return { text: typeof part === 'string' ? part : part.join('') };
}

function sliceItems(shell: Shell, items: readonly string[], offset: number, count: number | undefined, target: Target): readonly string[] {
  if (count !== undefined && count < 0) throw new ShellError(`${count}: substring expression < 0`, { fatal: true });
  const value = shell.variables.value(target.name);
  // `${@:0}` begins with $0; indexes of a sparse array are its own.
  if (!target.index) {
    const all = [shell.name, ...items];
    const from = offset < 0 ? all.length + offset : offset;
    return from < 0 ? [] : all.slice(from, count === undefined ? undefined : from + count);
  }
  if (value instanceof IndexedArray) {
    const from = offset < 0 ? value.next + offset : offset;
    const rest = from < 0 ? [] : value.keys().filter((key) => key >= from);
    return rest.slice(0, count).map((key) => value.get(key) as string);
  }
  const from = offset < 0 ? items.length + offset : offset;
  return from < 0 ? [] : items.slice(from, count === undefined ? undefined : from + count);
}
