/** The proof that `lesson check` can fail: every folder of test/broken-lessons is wrong in one way, and is told so with file, line, what and remedy. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readLesson } from '../../src/headless/lessons-folder.ts';
import { problemText } from '../../src/lessons/lesson.ts';
import { loadLesson } from '../../src/lessons/load.ts';
import { checkLesson } from '../../src/session/lesson-check.ts';
import { standardProblems } from '../../src/session/lesson-standard.ts';

const root = 'test/broken-lessons';

/** The first thing said about each, after the folder's name. */
const expected: Readonly<Record<string, string>> = {
  'a-list': 'lesson.yaml:1: the file: found a list, expected keys with values.',
  'answer-to-no-choice': 'lesson.yaml:22: by-echo: "lefty" is no choice of ask. Use left, right',
  'answer-to-no-step': 'lesson.yaml:22: by-echo: "@answer aks left" speaks of a step that is not there. Name one of make, ask',
  'answer-not-a-choice': 'lesson.yaml:20: step "ask": the answer "up" is none of the choices.',
  'answer-of-another-shape': 'lesson.yaml:20: step "ask": the answer of a multi quiz is a list.',
  'bad-duration': 'lesson.yaml:16: steps.0.checks.0.within: "soon" is not written as it has to be. It has to match ',
  'bad-file-mode': 'lesson.yaml:8: world.files.0.mode: "rwx" is not written as it has to be. It has to match ',
  binary: 'lesson.yaml:1: ',
  'check-without-id': 'lesson.yaml:13: a check has no id. Name it',
  deep: 'lesson.yaml:31: the values are nested too deep.',
  'done-as-it-begins': 'lesson.yaml:30: seed 1: solution by-echo: step again is done as soon as it begins.',
  'done-at-the-start': 'lesson.yaml:14: seed 1: step make is done before anything was typed.',
  'duplicate-keys': 'lesson.yaml:6: a key stands here twice.',
  'duration-without-unit': 'lesson.yaml:15: steps.0.checks.0.within: found 60, expected a text. It has to match ^[0-9]+(ms|s|m|h)$',
  empty: 'lesson.yaml:1: the file: found nothing, expected keys with values.',
  'empty-hint': 'en.yaml:10: steps.make.hints.one: the text is empty.',
  'endless-expression':
    'lesson.yaml:15: the expression "range.all(a, range.all(b, range.all(c, range.all(d, range.all(e, a == b)))))" is wrong: loops are nested more than 3 deep.',
  'hint-gives-away': 'en.yaml:10: a hint of step make gives away "echo yes > /root/made" before the last one.',
  'merge-key': 'lesson.yaml:8: an alias (*name) stands here.',
  'missing-hint-in-one-language': 'ko.yaml:10: hint of make "two" has no text. Write it under steps.make.hints',
  'missing-key': 'lesson.yaml:1: the file: "track" is missing. Add track',
  'missing-lesson-file': 'lesson.yaml:1: the file is missing.',
  'missing-prose-file': 'ko.yaml:1: the file is missing.',
  'missing-step-in-prose': 'en.yaml:5: step "ask" has no text. Write it under steps',
  'never-ready': 'lesson.yaml:8: seed 1: the world was not ready after 180 s of its time.',
  'no-hints-text-in-korean': 'ko.yaml:10: step make has an empty hint.',
  'no-solution': 'lesson.yaml:21: solutions: there are 0, 1 at least.',
  'no-source': 'lesson.yaml:13: a check has 0 sources. Give exactly one: object, objects, cri,',
  'no-steps': 'lesson.yaml:8: steps: there are 0, 1 at least.',
  'not-yaml': 'lesson.yaml:1: ',
  'objects-without-kubernetes': 'lesson.yaml:8: seed 1: Pod x could not be made: nobody answers.',
  'points-not-100': "lesson.yaml:9: the steps' points add up to 90, not 100.",
  'prose-without-fact': 'en.yaml:12: there is a text for hint of make "three", which lesson.yaml does not have.',
  'prototype-keys': 'lesson.yaml:31: __proto__: there is no such key.',
  'set-up-fails': 'lesson.yaml:8: seed 1: the set-up line "false" ended with 1',
  'set-up-never-ends': 'lesson.yaml:8: seed 1: the set-up line "while true; do sleep 1; done" did not end within 120 s.',
  'set-up-on-no-machine': 'lesson.yaml:8: seed 1: there is no machine mars; there are node01.',
  'solution-does-not-pass': 'lesson.yaml:22: seed 1: solution by-echo: stays at step make: made (expected the content is yes, found yess).',
  'solution-floods': 'lesson.yaml:22: seed 1: solution by-echo: "yes" never came back to a prompt.',
  'solution-never-ends': 'lesson.yaml:22: seed 1: solution by-echo: "cat" never came back to a prompt.',
  'solution-unsupported': 'lesson.yaml:22: seed 1: solution by-echo: "git status" is not supported.',
  'start-nowhere': 'lesson.yaml:8: seed 1: there is no machine pluto; there are node01.',
  'step-twice': 'lesson.yaml:17: the id "make" is used twice.',
  tabs: 'lesson.yaml:7: Tabs are not allowed as indentation. Indent with spaces',
  'two-documents': 'lesson.yaml:31: there is more than one document (---).',
  'two-sources': 'lesson.yaml:13: a check has 2 sources. Give exactly one: object, objects, cri,',
  'unknown-function': 'lesson.yaml:15: there are no words for the expression "content.frobnicate()": a learner would read the content.frobnicate() is true.',
  'unknown-machine': 'lesson.yaml:13: seed 1: this cannot be checked: there is no node node07.',
  'unknown-name-in-expression':
    'lesson.yaml:15: the expression "contents == \'yes\\n\'" speaks of contents, which is not there. Here there is content, mode, type',
  'unknown-variable-in-prose': 'ko.yaml:10: {{x}} is used, but the lesson has no such variable.',
  'unknown-variable': 'lesson.yaml:15: {{word}} is used, but world.vars has no "word". Add the variable',
  'unknown-world': 'lesson.yaml:7: there is no world "moon". Use one of ',
  'variable-range-reversed': 'lesson.yaml:8: "n" is drawn from 9 to 2, which is nothing.',
  'unread-feedback': 'en.yaml:18: nobody ever reads the feedback "up" of step ask. Use left, right',
  'wrong-expression': 'lesson.yaml:15: the expression "content == = \'yes\'" is wrong: ',
  'wrong-key': 'lesson.yaml:5: minuts: there is no such key. Did you mean minutes?',
  'wrong-key-in-check': 'lesson.yaml:15: steps.0.checks.0.thta: there is no such key. Did you mean that?',
  'wrong-kind-of-step': 'lesson.yaml:10: steps.0.kind: "make" is not known. Use one of do, predict, quiz, explore, read',
  'wrong-sample-fails-elsewhere': 'lesson.yaml:29: seed 1: wrong sample other-text: should fail at made, but stands at step ask',
  'wrong-sample-passes': 'lesson.yaml:31: seed 1: wrong sample other-text: passes the lesson.',
  'wrong-sample-unknown-check': 'lesson.yaml:29: the wrong sample "other-text" names a check "maid" that is not there. Name one of made',
  'wrong-type': 'lesson.yaml:5: minutes: found "five", expected a whole number.',
  'yaml-bomb': 'lesson.yaml:2: an alias (*name) stands here. Write the value out',
};

