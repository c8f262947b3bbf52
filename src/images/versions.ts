/** Released versions of a program, and the tags that registries give them. */

/** One version; its own tag is the last. */
export type Release = { readonly version: string; readonly tags: readonly string[] };

/**
 * `'1.27:5 1.28:2'`: minor versions with their newest patch, oldest first; each patch before it was released too. `=20.19.5` is that version alone. The newest
 * of a minor has the minor's tag, the newest of a major the major's, the last of all `latest`; `named` gives more names to newest ones: `{ stable: '1.28' }`.
 */
export function releases(text: string, named: Readonly<Record<string, string>> = {}): Release[] {
  const versions = text.split(' ').flatMap((word) => {
    const [minor = '', newest = '0'] = word.split(':');
    return minor.startsWith('=') ? [minor.slice(1)] : Array.from({ length: Number(newest) + 1 }, (_, patch) => `${minor}.${patch}`);
  });
  const newest = new Map<string, string>([['latest', versions.at(-1) ?? '']]);
  for (const version of versions) for (const prefix of prefixes(version)) newest.set(prefix, version);
  for (const [name, prefix] of Object.entries(named)) newest.set(name, newest.get(prefix) ?? prefix);
  const moving = new Map<string, string[]>();
  for (const [tag, version] of newest) moving.set(version, [...(moving.get(version) ?? []), tag]);
  return versions.map((version) => ({ version, tags: [...(moving.get(version) ?? []), version] }));
}

/** `1.27.5`: 1, 1.27. */
const prefixes = (version: string): string[] => {
  const parts = version.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
};

/** Tags of a variant: `1.27-alpine`, and `alpine` for the latest. */
export const variant = (tags: readonly string[], ...suffixes: readonly string[]): string[] =>
  suffixes.flatMap((suffix) => tags.map((tag) => (tag === 'latest' ? suffix : `${tag}-${suffix}`)));
