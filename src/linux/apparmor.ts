/** AppArmor: the profiles that a kernel holds, and what they let the processes under them do with files (security/apparmor; apparmor.d(5)). */
import { Errno } from './errno.ts';
import type { FileUser } from './file-user.ts';
import type { Inode } from './inode.ts';
import type { Kernel } from './kernel.ts';
import type { Resolved } from './path-walk.ts';
import type { SystemCall } from './seccomp.ts';

/** What is asked for: to read, write, create, delete or run, as the log's masks have them; `m`ove away, change mode (`b`its) and `o`wner are writing. */
export type FileAccess = 'r' | 'w' | 'c' | 'd' | 'x' | 'm' | 'b' | 'o';
/** `pattern` of absolute paths (folders end with `/`); permissions are letters of rwaxmlk. */
export type FileRule = { readonly pattern: RegExp; readonly permissions: string; readonly deny: boolean; readonly audit: boolean; readonly owner: boolean };
export type Profile = { readonly name: string; readonly mode: 'enforce' | 'complain' | 'kill' | 'unconfined'; readonly rules: readonly FileRule[] };

/** What processes under a profile carry; the profile itself may be replaced under them. */
export type Confinement = {
  readonly name: string;
  readonly profile: () => Profile | undefined;
  readonly log: (text: string) => void;
};

const operations: Readonly<Record<FileAccess, readonly [file: string, folder: string]>> = {
  r: ['open', 'open'],
  w: ['open', 'open'],
  c: ['mknod', 'mkdir'],
  d: ['unlink', 'rmdir'],
  x: ['exec', 'exec'],
  m: ['rename_src', 'rename_src'],
  b: ['chmod', 'chmod'],
  o: ['chown', 'chown'],
};
/** By system calls that a filter may forbid. */
const asked: Partial<Record<FileAccess, readonly [file: SystemCall, folder: SystemCall]>> = {
  d: ['unlink', 'rmdir'],
  m: ['rename', 'rename'],
  b: ['chmod', 'chmod'],
  o: ['chown', 'chown'],
};
const made: Partial<Record<Inode['type'], SystemCall>> = { directory: 'mkdir', symlink: 'symlink', character: 'mknod', block: 'mknod' };

/**
 * Asks the filter of system calls, then the AppArmor profile, whose denials that stand in so many words are not logged; it knows folders by the slash
 * at their end. Throws EPERM, EACCES.
 */
export function mediate({ credentials, pid = 0, comm = '' }: FileUser, { inode, path: bare }: Pick<Resolved, 'inode' | 'path'>, access: FileAccess): void {
  const { confinement, seccomp, uid } = credentials;
  if (typeof seccomp === 'object') {
    const call = access === 'c' ? made[inode?.type ?? 'file'] : asked[access]?.[inode?.type === 'directory' ? 1 : 0];
    if (call) seccomp.ask(call, bare);
  }
  const profile = confinement?.profile();
  if (!confinement || !profile || profile.mode === 'unconfined') return;
  const path = inode?.type === 'directory' && bare !== '/' ? `${bare}/` : bare;
  const owner = inode?.uid ?? uid;
  const letter = /[rx]/.test(access) ? access : 'w';
  const mask = /[mbo]/.test(access) ? 'w' : access;
  const fitting = profile.rules.filter((rule) => rule.permissions.includes(letter) && (!rule.owner || owner === uid) && rule.pattern.test(path));
  const denials = fitting.filter(({ deny }) => deny);
  const granted = denials.length === 0 && fitting.length > 0;
  // What is denied in so many words stays so in complain mode (aa-complain(8)).
  const allowed = granted || (denials.length === 0 && profile.mode === 'complain');
  const audited = (granted ? fitting : denials).some(({ audit }) => audit);
  if (audited || fitting.length === 0) {
    const verdict = granted ? 'AUDIT' : allowed ? 'ALLOWED' : 'DENIED';
    const operation = operations[access][path.endsWith('/') ? 1 : 0];
    const denied = granted ? '' : ` denied_mask="${mask}"`;
    confinement.log(
      `apparmor="${verdict}" operation="${operation}" class="file" profile="${profile.name}" name="${path}" pid=${pid} comm=${JSON.stringify(comm)} requested_mask="${mask}"${denied} fsuid=${uid} ouid=${owner}`,
    );
  }
  if (!allowed) throw new Errno('EACCES', path);
}

/** A machine's profiles. */
export class AppArmor {
  readonly profiles = new Map<string, Profile>();
  readonly #log: Confinement['log'];

  constructor(kernel: Kernel) {
    let serial = 0;
    this.#log = (text) => kernel.log(`audit: type=1400 audit(${(kernel.now / 1000).toFixed(3)}:${++serial}): ${text}`);
  }

  /** Undefined where no profile of that name is loaded. */
  confinement(name: string): Confinement | undefined {
    return this.profiles.has(name) ? { name, profile: () => this.profiles.get(name), log: this.#log } : undefined;
  }

  /** As /sys/kernel/security/apparmor/profiles has it. */
  listing(): string {
    return [...this.profiles.values()].map(({ name, mode }) => `${name} (${mode})\n`).join('');
  }
}

/** As /proc/PID/attr/current and `ps -Z` have it. */
export const labelOf = (confinement: Confinement | undefined): string =>
  ((profile) => (profile ? `${profile.name} (${profile.mode})` : 'unconfined'))(confinement?.profile());
