/** busybox: one program under many names. */
import type { Program } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';

/** Applets of Debian's and the official image's busybox that are no network servers. */
export const appletNames: readonly string[] =
  '[ ash awk base64 basename bc cal cat chgrp chmod chown clear cmp cp cut date dd df diff dirname dmesg du echo egrep env expand expr factor fallocate false fgrep find fold free fsync grep groups gunzip gzip head hexdump hostname id install ip kill killall less ln ls lsof md5sum mkdir mkfifo mktemp more mount mv nc netstat nice nl nohup nproc nslookup od paste pgrep pidof ping pkill printenv printf ps pstree pwd readlink realpath reset rev rm rmdir sed seq setsid sh sha1sum sha256sum sha512sum shuf sleep sort split stat strings stty su sync sysctl tac tail tar tee telnet test time timeout top touch tr traceroute tree true truncate tty umount uname uniq unlink unshare uptime usleep vi watch wc wget which who whoami xargs xxd yes zcat'.split(
    ' ',
  );

/** Those that the shell brings, not this folder. */
export const shellApplets: readonly string[] = ['sh', 'ash', '[', 'test'];

/** `applets` are the names that this build knows. */
export function newBusybox(programs: Readonly<Record<string, Program>>, applets: readonly string[]): Program {
  return function* (argv, process): Routine<number> {
    const called = (argv[0] ?? '').split('/').pop() ?? '';
    const [name = '', ...rest] = called === 'busybox' ? argv.slice(1) : [called, ...argv.slice(1)];
    if (name === '' || name === '--help') {
      yield* process.print(
        `BusyBox v1.36.1 (k8s-lab) multi-call binary.\n\nUsage: busybox [function [arguments]...]\n   or: busybox --list\n   or: function [arguments]...\n\nCurrently defined functions:\n${wrapped(applets)}\n`,
      );
      return 0;
    }
    if (name === '--list') {
      yield* process.print(applets.map((each) => `${each}\n`).join(''));
      return 0;
    }
    const program = Object.hasOwn(programs, name) ? programs[name] : shellApplets.includes(name) ? process.kernel.programs.get(name) : undefined;
    if (!program || !applets.includes(name)) {
      yield* process.printError(`${name}: applet not found\n`);
      return 127;
    }
    return yield* program([name, ...rest], process);
  };
}

function wrapped(names: readonly string[]): string {
  const lines: string[] = ['\t'];
  for (const [i, name] of names.entries()) {
    const word = i === names.length - 1 ? name : `${name}, `;
    if ((lines.at(-1) ?? '').length + word.length > 72) lines.push('\t');
    lines[lines.length - 1] += word;
  }
  return lines.join('\n');
}
