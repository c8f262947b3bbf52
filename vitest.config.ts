import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { nativeSources } from './scripts/native-sources.mjs';

/** Tests with a pseudo-terminal: its native code does not outlive the end of a thread, so that each of these files has a process of its own. */
const terminal = ['test/e2e/**/*.test.ts'];
const all = ['test/**/*.test.{ts,tsx}'];

/** The longest file first, so that it is not left alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('test/lessons.test.ts');
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

export default defineConfig({
  plugins: [nativeSources()],
  test: {
    testTimeout: 60_000,
    globalSetup: ['test/temporary-files.ts'],
    // One more than the cores that CI has: some files wait for processes of their own.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'world', include: all, exclude: terminal, pool: 'threads', isolate: false } },
      { extends: true, test: { name: 'terminal', include: terminal, pool: 'forks', isolate: false } },
    ],
  },
});
