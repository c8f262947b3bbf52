/** Versions and constraints of them: Masterminds/semver v3. */

/** `text` is as it was written, `v` before it or not. */
export type Version = {
  readonly text: string;
  readonly numbers: readonly [number, number, number];
  readonly prerelease: string;
  readonly metadata: string;
};

const shape = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/** undefined for what is no version; parts may be missing. */
export function parseVersion(text: string): Version | undefined {
  const found = shape.exec(text);
  if (!found) return undefined;
  const [, major, minor = '0', patch = '0', prerelease = '', metadata = ''] = found;
  return { text, numbers: [Number(major), Number(minor), Number(patch)], prerelease, metadata };
}

/** `1.2.3-rc.1+b`: without the `v`. */
export const versionText = ({ numbers, prerelease, metadata }: Version): string =>
  numbers.join('.') + (prerelease && `-${prerelease}`) + (metadata && `+${metadata}`);

export function compareVersions(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] - b.numbers[i];
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === '' || b.prerelease === '') return a.prerelease === '' ? 1 : -1;
  const [left, right] = [a.prerelease.split('.'), b.prerelease.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (x === y) continue;
    const [isX, isY] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (isX && isY) return Number(x) - Number(y);
    return isX !== isY ? (isX ? -1 : 1) : x < y ? -1 : 1;
  }
  return 0;
}

type Test = (version: Version) => boolean;

/** Whether a version is among those that a constraint means (`>=1.2 <2 || ~3.1`); undefined for a text that is no constraint. */
export function parseConstraint(text: string): Test | undefined {
  const alternatives = text.split('||').map((alternative) => {
    const ranges = alternative.trim().replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2');
    const parts = [...ranges.matchAll(/\s*,?\s*(=>|=<|>=|<=|!=|~>|[=<>~^]?)\s*(v?[0-9xX*]+(?:\.[0-9xX*]+)*(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)/gy)];
    if (parts.map(([whole]) => whole).join('') !== ranges || parts.length === 0) return undefined;
    return parts.map(([, operator = '', version = '']) => one(operator, version));
  });
  if (alternatives.some((tests) => tests === undefined)) return undefined;
  return (version) => alternatives.some((tests) => tests?.every((test) => test(version)));
}

function one(operator: string, text: string): Test {
  const [core = '', prerelease = ''] = text.replace(/^v/, '').split(/\+/)[0]?.split(/-(.*)/s) ?? [];
  const given = core
    .split('.')
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
  const isOpen = given.length < 3;
  const [major = 0, minor = 0, patch = 0] = given;
  const low: Version = { text, numbers: [major, minor, patch], prerelease, metadata: '' };
  /** The first version beyond those that agree in so many parts. */
  const beyond = (parts: number): Version => ({
    ...low,
    numbers: parts === 0 ? [Number.POSITIVE_INFINITY, 0, 0] : parts === 1 ? [major + 1, 0, 0] : parts === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1],
    prerelease: '',
  });
  const at = (version: Version): number => compareVersions(version, low);
  const within =
    (parts: number): Test =>
    (version) =>
      at(version) >= 0 && compareVersions(version, beyond(parts)) < 0;
  const caret = given.length === 0 ? 0 : major > 0 || given.length === 1 ? 1 : minor > 0 || given.length === 2 ? 2 : 3;
  const exactly = isOpen ? within(given.length) : (version: Version) => at(version) === 0;
  const tests: Readonly<Record<string, Test>> = {
    '': exactly,
    '=': exactly,
    '!=': (version) => !exactly(version),
    '>': isOpen ? (version) => compareVersions(version, beyond(given.length)) >= 0 : (version) => at(version) > 0,
    '<': (version) => at(version) < 0,
    '>=': (version) => at(version) >= 0,
    '=>': (version) => at(version) >= 0,
    '<=': isOpen ? (version) => compareVersions(version, beyond(given.length)) < 0 : (version) => at(version) <= 0,
    '=<': (version) => at(version) <= 0,
    '~': within(Math.min(2, given.length)),
    '~>': within(Math.min(2, given.length)),
    '^': within(caret),
  };
  const test = tests[operator] ?? exactly;
  // Pre-releases are only meant by constraints that have one themselves.
  return (version) => (version.prerelease === '' || prerelease !== '') && test(version);
}
