import { defineConfig } from 'vitest/config';
import { nativeSources } from './scripts/native-sources.mjs';

/** Tests with a pseudo-terminal: its native code does not outlive the end of a thread, so that each of these files has a process of its own. */
const terminal = ['test/e2e/**/*.test.ts'];
const all = ['test/**/*.test.{ts,tsx}'];

export default defineConfig({
  plugins: [nativeSources()],
  test: {
    testTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'world', include: all, exclude: terminal, pool: 'threads', isolate: false } },
      { extends: true, test: { name: 'terminal', include: terminal, pool: 'forks', isolate: false } },
    ],
  },
});
