/** Pairs of submissions that are more alike than their lesson explains. It shows evidence and says nothing about guilt. */
import type { Language } from '../lessons/lesson.ts';
import type { Values } from '../lessons/variables.ts';
import { markdownText, visible } from './visible.ts';

/** What is compared: typed lines with their virtual times. */
export type Traits = {
  readonly who: string;
  readonly file: string;
  readonly lesson: string;
  readonly lines: readonly { readonly text: string; readonly at: number; readonly failed: boolean }[];
};

type SharedLine = { readonly text: string; readonly a: number; readonly b: number; readonly typedBy: number; readonly failed: boolean };
/** Two learners' submissions of one lesson. */
export type Pair = {
  readonly lesson: string;
  readonly a: { readonly who: string; readonly file: string };
  readonly b: { readonly who: string; readonly file: string };
  /** 0 to 1. */
  readonly score: number;
  readonly lines: number;
  readonly order: number;
  readonly mistakes: number;
  readonly rhythm: number;
  readonly evidence: readonly SharedLine[];
};

/** Lines that more than this share of the class typed are what the lesson asks for. */
const common = 0.3;
/** Below this many submissions nothing is rare: then only lines that the lesson itself does not have count. */
const smallClass = 8;
/** A line that so many typed makes too many pairs to say something about one. */
const mostTypists = 40;
const weights = { lines: 0.4, order: 0.2, mistakes: 0.25, rhythm: 0.15 };
const shownFrom = 0.5;

