/** Gives files to worker threads, each one at a time. A worker that dies or hangs costs its file a grade, and nobody else anything. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { problemWords } from '../grading/problem-words.ts';
import type { GradeOptions, Outcome } from './grade-job.ts';
import type { Found } from './submission-files.ts';

/** Real time for one lesson, far above what the budget of steps takes. */
const longestLesson = 60_000;
const heapMegabytes = 512;
/** Worlds are short-lived rubbish: with more room for the young they go without being moved about. Shared by the workers. */
const youngMegabytes = 96;
const leastYoung = 12;

/** Beside the bundle; there is none when the lab runs from its sources, and then the main thread does the work. */
const workerFile = (): string => fileURLToPath(new URL('grade-worker.mjs', import.meta.url));

type PoolRun = {
  readonly files: readonly Found[];
  readonly options: GradeOptions;
  readonly jobs: number;
  /** Called in whatever order files are done. */
  readonly done: (outcome: Outcome, found: Found) => void;
  readonly stopped: () => boolean;
  readonly worker?: string;
};

export async function gradeAll(run: PoolRun): Promise<void> {
  const file = run.worker ?? workerFile();
  if (!existsSync(file)) return gradeHere(run);
  const queue = [...run.files].reverse();
  await Promise.all(Array.from({ length: Math.min(run.jobs, queue.length) }, () => lane(queue, run, file)));
}

async function gradeHere({ files, options, done, stopped }: PoolRun): Promise<void> {
  const [{ gradeFile }, { LessonShelf }] = await Promise.all([import('./grade-job.ts'), import('./lesson-shelf.ts')]);
  const shelf = new LessonShelf(options.lessons);
  for (const found of files) {
    if (stopped()) return;
    done(gradeFile(found, shelf, options), found);
    // Ctrl-C and the progress bar get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function lane(queue: Found[], run: PoolRun, file: string): Promise<void> {
  let worker: Worker | undefined;
  for (let found = queue.pop(); found && !run.stopped(); found = queue.pop()) {
    worker ??= new Worker(file, {
      workerData: run.options,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: Math.max(leastYoung, youngMegabytes / run.jobs) },
    });
    const outcome = await ask(worker, found, run.options);
    if (outcome.died) worker = undefined;
    run.done(outcome, found);
  }
  await worker?.terminate();
}

function ask(worker: Worker, found: Found, { language }: GradeOptions): Promise<Outcome & { readonly died?: true }> {
  const words = problemWords(language);
  return new Promise((resolve) => {
    const { file } = found;
    let timer: NodeJS.Timeout | undefined;
    const end = (outcome: Outcome & { readonly died?: true }): void => {
      clearTimeout(timer);
      // One by one: a worker without any listener at all would never be heard again.
      for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
      resolve(outcome);
    };
    const fail = (code: string, told: { readonly message: string; readonly remedy: string }): void =>
      end({ file, grades: [], traits: [], problem: { file, code, ...told }, died: true });
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        fail('exceeded-budget', words.tooLong(longestLesson / 1000));
        void worker.terminate();
      }, longestLesson);
    };
    const listeners = {
      message: (message: { readonly alive?: true; readonly outcome?: Outcome }) => (message.outcome ? end(message.outcome) : wait()),
      error: (error: NodeJS.ErrnoException) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? fail('exceeded-budget', words.tooMuchMemory(heapMegabytes)) : fail('lab-bug', words.failed(error.message)),
      exit: () => fail('lab-bug', words.silent),
    };
    for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
    wait();
    worker.postMessage(found);
  });
}
