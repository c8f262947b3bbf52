/** `k8s-lab lesson new TRACK/NAME`: a lesson to begin with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import lessonSchema from '../../lessons/schema/lesson.schema.json' with { type: 'json' };
import proseSchema from '../../lessons/schema/prose.schema.json' with { type: 'json' };
import { UsageError } from '../arguments.ts';
import { lessonTemplate } from './lesson-template.ts';
import { WriteError, writeInFolder } from './write-whole.ts';

/** Below `course`; its schemas are put beside it, for editors. Nothing that is there already is written over. */
export function newLesson([name = '']: readonly string[], course: string): number {
  const [, track, id] = /^([a-z0-9][a-z0-9-]*)\/([a-z0-9][a-z0-9-]*)$/.exec(name) ?? [];
  if (!track || !id || /-(\/|$)/.test(name)) throw new UsageError(`lesson new takes TRACK/NAME, in small letters, digits and dashes, not "${name}"`);
  const folder = join(course, track, id);
  if (existsSync(folder)) throw new UsageError(`${folder} is there already; choose another name, or edit it: k8s-lab lesson edit ${folder}`);
  try {
    for (const [file, text] of Object.entries(lessonTemplate(track, id))) writeInFolder(join(folder, file), [text]);
    for (const [kind, schema] of Object.entries({ lesson: lessonSchema, prose: proseSchema })) {
      const path = join(course, 'schema', `${kind}.schema.json`);
      if (!existsSync(path)) writeInFolder(path, [JSON.stringify(schema, null, 2), '\n']);
    }
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    process.stderr.write(`k8s-lab: ${error.message}\n`);
    return 3;
  }
  process.stdout.write(`${folder}: lesson.yaml, en.yaml and ko.yaml
Next: k8s-lab lesson edit ${folder}
      k8s-lab lesson check ${folder}
      k8s-lab --lessons ${course} ${name}
`);
  return 0;
}
