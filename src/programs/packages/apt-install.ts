/** `apt-get install`: what is needed too, downloads, unpacking (apt 2.6, apt-private/private-install.cc, private-output.cc). */
import type { Routine } from '../../sim/routine.ts';
import type { Call } from '../tool.ts';
import { agreed, byName, isInstalled, mirrorOf, mustBeRoot, readingLists, type Stanza, say, status, write } from './apt-state.ts';
import { complain, download, Refusal, textAt, unpack, withNeeds } from './mirror.ts';

/** The exit status. Throws Refusal. */
export function* install(call: Call, words: readonly string[]): Routine<number> {
  mustBeRoot(call);
  const { process } = call;
  const { url, suites, file } = mirrorOf(process);
  const index = byName(textAt(process, file));
  const had = byName(textAt(process, status));
  yield* say(call, readingLists);
  const names: string[] = [];
  for (const word of words) {
    const [name = '', version] = word.split('=');
    const stanza = index.get(name);
    if (!stanza && index.size > 0) throw new Refusal(`k8s-lab: the package ${name} is not simulated`, 70);
    if (!stanza) throw new Refusal(`E: Unable to locate package ${name}`, 100);
    if (version !== undefined && version !== stanza['Version']) throw new Refusal(`E: Version '${version}' for '${name}' was not found`, 100);
    if (isInstalled(process, stanza, had)) yield* say(call, `${name} is already the newest version (${stanza['Version']}).\n`);
    else names.push(name);
  }
  const ready = (name: string): boolean => isInstalled(process, index.get(name), had);
  const order = withNeeds(names, (name) => (index.get(name)?.['Depends'] ?? '').split(', ').filter((each) => index.has(each)), ready);
  const stanzas = order.map((name) => index.get(name) as Stanza);
  const more = order.filter((name) => !names.includes(name)).sort();
  const show = (title: string, all: readonly string[]): string => (all.length > 0 ? `${title}\n  ${all.join(' ')}\n` : '');
  yield* say(
    call,
    `${show('The following additional packages will be installed:', more)}${show('The following NEW packages will be installed:', [...order].sort())}0 upgraded, ${order.length} newly installed, 0 to remove and 0 not upgraded.\n`,
  );
  if (order.length === 0) return 0;
  const total = (key: string): number => stanzas.reduce((sum, stanza) => sum + Number(stanza[key]), 0);
  yield* say(
    call,
    `Need to get ${size(total('Size') / 1000)} of archives.\nAfter this operation, ${size(total('Installed-Size'))} of additional disk space will be used.\n`,
  );
  if (more.length > 0 && !(yield* agreed(call))) return 1;
  const archives: string[] = [];
  const began = process.now;
  for (const [position, stanza] of stanzas.entries()) {
    const { Package: name, Version: version, Size: bytes, Filename } = stanza;
    const answer = yield* download(process, `${url}/${Filename}`);
    if (!('text' in answer))
      throw new Refusal(`E: Failed to fetch ${url}/${Filename}\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?`, 100);
    archives.push(answer.text);
    yield* say(call, `Get:${position + 1} ${url} ${suites[0]}/main amd64 ${name} amd64 ${version} [${size(Number(bytes) / 1000)}]\n`);
  }
  const seconds = Math.max(1, Math.round((process.now - began) / 1000));
  yield* complain(call, 'debconf: delaying package configuration, since apt-utils is not installed');
  yield* say(call, `Fetched ${size(total('Size') / 1000)} in ${seconds}s (${size(total('Size') / 1000 / seconds)}/s)\n`);
  for (const [position, stanza] of stanzas.entries()) yield* unpackOne(call, stanza, archives[position] ?? '', position === 0);
  for (const { Package: name, Version: version } of stanzas) yield* say(call, `Setting up ${name} (${version}) ...\n`);
  yield* say(call, 'Processing triggers for libc-bin (2.36-9+deb12u13) ...\n');
  return 0;
}

function* unpackOne(call: Call, stanza: Stanza, archive: string, first: boolean): Routine {
  const { process } = call;
  const { Package: name, Version: version, Filename = '' } = stanza;
  yield* say(
    call,
    `Selecting previously unselected package ${name}.\n${first ? '(Reading database ... 6091 files and directories currently installed.)\n' : ''}Preparing to unpack .../${Filename.slice(Filename.lastIndexOf('/') + 1)} ...\nUnpacking ${name} (${version}) ...\n`,
  );
  write(() => {
    const files = unpack(process, archive);
    process.fs.mkdir('/var/lib/dpkg/info', { parents: true });
    process.fs.write(`/var/lib/dpkg/info/${name}.list`, files.map((file) => `${file}\n`).join(''));
    process.fs.write(
      status,
      `${textAt(process, status)}Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nInstalled-Size: ${stanza['Installed-Size']}\n\n`,
    );
  });
  yield* process.work(20);
}

/** As apt writes sizes: three figures. */
const size = (kilobytes: number): string =>
  kilobytes >= 10_000 ? `${(kilobytes / 1000).toFixed(1)} MB` : kilobytes >= 1 ? `${kilobytes.toFixed(0)} kB` : `${(kilobytes * 1000).toFixed(0)} B`;
