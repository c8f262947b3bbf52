/** A worker thread that grades one file after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { type GradeOptions, gradeFile } from './grade-job.ts';
import { LessonShelf } from './lesson-shelf.ts';
import type { Found } from './submission-files.ts';

// Most errors here are answers of the world (no such file …), and nobody reads where they were made.
Error.stackTraceLimit = 0;

const options = workerData as GradeOptions;
const shelf = new LessonShelf(options.lessons);

parentPort?.on('message', (found: Found) => {
  parentPort?.postMessage({ outcome: gradeFile(found, shelf, options, () => parentPort?.postMessage({ alive: true })) });
});
