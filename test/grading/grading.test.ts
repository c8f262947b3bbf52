import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brokenAt, chainOf, learnerSeed } from '../../src/grading/chain.ts';
import { forLearner, type LessonGrade } from '../../src/grading/grade.ts';
import { historyOf } from '../../src/grading/history.ts';
import { scoreStep } from '../../src/grading/score.ts';
import { normalLine, similarityReport, similarPairs, type Traits } from '../../src/grading/similarity.ts';
import { parseSubmission, type SubmittedEvent, submissionText } from '../../src/grading/submission.ts';
import { lessonTexts } from '../../src/headless/lesson-files.ts';
import { explainedLines } from '../../src/headless/lesson-shelf.ts';
import { leaks, learnerCopy } from '../../src/lessons/learner-copy.ts';
import type { Step } from '../../src/lessons/lesson.ts';
import { loadLesson } from '../../src/lessons/load.ts';
import { eventsOf, newSubmission } from '../../src/session/submit.ts';
import { engine, grade, handIn, made, notes, played, rechained, solution } from '../headless/course.ts';

const runs = { numRuns: 300 };

describe('the file', () => {
  test('what is written is read again', () => {
    const submission = handIn('김민수', `@hint write\n${solution}`);
    expect(parseSubmission(submissionText(submission))).toEqual(submission);
    expect(submissionText(submission).length).toBeLessThan(2_000);
  });

  test('no text makes it fall over', () => {
    const valid = submissionText(handIn('kim', 'ls'));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.tuple(fc.nat(valid.length), fc.nat(20), fc.string()).map(([at, cut, put]) => valid.slice(0, at) + put + valid.slice(at + cut)),
        ),
        (text) => {
          const result = parseSubmission(text);
          return 'code' in result ? result.remedy.length > 0 : result.lessons.every((lesson) => lesson.events.length > 0);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const anyEvent: fc.Arbitrary<SubmittedEvent> = fc
    .tuple(
      fc.integer({ min: -5, max: 100_000 }),
      fc.oneof(
        fc.string({ maxLength: 40 }).map((line) => ({ line })),
        fc
          .constantFrom('ls', 'cat /dev/zero', 'exit', 'vi x', 'echo $((1/0))', ': > /etc/passwd', 'rm -rf /', 'kill -9 1', 'exec true', 'while :; do :; done')
          .map((line) => ({ line })),
        fc.string({ maxLength: 20 }).map((keys) => ({ keys })),
        fc.constant({ interrupt: true as const }),
        fc.constant({ endOfFile: true as const }),
        fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 100 })).map((resize) => ({ resize })),
        fc.record({ answer: fc.array(fc.string(), { maxLength: 3 }), step: fc.constantFrom('ask', 'write', '__proto__', 'constructor') }),
        fc.constantFrom('write', 'nothing', 'toString').map((hint) => ({ hint })),
        fc.constantFrom('write', 'ask').map((next) => ({ next })),
        fc.nat(4).map((undo) => ({ undo })),
      ),
    )
    .map(([at, event]) => ({ at, ...event }) as SubmittedEvent);

  test('no session that can be written makes the grader fall over', { timeout: 120_000 }, () => {
    const honest = handIn('kim', 'ls');
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), fc.boolean(), (events, inOrder) => {
        const times = events.map(({ at }) => at).sort((a, b) => a - b);
        const placed = inOrder ? events.map((event, index) => ({ ...event, at: Math.max(0, times[index] ?? 0) })) : events;
        const { grades, problem } = grade(rechained(honest, 'kim', () => ({ events: placed, until: 120_000 })));
        expect(problem).toBeUndefined();
        expect(grades[0]?.findings.map(({ code }) => code)).not.toContain('lab-bug');
        expect(grades[0]?.points).toBeLessThanOrEqual(120);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the chain', () => {
  const head = { lesson: 'a/b', hash: '0'.repeat(64), engine, world: 'node', seed: 1 };

  test('any change of any event is found, and where', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ line: fc.string(), at: fc.nat() }), { minLength: 1, maxLength: 8 }), fc.nat(), fc.string(), (lines, which, text) => {
        const events: SubmittedEvent[] = lines;
        const { links, chain } = chainOf('kim', head, events, { until: 5 });
        const lesson = { ...head, until: 5, chain, events: events.map((event, i) => ({ ...event, link: links[i]! })) };
        expect(brokenAt('kim', lesson)).toBeUndefined();
        expect(brokenAt('lee', lesson)).toBe(1);
        const at = which % lines.length;
        if (lines[at]!.line === text) return;
        expect(brokenAt('kim', { ...lesson, events: lesson.events.map((event, i) => (i === at ? { ...event, line: text } : event)) as SubmittedEvent[] })).toBe(
          at + 1,
        );
      }),
      runs,
    );
  });

  test("a learner's seed is theirs, however the name is typed", () => {
    expect(learnerSeed(' Kim  Min ')).toBe(learnerSeed('kim min'));
    expect(learnerSeed('김민수'.normalize('NFD'))).toBe(learnerSeed('김민수'));
    expect(new Set(Array.from({ length: 2_000 }, (_, i) => learnerSeed(`learner ${i}`))).size).toBe(2_000);
  });
});

