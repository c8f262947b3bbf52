/** What a learner hands in: who, and for each lesson what reached its world from outside. docs/grading.md describes the file. */

import type { Language } from '../lessons/lesson.ts';
import { linkLength } from './chain.ts';
import { type Fields, FormatError, fieldsOf } from './fields.ts';
import { type ProblemWords, problemWords } from './problem-words.ts';
import { visibleJson } from './visible.ts';

/** First field of every file, so that another JSON file is told apart. */
export const submissionFormat = 'k8s-lab/submission';
/** Files of other versions are refused. */
export const submissionVersion = 1;

/** `at` is virtual time since the world was ready, in milliseconds. `undo` takes back so many of the events that still stood. */
export type SubmittedEvent = {
  readonly at: number;
  readonly link?: string;
} & (
  | { readonly line: string }
  | { readonly keys: string }
  | { readonly interrupt: true }
  | { readonly endOfFile: true }
  | { readonly resize: readonly [number, number] }
  | { readonly answer: readonly string[]; readonly step: string }
  | { readonly hint: string }
  | { readonly next: string }
  | { readonly undo: number }
);

/** Everything here was written by a stranger: checked field by field before use. */
export type SubmittedLesson = {
  /** `track/lesson`. */
  readonly lesson: string;
  /** SHA-256 over the files of the lesson that the learner had. */
  readonly hash: string;
  readonly engine: string;
  readonly world: string;
  readonly seed: number;
  /** By the learner's own clock. */
  readonly began?: string;
  readonly ended?: string;
  readonly events: readonly SubmittedEvent[];
  /** Virtual time when it was handed in. */
  readonly until: number;
  readonly chain: string;
};

/** One learner's file; `made` is the real date, as text. */
export type Submission = {
  readonly format: typeof submissionFormat;
  readonly version: typeof submissionVersion;
  readonly who: string;
  readonly made: string;
  readonly lessons: readonly SubmittedLesson[];
  readonly seal: string;
};

/** Why a file is no submission; `remedy` says what to do about it. */
type FileProblem = { readonly code: string; readonly message: string; readonly remedy: string };

/** Bytes, counts, characters; `until` in virtual milliseconds. */
export const limits = { fileBytes: 1024 * 1024, lessons: 200, events: 5_000, line: 20_000, who: 100, until: 366 * 24 * 3600 * 1000 };

/** The submission, or why the text is none. Keys that are not known are not read: claimed points have no effect. */
export function parseSubmission(text: string, language?: Language): Submission | FileProblem {
  const words = problemWords(language);
  if (text.length > limits.fileBytes) return tooLarge(text.length, words);
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return { code: 'not-json', ...words.notJson(whyNotJson(text.replace(/^\ufeff/, '').trim(), words)) };
  }
  try {
    return readSubmission(fieldsOf(data, words.theFile, words), words);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { code: error.code, message: error.message, remedy: error.remedy };
  }
}

/** In our own words: those of JSON.parse are others in each version of Node. */
function whyNotJson(text: string, words: ProblemWords): string {
  if (text === '') return words.empty;
  if (!text.startsWith('{')) return words.begins(JSON.stringify(text.slice(0, 20)));
  return text.endsWith('}') ? words.damaged : words.breaksOff(text.length);
}

