/** What the exports promise to those who read them: the shape of JUnit's schema, and each field of classroom50/result/v1. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ExportContext, exporters } from '../../src/grading/exports/export.ts';
import type { FileReport, LessonGrade } from '../../src/grading/grade.ts';
import { grade, handIn, rechained } from '../headless/course.ts';

const evil = 'Ann "<&>" \u0007\ud800 Ω]]>';
const grades: readonly LessonGrade[] = [
  handIn('kim'),
  handIn('lee', 'cat nothing\nls'),
  handIn('park', 'echo hello {{word}} > {{word}}.txt\nls\n@answer ask memory'),
  rechained(handIn(evil.replace('\ud800', '')), evil.replace('\ud800', ''), () => ({})),
  rechained(handIn('chang'), 'chang', () => ({ lesson: 'files/unknown' })),
  { ...handIn('cheat'), who: 'cheat 2' },
].flatMap((submission) => grade(submission).grades);
const problems: readonly FileReport[] = [{ file: 'a <b>&.json', code: 'not-json', message: 'it is "no" JSON', remedy: 'Ask again' }];
const context: ExportContext = { engine: '0.1.0', lessons: ['files/notes'], learners: 6, environment: {} };
const text = (format: 'junit' | 'classroom50', some = grades, change: Partial<ExportContext> = {}): string =>
  [...exporters[format](some, problems, { ...context, ...change })].join('');

type Element = { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly children: Element[] };

/** Enough of XML for what has no namespaces, no mixed content and no entities of its own; strict in that. */
function parseXml(source: string): Element {
  const head = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(source)?.[0];
  if (!head) throw new Error('no declaration');
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const token = /\s*(?:[^<>]*<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>)\s*/y;
  for (token.lastIndex = head.length; token.lastIndex < source.length; ) {
    const at = token.lastIndex;
    const [, closed, name, attributes = '', empty] = token.exec(source) ?? [];
    if (closed !== undefined) expect(open.pop()?.name).toBe(closed);
    else if (name === undefined) throw new Error(`not XML at ${at}: ${source.slice(at, at + 80)}`);
    else {
      const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map((match) => [match[1]!, unescaped(match[2]!)] as const);
      expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [] };
      open.at(-1)!.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  expect(open).toEqual([root]);
  expect(root.children).toHaveLength(1);
  return root.children[0]!;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#10': '\n' };
const unescaped = (value: string): string =>
  value.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!Object.hasOwn(entities, name)) throw new Error(`no entity: ${whole}`);
    return entities[name]!;
  });

const whole = /^\d+$/;
const named = /./;
/** As Jenkins' junit-10.xsd and the Surefire schema have it: which elements stand where, which attributes they must and may have. */
const schema: Readonly<
  Record<string, { readonly must: Readonly<Record<string, RegExp>>; readonly may?: Readonly<Record<string, RegExp>>; readonly holds: readonly string[] }>
> = {
  testsuites: { must: {}, may: { name: named, tests: whole, failures: whole, errors: whole, time: /^[\d.]+$/ }, holds: ['testsuite'] },
  testsuite: {
    must: { name: named, tests: whole, failures: whole, errors: whole },
    may: { skipped: whole, timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, time: /^[\d.]+$/ },
    holds: ['testcase'],
  },
  testcase: { must: { name: named, classname: named }, may: { time: /^[\d.]+$/ }, holds: ['skipped', 'error', 'failure'] },
  skipped: { must: {}, may: { message: named }, holds: [] },
  error: { must: { message: named }, may: { type: named }, holds: [] },
  failure: { must: { message: named }, may: { type: named }, holds: [] },
};

function expectShape({ name, attributes, children }: Element): void {
  const rule = schema[name];
  if (!rule) throw new Error(`there is no element ${name}`);
  for (const key of Object.keys(rule.must)) expect(Object.keys(attributes), name).toContain(key);
  for (const [key, value] of Object.entries(attributes)) expect(value, `${name} ${key}`).toMatch(rule.must[key] ?? rule.may?.[key] ?? /(?!)/);
  expect(rule.holds).toEqual(expect.arrayContaining([...new Set(children.map((child) => child.name))]));
  if (name === 'testcase') expect(children.length).toBeLessThan(2);
  children.forEach(expectShape);
}

