/** The screen, or its lines where there can be no screen: pipes, dumb terminals, screen readers. */

import type { Arguments } from '../arguments.ts';
import type { Kept, Services } from '../tui/services.ts';
import { coloursOf } from '../tui/text/style.ts';
import { type Trouble, troubleText } from '../tui/troubles.ts';
import { lessonKey, readCatalogue } from './catalogue.ts';
import { languageOf } from './language.ts';
import { changeProgress, fileIn, type Progress, readProgress, stateFolder } from './progress.ts';
import { handIn } from './submit.ts';

declare const K8S_LAB_VERSION: string;

/** What the command line asked for. */
export type ScreenOptions = {
  readonly values: Arguments['values'];
  /** A lesson to open at once. */
  readonly target?: string | undefined;
  /** A shell in this world, without a lesson. */
  readonly world?: string;
  /** Of a shell; lessons have the learner's. */
  readonly seed?: number;
};

/** The exit status. */
export async function openScreen(options: ScreenOptions): Promise<number> {
  const services = await servicesOf(options);
  if (isPlain(options.values.plain)) return (await import('./plain.ts')).runPlain(services);
  // Ink's components ask this variable for colours.
  if (!services.colours) process.env['FORCE_COLOR'] = '0';
  const status = await (await import('../tui/index.ts')).runTui(services);
  const trouble = services.unsaved();
  // The screen has gone, and with it what was said there.
  if (trouble) {
    const { question, note } = troubleText(trouble, services.kept().language ?? services.language);
    process.stderr.write(`k8s-lab: ${question}\n${note}\n`);
  }
  return status;
}

/** Asked for, or nothing else is of use. */
function isPlain(asked: boolean | undefined, env: NodeJS.ProcessEnv = process.env): boolean {
  const reader = ['INK_SCREEN_READER', 'SCREEN_READER', 'ACCESSIBLE'].some((name) => env[name] && env[name] !== '0' && env[name] !== 'false');
  return asked === true || !process.stdin.isTTY || !process.stdout.isTTY || env['TERM'] === 'dumb' || reader;
}

async function servicesOf({ values, target, world, seed }: ScreenOptions): Promise<Services & { readonly unsaved: () => Trouble | undefined }> {
  let unsaved: Trouble | undefined;
  const catalogue = await readCatalogue(values.lessons);
  const { tracks, problems } = catalogue;
  const file = fileIn(stateFolder());
  const troubles: Trouble[] = [];
  let progress: Progress = readProgress(undefined, (_text, trouble) => void troubles.push(trouble));
  const isShared = newSharing(progress);
  if (values.lessons !== undefined && problems.length > 0) troubles.push({ kind: 'lessons', folder: values.lessons, problems });
  const { lessonSeedOf } = await import('./learner-seed.ts');
  // What is wrong with a seed or a name is said before there is a screen.
  const lessonSeed = seed ?? lessonSeedOf(values);
  const lesson = target === undefined ? undefined : lessonKey(catalogue, target);
  return {
    tracks,
    language: values.lang === undefined && progress.language ? progress.language : languageOf(values.lang),
    colours: coloursOf(process.env),
    target: lesson !== undefined ? { lesson } : world !== undefined ? 'shell' : undefined,
    worlds: async () => {
      const { lessonWorlds } = await import('./lesson-worlds.ts');
      // A name given in the menu counts from the next lesson on.
      return lessonWorlds({ lessons: values.lessons, seed: world === undefined ? lessonSeedOf(values) : lessonSeed, world: world ?? 'kubeadm-3' });
    },
    kept: () => progress,
    keep: (change: Partial<Kept>) => {
      let shared = false;
      const changed = changeProgress((now) => {
        const next = merged(now, change);
        shared = isShared(now, next, Object.keys(change.lessons ?? {}));
        return next;
      });
      // What could not be saved is kept as long as the lab runs.
      progress = changed.problem === undefined ? changed.progress : merged(progress, change);
      unsaved = changed.problem === undefined ? undefined : { kind: 'notSaved', file, reason: changed.problem };
      return unsaved ?? (shared ? { kind: 'shared', file } : undefined);
    },
    troubles,
    unsaved: () => unsaved,
    handIn: (who, path, over) => handIn(progress, who, path, over),
    engine: typeof K8S_LAB_VERSION === 'string' ? K8S_LAB_VERSION : 'source',
  };
}

/** Tells whether lessons on the disk are other than this lab wrote them last. As texts: a session's own inputs grow on. */
function newSharing(begun: Progress): (now: Progress, next: Progress, keys: readonly string[]) => boolean {
  const text = ({ lessons }: Progress, key: string): string => JSON.stringify(lessons[key] ?? '');
  const written = new Map(Object.keys(begun.lessons).map((key) => [key, text(begun, key)]));
  return (now, next, keys) => {
    const shared = keys.some((key) => now.lessons[key] !== undefined && text(now, key) !== written.get(key));
    for (const key of keys) written.set(key, text(next, key));
    return shared;
  };
}

/** An empty name takes the name away. */
function merged(now: Progress, { name, lessons, ...rest }: Partial<Kept>): Progress {
  const next = { ...now, ...rest, lessons: { ...now.lessons, ...lessons } };
  if (name === undefined) return next;
  const { name: _before, ...nameless } = next;
  return name === '' ? nameless : { ...nameless, name };
}
