/** apt-get, apt, apt-cache and dpkg of Debian and Ubuntu, as far as they install what the mirror has (apt 2.6). */
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { install, upgrade } from './apt-install.ts';
import {
  agreed,
  byName,
  installedVersion,
  isHeld,
  known,
  lists,
  mustBeRoot,
  readingLists,
  type Source,
  saveStatus,
  say,
  sources,
  status,
  versionOf,
  write,
} from './apt-state.ts';
import { dpkg } from './dpkg.ts';
import { gpg } from './gpg.ts';
import { complain, download, Refusal, refusing, textAt } from './mirror.ts';

const options = [
  ['y,yes,assume-yes', 'answer yes to all questions'],
  ['q,quiet', 'progress suitable for logs; twice: none'],
  ['no-install-recommends', 'only what is needed'],
  ['f,fix-broken', ''],
  ['allow-downgrades', ''],
  ['allow-change-held-packages', ''],
  ['reinstall', ''],
  ['installed', ''],
  ['o,option=NAME=VALUE', 'set a configuration option'],
  ['purge', ''],
  ['a,all-versions', ''],
] as const;

const commands: Readonly<Record<string, (call: Call, names: readonly string[]) => Routine<number>>> = {
  update,
  install,
  remove,
  purge: remove,
  upgrade,
  'dist-upgrade': upgrade,
  'full-upgrade': upgrade,
  autoremove: nothingToDo,
  clean: quietly,
  autoclean: quietly,
  list: listed,
  search,
  policy,
  madison,
  show,
  hold,
  unhold: hold,
  showhold: hold,
};

const aptTool = (name: string, known: readonly string[]): Program =>
  tool({
    usage: '[options] command',
    summary: `${name} installs and removes packages.`,
    options,
    *run(call) {
      const [command = '', ...names] = call.operands;
      const work = known.includes(command) ? commands[command] : undefined;
      if (!work) throw new Failure(`E: Invalid operation ${command}`, 100, true);
      if (name === 'apt') yield* complain(call, '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n');
      return yield* refusing(call, work(call, names));
    },
  });

/** Why nothing can be had of a source; undefined where its index came. */
function* refresh(call: Call, source: Source): Routine<{ readonly text: string } | { readonly why: string; readonly unsigned?: boolean }> {
  const { process } = call;
  const answer = yield* download(process, source.index);
  if ('text' in answer) {
    if (source.signedBy === undefined || process.fs.exists(source.signedBy)) return answer;
    return { why: "The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 234654DA9A296436", unsigned: true };
  }
  if (answer.trouble === 'missing') throw new Refusal(`k8s-lab: ${source.index} is not simulated`, 70);
  const port = source.url.startsWith('https') ? 443 : 80;
  return {
    why:
      answer.trouble === 'name'
        ? `Temporary failure resolving '${source.host}'`
        : `Could not connect to ${source.host}:${port} (${answer.address}), connection timed out`,
  };
}

function* update(call: Call): Routine<number> {
  mustBeRoot(call);
  const { process } = call;
  const began = process.now;
  let [line, kilobytes, failed, unsigned] = [0, 0, false, false];
  const complaints: string[] = [];
  for (const source of sources(process)) {
    const answer = yield* refresh(call, source);
    if (!('text' in answer)) {
      for (const suite of source.suites) yield* say(call, `Err:${++line} ${suite} InRelease\n  ${answer.why}\n`);
      if (answer.unsigned)
        complaints.push(`W: GPG error: ${source.suites[0]} InRelease: ${answer.why}`, `E: The repository '${source.suites[0]} InRelease' is not signed.`);
      else for (const suite of source.suites) complaints.push(`W: Failed to fetch ${suite.replace(/ (?=\S)/, '/dists/').trim()}/InRelease  ${answer.why}`);
      if (answer.unsigned) unsigned = true;
      else failed = true;
      continue;
    }
    const releases = source.component === '' ? [1.2] : [151, 55.4, 48];
    for (const [index, suite] of source.suites.entries()) yield* say(call, `Get:${++line} ${suite} InRelease [${releases[index]} kB]\n`);
    const size = Math.round(answer.text.length / 1000);
    yield* say(call, `Get:${++line} ${source.suites[0]}${source.component} Packages [${size} kB]\n`);
    kilobytes += size + Math.floor(releases.slice(0, source.suites.length).reduce((sum, each) => sum + each, 0));
    write(() => {
      process.fs.mkdir(lists, { parents: true });
      process.fs.write(source.file, answer.text);
    });
  }
  const seconds = Math.max(1, Math.round((process.now - began) / 1000));
  if (kilobytes > 0) yield* say(call, `Fetched ${kilobytes} kB in ${seconds}s (${Math.round(kilobytes / seconds)} kB/s)\n`);
  yield* say(call, 'Reading package lists...\n');
  for (const text of complaints) yield* complain(call, text);
  if (failed) yield* complain(call, 'W: Some index files failed to download. They have been ignored, or old ones used instead.');
  return unsigned ? 100 : 0;
}

