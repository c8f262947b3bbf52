/** Seeded variants: `{{name}}` in facts and prose stands for a value drawn from the learner's seed. */
import { fnv1a, Random } from '../sim/random.ts';
import type { Lesson } from './lesson.ts';

/** What each variable of a lesson stands for, by name. */
export type Values = Readonly<Record<string, string>>;

/** The values of a lesson's variables for a seed: the same for the same lesson and seed, whatever else is drawn. */
export function drawVariables(lesson: Lesson, seed: number): Values {
  const random = new Random(seed ^ fnv1a(`${lesson.track}/${lesson.id}`));
  const values: Record<string, string> = {};
  for (const [name, variable] of Object.entries(lesson.world.vars ?? {})) {
    if ('pick' in variable) values[name] = String(random.pick(variable.pick));
    else if ('int' in variable) values[name] = String(variable.int[0] + random.int(variable.int[1] - variable.int[0] + 1));
    else values[name] = random.uuid();
  }
  return values;
}

const placeholder = /\{\{\s*([A-Za-z]\w*)\s*\}\}/g;

/** Puts values in; a name that is no variable stays as it stands. */
export const fill = (text: string, values: Values): string =>
  text.replace(placeholder, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? whole) : whole));

/** The same for everything in a piece of data. A text that is one whole number's placeholder becomes that number. */
export function fillAll<T>(data: T, values: Values): T {
  if (typeof data === 'string') {
    const whole = /^\{\{\s*([A-Za-z]\w*)\s*\}\}$/.exec(data);
    const value = whole ? values[whole[1] as string] : undefined;
    return (value !== undefined && /^\d+$/.test(value) ? Number(value) : fill(data, values)) as T;
  }
  if (Array.isArray(data)) return data.map((each: unknown) => fillAll(each, values)) as T;
  if (data !== null && typeof data === 'object')
    return Object.fromEntries(Object.entries(data).map(([key, each]) => [fill(key, values), fillAll(each as unknown, values)])) as T;
  return data;
}

/** Names used in a text. */
export const placeholders = (text: string): string[] => [...text.matchAll(placeholder)].map((match) => match[1] as string);
