/** What apt and dpkg know: installed packages, and what the mirror had at the last update. */
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { openInput } from '../input.ts';
import type { Call } from '../tool.ts';
import { osRelease, paragraphs, Refusal, written } from './mirror.ts';

/** What dpkg knows to be installed. */
export const status = '/var/lib/dpkg/status';
/** Where `apt-get update` puts what the mirrors have. */
export const lists = '/var/lib/apt/lists';
/** A paragraph of either. */
export type Stanza = Readonly<Record<string, string>>;
/** By the package's name. */
export const byName = (text: string): ReadonlyMap<string, Stanza> => new Map(paragraphs(text).map((each) => [each['Package'] ?? '', each]));

/** `suites` begins with the release's own; `file` is where its index lies. */
export function mirrorOf(process: Process): { readonly url: string; readonly host: string; readonly suites: readonly string[]; readonly file: string } {
  const ubuntu = osRelease(process, 'ID') === 'ubuntu';
  const suite = osRelease(process, 'VERSION_CODENAME') || 'trixie';
  const [host, folder] = ubuntu ? ['archive.ubuntu.com', 'ubuntu'] : ['deb.debian.org', 'debian'];
  return {
    url: `http://${host}/${folder}`,
    host,
    suites: [suite, `${suite}-updates`, `${suite}-security`],
    file: `${lists}/${host}_${folder}_dists_${suite}_main_binary-amd64_Packages`,
  };
}

/** Installed is what apt has put there, and what came with the root filesystem: all its programs are where they belong. */
export function isInstalled(process: Process, stanza: Stanza | undefined, had: ReadonlyMap<string, Stanza>): boolean {
  if (!stanza) return false;
  if (had.has(stanza['Package'] ?? '')) return true;
  const name = stanza['Package'] ?? '';
  return ['bin', 'sbin'].some((folder) => process.fs.exists(`/usr/${folder}/${name}`));
}

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
