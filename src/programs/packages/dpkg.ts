/** dpkg, as far as packages are asked for that apt has installed. */
import { Failure, tool } from '../tool.ts';
import { byName, isHeld, status } from './apt-state.ts';
import { textAt } from './mirror.ts';

/** `-l NAME`, `-s`, `-L`, `--print-architecture`. */
export const dpkg = tool({
  usage: '[<option> ...] <command>',
  summary: 'Package manager for Debian.',
  options: [
    ['l,list', 'list packages'],
    ['s,status', "a package's details"],
    ['L,listfiles', "a package's files"],
    ['S,search', 'whose a file is'],
    ['print-architecture', 'print the architecture'],
    ['i,install', 'install a package file'],
  ],
  *run(call) {
    const { process } = call;
    const had = byName(textAt(process, status));
    if (call.has('print-architecture')) yield* call.print('amd64\n');
    else if (call.has('l')) {
      const wanted = call.operands.map((each) => new RegExp(`^${each.replaceAll('*', '.*')}$`));
      const rows = [...had].filter(([name]) => wanted.length === 0 || wanted.some((each) => each.test(name))).sort(([a], [b]) => (a < b ? -1 : 1));
      if (rows.length === 0 && wanted.length > 0) throw new Failure(`no packages found matching ${call.operands[0]}`);
      const widths = [14, 12].map((least, i) => Math.max(least, ...rows.map(([name, { Version = '' }]) => [name, Version][i]?.length ?? 0)));
      const [name = 14, version = 12] = widths;
      yield* call.print(
        `Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ ${'Name'.padEnd(name)} ${'Version'.padEnd(version)} Architecture Description\n+++-${'='.repeat(name)}-${'='.repeat(version)}-============-=================================\n`,
      );
      for (const [own, stanza] of rows)
        yield* call.print(`${isHeld(stanza) ? 'h' : 'i'}i  ${own.padEnd(name)} ${(stanza['Version'] ?? '').padEnd(version)} amd64        ${own}\n`);
      if (wanted.length === 0) {
        yield* call.out.flush();
        yield* process.printError('k8s-lab: packages of the distribution itself are not listed\n');
      }
    } else if (call.has('S')) {
      const [path = ''] = call.operands;
      for (const name of had.keys())
        for (const file of textAt(process, `/var/lib/dpkg/info/${name}.list`).split('\n'))
          if (file !== '' && file.includes(path)) yield* call.print(`${name}: ${file}\n`);
    } else if (call.has('s')) {
      const stanza = had.get(call.operands[0] ?? '');
      if (!stanza) throw new Failure(`dpkg-query: package '${call.operands[0]}' is not installed and no information is available`, 1, true);
      yield* call.print(
        `${Object.entries(stanza)
          .map(([key, value]) => `${key}: ${value}\n`)
          .join('')}\n`,
      );
    } else if (call.has('L')) yield* call.print(textAt(process, `/var/lib/dpkg/info/${call.operands[0]}.list`));
    else throw new Failure(`k8s-lab: dpkg ${call.given.map(({ key }) => `-${key}`).join(' ')} is not simulated`, 70, true);
    return call.status;
  },
});
