import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readArguments } from '../../src/arguments.ts';
import { submissionText } from '../../src/grading/submission.ts';
import { gradeCommand } from '../../src/headless/grade.ts';
import type { Outcome } from '../../src/headless/grade-job.ts';
import { gradeAll } from '../../src/headless/grade-pool.ts';
import { GradeProgress } from '../../src/headless/grade-progress.ts';
import { GradeState } from '../../src/headless/grade-state.ts';
import { findSubmissions } from '../../src/headless/submission-files.ts';
import { WriteError, writeError, writeWhole } from '../../src/headless/write-whole.ts';
import { course, grade, handIn, newFolder, options, put, rechained, solution } from './course.ts';

process.env['XDG_STATE_HOME'] = newFolder();
let told = '';
beforeAll(() => {
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});

/** Runs `k8s-lab grade` with these words; what it wrote, and its exit status. */
async function run(...words: string[]): Promise<{ readonly status: number; readonly text: string; readonly told: string }> {
  told = '';
  const output = join(newFolder(), 'out');
  const { values, positionals } = readArguments(['--lessons', course, '-o', output, ...words]);
  const status = await gradeCommand(values, positionals);
  return { status, text: existsSync(output) ? readFileSync(output, 'utf8') : '', told };
}

const scripts = [solution, 'ls', 'echo {{word}} > {{word}}.txt\nls\n@answer ask network', `@hint write\n@hint write\n${solution}`, 'cat nothing\nls'];
const classroom = newFolder();
const kim = handIn('kim');
beforeAll(() => {
  for (let i = 0; i < 24; i++) put(classroom, `learner-${i}.json`, handIn(`learner ${i}`, scripts[i % scripts.length]));
});

describe('a class', () => {
  test('the same bytes in every order and format', async () => {
    // One of each kind of learner.
    const files = scripts.map((_, i) => join(classroom, `learner-${i}.json`));
    for (const format of ['table', 'json', 'csv', 'csv-long', 'junit', 'classroom50', 'markdown']) {
      const one = await run(...files, '--format', format);
      const other = await run(...[...files].reverse(), '--format', format);
      expect(one.text.length).toBeGreaterThan(100);
      expect(other.text).toBe(one.text);
      expect(one.status).toBe(0);
    }
  });

  test('the same with one worker, with two, and without', async () => {
    const worker = join(newFolder(), 'grade-worker.mjs');
    const banner = { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" };
    buildSync({ entryPoints: ['src/headless/grade-worker.ts'], bundle: true, platform: 'node', format: 'esm', outfile: worker, banner, logLevel: 'error' });
    const { found } = findSubmissions([classroom]);
    const all = async (jobs: number, file: string): Promise<string> => {
      const outcomes: Outcome[] = [];
      await gradeAll({ files: found, options, jobs, worker: file, stopped: () => false, done: (outcome) => void outcomes.push(outcome) });
      return JSON.stringify(outcomes.sort((a, b) => (a.file < b.file ? -1 : 1)));
    };
    const [one, two, none] = [await all(1, worker), await all(2, worker), await all(1, '/nowhere')];
    expect(two).toBe(one);
    expect(none).toBe(one);
    expect(JSON.parse(one)).toHaveLength(24);
  });

  test('a worker that dies costs one file its grade', async () => {
    const worker = join(newFolder(), 'dies.mjs');
    writeFileSync(
      worker,
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ file }) => { if (file.includes('-3.')) process.exit(1); parentPort.postMessage({ outcome: { file, grades: [], traits: [] } }); });",
    );
    const outcomes: Outcome[] = [];
    await gradeAll({
      files: findSubmissions([classroom]).found,
      options,
      jobs: 2,
      worker,
      stopped: () => false,
      done: (outcome) => void outcomes.push(outcome),
    });
    expect(outcomes).toHaveLength(24);
    expect(outcomes.filter(({ problem }) => problem).map(({ file }) => file)).toEqual(['learner-3.json']);
  });

  test('a run that was stopped goes on where it was', async () => {
    const folder = newFolder();
    const { found } = findSubmissions([classroom]);
    const graded: string[] = [];
    const half = new GradeState(join(folder, 'state'), 'run');
    await gradeAll({
      files: found,
      options,
      jobs: 1,
      stopped: () => graded.length >= 10,
      done: (outcome, file) => {
        graded.push(outcome.file);
        half.add(outcome, file);
      },
    });
    half.close(true);
    // A line that was cut off when the power went.
    writeFileSync(join(folder, 'state'), `${readFileSync(join(folder, 'state'), 'utf8')}{"path":"/x","iden`);
    const whole = new GradeState(join(folder, 'state'), 'run');
    expect(whole.resumed).toBe(10);
    const open = found.filter((file) => !whole.has(file));
    expect(open).toHaveLength(14);
    await gradeAll({ files: open, options, jobs: 1, stopped: () => false, done: (outcome, file) => whole.add(outcome, file) });
    const { entries } = whole.of(found);
    expect(entries.map(({ who }) => who).sort()).toEqual(Array.from({ length: 24 }, (_, i) => `learner ${i}`).sort());
    expect(entries.every((entry) => whole.outcomeOf(entry).grades[0]?.who === entry.who)).toBe(true);
    whole.close(false);
    expect(existsSync(join(folder, 'state'))).toBe(false);
    expect(new GradeState(join(folder, 'state'), 'another run').resumed).toBe(0);
  });
});