/** For who has looked at the file's size before reading it. */
export const tooLarge = (bytes: number, words: ProblemWords): FileProblem => ({
  code: 'too-large',
  ...words.tooLarge(bytes >= 10 * 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MiB` : `${Math.round(bytes / 1024)} KiB`, `${limits.fileBytes / 1024} KiB`),
});

function readSubmission(file: Fields, words: ProblemWords): Submission {
  if (file.raw('format') !== submissionFormat) throw new FormatError('not-a-submission', words.otherFormat(submissionFormat));
  const version = file.raw('version');
  if (version !== submissionVersion) throw new FormatError('unknown-version', words.otherVersion(String(JSON.stringify(version)?.slice(0, 40))));
  const lessons = file.list('lessons', limits.lessons).map((each, index) => readLesson(fieldsOf(each, `lessons[${index}]`, words), words));
  const twice = lessons.find(({ lesson }, index) => lessons.findIndex((other) => other.lesson === lesson) !== index);
  if (twice) throw new FormatError('malformed', words.malformed(words.twice(twice.lesson)));
  return { format: submissionFormat, version: submissionVersion, who: readName(file, words), made: file.moment('made'), lessons, seal: file.hex('seal', 64) };
}

function readName(file: Fields, words: ProblemWords): string {
  const who = file.text('who', limits.who);
  if (who.trim() === '' || /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(who)) throw file.wrong('who', words.noName);
  return who;
}

function readLesson(fields: Fields, words: ProblemWords): SubmittedLesson {
  const lesson = fields.text('lesson', 200);
  if (!/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(lesson)) throw fields.wrong('lesson', words.noLesson);
  const began = fields.has('began') ? { began: fields.moment('began') } : {};
  const ended = fields.has('ended') ? { ended: fields.moment('ended') } : {};
  return {
    lesson,
    hash: fields.hex('hash', 64),
    engine: fields.text('engine', 100),
    world: fields.text('world', 100),
    seed: fields.whole('seed', 2 ** 32 - 1),
    ...began,
    ...ended,
    events: fields.list('events', limits.events).map((each, index) => readEvent(fieldsOf(each, words.theEvent(lesson, index + 1), words), words)),
    until: fields.whole('until', Number.MAX_SAFE_INTEGER),
    chain: fields.hex('chain', 64),
  };
}

/** What an event can be, by the key that says so. */
const kinds: Readonly<Record<string, (fields: Fields) => object>> = {
  line: (fields) => ({ line: fields.text('line', limits.line) }),
  keys: (fields) => ({ keys: fields.text('keys', limits.line) }),
  interrupt: () => ({ interrupt: true }),
  endOfFile: () => ({ endOfFile: true }),
  resize: (fields) => ({ resize: fields.size('resize') }),
  answer: (fields) => ({ answer: fields.texts('answer', 100), step: fields.text('step', 200) }),
  hint: (fields) => ({ hint: fields.text('hint', 200) }),
  next: (fields) => ({ next: fields.text('next', 200) }),
  undo: (fields) => ({ undo: fields.whole('undo', limits.events) }),
};

function readEvent(fields: Fields, words: ProblemWords): SubmittedEvent {
  const found = Object.keys(kinds).filter((kind) => fields.has(kind));
  const read = kinds[found[0] ?? ''];
  if (found.length !== 1 || !read) throw fields.wrong('', found.length === 0 ? words.noEvent : words.twoEvents(found.join(', ')));
  // Each reader gives one of the union's shapes.
  return { at: fields.whole('at', Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER), ...read(fields), link: fields.hex('link', linkLength) } as SubmittedEvent;
}

/** The file's text: an event a line, so that a learner can read it. */
export function submissionText(submission: Submission): string {
  const { lessons, seal, ...head } = submission;
  const lines = lessons.map(({ events, until, chain, ...rest }) => {
    const listed = events.map((event) => `      ${visibleJson(event)}`).join(',\n');
    const facts = Object.entries({ ...rest }).map(([key, value]) => `      ${visibleJson(key)}: ${visibleJson(value)},\n`);
    return `    {\n${facts.join('')}      "events": [${listed === '' ? '' : `\n${listed}\n      `}],\n      "until": ${until},\n      "chain": "${chain}"\n    }`;
  });
  const facts = Object.entries(head).map(([key, value]) => `  ${visibleJson(key)}: ${visibleJson(value)},\n`);
  return `{\n${facts.join('')}  "lessons": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}],\n  "seal": "${seal}"\n}\n`;
}
