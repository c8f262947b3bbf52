/** Assignments: `x=1`, `x+=1`, `a[i]=1`, `a=(…)`. */
import type { ArrayValue, Assignment, Word } from 'unbash';
import type { Routine } from '../sim/routine.ts';
import { arithmeticValue, expandString, expandText, expandWords } from './expand.ts';
import { quoteIfNeeded } from './quote.ts';
import type { ArrayElement, Shell } from './shell.ts';
import { parseWord } from './source.ts';
import { AssociativeArray, IndexedArray } from './variable-values.ts';

/** Carries out an assignment; gives it as `set -x` shows it. */
export function* applyAssignment(shell: Shell, assignment: Assignment): Routine<string> {
  const { name, value, index } = assignment;
  const append = assignment.append ?? false;
  const operator = append ? '+=' : '=';
  if (value.type === 'ArrayValue') {
    assignArray(shell, name, yield* arrayElements(shell, value), append);
    return `${name}${operator}(${value.elements.map((element) => element.text).join(' ')})`;
  }
  const text = yield* expandString(shell, value);
  if (!index) shell.variables.set(name, text, append);
  else shell.variables.setElement(name, yield* keyOf(shell, name, index), text, append);
  if (shell.options.has('allexport')) shell.variables.export(name);
  return `${name}${index ? `[${index.text}]` : ''}${operator}${quoteIfNeeded(text)}`;
}

/** The key that a subscript means for a variable: a text for an associative array, else a number. */
function* keyOf(shell: Shell, name: string, subscript: Word): Routine<string | number> {
  if (shell.variables.value(name) instanceof AssociativeArray) return yield* expandString(shell, subscript);
  return Number(yield* arithmeticValue(shell, subscript.text));
}

/** The elements of `( … )`; a `[key]=value` keeps its key. */
export function* arrayElements(shell: Shell, value: ArrayValue): Routine<ArrayElement[]> {
  const out: ArrayElement[] = [];
  for (const word of value.elements) {
    const keyed = keyedElement(word);
    if (!keyed) for (const text of yield* expandWords(shell, [word])) out.push({ key: undefined, value: text, append: false });
    else
      out.push({
        key: yield* expandText(shell, keyed.key.replace(/^(['"])(.*)\1$/s, '$2')),
        value: yield* expandString(shell, parseWord(keyed.value)),
        append: keyed.append,
      });
  }
  return out;
}

function keyedElement(word: Word): { readonly key: string; readonly value: string; readonly append: boolean } | undefined {
  if (!word.text.startsWith('[')) return undefined;
  let depth = 0;
  for (let i = 0; i < word.text.length; i++) {
    if (word.text[i] === '[') depth++;
    if (word.text[i] !== ']' || --depth > 0) continue;
    const rest = /^(\+?)=(.*)$/s.exec(word.text.slice(i + 1));
    return rest ? { key: word.text.slice(1, i), value: rest[2] as string, append: rest[1] === '+' } : undefined;
  }
  return undefined;
}

/** Makes a variable an array of these elements, or adds them to it. */
export function assignArray(shell: Shell, name: string, elements: readonly ArrayElement[], append: boolean): void {
  const variable = shell.variables.touch(name);
  shell.variables.assertWritable(name, variable);
  const old = variable.value;
  if (old instanceof AssociativeArray) {
    const made = append ? old : new AssociativeArray();
    for (const pair of pairsOf(elements)) made.set(pair.key, shell.variables.cook(variable, pair.value, pair.append ? (made.get(pair.key) ?? '') : undefined));
    variable.value = made;
    return;
  }
  const made = append ? (old instanceof IndexedArray ? old : IndexedArray.from(old === undefined ? [] : [old])) : new IndexedArray();
  let next = made.next;
  for (const element of elements) {
    const at = element.key === undefined ? next : Number(shell.evaluate(element.key));
    made.set(at, shell.variables.cook(variable, element.value, element.append ? (made.get(at) ?? '') : undefined));
    next = at + 1;
  }
  variable.value = made;
}

/** `([k]=v …)`, or `(k v k v)` as bash 5.1 and later take it. */
function pairsOf(elements: readonly ArrayElement[]): { readonly key: string; readonly value: string; readonly append: boolean }[] {
  if (elements.some((element) => element.key !== undefined))
    return elements.flatMap((element) => (element.key === undefined ? [] : [{ ...element, key: element.key }]));
  const out: { key: string; value: string; append: boolean }[] = [];
  for (let i = 0; i < elements.length; i += 2) out.push({ key: elements[i]?.value ?? '', value: elements[i + 1]?.value ?? '', append: false });
  return out;
}
