/** The screen, or its lines where there can be no screen: pipes, dumb terminals, screen readers. */
import type { Arguments } from '../arguments.ts';
import type { Kept, Services } from '../tui/services.ts';
import { lessonKey, readCatalogue } from './catalogue.ts';
import { languageOf } from './language.ts';
import { changeProgress, type Progress, readProgress } from './progress.ts';
import { handIn } from './submit.ts';

declare const K8S_LAB_VERSION: string;

export type ScreenOptions = {
  readonly values: Arguments['values'];
  /** A lesson to open at once. */
  readonly target?: string | undefined;
  /** A shell in this world, without a lesson. */
  readonly world?: string;
  readonly seed: number;
};

/** The exit status. */
export async function openScreen(options: ScreenOptions): Promise<number> {
  const services = await servicesOf(options);
  if (isPlain(options.values.plain)) return (await import('./plain.ts')).runPlain(services);
  // Ink's components ask this variable for colours.
  if (!services.colours) process.env['FORCE_COLOR'] = '0';
  return (await import('../tui/index.ts')).runTui(services);
}

/** Asked for, or nothing else is of use. */
function isPlain(asked: boolean | undefined, env: NodeJS.ProcessEnv = process.env): boolean {
  const reader = ['INK_SCREEN_READER', 'SCREEN_READER', 'ACCESSIBLE'].some((name) => env[name] && env[name] !== '0' && env[name] !== 'false');
  return asked === true || !process.stdin.isTTY || !process.stdout.isTTY || env['TERM'] === 'dumb' || reader;
}

async function servicesOf({ values, target, world, seed }: ScreenOptions): Promise<Services> {
  const tracks = await readCatalogue(values.lessons);
  let progress: Progress = readProgress(undefined, (text) => process.stderr.write(`${text}\n`));
  const lesson = target === undefined ? undefined : lessonKey(tracks, target);
  return {
    tracks,
    language: values.lang === undefined && progress.language ? progress.language : languageOf(values.lang),
    colours: !process.env['NO_COLOR'],
    target: lesson !== undefined ? { lesson } : world !== undefined ? 'shell' : undefined,
    worlds: async () => {
      const [{ lessonWorlds }, { lessonSeedOf }] = await Promise.all([import('./lesson-worlds.ts'), import('./learner-seed.ts')]);
      // A name given in the menu counts from the next lesson on.
      return lessonWorlds({ lessons: values.lessons, seed: world === undefined ? lessonSeedOf(values) : seed, world: world ?? 'kubeadm-3' });
    },
    kept: () => progress,
    keep: (change: Partial<Kept>) => {
      const changed = changeProgress((now) => merged(now, change));
      // What could not be saved is kept as long as the lab runs.
      progress = changed.problem === undefined ? changed.progress : merged(progress, change);
      return changed.problem;
    },
    handIn: (who, path, over) => handIn(progress, who, path, over),
    engine: typeof K8S_LAB_VERSION === 'string' ? K8S_LAB_VERSION : 'source',
  };
}

/** An empty name takes the name away. */
function merged(now: Progress, { name, lessons, ...rest }: Partial<Kept>): Progress {
  const next = { ...now, ...rest, lessons: { ...now.lessons, ...lessons } };
  if (name === undefined) return next;
  const { name: _before, ...nameless } = next;
  return name === '' ? nameless : { ...nameless, name };
}
