/** Learners who type this and that: hand-ins for tests that compare many grades. */
import { Random } from '../../src/sim/random.ts';
import { handIn, newFolder, put } from './course.ts';

const lines = [
  'ls',
  'echo {{word}} > {{word}}.txt',
  'echo hello {{word}} >> {{word}}.txt',
  'mv {{word}}.txt /tmp/kept',
  'cat nothing',
  '@hint write',
  '@answer ask disk',
  '@answer ask memory',
  'sleep 5 & wait',
  'ps aux | sort | head -3',
  'cat /proc/sys/kernel/random/uuid',
  'for i in 1 2 3; do echo $RANDOM; done > n; sort n',
];

/** A folder with so many. */
export function generatedFolder(count: number): string {
  const folder = newFolder();
  const random = new Random(7);
  for (let i = 0; i < count; i++)
    put(folder, `${i}.json`, handIn(`learner ${i}`, Array.from({ length: 1 + random.int(8) }, () => random.pick(lines)).join('\n')));
  return folder;
}
