/** Generated classes: how many copies the similarity report finds, and how many honest neighbours it shows beside them. */
import { expect, test } from 'vitest';
import { similarPairs, type Traits } from '../../src/grading/similarity.ts';
import { Random } from '../../src/sim/random.ts';

const random = new Random(7);
const some = <Item>(items: readonly Item[]): Item => items[random.int(items.length)] as Item;
const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => [random.int(1e9), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

/** Lines that people try of themselves; the first ones are everybody's. */
const pool = shuffled(
  ['get', 'describe', 'logs', 'explain', 'top', 'edit'].flatMap((verb) =>
    ['pods', 'deploy', 'svc', 'nodes', 'cm', 'rs', 'ep', 'events', 'ns', 'sa'].flatMap((kind) =>
      ['', ' -A', ' -o wide', ' -o yaml', ' -w', ' -n kube-system', ' --show-labels'].map((flags) => `kubectl ${verb} ${kind}${flags}`),
    ),
  ),
);
const tried = (): string => pool[Math.floor((random.int(1000) / 1000) ** 3 * pool.length)] as string;
const solution = Array.from({ length: 8 }, (_, step) => `kubectl apply -f step${step}.yaml`);

function paced(who: string, texts: readonly string[]): Traits {
  let at = 0;
  const lines = texts.map((text) => {
    at += 2_000 + random.int(30_000);
    return { text, at, failed: text.includes('ee') };
  });
  return { who, file: who, lesson: 'l', lines };
}
function honest(who: string): Traits {
  const name = some(['web', 'app', 'demo', 'test', 'nginx', 'foo', 'my-pod', 'x']);
  const own = Array.from({ length: 12 }, () => {
    const kind = random.int(10);
    if (kind < 2) return `kubectl run ${name} --image=${some(['nginx', 'busybox', 'alpine', 'httpd'])}`;
    return kind < 4 ? tried().replace('e', 'ee') : tried();
  });
  return paced(who, shuffled([...solution, ...own]));
}

const cheats: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>> = {
  'other pauses': (lines) => lines,
  'renamed objects': (lines) => lines.map((line) => line.replace(/kubectl run \S+/, 'kubectl run mine')),
  'another order': shuffled,
  'a few lines of their own': (lines) => [...lines, tried(), tried(), 'kubectl get all'],
};

const rounds = 15;
const explained = new Set(solution);

test('honest neighbours are not shown', () => {
  let shown = 0;
  for (let round = 0; round < rounds; round++)
    shown += similarPairs(
      Array.from({ length: 30 }, (_, index) => honest(`h${index}`)),
      explained,
    ).length;
  // Of 6,525 pairs.
  expect(shown).toBeLessThanOrEqual(3);
});

test.each(Object.entries(cheats))('a copy with %s is shown', (_name, cheat) => {
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    const others = Array.from({ length: 29 }, (_, index) => honest(`h${index}`));
    const copy = paced('copy', cheat((others[0] as Traits).lines.map(({ text }) => text)));
    found += similarPairs([...others, copy], explained).filter(({ a, b }) => [a.who, b.who].sort().join() === 'copy,h0').length;
  }
  expect(found).toBeGreaterThanOrEqual(rounds - 3);
});
