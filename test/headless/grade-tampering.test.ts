import { describe, expect, test } from 'vitest';
import { learnerSeed } from '../../src/grading/chain.ts';
import type { LessonGrade } from '../../src/grading/grade.ts';
import { type Submission, submissionText } from '../../src/grading/submission.ts';
import { newSubmission } from '../../src/session/submit.ts';
import { grade, handIn, played, rechained } from './course.ts';

const script = 'ls\n@hint write\necho hello {{word}} > {{word}}.txt\nls\n@answer ask memory\n@answer ask disk\nmv {{word}}.txt /tmp/kept';
const honest = handIn('kim', script);
const neighbour = handIn('lee');
const undone = (() => {
  const session = played(learnerSeed('park'), 'ls\n@hint write\ntouch x');
  const earlier = session.undo();
  if (!earlier) throw new Error('nothing to undo');
  return newSubmission('park', [earlier.record('0.1.0')], honest.made);
})();
const older = newSubmission('kim', [played(learnerSeed('kim'), 'ls').record('0.1.0')], honest.made);

type Loose = { [key: string]: unknown; who: string; lessons: { [key: string]: unknown; events: Record<string, unknown>[] }[] };
type Tampering = {
  readonly name: string;
  readonly from?: Submission;
  /** Changes the file as somebody with an editor does. */
  readonly edit?: (file: Loose) => void;
  readonly text?: (text: string) => string;
  /** Or as somebody who makes all hashes anew. */
  readonly expert?: () => Submission;
  /** The code by which it is named, or `no effect`. */
  readonly expect: string;
};

const first = (file: Loose) => file.lessons[0]!;
const event = (file: Loose, key: string) => first(file).events.find((each) => key in each)!;