/** Values of a learner's variant become their names again, and spacing and quotes are evened out. */
export function normalLine(text: string, values: Values): string {
  let line = text.trim().replace(/\s+/g, ' ').replaceAll('"', "'");
  for (const [name, value] of Object.entries(values).sort(([, a], [, b]) => b.length - a.length))
    if (value.length > 0) line = line.replaceAll(new RegExp(`(?<![\\w-])${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g'), `{{${name}}}`);
  // What the cluster makes up differs from world to world.
  return line.replace(/-[0-9a-z]{8,10}-[a-z0-9]{5}\b/g, '-…').replace(/\b[0-9a-f]{12,64}\b/g, '…');
}

/** `explained`: lines that the lesson's solutions and hints have, normalised. */
export function similarPairs(all: readonly Traits[], explained: ReadonlySet<string>): Pair[] {
  const typists = new Map<string, number[]>();
  for (const [index, { lines }] of all.entries())
    for (const text of new Set(lines.map((line) => line.text))) if (text !== '') typists.set(text, [...(typists.get(text) ?? []), index]);
  const limit = all.length < smallClass ? Number.POSITIVE_INFINITY : Math.max(2, all.length * common);
  const rare = new Map([...typists].filter(([text, who]) => who.length >= 2 && who.length <= Math.min(limit, mostTypists) && !explained.has(text)));
  const shared = new Map<string, number>();
  for (const who of rare.values())
    for (const [position, a] of who.entries()) for (const b of who.slice(position + 1)) shared.set(`${a} ${b}`, (shared.get(`${a} ${b}`) ?? 0) + 1);
  return [...shared]
    .filter(([, count]) => count >= 2)
    .map(([key]) => {
      const [a = 0, b = 0] = key.split(' ').map(Number);
      return comparePair(all[a] as Traits, all[b] as Traits, rare, explained, typists);
    })
    .filter(({ score }) => score >= shownFrom)
    .sort((x, y) => y.score - x.score || (`${x.a.who} ${x.b.who}` < `${y.a.who} ${y.b.who}` ? -1 : 1));
}

function comparePair(
  a: Traits,
  b: Traits,
  rare: ReadonlyMap<string, readonly number[]>,
  explained: ReadonlySet<string>,
  typists: ReadonlyMap<string, readonly number[]>,
): Pair {
  const own = (traits: Traits): number =>
    new Set(traits.lines.map(({ text }) => text).filter((text) => text !== '' && !explained.has(text) && (rare.has(text) || typists.get(text)?.length === 1)))
      .size;
  const evidence = alignment(a, b)
    .filter(({ text }) => rare.has(text))
    .map((line) => ({ ...line, typedBy: typists.get(line.text)?.length ?? 0 }));
  const both = new Set([...a.lines.map(({ text }) => text)].filter((text) => rare.has(text) && b.lines.some((line) => line.text === text))).size;
  const lines = both / Math.max(1, Math.min(own(a), own(b)));
  const order = evidence.length / Math.max(1, both);
  const wrong = (traits: Traits): string[] => traits.lines.filter(({ failed, text }) => failed && rare.has(text)).map(({ text }) => text);
  const bothWrong = wrong(a).filter((text) => wrong(b).includes(text)).length;
  const mistakes = Math.min(1, bothWrong / 2);
  const rhythm = alikeRhythm(a, b, evidence);
  const score =
    Math.round(100 * (weights.lines * lines + weights.order * Math.min(1, order) * lines + weights.mistakes * mistakes + weights.rhythm * rhythm)) / 100;
  return {
    lesson: a.lesson,
    a: { who: a.who, file: a.file },
    b: { who: b.who, file: b.file },
    score: Math.min(1, score),
    lines: percent(lines),
    order: percent(order),
    mistakes: bothWrong,
    rhythm: percent(rhythm),
    evidence,
  };
}

const percent = (share: number): number => Math.round(100 * Math.min(1, share));

/** The longest common subsequence of two line lists, with line numbers from 1. */
function alignment(a: Traits, b: Traits): Omit<SharedLine, 'typedBy'>[] {
  const rows = a.lines.slice(0, 500);
  const columns = b.lines.slice(0, 500);
  const width = columns.length + 1;
  const best = new Uint16Array((rows.length + 1) * width);
  const at = (i: number, j: number): number => best[i * width + j] ?? 0;
  for (let i = rows.length - 1; i >= 0; i--)
    for (let j = columns.length - 1; j >= 0; j--)
      best[i * width + j] = rows[i]?.text === columns[j]?.text ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: Omit<SharedLine, 'typedBy'>[] = [];
  for (let i = 0, j = 0; i < rows.length && j < columns.length; ) {
    const row = rows[i];
    if (row && row.text === columns[j]?.text) {
      if (row.text !== '') found.push({ text: row.text, a: i + 1, b: j + 1, failed: row.failed && (columns[j]?.failed ?? false) });
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/** How alike the pauses before shared lines are: 1 when each is within a tenth. */
function alikeRhythm(a: Traits, b: Traits, shared: readonly SharedLine[]): number {
  if (shared.length < 3) return 0;
  const pause = ({ lines }: Traits, line: number): number => (lines[line - 1]?.at ?? 0) - (lines[line - 2]?.at ?? 0);
  const alike = shared.filter((line) => {
    const [one, other] = [pause(a, line.a), pause(b, line.b)];
    return Math.abs(one - other) <= Math.max(50, Math.max(one, other) * 0.1);
  });
  return alike.length / shared.length;
}

type ReportWords = {
  readonly head: string;
  readonly none: string;
  readonly title: (lesson: string, a: string, b: string, score: string) => string;
  readonly facts: (pair: Pair) => string;
  readonly columns: (a: string, b: string) => string;
  readonly yes: string;
  readonly more: (count: number) => string;
};

const reportWords: Readonly<Record<Language, ReportWords>> = {
  en: {
    head: '# Similar submissions\n\nThis is evidence to look at, not a verdict: two people who learnt together, or from one page, look alike too. Lines that the lesson itself explains, and lines that many typed, are left out; the values of seeded variants are normalised.\n',
    none: 'No pair is more alike than the lesson explains.',
    title: (lesson, a, b, score) => `${lesson}: ${a} and ${b} (${score})`,
    facts: ({ a, b, lines, order, mistakes, rhythm }) =>
      `${a.file} and ${b.file}. Unusual lines shared: ${lines} %, in the same order: ${order} %; the same mistakes: ${mistakes}; pauses alike: ${rhythm} %.`,
    columns: (a, b) => `line of ${a} | line of ${b} | typed | by how many | failed`,
    yes: 'yes',
    more: (count) => `… and ${count} more.`,
  },
  ko: {
    head: '# 비슷한 제출\n\n판정이 아니라 살펴볼 근거입니다. 함께 배웠거나 같은 글을 보고 한 사람들도 비슷해 보입니다. 레슨이 알려 주는 줄과 여럿이 입력한 줄은 뺐고, 시드마다 다른 값은 같은 것으로 보았습니다.\n',
    none: '레슨으로 설명되는 것보다 비슷한 쌍이 없습니다.',
    title: (lesson, a, b, score) => `${lesson}: ${a}, ${b} (${score})`,
    facts: ({ a, b, lines, order, mistakes, rhythm }) =>
      `${a.file}, ${b.file}. 흔하지 않은 줄이 같은 비율 ${lines} %, 순서도 같은 비율 ${order} %, 같은 실수 ${mistakes}개, 간격이 비슷한 비율 ${rhythm} %.`,
    columns: (a, b) => `${a}의 줄 | ${b}의 줄 | 입력 | 입력한 사람 수 | 실패`,
    yes: '예',
    more: (count) => `… 그 밖에 ${count}개.`,
  },
};

/** For people, as Markdown. */
export function similarityReport(pairs: readonly Pair[], language: Language = 'en'): string {
  const words = reportWords[language];
  return words.head + (pairs.length === 0 ? `\n${words.none}\n` : pairs.map((pair) => pairText(pair, words)).join(''));
}

const code = (text: string): string => visible(text).replaceAll('|', '\\|').replaceAll('`', "'");

const readable = ({ who, file }: Pair['a']): Pair['a'] => ({ who: markdownText(who), file: markdownText(file) });

function pairText(pair: Pair, words: ReportWords): string {
  const { lesson, a, b, score, evidence } = pair;
  const rows = evidence
    .slice(0, 40)
    .map(({ text, a: one, b: other, typedBy, failed }) => `| ${one} | ${other} | \`${code(text)}\` | ${typedBy} | ${failed ? words.yes : ''} |\n`);
  const more = evidence.length > 40 ? `\n${words.more(evidence.length - 40)}\n` : '';
  const [one, other] = [readable(a), readable(b)];
  const title = words.title(lesson, one.who, other.who, score.toFixed(2));
  return `\n## ${title}\n\n${words.facts({ ...pair, a: one, b: other })}\n\n| ${words.columns(one.who, other.who)} |\n| --- | --- | --- | --- | --- |\n${rows.join('')}${more}`;
}
