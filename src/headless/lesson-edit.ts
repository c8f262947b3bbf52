/** `k8s-lab lesson edit DIR`: the lesson's three files in $EDITOR, and what is wrong with them afterwards. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../arguments.ts';
import { problemText } from '../lessons/lesson.ts';
import { readLesson } from './lessons-folder.ts';

export async function editLesson([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) throw new UsageError('lesson edit takes the folder of a lesson');
  const files = ['lesson.yaml', 'en.yaml', 'ko.yaml'].map((name) => join(folder, name));
  if (!existsSync(files[0] as string)) throw new UsageError(`${files[0]}: no such file; a lesson is a folder with lesson.yaml, en.yaml and ko.yaml`);
  const [editor = 'vi', ...args] = (process.env['VISUAL'] || process.env['EDITOR'] || 'vi').split(/\s+/);
  const { exitCode, code } = await execa(editor, [...args, ...files], { stdio: 'inherit', reject: false });
  if (code === 'ENOENT') throw new UsageError(`the editor "${editor}" was not found; set EDITOR to one that is installed`);
  if (exitCode !== 0) return exitCode ?? 1;
  const read = readLesson(folder);
  if ('lesson' in read) {
    process.stdout.write(`${folder} reads well. Next: k8s-lab lesson check ${folder}\n`);
    return 0;
  }
  for (const problem of read) process.stderr.write(`${problemText(problem)}\n`);
  return 1;
}
