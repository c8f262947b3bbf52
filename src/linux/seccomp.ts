/** Filters of system calls (seccomp(2)), as far as the lab's kernel asks them: those that change the tree of files, and execve. */
import { Errno } from './errno.ts';

type Rule = { readonly names?: readonly string[]; readonly action: string; readonly errnoRet?: number; readonly args?: readonly unknown[] };
type Profile = { readonly defaultAction: string; readonly defaultErrnoRet?: number; readonly syscalls?: readonly Rule[] };
export type SeccompFilter = {
  /** Throws Errno where the filter forbids what is done; programs of different C libraries do it by different calls. */
  readonly ask: (doing: SystemCall, path: string) => void;
};

const calls = {
  mkdir: 'mkdir mkdirat',
  mknod: 'mknod mknodat',
  symlink: 'symlink symlinkat',
  unlink: 'unlink unlinkat',
  rmdir: 'rmdir unlinkat',
  rename: 'rename renameat renameat2',
  chmod: 'chmod fchmodat fchmod fchmodat2',
  chown: 'chown fchownat lchown fchown',
  execve: 'execve',
};
export type SystemCall = keyof typeof calls;

const codes: Readonly<Record<number, 'EPERM' | 'EACCES' | 'EINVAL'>> = { 1: 'EPERM', 13: 'EACCES', 22: 'EINVAL' };
const allowing = /^SCMP_ACT_(?:ALLOW|LOG|TRACE|NOTIFY)$/;

/**
 * What a profile comes to. One that forbids a single call of a family by name, or lists none of it where the rest is forbidden, forbids what the
 * family does. `undefined`: it names only calls that the lab's kernel does not ask, or conditions on their arguments.
 */
export function newSeccompFilter({ defaultAction, defaultErrnoRet = 1, syscalls = [] }: Profile): SeccompFilter | undefined {
  const forbidding = syscalls.filter(({ action }) => !allowing.test(action));
  const errno = (rule: { readonly errnoRet?: number } | undefined): number => rule?.errnoRet ?? defaultErrnoRet;
  const known = new Set(Object.values(calls).flatMap((names) => names.split(' ')));
  const listed = allowing.test(defaultAction);
  const odd = forbidding.some((rule) => (rule.args?.length ?? 0) > 0 || codes[errno(rule)] === undefined || !rule.names?.some((name) => known.has(name)));
  if (listed && odd) return undefined;
  const denied = new Map<string, 'EPERM' | 'EACCES' | 'EINVAL'>();
  for (const [doing, family] of Object.entries(calls)) {
    const names = family.split(' ');
    const rule = forbidding.find((each) => each.names?.some((name) => names.includes(name)));
    const granted = syscalls.some((each) => allowing.test(each.action) && each.names?.some((name) => names.includes(name)));
    if (rule || (!listed && !granted)) denied.set(doing, codes[errno(rule)] ?? 'EPERM');
  }
  return {
    ask: (doing, path) => {
      const code = denied.get(doing);
      if (code) throw new Errno(code, path);
    },
  };
}
