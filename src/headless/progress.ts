/** What a learner has done, kept under the XDG state folder. Written whole and atomically; a damaged file is set aside, never lost. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SessionRecord } from '../session/inputs.ts';

export type LessonProgress = {
  readonly done: boolean;
  readonly points: number /** The session in progress, to be taken up again. */;
  readonly session?: SessionRecord;
  /** The last session that was finished, to be handed in. */
  readonly record?: SessionRecord;
};
export type Progress = {
  readonly version: 1;
  readonly language?: 'en' | 'ko';
  readonly name?: string;
  readonly lessons: Readonly<Record<string, LessonProgress>>;
};

const empty: Progress = { version: 1, lessons: {} };

/** `$XDG_STATE_HOME/k8s-lab`, by default `~/.local/state/k8s-lab`. */
export const stateFolder = (env: NodeJS.ProcessEnv = process.env): string => join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'k8s-lab');

const fileIn = (folder: string): string => join(folder, 'progress.json');

/** `warn` is told when a damaged file was set aside. */
export function readProgress(folder = stateFolder(), warn: (text: string) => void = () => {}): Progress {
  let text: string;
  try {
    text = readFileSync(fileIn(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      warn(`k8s-lab: ${fileIn(folder)} cannot be read (${(error as Error).message}); progress starts empty and is not saved there until it can`);
    return empty;
  }
  const progress = parse(text);
  if (progress) return progress;
  const aside = join(folder, `progress.damaged-${process.pid}.json`);
  try {
    renameSync(fileIn(folder), aside);
    warn(`k8s-lab: the progress file was damaged; it was set aside as ${aside}, and a new one is begun`);
  } catch {
    warn(`k8s-lab: the progress file ${fileIn(folder)} is damaged and could not be set aside`);
  }
  return empty;
}

function parse(text: string): Progress | undefined {
  try {
    const data = JSON.parse(text) as Partial<Progress> | null;
    return data?.version === 1 && typeof data.lessons === 'object' && data.lessons !== null ? (data as Progress) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Writes beside, then renames: whoever is killed meanwhile leaves the old file whole. Returns what went wrong, for the status line. */
export function writeProgress(progress: Progress, folder = stateFolder()): string | undefined {
  const temporary = join(folder, `.progress-${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(progress)}\n`, { mode: 0o600, flush: true });
    renameSync(temporary, fileIn(folder));
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return (error as Error).message;
  }
}