function* remove(call: Call, names: readonly string[]): Routine<number> {
  mustBeRoot(call);
  const { process } = call;
  yield* say(call, readingLists);
  const had = new Map(byName(textAt(process, status)));
  for (const name of names) if (!had.has(name)) yield* say(call, `Package '${name}' is not installed, so not removed\n`);
  const gone = [...had.keys()].filter((name) => names.includes(name)).sort();
  yield* say(
    call,
    `${gone.length > 0 ? `The following packages will be REMOVED:\n  ${gone.join(' ')}\n` : ''}0 upgraded, 0 newly installed, ${gone.length} to remove and 0 not upgraded.\n`,
  );
  if (call.has('y') && !call.has('allow-change-held-packages') && gone.some((name) => isHeld(had.get(name))))
    throw new Refusal('E: Held packages were changed and -y was used without --allow-change-held-packages.', 100);
  if (gone.length > 0 && !(yield* agreed(call))) return 1;
  for (const name of gone) {
    yield* say(call, `Removing ${name} (${versionOf(had.get(name) ?? {})}) ...\n`);
    const list = `/var/lib/dpkg/info/${name}.list`;
    const files = textAt(process, list).split('\n').filter(Boolean);
    // What a package's own script does before its files go.
    const { systemd } = process.kernel;
    for (const file of files) {
      const unit = /\/systemd\/system\/([^/]+)$/.exec(file)?.[1];
      if (unit === undefined || !systemd?.units.has(unit)) continue;
      yield* systemd.stop(unit);
      for (const link of [`/etc/systemd/system/multi-user.target.wants/${unit}`]) if (process.fs.exists(link)) process.fs.unlink(link);
    }
    write(() => {
      for (const file of [...files, list]) if (process.fs.exists(file)) process.fs.unlink(file);
    });
    systemd?.reload();
    had.delete(name);
    saveStatus(process, had.values());
  }
  return 0;
}

function* nothingToDo(call: Call): Routine<number> {
  mustBeRoot(call);
  yield* say(call, `${readingLists}0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`);
  return 0;
}

function* quietly(): Routine<number> {
  return 0;
}

function* listed(call: Call, names: readonly string[]): Routine<number> {
  if (names.length === 0 && call.has('installed')) throw new Refusal('k8s-lab: apt list --installed without a name is not simulated', 70);
  const had = byName(textAt(call.process, status));
  yield* call.print('Listing...\n');
  for (const [name, versions] of known(call.process)) {
    const old = installedVersion(call.process, name, had, versions);
    if ((names.length > 0 && !names.includes(name)) || (call.has('installed') && old === undefined)) continue;
    for (const { stanza, source } of call.has('a') ? versions : versions.slice(0, 1)) {
      const suite = source.component === '' ? 'unknown' : source.suites[0]?.split(' ')[1];
      const mark = old === stanza['Version'] ? ' [installed]' : old === undefined ? '' : ` [upgradable from: ${old}]`;
      yield* call.print(`${name}/${suite} ${stanza['Version']} amd64${mark}\n`);
    }
  }
  return 0;
}