describe('junit', () => {
  test('has the shape of its schema, and counts that are right', () => {
    const suites = parseXml(text('junit'));
    expect(suites.name).toBe('testsuites');
    expectShape(suites);
    expect(suites.children).toHaveLength(new Set(grades.map(({ who }) => who)).size + 1);
    for (const { attributes, children } of suites.children) {
      const kinds = children.flatMap((each) => each.children.map(({ name }) => name));
      expect(attributes).toMatchObject({
        tests: String(children.length),
        failures: String(kinds.filter((kind) => kind === 'failure').length),
        errors: String(kinds.filter((kind) => kind === 'error').length),
        skipped: String(kinds.filter((kind) => kind === 'skipped').length),
      });
      // Names tell cases apart.
      expect(new Set(children.map(({ attributes: { classname, name } }) => `${classname} ${name}`)).size).toBe(children.length);
    }
    expect(suites.children.map(({ attributes }) => attributes['name'])).toContain('kim');
    expect(suites.children.at(-1)?.children[0]?.attributes['name']).toBe('a <b>&.json');
  });

  // Hash.from_xml, which GitLab reads reports with, gives text its place only where there is some.
  test('what failed is told as text too', () => {
    const told = [...text('junit').matchAll(/<(failure|error) message="([^"]*)">([^<]*)<\/\1>/g)];
    expect(told.length).toBeGreaterThan(3);
    for (const [, , message, inside] of told) expect(inside).toBe(message);
  });

  test('nobody and nothing', () => expectShape(parseXml([...exporters.junit([], [], context)].join(''))));
});

