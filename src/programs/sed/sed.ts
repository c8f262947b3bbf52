/** sed (GNU sed 4.9). */
import { Errno } from '../../linux/errno.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { SedInput } from './input.ts';
import { type MachineOptions, SedMachine } from './machine.ts';
import { parseScript } from './parser.ts';
import { type Command, ScriptError } from './script.ts';

export const sed = tool({
  usage: '[OPTION]... {script-only-if-no-other-script} [input-file]...',
  summary: 'Stream editor for filtering and transforming text.',
  options: [
    ['n,quiet,silent', 'suppress automatic printing of pattern space'],
    ['e,expression=script', 'add the script to the commands to be executed'],
    ['f,file=script-file', 'add the contents of script-file to the commands to be executed'],
    ['E,r,regexp-extended', 'use extended regular expressions in the script'],
    ['i,in-place[=SUFFIX]', 'edit files in place (makes backup if SUFFIX supplied)'],
    ['l,line-length=N', "specify the desired line-wrap length for the `l' command"],
    ['s,separate', 'consider files as separate rather than as a single continuous long stream'],
    ['u,unbuffered', ''],
    ['z,null-data', 'separate lines by NUL characters'],
    ['posix', ''],
    ['debug', ''],
    ['follow-symlinks', ''],
  ],
  *run(call) {
    const { commands, files } = yield* readScripts(call);
    const options: MachineOptions = {
      quiet: call.has('n') || firstLineQuiet(call),
      delimiter: call.has('z') ? '\0' : '\n',
      lineLength: Number(call.value('l') ?? 70),
    };
    if (call.has('i')) return yield* inPlace(call, commands, files, options);
    const names = files.length === 0 ? ['-'] : files;
    for (const group of call.has('s') ? names.map((name) => [name]) : [names]) {
      const machine = new SedMachine(call, commands, new SedInput(call, group, options.delimiter), options, (text) => call.out.add(text));
      const { status, quit } = yield* machine.runAndClose();
      if (quit) return status || call.status;
    }
    return call.status;
  },
});

function* readScripts(call: Call): Routine<{ readonly commands: readonly Command[]; readonly files: readonly string[] }> {
  const sources: { readonly text: string; readonly where: string }[] = [];
  for (const { key, value } of call.given) {
    if (key === 'e') sources.push({ text: value ?? '', where: `-e expression #${sources.length + 1}` });
    if (key === 'f') sources.push({ text: (yield* call.slurp(value ?? '')).replace(/\n$/, ''), where: `file ${value}` });
  }
  const [first, ...rest] = call.operands;
  if (sources.length === 0) {
    if (first === undefined) throw new UsageError('', true);
    return { commands: compile(call, [{ text: first, where: '-e expression #1' }]), files: rest };
  }
  return { commands: compile(call, sources), files: call.operands };
}

/** Several -e are one script, a newline between them; complaints name the piece that has only itself. */
function compile(call: Call, sources: readonly { readonly text: string; readonly where: string }[]): readonly Command[] {
  const options = { extended: call.has('E'), posix: call.has('posix') };
  try {
    return parseScript(
      sources.map((source) => source.text).join('\n'),
      sources.length === 1 ? (sources[0]?.where ?? '') : (sources[sources.length - 1]?.where ?? ''),
      options,
    );
  } catch (error) {
    if (error instanceof ScriptError) throw new Failure(error.message);
    throw error;
  }
}

/** `#n` alone on the first line is -n. */
const firstLineQuiet = (call: Call): boolean => /^#n(\n|$)/.test(call.value('e') ?? (call.has('f') ? '' : (call.operands[0] ?? '')));

function* inPlace(call: Call, commands: readonly Command[], files: readonly string[], options: MachineOptions): Routine<ExitCode> {
  const { fs } = call.process;
  for (const name of files) {
    const inode = fs.find(name);
    if (inode?.type !== 'file') {
      yield* call.complain(inode ? `couldn't edit ${name}: not a regular file` : `can't read ${name}: No such file or directory`, inode ? 4 : 2);
      continue;
    }
    let text = '';
    const input = new SedInput(call, [name], options.delimiter);
    const machine = new SedMachine(call, commands, input, options, (piece) => {
      text += piece;
    });
    const { status, quit } = yield* machine.runAndClose(function* (): Routine {
      // q leaves the rest of the file as it was.
      for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) text += line + (input.complete ? options.delimiter : '');
    });
    yield* replace(call, name, text);
    if (quit) return status;
  }
  return call.status;
}

/** As sed does it: a new file takes the old one's name, so that who watches the directory sees it. */
function* replace(call: Call, name: string, text: string): Routine {
  const { fs } = call.process;
  const suffix = call.value('i');
  const target = fs.realpath(name);
  const folder = target.slice(0, target.lastIndexOf('/') + 1);
  const base = target.slice(folder.length);
  const temporary = `${folder}sed${call.process.sim.random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 6)}`;
  try {
    const { mode, uid, gid } = fs.stat(target);
    fs.write(temporary, text);
    fs.chmod(temporary, mode);
    if (call.process.uid === 0) fs.chown(temporary, uid, gid);
    if (suffix !== undefined) fs.rename(target, `${folder}${suffix.includes('*') ? suffix.replaceAll('*', base) : base + suffix}`);
    fs.rename(temporary, target);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Failure(`couldn't open temporary file ${temporary}: ${error.message}`, 4);
  }
}
