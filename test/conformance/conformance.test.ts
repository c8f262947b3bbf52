import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeFiles, changes } from './changes.ts';
import { readGroups as commandGroups, wrongManifests } from './commands.ts';
import { compareAll, compareInTurn, excuseOf, type Tally } from './compare.ts';
import { manifests } from './fixtures.ts';
import { formFiles, formGroups } from './forms.ts';
import { foundChanges, foundFiles, foundGroups } from './found.ts';
import { chart, helmLines } from './helm.ts';
import { oracleFiles, oracleGroups } from './oracles.ts';
import { scenarioGroups } from './scenarios.ts';
import { binary, newSides, type Sides } from './sides.ts';
import { widerChanges, widerFiles, widerGroups } from './wider.ts';

const readGroups = [...commandGroups, ...scenarioGroups, ...widerGroups, ...formGroups, ...foundGroups];
const allChanges = [...changes, ...widerChanges, ...foundChanges];

/** The real tools, by the variables K8S_LAB_KUBECTL and K8S_LAB_HELM; without them nothing can be compared, and what was not is counted. */
const kubectl = binary('K8S_LAB_KUBECTL');
const helm = binary('K8S_LAB_HELM');
const least = 0.97;
const minutes = 60_000;

const told: string[] = [];
function tell(name: string, { equal, total, ages, different }: Tally): void {
  told.push(`${name}: ${equal} of ${total} equal${ages > 0 ? ` (${ages} but for ages)` : ''}`, ...different.map((line) => `    ${line}`));
}
afterAll(() => {
  if (told.length > 0) console.log(told.join('\n'));
});

const countOf = (groups: readonly { readonly lines: readonly string[] }[]): number => groups.reduce((sum, { lines }) => sum + lines.length, 0);

describe('our kubectl and the real one, about one world', () => {
  let sides: Sides | undefined;
  beforeAll(async () => {
    if (!kubectl) return;
    const files = { ...manifests, ...wrongManifests, ...changeFiles, ...oracleFiles, ...widerFiles, ...formFiles, ...foundFiles };
    const prepare = [...Object.keys(manifests).map((name) => `kubectl apply -f ${name}`), 'kubectl create ns ours', 'kubectl create ns real'];
    sides = await newSides({ kubectl, files, prepare, minutes: 25 });
  }, 5 * minutes);
  afterAll(async () => {
    expect(sides?.problems ?? []).toEqual([]);
    await sides?.close();
  });

  test.skipIf(!kubectl)(
    `${countOf(readGroups)} commands that read or are refused`,
    async () => {
      const all: Tally = { equal: 0, total: 0, ages: 0, different: [] };
      for (const { name, lines } of readGroups) {
        const tally = await compareAll(sides as Sides, lines, { workers: 3, attempts: 2 });
        tell(name, tally);
        all.equal += tally.equal;
        all.total += tally.total;
      }
      const excused = readGroups.flatMap(({ lines }) => lines.filter((line) => excuseOf(line) !== undefined));
      told.push(`left out: ${excused.length}`, ...excused.map((line) => `    ${line}: ${excuseOf(line)}`));
      expect(all.equal / all.total).toBeGreaterThanOrEqual(least);
    },
    30 * minutes,
  );

  test.skipIf(!kubectl)(
    `${countOf(oracleGroups)} commands that need no server`,
    async () => {
      const all = { equal: 0, total: 0 };
      for (const { name, lines } of oracleGroups) {
        const tally = await compareAll(sides as Sides, lines, { workers: 3, attempts: 1 });
        tell(name, tally);
        all.equal += tally.equal;
        all.total += tally.total;
      }
      expect(all.equal / all.total).toBeGreaterThanOrEqual(least);
    },
    30 * minutes,
  );

  test.skipIf(!kubectl)(
    `${allChanges.length} commands that change something`,
    async () => {
      const tally = await compareInTurn(sides as Sides, allChanges);
      tell('changes', tally);
      expect(tally.equal / tally.total).toBeGreaterThanOrEqual(0.9);
    },
    30 * minutes,
  );
});

describe('Helm against a served world', () => {
  test.skipIf(!helm)(
    `${helmLines.length} steps in the life of a release of ten kinds`,
    async () => {
      const sides = await newSides({ helm, kubectl, files: chart, prepare: [], minutes: 1 });
      try {
        for (const { line, shows } of helmLines) {
          const { stdout, stderr, status } = await sides.real(line);
          expect.soft({ line, status, stderr: status === 0 ? '' : stderr }).toEqual({ line, status: 0, stderr: '' });
          if (shows) expect.soft(stdout, line).toMatch(shows);
        }
        expect(sides.problems).toEqual([]);
      } finally {
        await sides.close();
      }
    },
    5 * minutes,
  );
});
