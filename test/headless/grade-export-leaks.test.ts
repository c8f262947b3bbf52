/** What only graders know does not come into the copy for learners: where it belongs it is left out, and where somebody wrote it by mistake the export is refused. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { readArguments } from '../../src/arguments.ts';
import { exportLessons } from '../../src/headless/lesson-export.ts';
import { lessonTexts } from '../../src/headless/lesson-files.ts';
import { learnerCopy } from '../../src/lessons/learner-copy.ts';
import { loadLesson } from '../../src/lessons/load.ts';
import { drawVariables } from '../../src/lessons/variables.ts';
import { course, newFolder } from './course.ts';

// biome-ignore lint/suspicious/noExplicitAny: a lesson is bent here in ways that its type forbids
type Data = Record<string, any>;
type Files = Readonly<Record<string, string>>;

let told = '';
beforeEach(() => {
  told = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

const original = lessonTexts(`${course}/files/notes`).files;

/** A lesson with one of everything in which something can be hidden or told. */
const full: Files = bent(original, {
  'lesson.yaml': (data) => {
    data.world.files = [{ on: 'node01', path: '/root/readme', content: 'read me' }];
    data.world.setup = [{ on: 'node01', run: 'true' }];
    data.steps[0].situations = [{ when: { command: { tool: 'cp' } }, say: 'copied' }];
  },
  ...inProse((data) => {
    data.steps.write.situations = { copied: 'You copied it.' };
    data.steps.write.note = 'A note.';
  }),
});

function bent(files: Files, changes: Readonly<Record<string, (data: Data) => void>>): Files {
  const changed = Object.entries(changes).map(([name, change]) => {
    const data = parse(files[name]!) as Data;
    change(data);
    return [name, stringify(data, { lineWidth: 0 })];
  });
  return { ...files, ...Object.fromEntries(changed) };
}
function inProse(change: (data: Data) => void): Readonly<Record<string, (data: Data) => void>> {
  return { 'en.yaml': change, 'ko.yaml': change };
}

function exported(files: Files): { readonly status: number; readonly text: string; readonly written: boolean } {
  const root = newFolder();
  const folder = join(root, 'files', 'notes');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const output = join(newFolder(), 'out');
  const { values } = readArguments(['--for', 'learners', '-o', output]);
  const status = exportLessons(values, [root]);
  const written = existsSync(output);
  const text = written
    ? readdirSync(join(output, 'files', 'notes'))
        .map((name) => readFileSync(join(output, 'files', 'notes', name), 'utf8'))
        .join('\n')
    : '';
  return { status, text, written };
}

const secret = 'hush-hush-seventeen';
const hiddenFile = { file: { node: 'node01', path: '/root/x' }, that: `content.contains('${secret}')` };

const leftOut: Readonly<Record<string, (data: Data) => void>> = {
  'the id of a hidden check': (data) => data.steps[0].checks.push({ ...hiddenFile, id: secret, visibility: 'grader', that: 'true' }),
  'the expression of a hidden check': (data) => data.steps[0].checks.push({ ...hiddenFile, id: 'quiet', visibility: 'grader' }),
  'a part of all': (data) => data.steps[0].checks.push({ id: 'gone-too', visibility: 'grader', all: [hiddenFile] }),
  'a hidden part of an open all': (data) => {
    data.steps[2].checks[1] = { id: 'kept-elsewhere', all: [{ file: { node: 'node01', path: '/tmp/kept' } }, { ...hiddenFile, visibility: 'grader' }] };
  },
  'a hidden part of an open any': (data) => {
    data.steps[2].checks[1] = { id: 'kept-elsewhere', any: [{ file: { node: 'node01', path: '/tmp/kept' } }, { ...hiddenFile, visibility: 'grader' }] };
  },
  'the name of a solution': (data) => {
    data.solutions[0].name = secret;
  },
  'a line of a solution': (data) => {
    data.solutions[0].script += `echo ${secret}\n`;
  },
  'a second solution': (data) => data.solutions.push({ name: 'other', script: `echo ${secret}` }),
  'the name of a wrong sample': (data) => {
    data.wrong[0].name = secret;
  },
  'a line of a hidden wrong sample': (data) => {
    data.wrong[1].script += `echo ${secret}\n`;
  },
  'the id of a trial': (data) => {
    data.trials[0].id = secret;
  },
  'a line of a trial': (data) => {
    data.trials[0].run = [`rm /root/${secret}`];
  },
  'what must not be, in a combination': (data) => {
    const { id, ...open } = data.steps[0].checks[0];
    data.steps[0].checks[0] = { id, all: [open, { not: { visibility: 'grader', ...hiddenFile } }] };
  },
  'the check of a trial': (data) => {
    data.trials[0].checks[0] = { id: 'after', ...hiddenFile };
  },
};