const tamperings: readonly Tampering[] = [
  { name: 'a line is edited', edit: (file) => (event(file, 'line')['line'] = 'ls -l'), expect: 'broken-chain' },
  { name: 'an answer is edited', edit: (file) => (event(file, 'answer')['answer'] = ['disk']), expect: 'broken-chain' },
  { name: 'the step of an answer is edited', edit: (file) => (event(file, 'answer')['step'] = 'tidy'), expect: 'broken-chain' },
  { name: 'a hint is taken out', edit: (file) => (first(file).events = first(file).events.filter((each) => !('hint' in each))), expect: 'broken-chain' },
  {
    name: 'an undo is taken out',
    from: undone,
    edit: (file) => (first(file).events = first(file).events.filter((each) => !('undo' in each))),
    expect: 'broken-chain',
  },
  { name: 'an undo says less', from: undone, edit: (file) => (event(file, 'undo')['undo'] = 0), expect: 'broken-chain' },
  { name: 'the seed is swapped', edit: (file) => (first(file)['seed'] = 7), expect: 'broken-chain' },
  { name: "a neighbour's file under one's own name", from: neighbour, edit: (file) => (file.who = 'kim'), expect: 'broken-chain' },
  {
    name: "a neighbour's lesson in one's own file",
    edit: (file) => (file.lessons = JSON.parse(JSON.stringify(neighbour.lessons)) as Loose['lessons']),
    expect: 'broken-seal',
  },
  {
    name: "a neighbour's lines in one's own chain",
    edit: (file) => (first(file).events = JSON.parse(JSON.stringify(neighbour.lessons[0]!.events)) as Loose['lessons'][0]['events']),
    expect: 'broken-chain',
  },
  { name: 'points are claimed', edit: (file) => (file['points'] = 100), expect: 'no effect' },
  { name: 'passed checks are claimed', edit: (file) => (first(file)['checks'] = [{ id: 'written', state: 'passed' }]), expect: 'no effect' },
  { name: 'a grade is claimed', edit: (file) => (file['grades'] = [{ who: 'kim', points: 1000 }]), expect: 'no effect' },
  { name: 'an event claims points', edit: (file) => (event(file, 'line')['points'] = 100), expect: 'no effect' },
  { name: 'another lesson', edit: (file) => (first(file)['lesson'] = 'files/other'), expect: 'missing-lesson' },
  { name: 'another version of the lesson', edit: (file) => (first(file)['hash'] = '0'.repeat(64)), expect: 'broken-chain' },
  { name: 'another engine', edit: (file) => (first(file)['engine'] = '9.9.9'), expect: 'broken-chain' },
  { name: 'another world', edit: (file) => (first(file)['world'] = 'kubeadm-3'), expect: 'broken-chain' },
  { name: 'cut off at the end', edit: (file) => first(file).events.pop(), expect: 'broken-chain' },
  { name: 'cut off at the beginning', edit: (file) => first(file).events.shift(), expect: 'broken-chain' },
  { name: 'in another order', edit: (file) => first(file).events.reverse(), expect: 'broken-chain' },
  { name: 'an event twice', edit: (file) => first(file).events.push({ ...first(file).events.at(-1)! }), expect: 'broken-chain' },
  { name: 'an event more', edit: (file) => first(file).events.splice(1, 0, { line: 'touch /tmp/kept', at: 10, link: '0'.repeat(12) }), expect: 'broken-chain' },
  { name: 'the clock of an event is moved', edit: (file) => (event(file, 'line')['at'] = 3), expect: 'broken-chain' },
  { name: 'a time below zero', edit: (file) => (event(file, 'line')['at'] = -5), expect: 'impossible-times' },
  { name: 'a later end', edit: (file) => (first(file)['until'] = 3_600_000), expect: 'broken-chain' },
  { name: 'an end before the last event', edit: (file) => (first(file)['until'] = 1), expect: 'impossible-times' },
  { name: 'a beginning by the clock', edit: (file) => (first(file)['began'] = '2026-01-01T00:00:00Z'), expect: 'broken-chain' },
  { name: 'an end by the clock', edit: (file) => (first(file)['ended'] = '2026-01-01T00:00:00Z'), expect: 'broken-chain' },
  { name: 'made at another time', edit: (file) => (file['made'] = '2026-01-01T00:00:00Z'), expect: 'broken-seal' },
  { name: 'another chain', edit: (file) => (first(file)['chain'] = 'a'.repeat(64)), expect: 'broken-chain' },
  { name: 'another link', edit: (file) => (event(file, 'line')['link'] = 'a'.repeat(12)), expect: 'broken-chain' },
  { name: 'another seal', edit: (file) => (file['seal'] = 'a'.repeat(64)), expect: 'broken-seal' },
  {
    name: "an older lesson of one's own",
    edit: (file) => (file.lessons = JSON.parse(JSON.stringify(older.lessons)) as Loose['lessons']),
    expect: 'broken-seal',
  },
  { name: 'the same lesson twice', edit: (file) => file.lessons.push(first(file)), expect: 'malformed' },
  { name: 'another version of the format', edit: (file) => (file['version'] = 2), expect: 'unknown-version' },
  { name: 'another format', edit: (file) => (file['format'] = 'grades'), expect: 'not-a-submission' },
  { name: 'a prototype', text: (text) => text.replace('{', '{"__proto__": {"points": 100, "seal": ""},'), expect: 'no effect' },
  { name: 'a name said twice', text: (text) => text.replace('"who": "kim"', '"who": "kim", "who": "lee"'), expect: 'broken-chain' },
  { name: 'half a file', text: (text) => text.slice(0, text.length / 2), expect: 'not-json' },
  { name: 'other white space', text: (text) => JSON.stringify(JSON.parse(text), null, 8), expect: 'no effect' },
  {
    name: 'keys in another order',
    edit: (file) => (first(file).events = first(file).events.map((each) => Object.fromEntries(Object.entries(each).reverse()))),
    expect: 'no effect',
  },
  { name: "expert: a neighbour's session under one's own name", expert: () => rechained(neighbour, 'kim', () => ({})), expect: 'other-seed' },
  {
    name: "expert: a neighbour's lines in one's own world",
    expert: () => rechained(neighbour, 'kim', () => ({ seed: learnerSeed('kim') })),
    expect: 'other-variant',
  },
  { name: 'expert: an altered lesson', expert: () => rechained(honest, 'kim', () => ({ hash: 'b'.repeat(64) })), expect: 'altered-lesson' },
  { name: 'expert: an engine of their own', expert: () => rechained(honest, 'kim', () => ({ engine: '0.1.0-mine' })), expect: 'other-engine' },
  { name: 'expert: an easier world', expert: () => rechained(honest, 'kim', () => ({ world: 'kubeadm-3' })), expect: 'other-world' },
  {
    name: 'expert: time runs backwards',
    expert: () => rechained(honest, 'kim', ({ events }) => ({ events: [...events].reverse() })),
    expect: 'impossible-times',
  },
  {
    name: 'expert: more taken back than there was',
    expert: () => rechained(honest, 'kim', ({ events, until }) => ({ events: [...events, { undo: 99, at: until }] })),
    expect: 'impossible-times',
  },
  {
    name: 'expert: ended after it was handed in',
    expert: () => rechained(honest, 'kim', () => ({ ended: '2027-01-01T00:00:00Z' })),
    expect: 'impossible-times',
  },
  { name: 'expert: replayed under another lesson', expert: () => rechained(honest, 'kim', () => ({ lesson: 'files/other' })), expect: 'missing-lesson' },
  {
    name: 'expert: the answer before the question',
    expert: () =>
      rechained(honest, 'kim', () => ({
        events: [
          { answer: ['disk'], step: 'ask', at: 0 },
          { next: 'tidy', at: 0 },
        ],
        until: 10,
      })),
    expect: 'nothing earned',
  },
];

const namesIn = ({ findings }: LessonGrade): string[] => findings.map(({ code }) => code);

describe('tampering', () => {
  const untouched = grade(honest).grades[0]!;

  test('the honest file is graded', () => {
    expect(untouched).toMatchObject({ state: 'graded', finished: true, findings: [] });
    expect(untouched.points).toBe(30 + 15 + 40 + 20);
  });

  test('there are thirty kinds at least', () => expect(tamperings.length).toBeGreaterThanOrEqual(30));

  test.each(tamperings)('$name: $expect', ({ from = honest, edit, text, expert, expect: expected }) => {
    const data = JSON.parse(submissionText(from)) as Loose;
    edit?.(data);
    const made = JSON.stringify(data, null, 2);
    const { grades, problem } = grade(expert ? expert() : text ? text(submissionText(from)) : made);
    const [found] = grades;
    if (expected === 'no effect') return expect({ ...found, file: '' }).toEqual({ ...untouched, file: '' });
    if (expected === 'other-variant' || expected === 'nothing earned')
      return expect({ state: found?.state, finished: found?.finished, least: (found?.points ?? 0) <= 20 }).toEqual({
        state: 'graded',
        finished: false,
        least: true,
      });
    expect([problem?.code, ...(found ? namesIn(found) : [])]).toContain(expected);
    const harmless = ['altered-lesson', 'other-engine'];
    if (found && !harmless.includes(expected)) expect(found).toMatchObject({ points: 0, finished: false });
    if (found && harmless.includes(expected)) expect(found.points).toBeLessThanOrEqual(untouched.points);
    return undefined;
  });
});
