/** `runc init`: the first process of a container, from its creation to the exec of the user's command. */

import { OciError, type OciSpec } from '../interfaces/oci.ts';
import type { Confinement } from '../linux/apparmor.ts';
import type { Credentials } from '../linux/capabilities.ts';
import { Errno } from '../linux/errno.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Inode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Process } from '../linux/process.ts';
import type { Program } from '../linux/program.ts';
import type { Rlimits } from '../linux/rlimits.ts';
import { newSeccompFilter } from '../linux/seccomp.ts';
import type { StartGate } from './container.ts';

/** Waits for `runc start`, then becomes the command. */
export function initProgram(gate: StartGate, command: () => { readonly path: string; readonly inode: Inode; readonly args: readonly string[] }): Program {
  return function* init(_argv, process) {
    while (!gate.open) yield { on: [gate.opened] };
    const { path, inode, args } = command();
    // A filter that lets nothing be run lets nothing be said either.
    if (forbidsExec(process)) return 255;
    let resolved: { readonly program: Program; readonly argv: readonly string[] };
    try {
      resolved = process.kernel.resolve(process, path, inode, args);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* process.printError(`exec ${path}: ${error.message.toLowerCase()}\n`);
      return 255;
    }
    process.argv = resolved.argv;
    process.comm = path.slice(path.lastIndexOf('/') + 1);
    process.exe = path;
    return yield* resolved.program(resolved.argv, process);
  };
}

function forbidsExec({ credentials: { seccomp } }: Process): boolean {
  try {
    if (typeof seccomp === 'object') seccomp.ask('execve', '');
    return false;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return true;
  }
}

/** Finds the command in the container's root, with os/exec's texts. */
export function findCommand(process: Process, args: readonly string[]): { readonly path: string; readonly inode: Inode; readonly args: readonly string[] } {
  const name = args[0] ?? '';
  try {
    return { ...process.kernel.lookup(process, name), args };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new OciError(execError(process.fs, name, error));
  }
}

/** `exec: "x": executable file not found in $PATH` and its kin. */
export function execError(files: FileSystem, name: string, error: Errno): string {
  const quoted = JSON.stringify(name);
  if (name.includes('/') && files.isDirectory(name)) return `exec: ${quoted}: is a directory`;
  if (error.code === 'EACCES') return `exec: ${quoted}: permission denied`;
  if (error.code === 'ENOEXEC') return `exec ${name}: exec format error`;
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return `exec: ${quoted}: ${error.message.toLowerCase()}`;
  if (name.includes('/')) return `exec: ${quoted}: stat ${name}: ${error.message.toLowerCase()}`;
  return `exec: ${quoted}: executable file not found in $PATH`;
}

/** Of a process that is to run in what is no directory (runc libcontainer/init_linux.go). */
export const cwdError = (files: FileSystem, cwd: string): string =>
  `chdir to cwd (${JSON.stringify(cwd)}) set in config.json failed: ${files.exists(cwd) ? 'not a directory' : 'no such file or directory'}`;

/** The environment as a record, with HOME from /etc/passwd where it is missing. */
export function environment(files: FileSystem, process: OciSpec['process']): Record<string, string> {
  const env: Record<string, string> = {};
  for (const entry of process.env) {
    const at = entry.indexOf('=');
    if (at > 0) env[entry.slice(0, at)] = entry.slice(at + 1);
  }
  env['HOME'] ??= homeOf(files, process.user.uid);
  return env;
}

function homeOf(files: FileSystem, uid: number): string {
  const passwd = files.find('/etc/passwd');
  if (passwd?.type !== 'file') return uid === 0 ? '/root' : '/';
  for (const line of passwd.read().split('\n')) {
    const fields = line.split(':');
    if (fields[2] === String(uid)) return fields[5] || '/';
  }
  return uid === 0 ? '/root' : '/';
}

/** What the specification sets; the rest is the node's. */
export const rlimitsOf = ({ rlimits = [] }: OciSpec['process']): Rlimits => Object.fromEntries(rlimits.map(({ type, soft, hard }) => [type, { soft, hard }]));

/** Throws OciError for an AppArmor profile that is not loaded. */
export const credentialsOf = (
  doing: 'runc create' | 'exec',
  { apparmor }: Kernel,
  { user, capabilities, noNewPrivileges, apparmorProfile }: OciSpec['process'],
  { seccomp }: OciSpec['linux'],
): Credentials => ({
  uid: user.uid,
  gid: user.gid,
  groups: [...(user.additionalGids ?? [])].sort((a, b) => a - b),
  ...(capabilities && { capabilities }),
  ...(noNewPrivileges && { noNewPrivs: true }),
  ...(seccomp && { seccomp: (seccomp.syscalls && newSeccompFilter(seccomp)) ?? true }),
  ...(apparmorProfile && { confinement: confinementOf(doing, apparmor, apparmorProfile) }),
});

function confinementOf(doing: string, apparmor: Kernel['apparmor'], name: string): Confinement {
  const found = apparmor.confinement(name);
  // libcontainer/apparmor: the kernel has no such profile when the label is written.
  if (!found)
    throw new OciError(
      `${doing} failed: unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory`,
    );
  return found;
}
