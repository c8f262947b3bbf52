/** What apt and dpkg know: installed packages, and what the sources had at the last update. */
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { openInput } from '../input.ts';
import type { Call } from '../tool.ts';
import { osRelease, paragraphs, Refusal, textAt, written } from './mirror.ts';

/** What dpkg knows to be installed. */
export const status = '/var/lib/dpkg/status';
/** Where `apt-get update` puts what the sources have. */
export const lists = '/var/lib/apt/lists';
/** A paragraph of either. */
export type Stanza = Readonly<Record<string, string>>;
/** By the package's name. */
export const byName = (text: string): ReadonlyMap<string, Stanza> => new Map(paragraphs(text).map((each) => [each['Package'] ?? '', each]));

/** Where packages come from (sources.list(5)). */
export type Source = {
  /** What archives' paths begin with. */
  readonly url: string;
  readonly host: string;
  /** As apt names it: `http://deb.debian.org/debian trixie`; its own first. */
  readonly suites: readonly string[];
  /** What stands after that where a package is named: `/main amd64`. */
  readonly component: string;
  readonly index: string;
  /** Where the index lies. */
  readonly file: string;
  /** The keyring that its signature is checked with. */
  readonly signedBy?: string | undefined;
};

function distribution(process: Process): Source {
  const ubuntu = osRelease(process, 'ID') === 'ubuntu';
  const suite = osRelease(process, 'VERSION_CODENAME') || 'trixie';
  const [host, folder] = ubuntu ? ['archive.ubuntu.com', 'ubuntu'] : ['deb.debian.org', 'debian'];
  const url = `http://${host}/${folder}`;
  return {
    url,
    host,
    suites: ['', '-updates', '-security'].map((each) => `${url} ${suite}${each}`),
    component: '/main amd64',
    index: `${url}/dists/${suite}/main/binary-amd64/Packages`,
    file: `${lists}/${host}_${folder}_dists_${suite}_main_binary-amd64_Packages`,
  };
}

/** The distribution's, then those of /etc/apt/sources.list.d/*.list. */
export function sources(process: Process): readonly Source[] {
  const folder = '/etc/apt/sources.list.d';
  const files = process.fs.isDirectory(folder) ? [...process.fs.list(folder)].map(([name]) => name).filter((name) => name.endsWith('.list')) : [];
  const lines = files.sort().flatMap((name) => textAt(process, `${folder}/${name}`).split('\n'));
  return [distribution(process), ...lines.flatMap((line) => sourceOf(line) ?? [])];
}

function sourceOf(line: string): Source | undefined {
  const [, options = '', given = '', suite = '', component = ''] = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)(?:\s+(\S+))?/.exec(line) ?? [];
  const flat = suite.endsWith('/');
  const [, host = '', path = ''] = /^https?:\/\/([^/]+)(.*?)\/?$/.exec(given) ?? [];
  if (host === '') return undefined;
  const url = `${given.replace(/\/$/, '')}`;
  const index = flat ? `${url}/Packages` : `${url}/dists/${suite}/${component}/binary-amd64/Packages`;
  return {
    url,
    host,
    suites: [flat ? `${url} ` : `${url} ${suite}`],
    component: flat ? '' : `/${component} amd64`,
    index,
    file: `${lists}/${host}${path}${index.slice(url.length)}`.replace(/(?<=lists\/.*)\//g, '_'),
    signedBy: /signed-by=(\S+)/.exec(options)?.[1],
  };
}

/** A version of a package, and who has it. */
export type Candidate = { readonly stanza: Stanza; readonly source: Source };
export const versionOf = ({ Version = '' }: Stanza): string => Version;

/** Negative where a is older; the numbers in them count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.split(/\D+/).map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) if (left[i] !== right[i]) return (left[i] ?? 0) - (right[i] ?? 0);
  return 0;
}

/** All that the sources had at the last update, by name, newest first. */
export function known(process: Process): ReadonlyMap<string, readonly Candidate[]> {
  const found = new Map<string, Candidate[]>();
  for (const source of sources(process))
    for (const stanza of paragraphs(textAt(process, source.file))) {
      const name = stanza['Package'] ?? '';
      found.set(name, [...(found.get(name) ?? []), { stanza, source }]);
    }
  for (const all of found.values()) all.sort((a, b) => compareVersions(versionOf(b.stanza), versionOf(a.stanza)));
  return found;
}

/** The version that is there: what apt has put there, or what came with the root filesystem, which has all its programs where they belong. */
export function installedVersion(process: Process, name: string, had: ReadonlyMap<string, Stanza>, versions: readonly Candidate[] = []): string | undefined {
  const own = had.get(name);
  if (own) return versionOf(own);
  return ['bin', 'sbin'].some((folder) => process.fs.exists(`/usr/${folder}/${name}`)) ? versions[0]?.stanza['Version'] : undefined;
}

export const isHeld = (stanza: Stanza | undefined): boolean => stanza?.['Status']?.startsWith('hold ') ?? false;

/** Names of what could be newer than it is. */
export const upgradable = (process: Process): string[] => {
  const index = known(process);
  return [...byName(textAt(process, status)).values()]
    .filter((each) => compareVersions(index.get(each['Package'] ?? '')?.[0]?.stanza['Version'] ?? '', versionOf(each)) > 0)
    .map((each) => each['Package'] ?? '')
    .sort();
};

/** Writes what dpkg knows; throws Refusal. */
export const saveStatus = (process: Process, all: Iterable<Stanza>): void =>
  write(() =>
    process.fs.write(
      status,
      [...all]
        .map(
          (each) =>
            `${Object.entries(each)
              .map(([key, value]) => `${key}: ${value}\n`)
              .join('')}\n`,
        )
        .join(''),
    ),
  );

const quiet = (call: Call): boolean => call.given.filter(({ key }) => key === 'q').length > 1;
/** Unless it was asked to be quiet twice. */
export function* say(call: Call, text: string): Routine {
  if (!quiet(call)) yield* call.print(text);
}

/** Throws Refusal. */
export function mustBeRoot({ process }: Call): void {
  if (process.uid === 0) return;
  throw new Refusal(
    'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?',
    100,
  );
}

/** Throws Refusal where the file system cannot be written. */
export const write = <T>(work: () => T): T => written(work, (why) => `E: List directory ${lists}/partial is missing. - Acquire (30: ${why})`, 100);

/** What comes before each change. */
export const readingLists = 'Reading package lists...\nBuilding dependency tree...\nReading state information...\n';

/** Asks, unless `-y` was given. */
export function* agreed(call: Call): Routine<boolean> {
  if (call.has('y')) return true;
  yield* call.print('Do you want to continue? [Y/n] ');
  yield* call.out.flush();
  const answer = yield* call.lines(openInput(call.process, '-')).next();
  if (answer !== undefined && /^\s*(y(es)?)?\s*$/i.test(answer)) return true;
  yield* call.print('Abort.\n');
  return false;
}
