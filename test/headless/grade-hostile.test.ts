/** Hostile submissions and lesson folders. K8S_LAB_FUZZ=10000 runs that many; `npm test` runs a few. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SubmittedEvent } from '../../src/grading/submission.ts';
import { gradeFile, type Outcome } from '../../src/headless/grade-job.ts';
import { lessonTexts } from '../../src/headless/lesson-files.ts';
import { LessonShelf } from '../../src/headless/lesson-shelf.ts';
import { course, grade, handIn, newFolder, options, put, rechained, solution } from './course.ts';

const wanted = Number(process.env['K8S_LAB_FUZZ'] ?? 24);
/** A hang is what takes longer, in processor time; a full run is held to it. */
const longest = 2_000;
const full = wanted >= 1_000;
const honest = handIn('kim', 'echo {{word}} > {{word}}.txt\nls');

/** Lines that never end, each in its own way. */
const endless = [
  'awk "BEGIN { while (1) n++ }"',
  'f() { f | f & }; f',
  'seq 1 100000000',
  'while :; do :; done',
  ':(){ :|:& };:',
  'yes | while read x; do :; done',
  'yes | grep -c nothing',
  'yes | sed s/y/n/ > /dev/null',
  'yes > /root/big',
  'cat /dev/zero | wc -c',
  'cat /dev/urandom | od',
  'sed ":a;ba" /etc/passwd',
  'while :; do ls /etc; done',
  'tr a b < /dev/zero',
];

describe('lines without end', () => {
  // Each costs a second: all of them in a full run.
  test.each(full ? endless : endless.slice(0, 6))('%s', { timeout: 600_000 }, (line) => {
    const submission = rechained(honest, 'kim', ({ events, until }) => ({ events: [...events, { line, at: until }], until: until + 3_600_000 }));
    const [found] = grade(submission).grades;
    expect(found).toMatchObject({ state: 'graded', finished: false });
    // What held before counts.
    expect(found?.steps[0]?.done).toBe(true);
    expect(found?.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^exceeded the budget \((steps|memory|processor time|work)\) at line 3; what held before that counts$/),
    ]);
  });

  test.each([
    'head -c 100M /dev/zero | md5sum',
    'head -c 2G /dev/zero | base64',
    'jq -n "[range(1e9)]"',
    'printf "%0999999999d" 1',
    'x=a; while :; do x=$x$x; done',
    // A node has only so many process ids: fork fails, as it does there.
    'while true; do sleep 1000 & done',
  ])('the world itself ends %s', (line) => {
    const submission = rechained(honest, 'kim', ({ events, until }) => ({ events: [...events, { line, at: until }], until: until + 60_000 }));
    expect(grade(submission).grades[0]).toMatchObject({ state: 'graded', finished: false });
  });
});

const words = [
  'ls',
  'cat',
  '/etc/passwd',
  '-rf',
  '/',
  '|',
  '>',
  '&',
  ';',
  '$(',
  ')',
  '"',
  "'",
  '*',
  '{{word}}',
  'yes',
  'kill',
  '-9',
  '1',
  '\u0000',
  '\ud800',
  '😀',
  '..',
  '<<EOF',
  '${x:-',
  '}',
  'exec',
  'ssh',
  'while',
  'do',
  'done',
  '$((',
  '))',
  '%s',
  '\\',
  '`',
  '!',
  '~',
  'rm',
  '__proto__',
  'constructor',
];
const anyLine = fc.oneof(
  fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((all) => all.join(' ')),
  fc.string({ maxLength: 60 }),
  fc.constantFrom(...endless),
);
const anyEvent = fc.oneof(
  { weight: 6, arbitrary: anyLine.map((line) => ({ line })) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((keys) => ({ keys })) },
  { weight: 1, arbitrary: fc.constantFrom({ interrupt: true as const }, { endOfFile: true as const }) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 300 })).map((resize) => ({ resize })) },
  { weight: 1, arbitrary: fc.record({ answer: fc.array(fc.string(), { maxLength: 3 }), step: fc.constantFrom('ask', 'write', '__proto__') }) },
  { weight: 1, arbitrary: fc.constantFrom({ hint: 'write' }, { hint: 'toString' }, { next: 'ask' }, { undo: 1 }, { undo: 0 }) },
);
const anySession = fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), anyEvent), { maxLength: 6 }).map((all) => {
  let at = 0;
  return all.map(([gap, event]) => {
    at += gap;
    return { ...event, at } as SubmittedEvent;
  });
});

