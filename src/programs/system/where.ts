/** mountpoint, whereis (util-linux 2.41), getconf (glibc 2.41), systemd-escape, systemd-detect-virt, systemd-cat (systemd 257). */
import { mountRows } from '../../linux/mount-table.ts';
import type { Process } from '../../linux/process.ts';
import { rlimitOf } from '../../linux/rlimits.ts';
import { own } from '../../sim/own.ts';
import { become } from '../execute.ts';
import { Failure, tool, UsageError } from '../tool.ts';

const mountpoint = tool({
  usage: '[-qd] <directory>',
  summary: 'Check whether a directory or file is a mountpoint.',
  options: [
    ['q,quiet', 'quiet mode - print nothing'],
    ['nofollow', 'do not follow symlink'],
    ['d,fs-devno', 'print maj:min device number of the filesystem'],
    ['x,devno', 'print maj:min device number of the block device'],
  ],
  *run(call) {
    const { fs } = call.process;
    const [operand] = call.operands;
    if (operand === undefined || call.operands.length > 1) throw new UsageError('bad usage');
    if (call.has('x')) throw new Failure('k8s-lab: mountpoint -x is not simulated', 70, true);
    if (!fs.exists(operand)) {
      if (call.has('q')) return 1;
      throw new Failure(`${operand}: No such file or directory`);
    }
    const path = fs.realpath(operand);
    const row = mountRows(fs.namespace).findLast((each) => each.path === path);
    if (call.has('q')) return row ? 0 : 32;
    if (call.has('d') && row) yield* call.print(`${row.device}\n`);
    else yield* call.print(`${operand} is ${row ? '' : 'not '}a mountpoint\n`);
    return row ? 0 : 32;
  },
});

const whereis = tool({
  usage: '[options] [-BMS <dir>... -f] <name>',
  summary: 'Locate the binary, source, and manual-page files for a command.',
  options: [
    ['b', 'search only for binaries'],
    ['m', 'search only for manuals and infos'],
    ['s', 'search only for sources'],
    ['l', 'output effective lookup paths'],
  ],
  *run(call) {
    const { fs, env } = call.process;
    if (call.operands.length === 0) throw new UsageError('not enough arguments');
    if (call.has('l')) throw new Failure('k8s-lab: whereis -l is not simulated', 70, true);
    // Nothing of the lab has manuals or sources.
    const folders =
      call.has('m') || call.has('s') ? [] : [...new Set(['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', ...(env['PATH'] ?? '').split(':')])];
    for (const name of call.operands) {
      const found = new Set(folders.flatMap((folder) => (fs.find(`${folder}/${name}`) ? [fs.realpath(folder) + `/${name}`] : [])));
      yield* call.print(`${name}:${[...found].map((path) => ` ${path}`).join('')}\n`);
    }
    return 0;
  },
});

const limits = (process: Process, name: string): string => {
  const { soft } = rlimitOf(process, name);
  return Number.isFinite(Number(soft)) ? String(soft) : 'undefined';
};
/** What it knows, as sysconf(3) and limits.h have it. */
const variables: Readonly<Record<string, (process: Process) => string | number>> = {
  ARG_MAX: () => 2_097_152,
  CLK_TCK: () => 100,
  GNU_LIBC_VERSION: () => 'glibc 2.41',
  HOST_NAME_MAX: () => 64,
  INT_MAX: () => 2_147_483_647,
  LOGIN_NAME_MAX: () => 256,
  LONG_BIT: () => 64,
  NAME_MAX: () => 255,
  NGROUPS_MAX: () => 65_536,
  OPEN_MAX: (process) => limits(process, 'NOFILE'),
  PAGESIZE: () => 4096,
  PAGE_SIZE: () => 4096,
  PATH: () => '/bin:/usr/bin',
  PATH_MAX: () => 4096,
  UINT_MAX: () => 4_294_967_295,
  _NPROCESSORS_CONF: ({ kernel }) => kernel.cpus,
  _NPROCESSORS_ONLN: ({ kernel }) => kernel.cpus,
  _PHYS_PAGES: ({ kernel }) => Math.floor(kernel.memoryBytes / 4096),
};

