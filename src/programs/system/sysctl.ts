/** sysctl: settings of the kernel below /proc/sys. */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, tool } from '../tool.ts';

export const sysctl = tool({
  usage: '[options] [variable[=value] ...]',
  summary: 'Read and modify kernel parameters at run time.',
  options: [
    ['a,all', 'display all variables'],
    ['n,values', 'print only values of the given variable(s)'],
    ['w,write', 'enable writing a value to variable'],
    ['p,load[=FILE]', 'read values from file'],
    ['q,quiet', 'do not echo variable set'],
    ['e,ignore', ''],
    ['system', 'read values from all system directories'],
  ],
  *run(call) {
    if (call.has('a')) yield* listAll(call, '/proc/sys');
    const fromFiles = call.has('system') || call.has('p') ? settings(call) : [];
    for (const word of [...fromFiles, ...(call.has('p') ? [] : call.operands)]) yield* setting(call, word);
    return call.status;
  },
});

function settings(call: Call): string[] {
  const { fs } = call.process;
  const files = call.has('p')
    ? [call.operands[0] ?? call.value('p') ?? '/etc/sysctl.conf']
    : ['/usr/lib/sysctl.d', '/etc/sysctl.d'].flatMap((folder) => (fs.isDirectory(folder) ? fs.list(folder).map(([name]) => `${folder}/${name}`) : []));
  return files
    .flatMap((file) => (fs.exists(file) ? fs.read(file).split('\n') : []))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
}

function* listAll(call: Call, folder: string): Routine {
  if (!call.process.fs.isDirectory(folder)) return;
  for (const [name, inode] of call.process.fs.list(folder)) {
    if (inode.type === 'directory') yield* listAll(call, `${folder}/${name}`);
    else if (inode.type === 'file') yield* setting(call, `${folder}/${name}`.slice('/proc/sys/'.length).replaceAll('/', '.'));
  }
}

function* setting(call: Call, word: string): Routine {
  const { fs } = call.process;
  const [name = '', value] = word.split(/\s*=\s*(.*)/s);
  const path = `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
  if (!fs.exists(path)) return yield* call.complain(`cannot stat ${path}: No such file or directory`);
  try {
    if (value !== undefined) fs.write(path, `${value}\n`);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* call.complain(`${error.code === 'EACCES' ? 'permission denied on' : 'setting'} key "${name.replaceAll('/', '.')}"`);
  }
  if (value !== undefined && call.has('q')) return;
  const shown = value ?? fs.read(path).trim();
  yield* call.print(call.has('n') ? `${shown}\n` : `${name.replaceAll('/', '.')} = ${shown}\n`);
}

export const sysctlPrograms = { sysctl };