const url = /^https?:\/\/\S+$|^submit\/.+$/;
const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  schema: (value) => value === 'classroom50/result/v1',
  classroom: filled,
  assignment: (value) => filled(value) && !/[/\s]/.test(value),
  assignment_type: (value) => value === 'individual' || value === 'group',
  owner: filled,
  submission: (value) => filled(value) && value.startsWith('submit/'),
  commit: (value) => filled(value) && url.test(value),
  release: (value) => filled(value) && url.test(value),
  review: (value) => filled(value) && url.test(value),
  datetime: (value) => filled(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value)),
  score: points,
  'max-score': points,
  tests: Array.isArray,
};
const testFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  'test-name': filled,
  passed: (value) => typeof value === 'boolean',
  score: points,
  'max-score': points,
};
function filled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
function points(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function expectFields(value: object, wanted: typeof fields): void {
  expect(Object.keys(value)).toEqual(Object.keys(wanted));
  for (const [key, field] of Object.entries(value)) expect(wanted[key]?.(field), `${key}: ${JSON.stringify(field)}`).toBe(true);
}

type Result = { readonly tests: readonly { readonly score: number; readonly 'max-score': number }[]; readonly score: number; readonly 'max-score': number };

describe('classroom50/result/v1', () => {
  test.each(grades.map((each) => [each.who, each] as const))('each field of %s', (_who, each) => {
    const result = JSON.parse(text('classroom50', [each], { learners: 1 })) as Result;
    expectFields(result, fields);
    for (const found of result.tests) expectFields(found, testFields);
    // Its runner and its gradebook refuse a file with more than there is.
    for (const found of [result, ...result.tests]) expect(found.score).toBeLessThanOrEqual(found['max-score']);
    const sum = (key: 'score' | 'max-score'): number => result.tests.reduce((all, found) => all + found[key], 0);
    expect(result).toMatchObject({ score: sum('score'), 'max-score': sum('max-score') });
    expect(new Set(result.tests.map((found) => (found as unknown as { 'test-name': string })['test-name'])).size).toBe(result.tests.length);
  });

  test('many learners: a list, one for each', () => {
    const results = JSON.parse(text('classroom50')) as object[];
    expect(results).toHaveLength(new Set(grades.map(({ who }) => who)).size);
    for (const result of results) expectFields(result, fields);
  });

  test('what the runner knows better', () => {
    const environment = {
      CLASSROOM: 'cs50',
      ASSIGNMENT: 'pods',
      ASSIGNMENT_TYPE: 'group',
      OWNER: 'kim-gh',
      SUBMISSION_TAG: 'submit/2026-11-22',
      COMMIT_URL: 'https://example.org/c/1',
      RELEASE_URL: 'https://example.org/r/1',
      REVIEW_URL: 'https://example.org/p/1',
    };
    const result = JSON.parse(text('classroom50', grades.slice(0, 1), { learners: 1, environment })) as object;
    expectFields(result, fields);
    expect(result).toMatchObject({
      classroom: 'cs50',
      assignment: 'pods',
      assignment_type: 'group',
      owner: 'kim-gh',
      submission: 'submit/2026-11-22',
      commit: 'https://example.org/c/1',
      release: 'https://example.org/r/1',
      review: 'https://example.org/p/1',
    });
  });
});

/** RFC 4180, nothing else: rows end with CR LF, quotes are doubled within quotes. */
function parseCsv(source: string): string[][] {
  const rows: string[][] = [[]];
  const token = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const [, quoted, bare, end] = token.exec(source) ?? [];
    if (end === undefined) throw new Error(`not CSV at ${at}: ${source.slice(at, at + 80)}`);
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end !== ',') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

describe('csv', () => {
  const names = ['Kim, "Min"', '김철수', '=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1', '\t=1', 'plain'];
  const hostile = names.map((who, index) => ({ ...grades[0]!, who, file: `f\u001b[31m${index}\n.json` }));
  const sheet = (format: 'csv' | 'csv-long'): string[][] => parseCsv([...exporters[format](hostile, problems, context)].join(''));

  test.each(['csv', 'csv-long'] as const)('%s is RFC 4180, no cell is a formula, none steers a terminal', (format) => {
    const [head, ...rows] = sheet(format);
    for (const row of rows) expect(row).toHaveLength(head!.length);
    for (const cell of rows.flat()) {
      expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
      expect(cell).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    }
  });

  test('names come through', () => expect(sheet('csv').map(([who]) => who)).toEqual(expect.arrayContaining(['Kim, "Min"', '김철수', "'=1+1", 'plain'])));
});

describe('no format gives a terminal something to obey', () => {
  const controls = '\u001b[31m\u009b\u202e\u2066\u{e0041}\u007f\u2028';
  const hostile = grades.map((each) => ({
    ...each,
    file: `${controls}${each.file}`,
    checks: each.checks.map((check) => (check.state === 'failed' ? { ...check, found: controls, where: controls } : check)),
  }));
  const reports = problems.map((problem) => ({ ...problem, file: controls }));
  test.each(Object.keys(exporters) as (keyof typeof exporters)[])('%s', (format) => {
    const written = [...exporters[format](hostile, reports, context)].join('');
    expect(written).not.toMatch(/(?![\n\r])[\p{Cc}\p{Cf}\u2028\u2029]/u);
    if (format === 'json') expect((JSON.parse(written) as { problems: FileReport[] }).problems).toEqual(reports);
  });
});

test('the JSON report has the fields that the documentation tells, and no others', () => {
  type Fields = Readonly<Record<string, unknown>>;
  type Report = {
    readonly grades: readonly (Fields & Readonly<Record<'steps' | 'checks' | 'findings', readonly Fields[]>>)[];
    readonly problems: readonly Fields[];
  };
  const documented = readFileSync('docs/grading.md', 'utf8');
  const example = JSON.parse(/^\{"format":"k8s-lab\/grades"[\s\S]*?^\]\}$/m.exec(documented)?.[0] ?? '') as Report;
  const real = JSON.parse([...exporters.json(grades, problems, context)].join('')) as Report;
  expect(Object.keys(real)).toEqual(Object.keys(example));
  const told = new Set([...documented.matchAll(/`\[?(\w+)\]?`/g)].map(([, name]) => name));
  const same = (found: Fields, wanted: Fields): void => {
    for (const key of Object.keys(wanted)) expect(found).toHaveProperty(key);
    for (const key of Object.keys(found)) expect(key in wanted || told.has(key), key).toBe(true);
  };
  for (const grade of real.grades) {
    same(grade, example.grades[0]!);
    for (const step of grade.steps) same(step, example.grades[0]!.steps[0]!);
    for (const check of grade.checks) same(check, { step: '', id: '', points: 0, possible: 0, state: '' });
    for (const finding of grade.findings) same(finding, { code: '', effect: '', message: '' });
  }
  for (const problem of real.problems) same(problem, example.problems[0]!);
});

test('markdown: a name is text, whatever it looks like', () => {
  const who = 'A|B `c` <b>x</b> [l](http://e) &lt; ~~z~~ *w* _u_ # $x$';
  const [heading] = /^## A.*$/m.exec([...exporters.markdown([{ ...grades[0]!, who }], [], context)].join('')) ?? [];
  expect(heading).toBe('## A\\|B \\`c\\` \\<b\\>x\\</b\\> \\[l\\](http://e) &amp;lt; \\~\\~z\\~\\~ \\*w\\* \\_u\\_ \\# \\$x\\$');
});

test('a Korean teacher reads Korean, columns in line', () => {
  const of = (format: 'table' | 'markdown') => [...exporters[format](grades, problems, { ...context, language: 'ko' })].join('');
  expect(of('table').split('\n')[0]).toBe('학습자               레슨                                      점수  상태       힌트  취소    줄 마지막 기록');
  expect(of('table')).not.toMatch(/expected|not passed|finished|refused$/m);
  expect(of('markdown')).toContain('| 단계 | 점검 | 결과 | 점수 | 비고 |');
});