test('grade --open --plain: in lines, for those who have no screen', async () => {
  const file = put(newFolder(), 'lee.json', handIn('lee', '@hint write\necho {{word}} > {{word}}.txt\nls\n@answer ask network'));
  let shown = '';
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
  const { status } = await run(file, '--open', '--plain').finally(() => out.mockRestore());
  expect(status).toBe(0);
  expect(shown).toMatch(/^lee · files\/notes: [\d.]+ of 120 points\n.*is dev.*\n00:00:00 {2}hint for write\n00:00:\d\d {2}\$ echo \w+ > \w+\.txt\n/);
  expect(shown).toMatch(/\$ ls\n {10}✓ passed: /);
  expect(shown).toContain('          ✓ passed: write: private-note (hidden)\n');
  expect(shown).toMatch(/answer to ask: network\n {10}\? could not be judged: /);
});

describe('what is wrong with files', () => {
  // K8S_LAB_FILES=500 hands in that many.
  test('three broken files of many: the others have grades, these have reasons', { timeout: 600_000 }, async () => {
    const folder = newFolder();
    const count = Number(process.env['K8S_LAB_FILES'] ?? 10) - 3;
    for (let i = 0; i < count; i++) put(folder, `good-${i}.json`, handIn(`g${i}`, 'ls'));
    put(folder, 'not-json.json', 'hello');
    put(folder, 'old.json', submissionText(kim).replace('"version": 1', '"version": 0'));
    truncateSync(put(folder, 'huge.json', ''), 100 * 1024 * 1024);
    const { status, text, told: said } = await run(folder, '--format', 'json');
    const { grades, problems } = JSON.parse(text) as { grades: unknown[]; problems: { file: string; code: string }[] };
    expect(grades).toHaveLength(count);
    expect(problems.map(({ file, code }) => `${file} ${code}`)).toEqual(['huge.json too-large', 'not-json.json not-json', 'old.json unknown-version']);
    expect(said).toContain(`${count} grades of ${count} learners; 3 without:`);
    expect(said).toContain('huge.json: the file has 100 MiB. ');
    expect(status).toBe(1);
  });

  test('links, pipes and paths: nothing outside the folder is touched', async () => {
    const folder = newFolder();
    const outside = newFolder();
    put(outside, 'secret.json', handIn('outsider', 'ls'));
    mkdirSync(join(folder, 'deep', '..data'), { recursive: true });
    symlinkSync(join(outside, 'secret.json'), join(folder, 'link.json'));
    symlinkSync(outside, join(folder, 'linked-folder'));
    symlinkSync('loop.json', join(folder, 'loop.json'));
    spawnSync('mkfifo', [join(folder, 'pipe.json')]);
    put(join(folder, 'deep'), 'mine.json', kim);
    put(folder, '.hidden.json', handIn('hidden', 'ls'));
    const { text } = await run(folder, '--format', 'json');
    expect((JSON.parse(text) as { grades: { who: string }[] }).grades.map(({ who }) => who)).toEqual(['kim']);
    expect((JSON.parse(text) as { problems: { file: string; code: string }[] }).problems.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'link.json symbolic-link',
      'loop.json symbolic-link',
    ]);
  });

  test('a file that is named may be a link; a pipe or a missing file has its reason', async () => {
    const folder = newFolder();
    symlinkSync(put(folder, 'real.json', kim), join(folder, 'alias.json'));
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    const { text } = await run(join(folder, 'alias.json'), join(folder, 'real.json'), join(folder, 'pipe'), join(folder, 'none.json'), '--format', 'json');
    expect((JSON.parse(text) as { grades: unknown[] }).grades).toHaveLength(1);
    expect((JSON.parse(text) as { problems: { code: string }[] }).problems.map(({ code }) => code)).toEqual(['no-file', 'no-file']);
  });

  test('the same learner twice: the later file counts, the other is named', async () => {
    const folder = newFolder();
    put(folder, 'b-early.json', handIn('kim', 'ls'));
    const late = rechained(handIn('kim'), 'kim', () => ({}));
    put(folder, 'a-late.json', submissionText(late));
    const { text } = await run(folder, '--format', 'json');
    const { grades, problems } = JSON.parse(text) as { grades: { file: string }[]; problems: { file: string; code: string; message: string }[] };
    expect(grades.map(({ file }) => file)).toEqual(['b-early.json']);
    expect(problems).toMatchObject([{ file: 'a-late.json', code: 'duplicate' }]);
  });

  test('a refused file takes the place of nobody: anyone can make one in the name of another', async () => {
    const folder = newFolder();
    put(folder, 'a-good.json', handIn('kim', 'ls'));
    put(folder, 'b-forged.json', submissionText(handIn('kim', 'ls')).replace('"ls"', '"id"'));
    const { text } = await run(folder, '--format', 'json');
    const { grades, problems } = JSON.parse(text) as { grades: { file: string; state: string }[]; problems: { file: string; code: string; message: string }[] };
    expect(grades).toMatchObject([{ file: 'a-good.json', state: 'graded' }]);
    expect(problems).toMatchObject([{ file: 'b-forged.json', code: 'duplicate', message: expect.stringContaining('a-good.json') }]);
  });

  test('a lesson that the grader does not have', () => {
    const { grades } = grade(rechained(kim, 'kim', () => ({ lesson: 'files/unknown' })));
    expect(grades[0]).toMatchObject({ state: 'unjudged', points: 0, findings: [{ code: 'missing-lesson' }] });
  });

  test('what is wrong is told in Korean too, with the facts', async () => {
    const folder = newFolder();
    put(folder, 'empty.json', '');
    put(folder, 'cut.json', submissionText(kim).slice(0, 300));
    put(folder, 'other.json', '{"format":"x"}');
    put(folder, 'newer.json', { ...kim, version: 9 as 1 });
    put(folder, 'nobody.json', { ...kim, who: '\u0000' });
    put(folder, 'kim.json', kim);
    put(
      folder,
      'later.json',
      rechained({ ...kim, made: '2026-11-22T11:00:00.000Z' }, 'kim', () => ({})),
    );
    put(folder, 'edited.json', { ...handIn('lee'), who: 'park' });
    put(
      folder,
      'elsewhere.json',
      rechained(handIn('choi'), 'choi', () => ({ lesson: 'files/none', engine: '0.0.9' })),
    );
    put(
      folder,
      'endless.json',
      rechained(handIn('jung', 'echo {{word}} > {{word}}.txt\nls'), 'jung', ({ events, until }) => ({
        events: [...events, { line: 'while :; do :; done', at: until }],
        until: until + 60_000,
      })),
    );
    writeFileSync(join(folder, 'large.json'), '');
    truncateSync(join(folder, 'large.json'), 100 * 1024 ** 2);
    symlinkSync('/etc/passwd', join(folder, 'link.json'));
    const similar = join(newFolder(), 'similar.md');
    const found = await run(folder, join(folder, 'none'), '--lang', 'ko', '--format', 'table', '--similar', similar);
    for (const text of [
      ...[
        '비어 있습니다',
        '300번째 글자 뒤가 잘렸습니다',
        '"format"이 "k8s-lab/submission"이 아닙니다',
        '형식 버전입니다: 9',
        '"who" 값이 이름이 아닙니다',
        '그런 파일이 없습니다',
      ],
      ...[
        '100 MiB',
        '따라가지 않았습니다',
        '또 있습니다',
        '해시 사슬이',
        '시드가',
        '채점용 폴더에 files/none 레슨이 없습니다',
        '3번째 줄에서 채점 한도(작업량)를 넘었습니다',
      ],
    ])
      expect(found.text).toContain(text);
    expect(found.told).toMatch(/4명의 성적 4개, 성적 없는 파일 9개:\n/);
    // Every sentence about a file is Korean: what is not are names, codes and times.
    for (const line of [...found.text.split('\n'), ...found.told.split('\n')].filter((each) => /^ {2,4}\S/.test(each))) expect(line).toMatch(/[가-힣]/);
    expect(readFileSync(similar, 'utf8')).toContain('# 비슷한 제출');
    expect((writeError('o', Object.assign(new Error('x'), { code: 'ENOSPC' })) as WriteError).told('ko')).toBe(
      'o: 쓰지 못했습니다. 디스크가 가득 찼습니다. 공간을 비우고 다시 실행하세요',
    );
  });

  test('names of files, learners and formulas do no harm in the exports', async () => {
    const folder = newFolder();
    put(folder, 'x.json', handIn('=HYPERLINK("http://x")</testsuite>|`', 'ls'));
    expect((await run(folder, '--format', 'csv')).text).toContain('"\'=HYPERLINK(""http://x"")');
    expect((await run(folder, '--format', 'junit')).text).not.toContain('"</testsuite>|');
    expect((await run(folder, '--format', 'markdown')).text).toContain('\\|\\`');
  });
});

