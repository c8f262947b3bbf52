/** Capabilities as /proc shows them: include/uapi/linux/capability.h. */

import type { Confinement } from './apparmor.ts';
import type { SeccompFilter } from './seccomp.ts';

/** Who a process is for the kernel; a child gets a copy of its parent's. */
export type Credentials = {
  uid: number;
  gid: number;
  groups: readonly number[];
  /** Sets by name (bounding, permitted, effective, inheritable, ambient); absent where none were taken away. */
  capabilities?: Readonly<Record<string, readonly string[]>>;
  /** Nobody becomes more than this by running a program (prctl PR_SET_NO_NEW_PRIVS). */
  noNewPrivs?: boolean;
  /** Its system calls go through a filter; `true`: a runtime's own. */
  seccomp?: true | SeccompFilter;
  /** The AppArmor profile that it runs under. */
  confinement?: Confinement;
};

/** Without CAP_, by their numbers. */
export const capabilityNames = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE'],
  ...['NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN'],
  ...['SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE'],
  ...['MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE'],
];
const all = (1n << BigInt(capabilityNames.length)) - 1n;
const none = 0n;

const mask = (wanted: readonly string[] | undefined): bigint =>
  (wanted ?? []).reduce((bits, name) => {
    const at = capabilityNames.indexOf(name.replace(/^CAP_/, ''));
    return at < 0 ? bits : bits | (1n << BigInt(at));
  }, none);

/** Whether the kernel has one of that name, which begins with CAP_. */
export const isCapability = (name: string): boolean => name.startsWith('CAP_') && capabilityNames.includes(name.slice(4));

const hex = (bits: bigint): string => bits.toString(16).padStart(16, '0');

/** The lines that follow those of the capabilities. */
export const confinementLines = ({ noNewPrivs, seccomp }: Credentials): readonly string[] => [
  `NoNewPrivs:\t${noNewPrivs ? 1 : 0}`,
  `Seccomp:\t${seccomp ? 2 : 0}`,
  `Seccomp_filters:\t${seccomp ? 1 : 0}`,
];

type Sets = { readonly [Set in 'bounding' | 'ambient' | 'permitted' | 'effective' | 'inheritable']: bigint };

/** Whoever is not root keeps only what is ambient: the change of user takes the rest. A bit each, in the order of capabilityNames. */
export function capabilitySets({ uid, capabilities }: Credentials): Sets {
  const ambient = mask(capabilities?.['ambient']);
  return {
    ambient,
    bounding: capabilities ? mask(capabilities['bounding']) : all,
    permitted: uid !== 0 ? ambient : capabilities ? mask(capabilities['permitted']) : all,
    effective: uid !== 0 ? ambient : capabilities ? mask(capabilities['effective']) : all,
    inheritable: mask(capabilities?.['inheritable']),
  };
}

/** The lines of a process's status. */
export function capabilityLines(credentials: Credentials): readonly string[] {
  const { inheritable, permitted, effective, bounding, ambient } = capabilitySets(credentials);
  return [`CapInh:\t${hex(inheritable)}`, `CapPrm:\t${hex(permitted)}`, `CapEff:\t${hex(effective)}`, `CapBnd:\t${hex(bounding)}`, `CapAmb:\t${hex(ambient)}`];
}
