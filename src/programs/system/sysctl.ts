/** sysctl: settings of the kernel below /proc/sys. */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, tool } from '../tool.ts';

const sysctl = tool({
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
    for (const file of call.has('p') ? [call.operands[0] ?? call.value('p') ?? '/etc/sysctl.conf'] : call.has('system') ? systemFiles(call) : []) {
      if (call.has('system') && !call.has('q')) yield* call.print(`* Applying ${file} ...\n`);
      for (const word of settings(call, file)) yield* setting(call, word);
    }
    for (const word of call.has('p') || call.has('system') ? [] : call.operands) yield* setting(call, word);
    return call.status;
  },
});

/** Of files with the same name that of the earlier folder holds; all are read in the order of their names (procps src/sysctl.c). */
function systemFiles(call: Call): string[] {
  const { fs } = call.process;
  const byName = new Map<string, string>();
  for (const folder of ['/run/sysctl.d', '/etc/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'])
    for (const [name] of fs.isDirectory(folder) ? fs.list(folder) : []) if (name.endsWith('.conf') && !byName.has(name)) byName.set(name, `${folder}/${name}`);
  const found = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return fs.exists('/etc/sysctl.conf') ? [...found, '/etc/sysctl.conf'] : found;
}

const settings = ({ process: { fs } }: Call, file: string): string[] =>
  (fs.exists(file) ? fs.read(file).split('\n') : []).map((line) => line.trim()).filter((line) => line !== '' && !/^[#;]/.test(line));

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
