/** logger (util-linux 2.41): lines for the journal. */
import { own } from '../../sim/own.ts';
import { Failure, tool } from '../tool.ts';
import { userName } from '../users.ts';
import { managerOf } from './units.ts';

const severities: Readonly<Record<string, number>> = {
  ...{ emerg: 0, panic: 0, alert: 1, crit: 2, err: 3, error: 3, warning: 4, warn: 4, notice: 5, info: 6, debug: 7 },
};
const facilities = 'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5 local6 local7'.split(' ');

export const logger = tool({
  usage: '[options] [<message>]',
  summary: 'Enter messages into the system log.',
  inOrder: true,
  options: [
    ['i', "log the logger command's PID"],
    ['f,file=file', 'log the contents of this file'],
    ['p,priority=prio', 'mark given message with this priority'],
    ['s,stderr', 'output message to standard error as well'],
    ['t,tag=tag', 'mark every line with this tag'],
    ['e,skip-empty', 'do not log empty lines when processing files'],
    ...['n,server=name', 'P,port=port', 'T,tcp', 'd,udp', 'u,socket=socket', 'journald[=file]'].map((name): [string, string] => [name, '']),
  ],
  *run(call) {
    const { process } = call;
    const other = ['n', 'P', 'T', 'd', 'u', 'journald'].find((key) => call.has(key));
    if (other !== undefined) throw new Failure(`k8s-lab: logger -${other} is not simulated`, 70, true);
    const [facility = 'user', severity = 'notice'] = (([first = '', second]) => (second === undefined ? ['user', first] : [first, second]))(
      (call.value('p') ?? 'user.notice').split('.'),
    );
    const level = own(severities, severity);
    if (level === undefined) throw new Failure(`unknown priority name: ${call.value('p')}`);
    if (!facilities.includes(facility)) throw new Failure(`unknown facility name: ${call.value('p')}`);
    const file = call.value('f');
    const text = call.operands.length > 0 ? call.operands.join(' ') : yield* call.slurp(file ?? '-');
    const journal = managerOf(process)?.journal;
    const tag = call.value('t') ?? userName(process, process.uid);
    for (const message of text.replace(/\n$/, '').split('\n')) {
      if (message === '' && (call.has('e') || call.operands.length === 0)) continue;
      journal?.write({
        at: process.now,
        identifier: tag,
        pid: process.pid,
        priority: level,
        message,
        fields: { SYSLOG_FACILITY: String(facilities.indexOf(facility) >= 12 ? facilities.indexOf(facility) + 4 : facilities.indexOf(facility)) },
      });
      if (call.has('s')) yield* process.printError(`<${facilities.indexOf(facility) * 8 + level}>${tag}: ${message}\n`);
    }
    return 0;
  },
});