describe('undo', () => {
  test('what was taken back is handed in, and its hints cost', () => {
    const session = played(learnerSeed('kim'), '@hint write\nls\n@hint write\ntouch x').undo()!;
    const again = session.undo()!;
    const record = again.record(engine);
    const history = historyOf(newSubmission('kim', [record], made).lessons[0]!);
    if ('message' in history) throw new Error(history.message);
    expect(history.undos).toBe(2);
    expect(history.standing).toHaveLength(1);
    const { grades } = grade(newSubmission('kim', [record], made));
    expect(grades[0]).toMatchObject({ state: 'graded', hints: 2, undos: 2 });
    expect(grades[0]?.steps[0]).toMatchObject({ hints: 2 });
  });

  test('a restart too', () => {
    const restarted = played(3, 'ls\n@hint write').restart();
    const events = eventsOf(restarted.record(engine));
    expect(events.map((event) => Object.keys(event).find((key) => key !== 'at'))).toEqual(['line', 'hint', 'undo']);
  });
});

describe('points', () => {
  const step: Step = {
    id: 's',
    kind: 'do',
    points: 40,
    checks: [
      { id: 'a', answer: 'x', points: 20 },
      { id: 'b', answer: 'x' },
      { id: 'c', answer: 'x', visibility: 'grader' },
      { id: 'extra', answer: 'x', bonus: true, points: 5 },
    ],
  };
  const score = (held: string, done: boolean, hints = 0, hidden = true) =>
    scoreStep(step, { done, hints, wrongAnswers: 0, holds: ({ id }) => held.split(' ').includes(id ?? '') }, hidden);

  test.each([
    ['', false, 0, 0, 0],
    ['a', false, 0, 20, 0],
    ['b', false, 0, 10, 0],
    ['a b', true, 0, 30, 0],
    ['a b c', true, 0, 40, 0],
    ['a b c extra', true, 0, 40, 5],
    ['a b c', true, 1, 30, 0],
    ['a b c', true, 9, 10, 0],
    ['a', false, 2, 10, 0],
    ['a', false, 1, 15, 0],
  ] as const)('%s held, done %s, %i hints: %i and %i', (held, done, hints, earned, bonus) =>
    expect(score(held, done, hints)).toMatchObject({ earned, bonus, possible: 40 }),
  );

  test('a learner, who does not see hidden checks, has all points', () => expect(score('a b', true, 0, false).earned).toBe(40));
});