describe('left out', () => {
  test('the lesson as it is', () => expect(exported(full)).toMatchObject({ status: 0, written: true }));

  test.each(Object.entries(leftOut))('%s', (_place, change) => {
    const files = bent(full, { 'lesson.yaml': change });
    expect(files['lesson.yaml']).toContain(secret);
    const { status, text } = exported(files);
    expect(told).toBe('');
    expect(status).toBe(0);
    expect(text).not.toContain(secret);
  });

  test.each(['lesson.yaml', 'en.yaml', 'ko.yaml'])('a comment in %s', (name) => {
    const { status, text } = exported({ ...full, [name]: `# ${secret}\n${full[name]}# ${secret}\n` });
    expect(status).toBe(0);
    expect(text).not.toContain(secret);
  });
});

const trial = (data: Data): void => {
  data.trials[0].run = [`touch /root/${secret}`];
};
const says = `It is /root/${secret}, as touch /root/${secret} says.`;
const inText: Readonly<Record<string, (data: Data) => void>> = {
  title: (data) => {
    data.title = says;
  },
  summary: (data) => {
    data.summary = says;
  },
  story: (data) => {
    data.story = `A story\n\n${says}\n`;
  },
  'a task': (data) => {
    data.steps.write.task = says;
  },
  'a note': (data) => {
    data.steps.write.note = says;
  },
  "a check's words": (data) => {
    data.steps.write.checks.written = says;
  },
  'a hint': (data) => {
    data.steps.write.hints.whole = says;
  },
  'a situation': (data) => {
    data.steps.write.situations.copied = says;
  },
  'a choice': (data) => {
    data.steps.ask.choices.disk = says;
  },
  'feedback to an answer': (data) => {
    data.steps.ask.feedback.disk = says;
  },
  'the debrief': (data) => {
    data.debrief.why = says;
  },
  'a text over several lines': (data) => {
    data.debrief.why = `First this.\n${says}\nThen that.`;
  },
};
const inFacts: Readonly<Record<string, (data: Data) => void>> = {
  'a file of the world': (data) => {
    data.world.files[0].content = says;
  },
  'the path of a file of the world': (data) => {
    data.world.files[0].path = `/root/touch /root/${secret}`;
  },
  'a line of the setup': (data) => {
    data.world.setup[0].run = `echo done; touch /root/${secret}; true`;
  },
  'a value that is drawn': (data) => {
    data.world.vars.word.pick.push(says);
  },
  'what a situation waits for': (data) => {
    data.steps[0].situations[0].when = { file: { node: 'node01', path: `/root/x` }, that: `content.contains('touch /root/${secret}')` };
  },
  'an open check': (data) => {
    data.steps[0].checks[0].that = `content.contains('touch /root/${secret}')`;
  },
};