function failuresOf(folder: string): readonly string[] {
  const loaded = readLesson(folder);
  return 'lesson' in loaded ? checkLesson(loaded, [1]).failures : loaded.map(problemText);
}

test('the lesson of which the broken ones are variants is right', () => expect(failuresOf(`${root}/good`)).toEqual([]));

test('a right lesson may still be below the standard of those that come with the lab', () => {
  const good = readLesson(`${root}/good`);
  expect('lesson' in good && standardProblems(good).map(({ line, message }) => `${line}: ${message}`)).toEqual([
    '9: the lesson has 2 steps, not 4 to 9',
    '9: its steps are of 2 kinds, not 3 at least',
    '27: it has 1 wrong samples, not 2 at least',
    '30: its debrief has 1 parts, not 4',
    '7: it is the same for every learner',
    '9: step make has 2 hints and 0 situations, not three of which two are situations',
  ]);
});

describe('what is wrong with a lesson is said with file, line and remedy', () => {
  test('every folder stands in this table', () => {
    expect(readdirSync(root).sort()).toEqual(['good', ...Object.keys(expected)].sort());
  });

  for (const [name, first] of Object.entries(expected))
    test(name, () => {
      const failures = failuresOf(`${root}/${name}`);
      expect(failures[0]).toContain(`${root}/${name}/${first}`);
      for (const failure of failures) expect(failure).toMatch(/^\S+\.yaml:\d+: .+\. .+|\?$/);
    });
});

describe('files that are too much', () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('50 MB', () => {
    writeFileSync(join(folder, 'lesson.yaml'), 'x'.repeat(50 * 1024 * 1024));
    expect(failuresOf(folder)[0]).toMatch(/lesson\.yaml:1: the file has 51200 KiB\. A lesson/);
  });

  test('more values than a lesson can have, and text of every kind that is none', () => {
    const load = (text: string): readonly unknown[] => {
      const found = loadLesson({ folder: 'x', files: { 'lesson.yaml': text, 'en.yaml': '{}', 'ko.yaml': '{}' } });
      return 'lesson' in found ? [] : found.map(problemText);
    };
    expect(load(`a: [${'1,'.repeat(30_000)}1]`)[0]).toBe('x/lesson.yaml:1: the file has more than 20000 values. Make it smaller');
    for (const text of [
      '',
      '\0',
      '~',
      '"',
      "'",
      '&a *a',
      '%YAML 9.9\n---\n',
      '!!js/function "x"',
      '? ? ? :',
      '{'.repeat(10_000),
      '- '.repeat(10_000),
      '\ud800',
      '#',
    ])
      expect(load(text).length, JSON.stringify(text.slice(0, 20))).toBeGreaterThan(0);
  });
});
