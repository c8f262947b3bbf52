/** Ways to write grades: each gets them one by one, in their final order, so that ten thousand need no more memory than one. */
import type { Language } from '../../lessons/lesson.ts';
import type { FileReport, LessonGrade } from '../grade.ts';
import { classroom50 } from './classroom50.ts';
import { csvLong, csvWide } from './csv.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { table } from './table.ts';

/** What an exporter must know before the first grade. */
export type ExportContext = {
  readonly engine: string;
  /** Every lesson there is a grade for, in order: columns of wide tables. */
  readonly lessons: readonly string[];
  readonly learners: number;
  /** Of reports for people; default: English. */
  readonly language?: Language;
  /** Set by continuous integration: CLASSROOM, ASSIGNMENT, SUBMISSION_TAG … */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Yields the file in pieces, in the order of the grades. */
export type Exporter = (grades: Iterable<LessonGrade>, problems: readonly FileReport[], context: ExportContext) => Generator<string>;

/** `k8s-lab grade --format`, one each. */
export const exporters = { table, json, csv: csvWide, 'csv-long': csvLong, junit, classroom50, markdown } satisfies Record<string, Exporter>;
/** Names of formats. */
export type Format = keyof typeof exporters;
/** For the command line. */
export const isFormat = (name: string): name is Format => Object.hasOwn(exporters, name);