describe('where it is written', () => {
  test('no such folder, a folder, a full disk: a message with a remedy, and the grades are kept', async () => {
    expect(() => writeWhole('/nowhere/at/all', ['x'])).toThrow(/there is no such folder; make it/);
    expect((writeError('o', Object.assign(new Error('x'), { code: 'ENOSPC' })) as Error).message).toBe(
      'o was not written: the disk is full; make room and run it again',
    );
    expect(writeError('o', Object.assign(new Error('x'), { code: 'EROFS' }))).toBeInstanceOf(WriteError);
    const folder = newFolder();
    mkdirSync(join(folder, 'out'));
    const { values, positionals } = readArguments(['--lessons', course, '-o', join(folder, 'out'), classroom]);
    told = '';
    expect(await gradeCommand(values, positionals)).toBe(3);
    expect(told).toMatch(/was not written: it is a folder[\s\S]*The grades are kept/);
    expect(existsSync(join(folder, 'out.state'))).toBe(true);
    // By another way to the same folder it goes on from there too.
    told = '';
    const again = readArguments(['--lessons', resolve(course), '-o', join(folder, 'out'), relative('.', classroom)]);
    expect(await gradeCommand(again.values, again.positionals)).toBe(3);
    expect(told).toContain('24 files were graded before; 0 are left');
    const under = join(put(folder, 'a-file', ''), 'sub', 'out');
    expect((await run(classroom, '-o', under)).status).toBe(3);
    expect(told).toMatch(/^k8s-lab: .*a-file\/sub\/out\.state was not written: part of the path is no folder; choose another place with -o\n$/);
  });

  test('exit statuses', async () => {
    const folder = newFolder();
    put(folder, 'kim.json', kim);
    expect((await run(folder)).status).toBe(0);
    expect((await run(folder, '--fail-under', '100')).status).toBe(0);
    put(folder, 'lee.json', handIn('lee', 'ls'));
    expect((await run(folder)).status).toBe(0);
    expect((await run(folder, '--fail-under', '50')).status).toBe(1);
    expect((await run(folder, '--seeds', 'learner')).status).toBe(0);
    expect((await run(folder, '--seed', '5')).status).toBe(1);
    await expect(run(folder, '--format', 'xml')).rejects.toThrow('--format takes table, json');
    await expect(run(folder, '--due', 'tomorrow')).rejects.toThrow('--due takes a day');
    await expect(run()).rejects.toThrow('grade takes files');
  });

  test('early and late are told, nothing more', async () => {
    const folder = newFolder();
    put(folder, 'kim.json', kim);
    const grades = async (...words: string[]) =>
      (JSON.parse((await run(folder, '--format', 'json', ...words)).text) as { grades: { timing?: string; points: number }[] }).grades[0];
    expect(await grades('--due', '2026-11-21')).toMatchObject({ timing: 'late', points: 120 });
    expect(await grades('--since', '2026-11-23')).toMatchObject({ timing: 'early' });
    expect((await grades('--since', '2026-11-22', '--due', '2026-11-22T19:00:00+09:00'))?.timing).toBeUndefined();
  });
});

