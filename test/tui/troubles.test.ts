import { expect, test } from 'vitest';
import { leaveQuestion } from '../../src/tui/app/questions.ts';
import { type Trouble, troubleText } from '../../src/tui/troubles.ts';
import { newSay } from '../../src/tui/words.ts';

const file = '/state/k8s-lab/progress.json';
const all: readonly Trouble[] = [
  { kind: 'damaged', file, aside: '/state/k8s-lab/progress.damaged-1.json' },
  { kind: 'version', file, aside: undefined },
  { kind: 'unreadable', file, reason: "EACCES: permission denied, open '/x'" },
  { kind: 'notSaved', file, reason: 'ENOSPC: no space left on device, write' },
  { kind: 'shared', file },
  { kind: 'lessons', folder: file, problems: ['a:1: one', 'b:1: two', 'c:1: three', 'd:1: four', 'e:1: five'] },
];

test('each trouble says what is wrong, with which file, and what helps, in both languages', () => {
  for (const trouble of all)
    for (const language of ['en', 'ko'] as const) {
      const { question, note } = troubleText(trouble, language);
      expect(note).toContain(file);
      expect(/[가-힣]/.test(question) && /[가-힣]/.test(note)).toBe(language === 'ko');
      expect(`${question}${note}`).not.toMatch(/E[A-Z]{4,}|undefined/);
    }
});

test('what the system says is put in words, or shown as it is', () => {
  const said = (reason: string): string => troubleText({ kind: 'notSaved', file, reason }, 'en').question;
  expect(said('ENOSPC: no space left on device, write')).toBe('Your progress could not be saved: there is no space left.');
  expect(said('EROFS: read-only file system')).toContain('it may not be written');
  expect(said('EIO: i/o error')).toContain('EIO: i/o error');
});

test('whoever leaves while nothing could be saved is not told that it is kept, nor, once gone, that one can go on', () => {
  for (const language of ['en', 'ko'] as const) {
    const { note, goOn } = troubleText({ kind: 'notSaved', file, reason: 'ENOSPC: no space left on device, write' }, language);
    expect(goOn).toBeDefined();
    expect(note).not.toContain(goOn);
    const say = newSay(language);
    expect(leaveQuestion(say, true, true).question).not.toBe(leaveQuestion(say, true, false).question);
    expect(leaveQuestion(say, false, true).question).toBe(leaveQuestion(say, false, false).question);
  }
});
