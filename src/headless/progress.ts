/** What a learner has done, kept under the XDG state folder. Written whole and atomically; a damaged file is set aside, never lost. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SessionRecord } from '../session/inputs.ts';
import type { Trouble } from '../tui/troubles.ts';
import { lockFile } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { dropQuietly } from './write-whole.ts';

/** One lesson in the file. */
export type LessonProgress = {
  readonly done: boolean;
  readonly points: number /** The session in progress, to be taken up again. */;
  readonly session?: SessionRecord;
  /** The last session that was finished, to be handed in. */
  readonly record?: SessionRecord;
};
/** The whole file; another `version` is left alone. */
export type Progress = {
  readonly version: 1;
  readonly language?: 'en' | 'ko';
  readonly name?: string;
  readonly lessons: Readonly<Record<string, LessonProgress>>;
};

const empty: Progress = { version: 1, lessons: {} };

/** `$XDG_STATE_HOME/k8s-lab`, by default `~/.local/state/k8s-lab`. */
export const stateFolder = (env: NodeJS.ProcessEnv = process.env): string => join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'k8s-lab');

const damage = 'was damaged';
/** `folder` is the lab's state folder. */
export const fileIn = (folder: string): string => join(folder, 'progress.json');

/** `warn` is told when the file cannot be used, and what became of it: in a line, and as facts for a screen. */
export function readProgress(folder = stateFolder(), warn: (text: string, trouble: Trouble) => void = () => {}): Progress {
  const found = read(folder);
  const file = fileIn(folder);
  if ('progress' in found) return found.progress;
  if ('unreadable' in found) {
    const { unreadable: reason } = found;
    warn(`k8s-lab: ${file} cannot be read (${reason}); progress starts empty and is not saved there until it can`, { kind: 'unreadable', file, reason });
    return empty;
  }
  const aside = asideName(folder);
  const kind = found.problem === damage ? 'damaged' : 'version';
  try {
    renameSync(file, aside);
    warn(`k8s-lab: the progress file ${found.problem}; it was set aside as ${aside}, and a new one is begun`, { kind, file, aside });
  } catch {
    warn(`k8s-lab: the progress file ${file} ${found.problem}, and it could not be set aside`, { kind, file, aside: undefined });
  }
  return empty;
}

/** A name that is not taken: what was set aside before is not lost either. */
function asideName(folder: string): string {
  for (let number = 1; ; number++) {
    const name = join(folder, `progress.damaged-${number}.json`);
    if (!existsSync(name)) return name;
  }
}

type Found = { readonly progress: Progress } | { readonly unreadable: string } | { readonly problem: string };

function read(folder: string): Found {
  let text: string;
  try {
    text = readFileSync(fileIn(folder), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? { progress: empty } : { unreadable: (error as Error).message };
  }
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: damage };
    throw error;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(data: unknown): Found {
  if (!isRecord(data) || !isRecord(data['lessons'])) return { problem: damage };
  if (data['version'] !== 1) return { problem: `is of version ${JSON.stringify(data['version'])}, which this k8s-lab does not know` };
  const { name, language } = data;
  return {
    progress: {
      version: 1,
      ...(language === 'en' || language === 'ko' ? { language } : {}),
      ...(typeof name === 'string' ? { name } : {}),
      lessons: Object.fromEntries(Object.entries(data['lessons']).flatMap(([key, entry]) => (isRecord(entry) ? [[key, lessonOf(entry)]] : []))),
    },
  };
}

/** What of an entry can be used; a session that cannot be replayed is left out. */
function lessonOf({ done, points, session, record }: Readonly<Record<string, unknown>>): LessonProgress {
  return {
    done: done === true,
    points: typeof points === 'number' ? points : 0,
    ...(isSession(session) ? { session } : {}),
    ...(isSession(record) ? { record } : {}),
  };
}

const isSession = (value: unknown): value is SessionRecord =>
  isRecord(value) &&
  value['version'] === 1 &&
  typeof value['world'] === 'string' &&
  Number.isFinite(value['seed']) &&
  Number.isFinite(value['until']) &&
  Array.isArray(value['inputs']) &&
  value['inputs'].every((input) => isRecord(input) && Number.isFinite(input['at']));

/** Writes beside, then renames: whoever is killed meanwhile leaves the old file whole. Returns what went wrong, for the status line. */
export function writeProgress(progress: Progress, folder = stateFolder()): string | undefined {
  const temporary = join(folder, `.progress-${process.pid}.tmp`);
  try {
    makeFolder(folder, 0o700);
    writeFileSync(temporary, `${JSON.stringify(progress)}\n`, { mode: 0o600, flush: true });
    renameSync(temporary, fileIn(folder));
    return undefined;
  } catch (error) {
    dropQuietly(temporary);
    return (error as Error).message;
  }
}

/** Changes what is saved now, which another lab may have written since it was last read. */
export function changeProgress(change: (now: Progress) => Progress, folder = stateFolder()): { readonly progress: Progress; readonly problem?: string } {
  const unlock = lockFile(join(folder, '.progress.lock'));
  try {
    const found = read(folder);
    const progress = change('progress' in found ? found.progress : readProgress(folder));
    const problem = 'unreadable' in found ? found.unreadable : writeProgress(progress, folder);
    return { progress, ...(problem === undefined ? {} : { problem }) };
  } finally {
    unlock();
  }
}
