/** apt-get, apt, apt-cache and dpkg of Debian and Ubuntu, as far as they install what the mirror has (apt 2.6). */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { install } from './apt-install.ts';
import { agreed, byName, isInstalled, lists, mirrorOf, mustBeRoot, readingLists, type Stanza, say, status, write } from './apt-state.ts';
import { dpkg } from './dpkg.ts';
import { complain, download, paragraphs, Refusal, refusing, textAt } from './mirror.ts';

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
] as const;

const commands: Readonly<Record<string, (call: Call, names: readonly string[]) => Routine<number>>> = {
  update,
  install,
  remove,
  purge: remove,
  upgrade: nothingToDo,
  'dist-upgrade': nothingToDo,
  'full-upgrade': nothingToDo,
  autoremove: nothingToDo,
  clean: quietly,
  autoclean: quietly,
  list: listed,
  search,
  policy,
  madison: policy,
  show,
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

function* update(call: Call): Routine<number> {
  mustBeRoot(call);
  const { process } = call;
  const began = process.now;
  const { url, host, suites, file } = mirrorOf(process);
  const answer = yield* download(process, `${url}/dists/${suites[0]}/main/binary-amd64/Packages`);
  if (!('text' in answer)) {
    const why =
      answer.trouble === 'name' ? `Temporary failure resolving '${host}'` : `Could not connect to ${host}:80 (${answer.address}), connection timed out`;
    for (const [index, suite] of suites.entries()) yield* say(call, `Err:${index + 1} ${url} ${suite} InRelease\n  ${why}\n`);
    yield* say(call, 'Reading package lists...\n');
    for (const suite of suites) yield* complain(call, `W: Failed to fetch ${url}/dists/${suite}/InRelease  ${why}`);
    yield* complain(call, 'W: Some index files failed to download. They have been ignored, or old ones used instead.');
    return 0;
  }
  for (const [index, suite] of suites.entries()) yield* say(call, `Get:${index + 1} ${url} ${suite} InRelease [${[151, 55.4, 48][index]} kB]\n`);
  yield* say(call, `Get:${suites.length + 1} ${url} ${suites[0]}/main amd64 Packages [${Math.round(answer.text.length / 1000)} kB]\n`);
  const kilobytes = 254 + Math.round(answer.text.length / 1000);
  const seconds = Math.max(1, Math.round((process.now - began) / 1000));
  yield* say(call, `Fetched ${kilobytes} kB in ${seconds}s (${Math.round(kilobytes / seconds)} kB/s)\nReading package lists...\n`);
  write(() => {
    process.fs.mkdir(lists, { parents: true });
    process.fs.write(file, answer.text);
  });
  return 0;
}

function* remove(call: Call, names: readonly string[]): Routine<number> {
  mustBeRoot(call);
  const { process } = call;
  yield* say(call, readingLists);
  const had = paragraphs(textAt(process, status));
  for (const name of names) if (!had.some((each) => each['Package'] === name)) yield* say(call, `Package '${name}' is not installed, so not removed\n`);
  const gone = had.filter((each) => names.includes(each['Package'] ?? ''));
  yield* say(
    call,
    `${gone.length > 0 ? `The following packages will be REMOVED:\n  ${gone.map((each) => each['Package']).join(' ')}\n` : ''}0 upgraded, 0 newly installed, ${gone.length} to remove and 0 not upgraded.\n`,
  );
  if (gone.length > 0 && !(yield* agreed(call))) return 1;
  for (const { Package: name, Version: version } of gone) {
    yield* say(call, `Removing ${name} (${version}) ...\n`);
    const list = `/var/lib/dpkg/info/${name}.list`;
    write(() => {
      for (const file of [...textAt(process, list).split('\n').filter(Boolean), list]) if (process.fs.exists(file)) process.fs.unlink(file);
    });
  }
  const left = had.filter((each) => !gone.includes(each));
  if (gone.length > 0)
    write(() =>
      process.fs.write(
        status,
        left
          .map(
            (each) =>
              `${Object.entries(each)
                .map(([key, value]) => `${key}: ${value}`)
                .join('\n')}\n\n`,
          )
          .join(''),
      ),
    );
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

const known = (process: Process): ReadonlyMap<string, Stanza> => byName(textAt(process, mirrorOf(process).file));

function* listed(call: Call, names: readonly string[]): Routine<number> {
  if (names.length === 0 && call.has('installed')) throw new Refusal('k8s-lab: apt list --installed without a name is not simulated', 70);
  const had = byName(textAt(call.process, status));
  yield* call.print('Listing...\n');
  for (const [name, stanza] of call.has('installed') ? had : known(call.process)) {
    if (names.length > 0 && !names.includes(name)) continue;
    yield* call.print(
      `${name}/${mirrorOf(call.process).suites[0]} ${stanza['Version']} amd64${isInstalled(call.process, stanza, had) ? ' [installed]' : ''}\n`,
    );
  }
  return 0;
}

function* search(call: Call, names: readonly string[]): Routine<number> {
  for (const name of known(call.process).keys()) if (names.every((each) => name.includes(each))) yield* call.print(`${name}\n`);
  return 0;
}

function* policy(call: Call, names: readonly string[]): Routine<number> {
  const had = byName(textAt(call.process, status));
  const { url, suites } = mirrorOf(call.process);
  for (const name of names) {
    const stanza = known(call.process).get(name);
    if (!stanza) continue;
    const version = stanza['Version'] ?? '';
    if (call.operands[0] === 'madison') yield* call.print(`${name.padStart(10)} | ${version} | ${url} ${suites[0]}/main amd64 Packages\n`);
    else
      yield* call.print(
        `${name}:\n  Installed: ${isInstalled(call.process, stanza, had) ? version : '(none)'}\n  Candidate: ${version}\n  Version table:\n     ${version} 500\n        500 ${url} ${suites[0]}/main amd64 Packages\n`,
      );
  }
  return 0;
}

function* show(call: Call, names: readonly string[]): Routine<number> {
  for (const name of names) {
    const stanza = known(call.process).get(name);
    if (!stanza) throw new Refusal('E: No packages found', 100);
    yield* call.print(
      `${Object.entries(stanza)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join('')}\n`,
    );
  }
  return 0;
}

const installing = ['update', 'install', 'remove', 'purge', 'upgrade', 'dist-upgrade', 'autoremove', 'clean', 'autoclean'];

/** By name; on nodes and in images of Debian and Ubuntu. */
export const aptPrograms: Readonly<Record<string, Program>> = {
  apt: aptTool('apt', [...installing, 'full-upgrade', 'list', 'search', 'policy', 'show']),
  'apt-get': aptTool('apt-get', installing),
  'apt-cache': aptTool('apt-cache', ['search', 'policy', 'madison', 'show']),
  dpkg,
};
