/** What the command line can say. */
import { parseArgs } from 'node:util';

const options = {
  lang: { type: 'string' },
  seed: { type: 'string' },
  world: { type: 'string' },
  command: { type: 'string', short: 'c' },
  transcript: { type: 'string' },
  script: { type: 'string' },
  lessons: { type: 'string' },
  dir: { type: 'string' },
  limit: { type: 'string' },
  name: { type: 'string' },
  output: { type: 'string', short: 'o' },
  open: { type: 'boolean' },
  show: { type: 'boolean' },
  save: { type: 'boolean' },
  for: { type: 'string' },
  format: { type: 'string' },
  jobs: { type: 'string' },
  since: { type: 'string' },
  due: { type: 'string' },
  seeds: { type: 'string' },
  standard: { type: 'boolean' },
  budget: { type: 'string' },
  similar: { type: 'string' },
  'fail-under': { type: 'string' },
  port: { type: 'string' },
  kubeconfig: { type: 'string' },
  plain: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Values by flag, and words. */
export type Arguments = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;

/** Printed with a hint to --help; exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Throws UsageError for a flag that does not exist. */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

/** 1 unless told; throws UsageError. */
export function seedOf(values: Arguments['values']): number {
  const seed = Number(values.seed ?? 1);
  if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 32 - 1) throw new UsageError(`--seed takes a whole number up to ${2 ** 32 - 1}, not "${values.seed}"`);
  return seed;
}
