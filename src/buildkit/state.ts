/** What the parts of a build share: how far its stages are, and small texts. */
import { createHash } from 'node:crypto';
import { formatGoDuration } from '../apimachinery/duration.ts';
import { type ArchiveEntry, BuildError, type BuildImage, type CachedStep } from '../interfaces/buildkit.ts';
import { type Config, exposed, type Instruction, jsonForm, words } from '../interfaces/dockerfile.ts';
import { byteLength } from '../sim/stream.ts';

/** How far a stage has come. */
export type StageState = {
  image: BuildImage | undefined;
  config: Config;
  /** Digest of all that led here. */
  key: string;
  /** When the last of its steps was really done, in milliseconds. */
  created: number;
  readonly args: Map<string, string>;
  /** Whether a CMD stood in it. */
  command: boolean;
  /** History of steps since the last layer. */
  quiet: string[];
};

/** What the cache keeps of a step. */
export const cacheEntry = (now: number, description: string, entries: readonly ArchiveEntry[]): CachedStep => ({
  entries,
  description,
  size: entries.reduce((sum, { content, size }) => sum + (size ?? byteLength(content ?? '')), 0),
  createdAt: now,
  lastUsedAt: now,
  usageCount: 1,
});

/** What `$NAME` stands for in a stage. */
export const variables = (state: StageState): ReadonlyMap<string, string> =>
  new Map([
    ...state.args,
    ...(state.config.Env ?? []).map((entry): [string, string] => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  ]);

/** `--mount=… --mount=…`. */
const flagTexts = (flags: Instruction['flags']): string[] =>
  Object.entries(flags).flatMap(([key, value]) => value.split('\n').map((each) => (each === '' ? `--${key}` : `--${key}=${each}`)));

/** As it stands in the Dockerfile, in one line. */
export const titleOf = ({ name, flags, text, heredocs }: Instruction): string =>
  [name, ...flagTexts(flags), heredocs[0] && name === 'RUN' ? `${text} (${heredocs[0].content.trim().replace(/\n[\s\S]*/, '...')})` : text].join(' ');

/** What the image's history says of an instruction that changes its configuration. */
export function historyOf({ name, text, line }: Instruction, { config, args }: StageState): string {
  const { Cmd, Entrypoint, Healthcheck: health } = config;
  if (name === 'ARG')
    return `ARG ${words(text)
      .map((word) => valued(word.split('=')[0] ?? '', args))
      .join(' ')}`;
  if (name === 'VOLUME') return `VOLUME [${(jsonForm(text) ?? words(text)).join(' ')}]`;
  if (name === 'HEALTHCHECK' && health) {
    const { Test = [], Interval = 0, Timeout = 0, StartPeriod = 0, Retries = 0 } = health;
    const times = [Interval, Timeout, StartPeriod, 0].map((each) => `"${formatGoDuration(each / 1e6)}"`);
    return `HEALTHCHECK &{[${Test.map((each) => JSON.stringify(each)).join(' ')}] ${times.join(' ')} '${rune(Retries)}'}`;
  }
  if (name === 'EXPOSE') return `EXPOSE [${[...exposed(text, line)].sort().join(' ')}]`;
  const all = { CMD: Cmd, ENTRYPOINT: Entrypoint }[name];
  return `${name} ${all ? `[${all.map((each) => JSON.stringify(each)).join(' ')}]` : text}`;
}

const valued = (name: string, args: ReadonlyMap<string, string>): string => (args.has(name) ? `${name}=${args.get(name)}` : name);

/** A number as Go's %q shows a rune: what cannot be printed is escaped. */
const rune = (number: number): string =>
  number >= 32
    ? String.fromCodePoint(number)
    : ('abtnvfr'[number - 7] ?? '') === ''
      ? `\\x${number.toString(16).padStart(2, '0')}`
      : `\\${'abtnvfr'[number - 7]}`;

/** units.HumanSize as buildkit's progress prints it. */
export function bytes(size: number): string {
  if (size < 1000) return `${size}B`;
  return size < 1e6 ? `${(size / 1000).toFixed(2)}kB` : `${(size / 1e6).toFixed(2)}MB`;
}

/** What the registry said, without the daemon's own wrapping. */
export function registryText(message: string, full: string): string {
  if (/pull access denied|insufficient_scope/.test(message))
    return 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
  return /not found/.test(message) ? `${full}: not found` : message;
}

/** sha256 of a value's JSON. */
export const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** A source that is not there, in BuildKit's words. */
export function missingSource(name: string, path: string): BuildError {
  const ref = digestOf([name, path]).slice(0, 25);
  return new BuildError(
    `failed to compute cache key: failed to calculate checksum of ref ${ref}::${ref.split('').reverse().join('')}: ${JSON.stringify(`/${path}`)}: not found`,
  );
}
