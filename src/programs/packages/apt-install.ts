/** `apt-get install` and `upgrade`: what is needed too, downloads, unpacking (apt 2.6, apt-private/private-install.cc, private-output.cc). */
import type { Routine } from '../../sim/routine.ts';
import type { Call } from '../tool.ts';
import {
  agreed,
  byName,
  type Candidate,
  compareVersions,
  installedVersion,
  isHeld,
  known,
  mustBeRoot,
  readingLists,
  type Stanza,
  saveStatus,
  say,
  status,
  upgradable,
  versionOf,
  write,
} from './apt-state.ts';
import { complain, download, Refusal, textAt, unpack, withNeeds } from './mirror.ts';

/** What becomes of a package; `old` is what is there. */
type Change = Candidate & { readonly name: string; readonly old: string | undefined };

const heading = (title: string, names: readonly string[]): string => (names.length > 0 ? `${title}\n  ${[...names].sort().join(' ')}\n` : '');

/** `1.35.6-1.1`, or `1.35.6-*` for the newest of them. */
const fits = (wanted: string, version: string): boolean => new RegExp(`^${wanted.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(version);

/** The exit status. Throws Refusal. */
export function* install(call: Call, words: readonly string[]): Routine<number> {
  mustBeRoot(call);
  const { process } = call;
  const index = known(process);
  const had = byName(textAt(process, status));
  yield* say(call, readingLists);
  const chosen = new Map<string, Candidate>();
  for (const word of words) {
    const [name = '', wanted] = word.split('=');
    const versions = index.get(name) ?? [];
    const found = wanted === undefined ? versions[0] : versions.find(({ stanza }) => fits(wanted, versionOf(stanza)));
    const old = installedVersion(process, name, had, versions);
    if (!found) {
      if (versions.length > 0 || (old !== undefined && wanted !== undefined)) throw new Refusal(`E: Version '${wanted}' for '${name}' was not found`, 100);
      if (old === undefined)
        throw index.size > 0 ? new Refusal(`k8s-lab: the package ${name} is not simulated`, 70) : new Refusal(`E: Unable to locate package ${name}`, 100);
    }
    const version = found ? versionOf(found.stanza) : old;
    if (wanted?.includes('*') && found) yield* say(call, `Selected version '${version}' (${originOf(found)} [amd64]) for '${name}'\n`);
    if (old === version || (wanted === undefined && compareVersions(old ?? '', version ?? '') > 0))
      yield* say(call, `${name} is already the newest version (${old}).\n`);
    else if (found) chosen.set(name, found);
  }
  return yield* change(call, chosen, index, had);
}

/** Everything that is older than what the sources have, but for what is held. */
export function* upgrade(call: Call): Routine<number> {
  mustBeRoot(call);
  yield* say(call, `${readingLists}Calculating upgrade...\n`);
  const index = known(call.process);
  const had = byName(textAt(call.process, status));
  const names = upgradable(call.process);
  yield* say(
    call,
    heading(
      'The following packages have been kept back:',
      names.filter((name) => isHeld(had.get(name))),
    ),
  );
  const chosen = names.filter((name) => !isHeld(had.get(name))).map((name) => [name, index.get(name)?.[0] as Candidate] as const);
  return yield* change(call, new Map(chosen), index, had);
}

/** `isv:kubernetes:core:stable:v1.35:pkgs.k8s.io`: a repository's label is its path, one of the distribution its name. */
function originOf({ source: { url, host } }: Candidate): string {
  const [, path = ''] = /^https:\/\/[^/]+\/(.*)\/deb$/.exec(url) ?? [];
  return path === '' ? 'Debian:13/stable' : `isv:kubernetes:${path.replaceAll(':/', ':')}:${host}`;
}

type Index = ReadonlyMap<string, readonly Candidate[]>;

function* change(call: Call, chosen: ReadonlyMap<string, Candidate>, index: Index, had: ReadonlyMap<string, Stanza>): Routine<number> {
  const { process } = call;
  const candidate = (name: string): Candidate | undefined => chosen.get(name) ?? index.get(name)?.[0];
  const ready = (name: string): boolean => !chosen.has(name) && installedVersion(process, name, had, index.get(name)) !== undefined;
  const needs = (name: string): string[] => (candidate(name)?.stanza['Depends'] ?? '').split(', ').filter((each) => index.has(each));
  const changes = withNeeds([...chosen.keys()], needs, ready).map(
    (name): Change => ({ ...(candidate(name) as Candidate), name, old: chosen.has(name) ? installedVersion(process, name, had, []) : undefined }),
  );
  const more = changes.filter(({ name }) => !chosen.has(name));
  const newer = ({ old, stanza }: Change): number => (old === undefined ? 0 : compareVersions(versionOf(stanza), old));
  const [fresh, up, down] = [
    changes.filter(({ old }) => old === undefined),
    changes.filter((each) => newer(each) > 0),
    changes.filter((each) => newer(each) < 0),
  ];
  const held = changes.filter(({ name }) => isHeld(had.get(name)));
  const names = (all: readonly Change[]): string[] => all.map(({ name }) => name);
  const behind = upgradable(process).filter((name) => !chosen.has(name)).length;
  yield* say(
    call,
    `${heading('The following additional packages will be installed:', names(more))}${heading('The following NEW packages will be installed:', names(fresh))}${heading('The following held packages will be changed:', names(held))}${heading('The following packages will be upgraded:', names(up))}${heading('The following packages will be DOWNGRADED:', names(down))}${up.length} upgraded, ${fresh.length} newly installed, ${down.length > 0 ? `${down.length} downgraded, ` : ''}0 to remove and ${behind} not upgraded.\n`,
  );
  if (changes.length === 0) return 0;
  if (call.has('y') && held.length > 0 && !call.has('allow-change-held-packages'))
    throw new Refusal('E: Held packages were changed and -y was used without --allow-change-held-packages.', 100);
  if (call.has('y') && down.length > 0 && !call.has('allow-downgrades'))
    throw new Refusal('E: Packages were downgraded and -y was used without --allow-downgrades.', 100);
  const total = (key: string, all: readonly Change[] = changes): number => all.reduce((sum, { stanza }) => sum + Number(stanza[key]), 0);
  yield* say(
    call,
    `Need to get ${size(total('Size') / 1000)} of archives.\nAfter this operation, ${size(total('Installed-Size', fresh))} of additional disk space will be used.\n`,
  );
  if (more.length + held.length + down.length > 0 && !(yield* agreed(call))) return 1;
  const archives = yield* fetchAll(call, changes);
  for (const [position, each] of changes.entries()) yield* unpackOne(call, each, archives[position] ?? '', position === 0);
  for (const { name, stanza } of changes) yield* say(call, `Setting up ${name} (${versionOf(stanza)}) ...\n`);
  if (fresh.length > 0) yield* say(call, 'Processing triggers for libc-bin (2.36-9+deb12u13) ...\n');
  return 0;
}

function* fetchAll(call: Call, changes: readonly Change[]): Routine<string[]> {
  const { process } = call;
  const archives: string[] = [];
  const began = process.now;
  for (const [position, { name, stanza, source }] of changes.entries()) {
    const { Version: version, Size: bytes, Filename } = stanza;
    const answer = yield* download(process, `${source.url}/${Filename}`);
    if (!('text' in answer))
      throw new Refusal(
        `E: Failed to fetch ${source.url}/${Filename}\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?`,
        100,
      );
    archives.push(answer.text);
    const place = source.component === '' ? `${source.suites[0]} ${name}` : `${source.suites[0]}${source.component} ${name} amd64`;
    yield* say(call, `Get:${position + 1} ${place} ${version} [${size(Number(bytes) / 1000)}]\n`);
  }
  const seconds = Math.max(1, Math.round((process.now - began) / 1000));
  const kilobytes = changes.reduce((sum, { stanza }) => sum + Number(stanza['Size']), 0) / 1000;
  yield* complain(call, 'debconf: delaying package configuration, since apt-utils is not installed');
  yield* say(call, `Fetched ${size(kilobytes)} in ${seconds}s (${size(kilobytes / seconds)}/s)\n`);
  return archives;
}

function* unpackOne(call: Call, { name, old, stanza }: Change, archive: string, first: boolean): Routine {
  const { process } = call;
  const { Version: version, Filename = '' } = stanza;
  const reading = first ? '(Reading database ... 6091 files and directories currently installed.)\n' : '';
  const file = Filename.slice(Filename.lastIndexOf('/') + 1);
  yield* say(
    call,
    `${old === undefined ? `Selecting previously unselected package ${name}.\n` : ''}${reading}Preparing to unpack .../${file} ...\nUnpacking ${name} (${version}) ${old === undefined ? '' : `over (${old}) `}...\n`,
  );
  const had = new Map(byName(textAt(process, status)));
  const wish = isHeld(had.get(name)) ? 'hold' : 'install';
  write(() => {
    const files = unpack(process, archive);
    process.fs.mkdir('/var/lib/dpkg/info', { parents: true });
    process.fs.write(`/var/lib/dpkg/info/${name}.list`, files.map((each) => `${each}\n`).join(''));
  });
  had.set(name, {
    Package: name,
    Status: `${wish} ok installed`,
    Architecture: 'amd64',
    Version: version ?? '',
    'Installed-Size': stanza['Installed-Size'] ?? '',
  });
  saveStatus(process, had.values());
  yield* process.work(20);
}

/** As apt writes sizes: three figures. */
const size = (kilobytes: number): string =>
  kilobytes >= 10_000 ? `${(kilobytes / 1000).toFixed(1)} MB` : kilobytes >= 1 ? `${kilobytes.toFixed(0)} kB` : `${(kilobytes * 1000).toFixed(0)} B`;