const getconf = tool({
  usage: '[-v specification] variable_name [pathname]',
  summary: 'Query system configuration variables.',
  options: [['a', 'print all variables']],
  *run(call) {
    if (call.has('a')) throw new Failure('k8s-lab: getconf -a is not simulated', 70, true);
    const [name] = call.operands;
    if (name === undefined) throw new Failure('Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]', 2, true);
    const value = own(variables, name);
    if (!value)
      throw new Failure(
        /^_?[A-Z0-9_]+$/.test(name) ? `k8s-lab: getconf ${name} is not simulated` : `getconf: Unrecognized variable \`${name}'`,
        /^_?[A-Z0-9_]+$/.test(name) ? 70 : 2,
        true,
      );
    yield* call.print(`${value(call.process)}\n`);
    return 0;
  },
});

/** unit_name_escape: all that is no letter, digit or `:_.` as `\xHH`, `/` as `-`. */
const escaped = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte, i) => {
      const letter = String.fromCharCode(byte);
      if (letter === '/') return '-';
      return /[A-Za-z0-9:_]/.test(letter) || (letter === '.' && i > 0) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
const unescaped = (text: string): string =>
  Buffer.from(
    text.replace(/\\x([0-9a-f]{2})|-/g, (_all, hex?: string) => (hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16)))),
    'latin1',
  ).toString();

const systemdEscape = tool({
  usage: '[OPTIONS...] [NAME...]',
  summary: 'Escape strings for usage in systemd unit names.',
  options: [
    ['suffix=SUFFIX', 'Unit suffix to append to escaped strings'],
    ['template=TEMPLATE', 'Insert strings as instance into template'],
    ['u,unescape', 'Unescape strings'],
    ['m,mangle', 'Mangle strings'],
    ['p,path', 'When escaping/unescaping assume the string is a path'],
  ],
  *run(call) {
    if (call.has('m')) throw new Failure('k8s-lab: systemd-escape --mangle is not simulated', 70, true);
    if (call.operands.length === 0) throw new Failure('Not enough arguments.', 1, true);
    const path = (text: string): string =>
      `/${text
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')}`;
    const one = (text: string): string => {
      if (call.has('u')) return call.has('p') ? path(unescaped(text)) : unescaped(text);
      const plain = call.has('p') ? escaped(path(text).slice(1)) || '-' : escaped(text);
      const template = call.value('template');
      if (template !== undefined) return template.replace('@', `@${plain}`);
      return call.has('suffix') ? `${plain}.${call.value('suffix')}` : plain;
    };
    yield* call.print(`${call.operands.map(one).join(' ')}\n`);
    return 0;
  },
});

const detectVirt = tool({
  usage: '[OPTIONS...]',
  summary: 'Detect execution in a virtualized environment.',
  options: [
    ['c,container', 'Only detect whether we are run in a container'],
    ['v,vm', 'Only detect whether we are run in a VM'],
    ['q,quiet', "Don't output anything, just set return value"],
  ],
  *run(call) {
    const found = call.has('c') ? 'none' : 'kvm';
    if (!call.has('q')) yield* call.print(`${found}\n`);
    return found === 'none' ? 1 : 0;
  },
});

/** What a command prints, or standard input, goes to the journal. */
const systemdCat = tool({
  usage: '[OPTIONS...] COMMAND ...',
  summary: 'Execute process with stdout/stderr connected to the journal.',
  inOrder: true,
  options: [
    ['t,identifier=STRING', 'Set syslog identifier'],
    ['p,priority=PRIORITY', 'Set priority value (0..7)'],
  ],
  *run(call) {
    const name = call.value('t') ?? (call.operands[0] ?? 'cat').replace(/^.*\//, '');
    const script = `${call.operands.length > 0 ? '"$@" 2>&1' : 'cat'} | logger -t "$0" -e -p "user.${call.value('p') ?? 'info'}"`;
    return yield* become(call, ['sh', '-c', script, name, ...call.operands]);
  },
});

export const wherePrograms = {
  mountpoint,
  whereis,
  getconf,
  'systemd-escape': systemdEscape,
  'systemd-detect-virt': detectVirt,
  'systemd-cat': systemdCat,
};
