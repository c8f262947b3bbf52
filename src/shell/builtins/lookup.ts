/** type, command, builtin, hash, help, caller. */
import { Errno } from '../../linux/errno.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { functionText } from '../function-text.ts';
import type { Builtin, Shell } from '../shell.ts';
import { helpTexts } from './help-texts.ts';
import { fail, invalidOption, readOptions } from './usage.ts';

const keywords: ReadonlySet<string> = new Set('! [[ ]] { } case coproc do done elif else esac fi for function if in select then time until while'.split(' '));

type Meaning = { readonly kind: 'alias' | 'keyword' | 'function' | 'builtin' | 'file'; readonly path?: string };

/** What a name means as a command, the first meaning first. */
function meanings(shell: Shell, name: string, functions = true): Meaning[] {
  const out: Meaning[] = [];
  if (shell.aliases.has(name) && shell.shopt.has('expand_aliases')) out.push({ kind: 'alias' });
  if (keywords.has(name)) out.push({ kind: 'keyword' });
  if (functions && shell.functions.has(name)) out.push({ kind: 'function' });
  if (shell.hasBuiltin(name)) out.push({ kind: 'builtin' });
  const path = findPath(shell, name);
  if (path !== undefined) out.push({ kind: 'file', path });
  return out;
}

function findPath(shell: Shell, name: string): string | undefined {
  try {
    const { path } = shell.process.kernel.lookup(shell.process, name, shell.variables.get('PATH'));
    return name.includes('/') ? name : path;
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}

function* type(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 'aftpP');
  if (invalid) return yield* invalidOption(shell, 'type', invalid, 'type [-afptP] name [name ...]');
  let status = 0;
  for (const name of rest) {
    const found = options.has('P') ? fileOnly(shell, name) : meanings(shell, name, !options.has('f'));
    if (found.length === 0) {
      status = shell.flavor === 'bash' ? 1 : 127;
      if (!options.has('t') && !options.has('p') && !options.has('P'))
        yield* shell.flavor === 'bash' ? shell.complain(`type: ${name}: not found`) : shell.process.printError(`${name}: not found\n`);
    }
    for (const meaning of options.has('a') ? found : found.slice(0, 1)) yield* shell.process.print(describe(shell, name, meaning, options));
  }
  return status;
}

function fileOnly(shell: Shell, name: string): Meaning[] {
  const path = findPath(shell, name);
  return path === undefined ? [] : [{ kind: 'file', path }];
}

function describe(shell: Shell, name: string, meaning: Meaning, options: ReadonlyMap<string, string>): string {
  if (options.has('t')) return `${meaning.kind}\n`;
  if (options.has('p') || options.has('P')) return meaning.kind === 'file' ? `${meaning.path}\n` : '';
  const bash = shell.flavor === 'bash';
  switch (meaning.kind) {
    case 'alias':
      return bash ? `${name} is aliased to \`${shell.aliases.get(name)}'\n` : `${name} is an alias for ${shell.aliases.get(name)}\n`;
    case 'keyword':
      return `${name} is a shell keyword\n`;
    case 'function': {
      const found = shell.functions.get(name);
      return `${name} is a ${bash ? '' : 'shell '}function\n${bash && found ? functionText(name, found) : ''}`;
    }
    case 'builtin':
      return `${name} is a shell builtin\n`;
    default:
      return shell.hashed.has(name) && bash ? `${name} is hashed (${meaning.path})\n` : `${name} is ${meaning.path}\n`;
  }
}

function* command(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 'pvV');
  if (invalid) return yield* invalidOption(shell, 'command', invalid, 'command [-pVv] command [arg ...]');
  if (rest.length === 0) return 0;
  if (options.has('V')) return yield* type(shell, rest);
  if (!options.has('v')) return yield* shell.interpreter.simple(shell, rest, { functions: false });
  let status = 1;
  for (const name of rest) {
    const [found] = meanings(shell, name);
    if (!found) continue;
    status = 0;
    const text = found.kind === 'alias' ? `alias ${name}='${shell.aliases.get(name)}'` : found.kind === 'file' ? (found.path ?? name) : name;
    yield* shell.process.print(`${text}\n`);
  }
  return status;
}

function* builtin(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const [name] = args;
  if (name === undefined) return 0;
  if (!shell.interpreter.builtins.has(name)) return yield* fail(shell, 'builtin', `${name}: not a shell builtin`);
  return yield* shell.interpreter.simple(shell, args, { functions: false });
}

function* hash(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest } = readOptions(args, 'rltd', 'p');
  if (options.has('r')) shell.hashed.clear();
  if (rest.length === 0 && !options.has('r')) {
    if (shell.hashed.size === 0) {
      yield* shell.process.print('hash: hash table empty\n');
      return 0;
    }
    yield* shell.process.print('hits\tcommand\n');
    for (const { path, hits } of shell.hashed.values()) yield* shell.process.print(`${String(hits).padStart(4)}\t${path}\n`);
    return 0;
  }
  let status = 0;
  for (const name of rest) {
    const path = findPath(shell, name);
    if (options.has('d')) shell.hashed.delete(name);
    else if (path === undefined) status = yield* fail(shell, 'hash', `${name}: not found`);
    else if (options.has('t')) yield* shell.process.print(`${path}\n`);
    else shell.hashed.set(name, { path, hits: 0 });
  }
  return status;
}

function* help(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const [name] = args;
  if (name === undefined) {
    yield* shell.process.print("These shell commands are defined internally.  Type `help name' to find out more about the function `name'.\n\n");
    for (const [usage] of Object.values(helpTexts)) yield* shell.process.print(` ${usage}\n`);
    return 0;
  }
  const text = helpTexts[name];
  if (!text) return yield* fail(shell, 'help', `no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.`);
  yield* shell.process.print(`${name}: ${text[0]}\n    ${text[1]}\n`);
  return 0;
}

function* caller(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const frame = shell.frames[shell.frames.length - 1 - Number(args[0] ?? 0)];
  if (!frame) return 1;
  const outer = shell.frames[shell.frames.length - 2 - Number(args[0] ?? 0)];
  yield* shell.process.print(args.length > 0 ? `${frame.line} ${outer?.name ?? 'main'} ${shell.name}\n` : `${frame.line} ${shell.name}\n`);
  return 0;
}

function* enable(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (args.length > 0 && args[0] !== '-a' && args[0] !== '-p') {
    yield* shell.process.printError('k8s-lab: turning builtins off and on is not simulated\n');
    return 70;
  }
  for (const name of [...shell.interpreter.builtins.keys()].sort()) yield* shell.process.print(`enable ${name}\n`);
  return 0;
}

/** What tells about commands. */
export const lookupBuiltins: Readonly<Record<string, Builtin>> = { type, command, builtin, hash, help, caller, enable };
