/** From a lesson's files to a lesson, or to what is wrong with them: file, line, what was found, what to do. */

import { createHash } from 'node:crypto';
import lessonSchema from '../../lessons/schema/lesson.schema.json' with { type: 'json' };
import proseSchema from '../../lessons/schema/prose.schema.json' with { type: 'json' };
import { type Language, type Lesson, type LoadedLesson, languages, type Problem, type Prose } from './lesson.ts';
import { checkProse, checkReferences } from './references.ts';
import { schemaProblems } from './schema-problems.ts';
import { readYaml, type Source } from './yaml-source.ts';

/** File name (`lesson.yaml`, `en.yaml`, `ko.yaml`) → text. `folder` stands before the names in messages. */
export type LessonFiles = { readonly folder: string; readonly files: Readonly<Record<string, string>> };

/** A copy for learners has none. */
const noAnswers: Pick<Lesson, 'solutions' | 'wrong'> = { solutions: [], wrong: [] };

/** Either the lesson or everything that is wrong with it; never throws for a file's content. */
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
    const wrong = schemaProblems(source, schema);
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
        at: (name, pointer) => {
          const source = name === 'lesson.yaml' ? facts : texts.find(([language]) => `${language}.yaml` === name)?.[1];
          return { file: `${folder}/${name}`, line: source?.lineOf(pointer) ?? 1 };
        },
      };
  }
  return problems;
}

const hashOf = (files: Readonly<Record<string, string>>): string => {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) hash.update(`${name}\0${files[name]}\0`);
  return hash.digest('hex');
};