describe('refused, with the file and the line', () => {
  const refused = (files: Files, name: string): void => {
    expect(exported(files)).toMatchObject({ status: 1, written: false });
    const [, , message] = /notes \(copy for learners\)\/([\w.]+):\d+: (.*)/.exec(told) ?? [];
    expect(told).toContain(`${name}:`);
    expect(message).toContain(secret);
  };

  describe.each(['en.yaml', 'ko.yaml'])('%s', (name) => {
    test.each(Object.entries(inText))('%s', (_place, change) => refused(bent(full, { 'lesson.yaml': trial, [name]: change }), name));
  });

  test.each(Object.entries(inFacts))('%s', (_place, change) =>
    refused(
      bent(full, {
        'lesson.yaml': (data) => {
          trial(data);
          change(data);
        },
      }),
      'lesson.yaml',
    ),
  );

  test.each(['solutions', 'wrong'] as const)('words of %s that a learner is not told', (key) => {
    const files = bent(full, {
      'lesson.yaml': (data) => {
        data[key].at(-1).script += `touch /root/${secret}\n`;
        data[key].at(-1).visibility = key === 'wrong' ? 'grader' : undefined;
      },
      'en.yaml': (data) => {
        data.story = says;
      },
    });
    // A hint may give the whole solution: that is open. A hidden wrong sample is not.
    if (key === 'wrong') refused(files, 'en.yaml');
    else expect(exported(files).status).toBe(0);
  });

  test('words with quotes, which YAML writes in another way', () => {
    const quoted = `content.contains("${secret} said 'so': # yes")`;
    const files = bent(full, {
      'lesson.yaml': (data) => data.steps[0].checks.push({ ...hiddenFile, id: 'quiet', visibility: 'grader', that: quoted }),
      'en.yaml': (data) => {
        data.debrief.why = `It is ${quoted}.\tYes.`;
      },
    });
    expect(exported(files)).toMatchObject({ status: 1, written: false });
    expect(told).toMatch(/notes \(copy for learners\)\/en\.yaml:\d+: it tells of/);
  });
});

describe('around the lessons', () => {
  const courseIn = (root: string): void => {
    mkdirSync(join(root, 'files', 'notes'), { recursive: true });
    for (const [name, text] of Object.entries(original)) writeFileSync(join(root, 'files', 'notes', name), text);
  };

  test('variables of hidden parts lose their names, and those after them are drawn as before', () => {
    const withVars = bent(original, {
      'lesson.yaml': (data) => {
        data.world.vars = { hushHush: { pick: ['a', secret, 'c'] }, hushNumber: { int: [17_000, 17_009] }, ...data.world.vars };
        data.steps[0].checks.push({ id: 'quiet', visibility: 'grader', file: { node: 'node01', path: '/root/{{hushHush}}-{{hushNumber}}' } });
      },
    });
    const copy = learnerCopy(withVars);
    expect(copy['lesson.yaml']).not.toMatch(/hush|17000|17009/i);
    const word = (files: Files, seed: number): string | undefined => {
      const loaded = loadLesson({ folder: 'x', files });
      return 'lesson' in loaded ? drawVariables(loaded.lesson, seed)['word'] : JSON.stringify(loaded);
    };
    for (const seed of [1, 2, 3, 99]) expect(word(copy, seed)).toBe(word(withVars, seed));
  });

  test('comments of tracks.yaml stay behind; one that cannot be read is told', () => {
    const root = newFolder();
    courseIn(root);
    writeFileSync(join(root, 'tracks.yaml'), `# ${secret}\ntracks:\n  - { id: files, title: { en: a, ko: b }, lessons: [notes] }\n`);
    const output = join(newFolder(), 'out');
    expect(exportLessons(readArguments(['--for', 'learners', '-o', output]).values, [root])).toBe(0);
    expect(readFileSync(join(output, 'tracks.yaml'), 'utf8')).toMatch(/^tracks:/);
    writeFileSync(join(root, 'tracks.yaml'), 'a: [');
    expect(exportLessons(readArguments(['--for', 'learners', '-o', join(output, 'b')]).values, [root])).toBe(1);
    expect(told).toContain('tracks.yaml:1: ');
  });

  test('nothing is written over the lessons themselves', () => {
    const root = newFolder();
    courseIn(root);
    for (const from of [root, join(root, 'files', 'notes')])
      expect(() => exportLessons(readArguments(['--for', 'learners', '-o', root]).values, [from])).toThrow('the lessons themselves are there');
    expect(readFileSync(join(root, 'files/notes/lesson.yaml'), 'utf8')).toBe(original['lesson.yaml']);
  });
});
