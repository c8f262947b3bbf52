import { describe, expect, test } from 'vitest';
import { Cluster, newCluster } from '../../src/cluster/cluster.ts';
import { answerValues } from '../../src/headless/plain-answer.ts';
import { lessonView } from '../../src/session/lesson-view.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import { matchingRows, newMatching, pairsOf, pressMatching } from '../../src/tui/view/matching.ts';
import { newSay } from '../../src/tui/words.ts';
import { load, smallLesson } from './small-lesson.ts';

const quiz = { type: 'match', choices: ['cat', 'cow', 'calf'], matches: ['moo', 'meow', 'woof'], answer: { cat: 'meow', cow: 'moo', calf: 'moo' } };
const choices = { cat: 'A cat', cow: 'A cow', calf: 'A calf', moo: 'moo!', meow: 'meow!', woof: 'woof!' };
const ask = (facts: object = quiz, prose: object = { choices }) => [{ id: 'says', facts: { kind: 'quiz', quiz: facts }, prose }];

describe('a quiz of pairs', () => {
  test('is answered as choice=match, in any order, and replayed', () => {
    const session = new Session({ world: 'node', seed: 1, lesson: smallLesson(ask()) });
    playScript(session, '@answer says cat=meow cow=moo calf=woof');
    expect(lessonView(session, 'en', true)?.steps[0]?.feedback).toEqual([{ choice: '2/3', text: '', right: false }]);
    playScript(session, '@answer says cat=meow cow=moo\n@answer says cat=meow cat=meow cow=moo');
    expect(session.run?.finished).toBe(false);
    playScript(session, '@answer says calf=moo cow=moo cat=meow');
    expect(session.run?.finished).toBe(true);
    const again = Session.replay(session.options, session.inputs, session.elapsed);
    expect([again.run?.finished, again.run?.wrongAnswers(0)]).toEqual([true, 3]);
  });

  test('the loader tells what does not fit', () => {
    const told = (facts: object, prose?: object) => JSON.stringify(load(ask(facts, prose)));
    expect(told({ ...quiz, answer: ['cat'] })).toContain('the answer of a match quiz is a choice: match for each of its choices');
    expect(told({ ...quiz, answer: { cat: 'meow', cow: 'moo' } })).toContain('the choice \\"calf\\" has no match in the answer');
    expect(told({ ...quiz, answer: { ...quiz.answer, calf: 'bleat', dog: 'woof' } })).toMatch(/dog.*none of the choices.*bleat.*none of the matches/);
    expect(told({ ...quiz, matches: undefined })).toContain('a match quiz needs matches');
    const { woof: _, ...fewer } = choices;
    expect(told(quiz, { choices: fewer })).toContain('choice of says \\"woof\\" has no text');
  });

  test('plain: numbers and letters, or words', () => {
    const step = lessonView(new Session({ world: 'node', seed: 1, lesson: smallLesson(ask()) }), 'en', true)?.steps[0];
    if (!step) throw new Error('no step');
    expect(answerValues(step, '1=b 2=a, calf=moo')).toEqual(['cat=meow', 'cow=moo', 'calf=moo']);
    expect(answerValues(step, '1=z 2')).toEqual([undefined, undefined]);
  });

  test('keys: arrows turn each to its match; the pointer stays in sight where not all fit', () => {
    const [items, matches] = [quiz.choices, quiz.matches].map((ids) => ids.map((value) => ({ value, label: choices[value as 'cat'] })));
    if (!items || !matches) throw new Error('no items');
    const say = newSay('en');
    let state = newMatching(3);
    for (const key of ['right', 'right', 'down', 'right'] as const) state = pressMatching(state, key, 3);
    expect(pairsOf(state, items, matches)).toBeUndefined();
    for (const key of ['down', 'left', 'left', 'left'] as const) state = pressMatching(state, key, 3);
    expect(pairsOf(state, items, matches)).toEqual(['cat=meow', 'cow=moo', 'calf=moo']);
    expect(matchingRows(state, items, matches, { focused: true, height: 9, say })).toEqual([
      ' 1 A cat',
      '   → meow!',
      ' 2 A cow',
      '   → moo!',
      '❯3 A calf',
      '   → ◂ moo! ▸',
    ]);
    expect(matchingRows(state, items, matches, { focused: true, height: 4, say })).toEqual([' 2 A cow', '   → moo!', '❯3 A calf', '   → ◂ moo! ▸']);
  });
});

test('a world booted in pieces is the same world', () => {
  const inPieces = new Cluster('kubeadm-3');
  const shares = [...inPieces.booting()];
  expect(shares.length).toBeGreaterThan(20);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  inPieces.sim.reseed(3);
  const whole = newCluster({ seed: 3, world: 'kubeadm-3' });
  for (const cluster of [inPieces, whole]) cluster.sim.advance(5_000);
  const state = (cluster: Cluster) => [cluster.sim.steps, JSON.stringify(cluster.rest({ method: 'GET', path: '/api/v1/pods' })?.body)];
  expect(state(inPieces)).toEqual(state(whole));
});
