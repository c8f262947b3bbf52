/** From a lesson's files to a lesson, or to what is wrong with them: file, line, what was found, what to do. */

import { createHash } from 'node:crypto';
import { type OutputUnit, Validator } from '@cfworker/json-schema';
import lessonSchema from '../../lessons/schema/lesson.schema.json' with { type: 'json' };
import proseSchema from '../../lessons/schema/prose.schema.json' with { type: 'json' };
import { type Language, type Lesson, type LoadedLesson, languages, type Problem, type Prose } from './lesson.ts';
import { checkProse, checkReferences } from './references.ts';
import { readYaml, type Source } from './yaml-source.ts';

/** File name (`lesson.yaml`, `en.yaml`, `ko.yaml`) → text. `folder` stands before the names in messages. */
export type LessonFiles = { readonly folder: string; readonly files: Readonly<Record<string, string>> };

/** A copy for learners has none. */
const noAnswers: Pick<Lesson, 'solutions' | 'wrong'> = { solutions: [], wrong: [] };

export function loadLesson({ folder, files }: LessonFiles): LoadedLesson | readonly Problem[] {
  const problems: Problem[] = [];
  const read = (name: string, schema: object): Source | undefined => {
    const file = `${folder}/${name}`;
    const text = files[name];
    if (text === undefined) {
      problems.push({
        file,
        line: 1,
        message: 'the file is missing',
        remedy: `A lesson has lesson.yaml and, in every language, ${languages.map((each) => `${each}.yaml`).join(' and ')}`,
      });
      return undefined;
    }
    const source = readYaml(file, text);
    if (!('data' in source)) {
      problems.push(...source);
      return undefined;
    }
    const wrong = againstSchema(source, schema);
    problems.push(...wrong);
    return wrong.length > 0 ? undefined : source;
  };
  const facts = read('lesson.yaml', lessonSchema);
  const texts = languages.map((language) => [language, read(`${language}.yaml`, proseSchema)] as const);
  if (facts) {
    // The schema has said that it is one.
    const lesson: Lesson = { ...noAnswers, ...(facts.data as Lesson) };
    problems.push(...checkReferences(lesson, facts));
    for (const [, prose] of texts) if (prose) problems.push(...checkProse(lesson, prose));
    if (problems.length === 0)
      return {
        lesson,
        prose: Object.fromEntries(texts.map(([language, prose]) => [language, prose?.data as Prose])) as Record<Language, Prose>,
        hash: hashOf(files),
      };
  }
  return problems;
}

const hashOf = (files: Readonly<Record<string, string>>): string => {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) hash.update(`${name}\0${files[name]}\0`);
  return hash.digest('hex');
};

function againstSchema(source: Source, schema: object): Problem[] {
  const { errors } = new Validator(schema, '2020-12', false).validate(source.data);
  // The deepest errors say what is wrong; those above repeat that something below is.
  const deepest = errors.filter((error) => !errors.some((other) => other !== error && other.instanceLocation.startsWith(`${error.instanceLocation}/`)));
  const seen = new Set<string>();
  return deepest.flatMap((error) => {
    const pointer = error.instanceLocation.replace(/^#/, '');
    const message = `${pointer === '' ? 'the file' : pointer.slice(1).replaceAll('/', '.')}: ${words(error)}`;
    if (seen.has(message) || isRepetition(error)) return [];
    seen.add(message);
    return [{ file: source.file, line: source.lineOf(pointer), message, remedy: remedy(error) }];
  });
}

const isRepetition = (error: OutputUnit): boolean =>
  ['properties', 'items', '$ref', 'additionalProperties'].includes(error.keyword) &&
  !/does not match additional|additional properties/i.test(error.error) &&
  error.keyword !== 'additionalProperties';

const words = (error: OutputUnit): string => {
  if (error.keyword === 'false' || error.keyword === 'additionalProperties') return 'there is no such key';
  return error.error
    .replace(/^Instance /, '')
    .replace(/^Property "(\w+)" does not match.*$/, '"$1" is not as it should be')
    .replace(/\.$/, '');
};

function remedy(error: OutputUnit): string {
  const kind = error.keyword;
  if (kind === 'false' || kind === 'additionalProperties') return 'Take it out, or correct its spelling; lessons/schema has all keys';
  if (kind === 'required') return 'Add it';
  if (kind === 'enum' || kind === 'const') return 'Use one of the values named';
  if (kind === 'type') return 'Give a value of that type';
  return 'See lessons/schema';
}
