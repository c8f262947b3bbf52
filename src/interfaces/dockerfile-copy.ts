/** What COPY and ADD put where (moby daemon/builder/dockerfile/copy.go). */
import { type ArchiveEntry, BuildError } from './buildkit.ts';

type CopyInput = {
  readonly name: string;
  readonly sources: readonly string[];
  readonly destination: string;
  readonly workdir: string;
  readonly files: readonly ArchiveEntry[];
  /** What lies at a path in the image so far. */
  readonly below: (path: string) => string | undefined;
  readonly flags: Readonly<Record<string, string>>;
};

/** The files that a COPY brings, with the directories above them that are not there. */
export function copyEntries({ name, sources, destination, workdir, files, below, flags }: CopyInput): ArchiveEntry[] {
  const absolute = clean(destination.startsWith('/') ? destination : `${workdir}/${destination}`);

  const asDirectory = /(^|\/)\.?$/.test(destination) || below(absolute) === 'directory' || sources.length > 1;
  if (sources.length > 1 && !destination.endsWith('/') && destination !== '.')
    throw new BuildError(`When using ${name} with more than one source file, the destination must be a directory and end with a /`);
  const mode = flags['chmod'] === undefined ? {} : { mode: Number.parseInt(flags['chmod'], 8) };
  const [uid, gid] = (flags['chown'] ?? '').split(':');
  const owner = { uid: /^\d+$/.test(uid ?? '') ? Number(uid) : 0, gid: /^\d+$/.test(gid ?? '') ? Number(gid) : 0 };
  const entries = sources.flatMap((source): ArchiveEntry[] => {
    if (/^(https?|git):/.test(source)) throw new BuildError('k8s-lab: ADD of a URL is not simulated');
    const path = clean(source).slice(1);
    const matching = path === '' ? [''] : files.map((each) => each.path).filter((each) => each === path || (/[*?]/.test(path) && globMatch(path, each)));
    if (matching.length === 0) {
      if (path !== '' && files.some((each) => each.path.startsWith(`${path}/`))) matching.push(path);
      else throw new BuildError(`${name} failed: file not found in build context or excluded by .dockerignore: stat ${path}: file does not exist`);
    }
    return matching.flatMap((each) => put(each, files, absolute, asDirectory));
  });
  const parents = absolute
    .split('/')
    .filter(Boolean)
    .slice(0, asDirectory ? undefined : -1);
  const made = parents
    .map((_, i) => `/${parents.slice(0, i + 1).join('/')}`)
    .filter((path) => below(path) === undefined && !entries.some((each) => each.path === path));
  return [
    ...made.map((path): ArchiveEntry => ({ path, type: 'directory', mode: 0o755, uid: 0, gid: 0 })),
    ...entries.map((entry) => ({ ...entry, ...owner, ...(entry.type === 'file' ? mode : {}) })),
  ];
}

/** A file goes to the destination or into it; of a directory its content goes. */
function put(path: string, files: readonly ArchiveEntry[], target: string, asDirectory: boolean): ArchiveEntry[] {
  const own = files.find((each) => each.path === path);
  const base = target === '/' ? '' : target;
  if (own && own.type !== 'directory') return [{ ...own, path: asDirectory ? `${base}/${path.split('/').pop()}` : target }];
  const below = path === '' ? '' : `${path}/`;
  return files
    .filter((each) => each.path.startsWith(below) && each.path !== path)
    .map((each) => ({ ...each, path: `${base}/${each.path.slice(below.length)}` }));
}

const clean = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

/** `*` and `?` within one name. */
function globMatch(pattern: string, path: string): boolean {
  const patterns = pattern.split('/');
  const parts = path.split('/');
  return patterns.length === parts.length && patterns.every((each, i) => matches(each, parts[i] ?? ''));
}

function matches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] === '*') return matches(pattern.slice(1), text) || (text !== '' && matches(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matches(pattern.slice(1), text.slice(1));
}
