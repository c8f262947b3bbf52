/** The learners' copy of a lesson: without hidden checks, trials, solutions and wrong samples, and the proof that nothing hidden is left in it. */
import { stringify } from '../apimachinery/yaml-library.ts';
import type { Check, Lesson, Problem } from './lesson.ts';
import { type LessonFiles, loadLesson } from './load.ts';
import { placeholders } from './variables.ts';
import { readYaml } from './yaml-source.ts';

type Variables = NonNullable<Lesson['world']['vars']>;

/** File name → text. The same lesson gives the same bytes. */
export function learnerCopy(files: LessonFiles['files']): Readonly<Record<string, string>> {
  const all = Object.entries(files).map(([name, text]) => [name, dataOf(name, text)] as const);
  const prose = JSON.stringify(all.filter(([name]) => name !== 'lesson.yaml'));
  return Object.fromEntries(all.map(([name, data]) => [name, written(name === 'lesson.yaml' ? withoutHidden(data as Lesson, prose) : data)]));
}

/** Anew from its data: comments may say what learners are not to know. */
export function withoutComments(name: string, text: string): string | readonly Problem[] {
  const source = readYaml(name, text);
  return 'data' in source ? written(source.data) : source;
}

const written = (data: unknown): string => stringify(data, { lineWidth: 0, aliasDuplicateObjects: false });

function dataOf(name: string, text: string): unknown {
  const source = readYaml(name, text);
  if (!('data' in source)) throw new Error(`${name} cannot be read`);
  return source.data;
}

function withoutHidden(lesson: Lesson, prose = ''): object {
  const { apiVersion, kind, audience: _audience, solutions: _solutions, wrong: _wrong, trials: _trials, steps, ...rest } = lesson;
  const open = steps.map((step) => {
    const { checks, ...others } = step;
    const seen = openParts(checks ?? []);
    return seen.length > 0 ? { ...others, checks: seen } : others;
  });
  const { vars, ...world } = rest.world;
  const said = `${JSON.stringify({ ...rest, world, steps: open })}${prose}`;
  const drawn = vars ? { world: { ...rest.world, vars: masked(vars, said) } } : {};
  return { apiVersion, kind, audience: 'learners', ...rest, ...drawn, steps: open };
}

/** Variables of hidden parts only: what they are called and could be says what is looked at, but those after them must be drawn as before. */
function masked(vars: Variables, said: string): Variables {
  const used = new Set(placeholders(said));
  return Object.fromEntries(
    Object.entries(vars).map(([name, variable], index) => {
      if (used.has(name)) return [name, variable];
      const other =
        'pick' in variable ? { pick: variable.pick.map((_, at) => at) } : 'int' in variable ? { int: [0, variable.int[1] - variable.int[0]] } : variable;
      return [`unused${index}`, other as Variables[string]];
    }),
  );
}

/** What learners get of a check: hidden parts of a combination go too, and a combination of nothing but hidden parts. */
function openPart(check: Check): Check | undefined {
  if (check.visibility === 'grader') return undefined;
  if ('not' in check) {
    const not = openPart(check.not);
    return not && { ...check, not };
  }
  const parts = partsOf(check);
  if (parts.length === 0) return check;
  const open = openParts(parts);
  if (open.length === 0) return undefined;
  if ('all' in check) return { ...check, all: open };
  if ('any' in check) return { ...check, any: open };
  return 'atLeast' in check ? { ...check, atLeast: { count: Math.min(check.atLeast.count, open.length), of: open } } : check;
}

const openParts = (checks: readonly Check[]): readonly Check[] => checks.flatMap((check) => openPart(check) ?? []);

/** What still gives something away in a copy, with the line; and whether it is a lesson at all. Nothing means: proven. */
export function leaks(original: Lesson, copy: LessonFiles): Problem[] {
  const loaded = loadLesson(copy);
  if (!('lesson' in loaded)) return [...loaded];
  const secrets = secretsOf(original);
  return Object.entries(copy.files).flatMap(([name, text]) => {
    const file = `${copy.folder}/${name}`;
    const kept = text.split('\n').flatMap((line, index): Problem[] => {
      if (!/^\s*(-\s+)?["']?(visibility|trials|solutions|wrong)["']?\s*:/.test(line) || name !== 'lesson.yaml') return [];
      return [{ file, line: index + 1, message: `"${line.trim()}" is only for graders`, remedy: 'This is a bug of the lab: please report it' }];
    });
    const source = readYaml(name, text);
    if (!('data' in source)) return kept;
    // Looked for in the values: in YAML a quote may stand as \".
    const told = textsIn(source.data).flatMap(([pointer, value]): Problem[] => {
      const secret = secrets.find((each) => value.split('\n').some((line) => tells(line, each)));
      const remedy = 'Take it out of the text, or give the hidden check another name';
      return secret === undefined ? [] : [{ file, line: source.lineOf(pointer), message: `it tells of "${secret}", which is hidden`, remedy }];
    });
    return [...kept, ...told];
  });
}

/** Every key and text, with its JSON pointer. */
function textsIn(data: unknown, pointer = ''): (readonly [pointer: string, text: string])[] {
  if (typeof data === 'string') return [[pointer, data]];
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const below = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    // A key is called as its schema wants: only what is long enough says something.
    return [...(Array.isArray(data) || key.length < telling ? [] : [[below, key] as const]), ...textsIn(value, below)];
  });
}

/** Shorter words stand anywhere; as a whole word only names that nobody says by accident are a leak. */
const telling = 8;

function tells(line: string, secret: string): boolean {
  if (secret.length >= telling && line.replace(/\s+/g, ' ').includes(secret.replace(/\s+/g, ' '))) return true;
  // In YAML a short name gives itself away where it is all that a value says.
  return new RegExp(`(^|:|-)\\s*["']?${secret.replace(/[^a-z0-9 -]/gi, '\\$&')}["']?\\s*$`).test(line) && /^[a-z0-9-]+$/.test(secret);
}

/** Names, expressions and lines that only graders know, less what the lesson says openly elsewhere. */
function secretsOf(lesson: Lesson): string[] {
  const hidden = lesson.steps.flatMap((step) => (step.checks ?? []).flatMap((check) => hiddenIn(check)));
  const trials = lesson.trials ?? [];
  const samples = lesson.wrong.filter(({ visibility }) => visibility === 'grader');
  const texts = [
    ...[...hidden, ...trials.flatMap(({ checks }) => checks.flatMap(flat))].flatMap((check) => [check.id ?? '', 'that' in check ? (check.that ?? '') : '']),
    ...trials.flatMap(({ id, run }) => [id, ...run]),
    ...samples.flatMap(({ name, script }) => [name, ...script.split('\n').map((line) => line.trim())]),
  ].filter((text) => text !== '');
  const open = JSON.stringify(withoutHidden(lesson));
  const said = (text: string): boolean => open.includes(JSON.stringify(text));
  return [...new Set(texts)].filter((text) => !said(text));
}

const flat = (check: Check): Check[] => [check, ...partsOf(check).flatMap(flat)];
const hiddenIn = (check: Check): Check[] => (check.visibility === 'grader' ? flat(check) : partsOf(check).flatMap(hiddenIn));

function partsOf(check: Check): readonly Check[] {
  if ('all' in check) return check.all;
  if ('any' in check) return check.any;
  if ('not' in check) return [check.not];
  return 'atLeast' in check ? check.atLeast.of : [];
}