/** Milliseconds of processor time: the wall's clock would measure what else the machine does. */
function cpuOf(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are still held in this thread; the process's memory would count what other tests do beside it. */
function liveHeap(): number {
  collectGarbage();
  return getHeapStatistics().used_heap_size;
}

/** Bytes; a world of one machine that was kept is 1 MB and more, code that V8 compiles meanwhile at most 0.2 MB a submission of a short run. */
const leastWorld = 600 * 1024;

/** What must hold of whatever was handed in. */
function harmless(content: Parameters<typeof grade>[0]): void {
  let outcome: Outcome | undefined;
  const took = cpuOf(() => {
    outcome = grade(content);
  });
  const { grades, problem } = outcome as Outcome;
  for (const { findings, points } of grades) {
    expect(findings.map(({ code }) => code)).not.toContain('lab-bug');
    expect(points).toBeLessThanOrEqual(120);
  }
  if (problem) expect(problem.remedy.length).toBeGreaterThan(0);
  if (full) expect(took).toBeLessThan(longest);
}

describe('fuzz', () => {
  test('sessions', { timeout: 3_600_000 }, () => {
    const numRuns = Math.ceil(wanted / 2);
    const warm = Math.floor(numRuns / 2);
    let [runs, held] = [0, 0];
    fc.assert(
      fc.property(anySession, (events) => {
        if (runs++ === warm) held = liveHeap();
        harmless(rechained(honest, 'kim', () => ({ events, until: (events.at(-1)?.at ?? 0) + 60_000 })));
      }),
      { numRuns, endOnFailure: true },
    );
    // Memory does not pile up from one submission to the next.
    expect((liveHeap() - held) / (runs - warm)).toBeLessThan(leastWorld);
  });

  const text = JSON.stringify(honest);
  const anyText = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(fc.nat(text.length), fc.nat(40), fc.string({ maxLength: 20 })).map(([at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut)),
    fc.nat(5_000).map((deep) => '['.repeat(deep) + ']'.repeat(deep)),
  );
  test('files', { timeout: 3_600_000 }, () => {
    fc.assert(fc.property(anyText, harmless), { numRuns: Math.ceil(wanted / 4) });
  });

  const lesson = lessonTexts(`${course}/files/notes`).files;
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]`)
    .join('\n')}\n`;
  const anyYaml = fc.oneof(
    fc.string(),
    fc.constant(bomb),
    fc.constant('x: !!js/function "function(){ process.exit(1) }"'),
    fc
      .tuple(
        fc.constantFrom(...Object.keys(lesson)),
        fc.nat(2_000),
        fc.nat(30),
        fc.constantFrom('', ' ', '\n', ': ', '- ', '"', '{', '*x', '&x', '{{word}}', 'that: "true"', '../..'),
      )
      .map(([name, at, cut, insert]) => ({ [name]: lesson[name]!.slice(0, at) + insert + lesson[name]!.slice(at + cut) })),
  );
  test('lesson folders', { timeout: 3_600_000 }, () => {
    const kim = handIn('kim', solution);
    const root = newFolder();
    mkdirSync(join(root, 'files', 'notes'), { recursive: true });
    const path = put(newFolder(), 'kim.json', kim);
    fc.assert(
      fc.property(anyYaml, (change) => {
        const files = typeof change === 'string' ? { ...lesson, 'lesson.yaml': change } : { ...lesson, ...change };
        for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'files', 'notes', name), content!);
        const shelf = new LessonShelf(root);
        const found = shelf.get('files/notes');
        expect(found).toBeDefined();
        if (typeof found === 'string') expect(found).toMatch(/(lesson|en|ko)\.yaml:\d+: /);
        else expect(gradeWith(shelf, path)).not.toContain('lab-bug');
      }),
      { numRuns: Math.ceil(wanted / 4) },
    );
  });
});

/** The codes of what was found. */
const gradeWith = (shelf: LessonShelf, path: string): string[] =>
  gradeFile({ path, file: 'kim.json' }, shelf, options).grades.flatMap(({ findings }) => findings.map(({ code }) => code));
