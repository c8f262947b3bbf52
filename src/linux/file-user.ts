/** Who looks at files, and what the permission bits let them do. */
import type { Confinement } from './apparmor.ts';
import type { Cgroup } from './cgroup.ts';
import type { Inode } from './inode.ts';
import type { NetworkNamespace } from './network.ts';
import type { SeccompFilter } from './seccomp.ts';

type FileCredentials = {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly capabilities?: Readonly<Record<string, readonly string[]>>;
  readonly confinement?: Confinement;
  readonly seccomp?: true | SeccompFilter;
};

/** Root has all capabilities but those that its container took away; whoever else has the ambient ones. */
export const capable = ({ uid, capabilities }: FileCredentials, name: string): boolean =>
  uid === 0 ? capabilities === undefined || (capabilities['effective']?.includes(name) ?? false) : (capabilities?.['ambient']?.includes(name) ?? false);

/** Whose view it is: a process, or a daemon of the lab's own. Read as it is at each call. */
export type FileUser = {
  readonly credentials: FileCredentials;
  readonly now: number;
  readonly cwd: string;
  readonly umask: number;
  /** Its number on the machine, and its name, for the machine's log. */
  readonly pid?: number;
  readonly comm?: string;
  /** The number behind /proc/self. */
  readonly self?: string;
  /** Of a process: what /proc shows to it alone. */
  readonly namespaces?: { readonly network: NetworkNamespace; readonly cgroup: { readonly root: Cgroup } };
  /** Told of heavy work: see Sim.toil. */
  readonly toil?: (steps: number) => void;
};

/** A daemon that runs as root: the lab's own view of a machine's files. */
export const daemonUser = (clock: { readonly now: number }, umask = 0o022): FileUser => ({
  credentials: { uid: 0, gid: 0, groups: [] },
  get now() {
    return clock.now;
  },
  cwd: '/',
  umask,
});

/** The permission bits of an inode for whom the credentials are: 4 read, 2 write, 1 execute or enter. Root lacks nothing but an execute bit, unless CAP_DAC_OVERRIDE was taken. */
export function permits(credentials: FileCredentials, inode: Inode, want: 1 | 2 | 4): boolean {
  const { uid, gid, groups } = credentials;
  if (uid === 0 && capable(credentials, 'CAP_DAC_OVERRIDE')) return want !== 1 || inode.type === 'directory' || (inode.mode & 0o111) !== 0;
  const shift = inode.uid === uid ? 6 : inode.gid === gid || groups.includes(inode.gid) ? 3 : 0;
  return ((inode.mode >> shift) & want) === want;
}