function* search(call: Call, names: readonly string[]): Routine<number> {
  for (const name of known(call.process).keys()) if (names.every((each) => name.includes(each))) yield* call.print(`${name}\n`);
  return 0;
}

function* madison(call: Call, names: readonly string[]): Routine<number> {
  for (const name of names)
    for (const { stanza, source } of known(call.process).get(name) ?? [])
      yield* call.print(`${name.padStart(10)} | ${versionOf(stanza).padStart(10)} | ${source.suites[0]}${source.component} Packages\n`);
  return 0;
}

function* policy(call: Call, names: readonly string[]): Routine<number> {
  const { process } = call;
  const had = byName(textAt(process, status));
  for (const name of names) {
    const versions = known(process).get(name) ?? [];
    const old = installedVersion(process, name, had, versions);
    if (versions.length === 0 && old === undefined) continue;
    const rows = versions.map(({ stanza, source }) => ({
      version: versionOf(stanza),
      priority: 500,
      places: [`500 ${source.suites[0]}${source.component} Packages`],
    }));
    if (old !== undefined && had.has(name)) {
      const own = rows.find(({ version }) => version === old);
      if (own) own.places.push(`100 ${status}`);
      else rows.push({ version: old, priority: 100, places: [`100 ${status}`] });
    }
    const line = ({ version, priority, places }: (typeof rows)[number]): string =>
      `${version === old ? ' ***' : '    '} ${version} ${priority}\n${places.map((place) => `        ${place}\n`).join('')}`;
    yield* call.print(`${name}:\n  Installed: ${old ?? '(none)'}\n  Candidate: ${rows[0]?.version}\n  Version table:\n${rows.map(line).join('')}`);
  }
  return 0;
}

function* show(call: Call, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const stanza = known(call.process).get(name)?.[0]?.stanza;
    if (!stanza) throw new Refusal('E: No packages found', 100);
    yield* call.print(
      `${Object.entries(stanza)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join('')}\n`,
    );
  }
  return 0;
}

/** apt-mark: what must stay as it is. */
function* hold(call: Call, names: readonly string[]): Routine<number> {
  const { process } = call;
  const wish = call.operands[0] === 'hold';
  const had = new Map(byName(textAt(process, status)));
  if (wish || call.operands[0] === 'unhold') mustBeRoot(call);
  else {
    for (const [name, stanza] of [...had].sort(([a], [b]) => (a < b ? -1 : 1))) if (isHeld(stanza)) yield* call.print(`${name}\n`);
    return 0;
  }
  for (const name of names) {
    const stanza = had.get(name);
    if (!stanza && !known(process).has(name)) throw new Refusal(`E: Unable to locate package ${name}\nE: No packages found`, 100);
    if (isHeld(stanza) === wish) yield* call.print(`${name} was already ${wish ? '' : 'not '}${wish ? 'set ' : ''}on hold.\n`);
    else yield* call.print(wish ? `${name} set on hold.\n` : `Canceled hold on ${name}.\n`);
    if (stanza) had.set(name, { ...stanza, Status: `${wish ? 'hold' : 'install'} ok installed` });
  }
  saveStatus(process, had.values());
  return 0;
}

const installing = ['update', 'install', 'remove', 'purge', 'upgrade', 'dist-upgrade', 'autoremove', 'clean', 'autoclean'];

/** By name; on nodes and in images of Debian and Ubuntu. */
export const aptPrograms: Readonly<Record<string, Program>> = {
  apt: aptTool('apt', [...installing, 'full-upgrade', 'list', 'search', 'policy', 'show']),
  'apt-get': aptTool('apt-get', installing),
  'apt-cache': aptTool('apt-cache', ['search', 'policy', 'madison', 'show']),
  'apt-mark': aptTool('apt-mark', ['hold', 'unhold', 'showhold']),
  dpkg,
  gpg,
};