describe('progress', () => {
  test('a bar on a terminal, plain lines elsewhere', () => {
    let now = 0;
    let out = '';
    const bar = new GradeProgress(10, { isTTY: true, columns: 80, write: (text: string) => (out += text) }, () => now);
    for (let i = 0; i < 5; i++) {
      now += 500;
      bar.step();
    }
    expect(out).toContain('[############............] 5/10 files, 2.0 a second, 3 s left');
    bar.end();
    expect(out.endsWith('\r\x1b[K')).toBe(true);
    out = '';
    const lines = new GradeProgress(100, { write: (text: string) => (out += text) }, () => now);
    for (let i = 0; i < 50; i++) {
      now += 1000;
      lines.step();
    }
    expect(out.split('\n')[0]).toBe('graded 10/100 files, 1.0 a second, 1 min 30 s left');
    expect(out).not.toContain('\r');
  });
});

describe('examples for continuous integration', () => {
  const commands = ['github-actions', 'gitlab-ci', 'classroom50'].flatMap((name) =>
    [...readFileSync(`examples/ci/${name}.yml`, 'utf8').matchAll(/k8s-lab@\S+ (grade [^\n>]+)/g)].map((match) => match[1]!.trim()),
  );

  test('there are four', () => expect(commands).toHaveLength(4));

  test.each(commands)('%s', async (command) => {
    const folder = newFolder();
    const file = put(folder, 'submission.json', kim);
    const [, ...words] = command.split(' ').map((word) => (word === 'submissions' ? folder : word === 'submission.json' ? file : word));
    const { status, text } = await run(...words.filter((word, index) => word !== '-o' && words[index - 1] !== '-o'));
    expect(status).toBe(0);
    if (command.includes('junit')) expect(text).toMatch(/<testsuite name="kim" tests="\d+" failures="0" errors="0"/);
    if (command.includes('classroom50'))
      expect(JSON.parse(text)).toMatchObject({ schema: 'classroom50/result/v1', owner: 'kim', score: 120, 'max-score': 120 });
  });
});
