/** What COPY and ADD put where (moby daemon/builder/dockerfile/copy.go). */
import { gunzip, readTarEntries, TarError } from '../apimachinery/tar.ts';
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
  /** What URLs among the sources brought. */
  readonly remote?: ReadonlyMap<string, ArchiveEntry>;
};

/** The files that a COPY brings, with the directories above them that are not there. */
export function copyEntries({ name, sources, destination, workdir, files, below, flags, remote }: CopyInput): ArchiveEntry[] {
  const absolute = clean(destination.startsWith('/') ? destination : `${workdir}/${destination}`);

  const asDirectory = /(^|\/)\.?$/.test(destination) || below(absolute) === 'directory' || sources.length > 1;
  if (sources.length > 1 && !destination.endsWith('/') && destination !== '.')
    throw new BuildError(`When using ${name} with more than one source file, the destination must be a directory and end with a /`);
  const changeMode = modeChange(flags['chmod']);
  const [uid, gid] = (flags['chown'] ?? '').split(':');
  const owner = { uid: /^\d+$/.test(uid ?? '') ? Number(uid) : 0, gid: /^\d+$/.test(gid ?? '') ? Number(gid) : 0 };
  const excluded = flags['exclude'] === undefined ? () => false : ignoring(flags['exclude']);
  const unpacked = (entry: ArchiveEntry): ArchiveEntry[] | undefined => (name === 'ADD' && flags['unpack'] !== 'false' ? unpackedTar(entry) : undefined);
  const entries = sources.flatMap((source): ArchiveEntry[] => {
    const far = remote?.get(source);
    if (far)
      return (flags['unpack'] === undefined ? undefined : unpacked(far)?.map((each) => into(absolute, each))) ?? put(far.path, [far], absolute, asDirectory);
    const path = clean(source).slice(1);
    const matching = path === '' ? [''] : files.map((each) => each.path).filter((each) => each === path || (/[*?]/.test(path) && globMatch(path, each)));
    if (matching.length === 0) {
      if (path !== '' && files.some((each) => each.path.startsWith(`${path}/`))) matching.push(path);
      else throw new BuildError(`${name} failed: file not found in build context or excluded by .dockerignore: stat ${path}: file does not exist`);
    }
    const pivot = source.includes('/./') ? `${clean(source.slice(0, source.indexOf('/./'))).slice(1)}/` : '';
    return matching.flatMap((each) => {
      const own = files.find((other) => other.path === each);
      const tar = own?.type === 'file' ? unpacked(own) : undefined;
      if (tar) return tar.map((member) => into(absolute, member));
      const kept = files.filter((other) => !excluded(each !== '' && other.path.startsWith(`${each}/`) ? other.path.slice(each.length + 1) : other.path));
      if (flags['parents'] === undefined) return put(each, kept, absolute, asDirectory);
      return put(each, kept, `${absolute === '/' ? '' : absolute}/${each.slice(each.startsWith(pivot) ? pivot.length : 0)}`, false);
    });
  });
  const there = new Set(entries.map(({ path }) => path));
  const wanted = [...(asDirectory ? [`${absolute}/.`] : []), absolute, ...there].flatMap(above);
  const made = [...new Set(wanted)].filter((path) => below(path) === undefined && !there.has(path)).sort();
  return [
    ...made.map((path): ArchiveEntry => ({ path, type: 'directory', mode: 0o755, uid: 0, gid: 0 })),
    ...entries.map((entry) => ({ ...entry, ...owner, ...(entry.type === 'symlink' ? {} : changeMode(entry)) })),
  ];
}

/** `/a/b/c`: `/a`, `/a/b`. */
function above(path: string): string[] {
  const parts = path.split('/').filter(Boolean).slice(0, -1);
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
}

/** `755`, `u+x,go-w`, `+x`. */
function modeChange(text: string | undefined): (entry: ArchiveEntry) => { readonly mode?: number } {
  if (text === undefined) return () => ({});
  const wrong = (): BuildError => new BuildError(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
  if (/^[0-7]+$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (mode > 0o7777) throw wrong();
    return () => ({ mode });
  }
  if (!/^[ugoa]*[-+=][rwxX]*(,[ugoa]*[-+=][rwxX]*)*$/.test(text)) throw wrong();
  return ({ mode = 0o644, type }) => ({
    mode: text.split(',').reduce((all, each) => {
      const [, who = '', sign = '', letters = ''] = /^([ugoa]*)([-+=])(.*)$/.exec(each) ?? [];
      const mask = [...(who === '' || who.includes('a') ? 'ugo' : who)].reduce((sum, name) => sum | ({ u: 0o700, g: 0o070, o: 0o007 }[name] ?? 0), 0);
      const executable = type === 'directory' || (all & 0o111) !== 0;
      const bits = [...letters].reduce((sum, letter) => sum | ({ r: 0o444, w: 0o222, x: 0o111, X: executable ? 0o111 : 0 }[letter] ?? 0), 0) & mask;
      return sign === '+' ? all | bits : sign === '-' ? all & ~bits : (all & ~mask) | bits;
    }, mode),
  });
}

/** ADD of an archive brings what it holds; undefined for any other file. */
function unpackedTar({ content = '' }: ArchiveEntry): ArchiveEntry[] | undefined {
  const text = content.startsWith('\x1f') ? (gunzip(content) ?? '') : content;
  if (text.slice(257, 262) !== 'ustar') return undefined;
  try {
    return readTarEntries(text).map(({ content: body = '', target = '', ...entry }): ArchiveEntry => {
      const named = { ...entry, path: entry.path.replace(/\/$/, ''), type: entry.type ?? 'file' };
      return named.type === 'file' ? { ...named, content: body } : named.type === 'symlink' ? { ...named, target } : named;
    });
  } catch (error) {
    if (error instanceof TarError) return undefined;
    throw error;
  }
}

const into = (directory: string, entry: ArchiveEntry): ArchiveEntry => ({ ...entry, path: `${directory === '/' ? '' : directory}/${entry.path}` });

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

/** `*` and `?` within one name, `**` over several. */
const globMatch = (glob: string, value: string): boolean => {
  if (glob === '') return value === '';
  if (glob.startsWith('**')) return globMatch(glob.slice(2).replace(/^\//, ''), value) || (value !== '' && globMatch(glob, value.slice(1)));
  if (glob[0] === '*') return globMatch(glob.slice(1), value) || (value !== '' && value[0] !== '/' && globMatch(glob, value.slice(1)));
  return value !== '' && (glob[0] === value[0] || (glob[0] === '?' && value[0] !== '/')) && globMatch(glob.slice(1), value.slice(1));
};

/** What .dockerignore leaves out: names, `*`, `**`, and `!` to take back (moby patternmatcher). */
export function ignoring(source: string): (path: string) => boolean {
  const rules = source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    let out = false;
    for (const rule of rules) {
      const glob = rule.replace(/^!/, '').replace(/^\.?\/|\/$/g, '');
      const parts = path.split('/');
      if (parts.some((_, i) => globMatch(glob, parts.slice(0, i + 1).join('/')))) out = !rule.startsWith('!');
    }
    return out;
  };
}
