/** dpkg, as far as packages are asked for that apt has installed. */
import { Failure, tool } from '../tool.ts';
import { byName, status } from './apt-state.ts';
import { textAt } from './mirror.ts';

/** `-l NAME`, `-s`, `-L`, `--print-architecture`. */
export const dpkg = tool({
  usage: '[<option> ...] <command>',
  summary: 'Package manager for Debian.',
  options: [
    ['l,list', 'list packages'],
    ['s,status', "a package's details"],
    ['L,listfiles', "a package's files"],
    ['print-architecture', 'print the architecture'],
    ['i,install', 'install a package file'],
  ],
  *run(call) {
    const { process } = call;
    const had = byName(textAt(process, status));
    if (call.has('print-architecture')) yield* call.print('amd64\n');
    else if (call.has('l') && call.operands.length > 0) {
      const rows = [...had.values()].filter(({ Package: name = '' }) => call.operands.includes(name));
      if (rows.length === 0) throw new Failure(`no packages found matching ${call.operands[0]}`);
      yield* call.print(
        'Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ Name           Version      Architecture Description\n+++-==============-============-============-=================================\n',
      );
      for (const { Package: name = '', Version: version = '' } of rows)
        yield* call.print(`ii  ${name.padEnd(14)} ${version.padEnd(12)} amd64        ${name}\n`);
    } else if (call.has('s')) {
      const stanza = had.get(call.operands[0] ?? '');
      if (!stanza) throw new Failure(`dpkg-query: package '${call.operands[0]}' is not installed and no information is available`, 1, true);
      yield* call.print(
        `${Object.entries(stanza)
          .map(([key, value]) => `${key}: ${value}\n`)
          .join('')}\n`,
      );
    } else if (call.has('L')) yield* call.print(textAt(process, `/var/lib/dpkg/info/${call.operands[0]}.list`));
    else
      throw new Failure(
        `k8s-lab: dpkg ${call.given.map(({ key }) => `-${key}`).join(' ')}${call.has('l') ? ' without a name' : ''} is not simulated`,
        70,
        true,
      );
    return call.status;
  },
});