describe('what is hidden', () => {
  const files = lessonTexts('test/grading/course/files/notes').files;

  test("the learners' copy is a lesson, says nothing hidden, and its hash is accepted", () => {
    const copy = learnerCopy(files);
    expect(leaks(notes.lesson, { folder: 'copy', files: copy })).toEqual([]);
    for (const secret of [
      'private-note',
      'content.size()',
      'survives-cleaning',
      'kept-by-mistake',
      'much-too-long',
      'seal-of-approval',
      'mv {{word}}',
      'visibility',
    ])
      expect(Object.values(copy).join('\n')).not.toContain(secret);
    expect(learnerCopy(copy)).toEqual(copy);
    const loaded = loadLesson({ folder: 'copy', files: copy });
    if (!('lesson' in loaded)) throw new Error('not a lesson');
    expect(grade(rechained(handIn('kim'), 'kim', () => ({ hash: loaded.hash }))).grades[0]?.findings).toEqual([]);
  });

  test('a leak in a hint or a story is found, with its line', () => {
    const copy = learnerCopy(files);
    const told = { ...copy, 'en.yaml': copy['en.yaml']!.replace('You keep notes', 'The private-note is judged; you keep notes') };
    expect(leaks(notes.lesson, { folder: 'copy', files: told })).toMatchObject([
      { file: 'copy/en.yaml', message: 'it tells of "private-note", which is hidden' },
    ]);
    const left = { ...copy, 'lesson.yaml': copy['lesson.yaml']!.replace('      - id: listed', '      - id: listed\n        visibility: grader') };
    expect(leaks(notes.lesson, { folder: 'copy', files: left }).length).toBeGreaterThan(0);
  });

  test('the report for learners has none of it, in any format', () => {
    const [found] = grade(handIn('kim', 'head -c 200 /dev/zero | tr "\\0" y > {{word}}.txt; echo {{word}} >> {{word}}.txt\nls')).grades;
    expect(found?.checks.find(({ id }) => id === 'private-note')).toMatchObject({ state: 'failed', hidden: true });
    const shown = JSON.stringify(forLearner(found as LessonGrade));
    for (const secret of ['private-note', 'content.size', 'survives', 'still-in-tmp', 'trial']) expect(shown).not.toContain(secret);
    expect(shown).toContain('further-checks-0-of-2');
  });

  test('a hidden check holds nobody up, and counts', () => {
    const [found] = grade(
      handIn('kim', 'head -c 200 /dev/zero | tr "\\0" y > {{word}}.txt; echo {{word}} >> {{word}}.txt\nls\n@answer ask disk\nmv {{word}}.txt /tmp/kept'),
    ).grades;
    expect(found).toMatchObject({ finished: true, points: 30 + 20 + 40 + 20, bonus: 0 });
  });
});

describe('similarity', () => {
  const traits = (who: string, lines: readonly string[], pace = 1_000): Traits => ({
    who,
    file: `${who}.json`,
    lesson: 'files/notes',
    lines: lines.map((text, index) => ({ text, at: index * pace, failed: text.includes('typo') })),
  });
  const unusual = ['lss typo', 'cat /etc/hostname | rev', 'echo one more time', 'touch odd-file', 'stat odd-file'];

  test('copied work with other values is found; the same solution is not', () => {
    const plain = ['echo {{word}} > {{word}}.txt', 'ls', 'mv {{word}}.txt /tmp/kept'];
    const all = [
      ...Array.from({ length: 10 }, (_, i) => traits(`honest ${i}`, [...plain, `echo thought ${i}`])),
      traits('kim', [...unusual, ...plain]),
      traits('lee', [plain[0]!, ...unusual, ...plain]),
    ];
    const pairs = similarPairs(all, explainedLines(notes));
    expect(pairs.map(({ a, b }) => [a.who, b.who])).toEqual([['kim', 'lee']]);
    expect(pairs[0]?.mistakes).toBe(1);
    const report = similarityReport(pairs);
    expect(report).toContain('not a verdict');
    expect(report).toContain('| 2 | 3 | `cat /etc/hostname \\| rev`');
  });

  test('values of a variant are evened out', () => {
    expect(normalLine('echo "amber"  > amber.txt', { word: 'amber' })).toBe("echo '{{word}}' > {{word}}.txt");
    expect(normalLine('kubectl logs web-7d4b9c6f88-x2x9z', {})).toBe('kubectl logs web-…');
    expect(normalLine('echo chamber', { word: 'amber' })).toBe('echo chamber');
  });

  test('any lines', () =>
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { maxLength: 6 }), { maxLength: 6 }), (all) =>
        similarPairs(
          all.map((lines, i) => traits(`w${i}`, lines)),
          new Set(),
        ).every(({ score }) => score >= 0 && score <= 1),
      ),
      runs,
    ));
});
