/** What containerd's clients and runc put into an OCI spec unless told otherwise (containerd pkg/oci/spec.go, mounts.go). Each tool takes what it has. */
import type { OciSpec } from './oci.ts';

type OciMount = OciSpec['mounts'][number];

/** Goes into `process.env` unless the image sets a PATH. */
export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `CHOWN KILL` → `CAP_CHOWN`, `CAP_KILL`. */
export const capabilityNames = (names: string): string[] => names.split(' ').map((name) => `CAP_${name}`);
/** Those of a container that asked for nothing. */
export const defaultCapabilities: readonly string[] = capabilityNames(
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE',
);

/** Those of a privileged one. */
export const everyCapability: readonly string[] = [
  ...defaultCapabilities,
  ...capabilityNames(
    'AUDIT_CONTROL AUDIT_READ BLOCK_SUSPEND BPF CHECKPOINT_RESTORE DAC_READ_SEARCH IPC_LOCK IPC_OWNER LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE NET_ADMIN NET_BROADCAST PERFMON SYS_ADMIN SYS_BOOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM',
  ),
];

/** Mount options that most of the kernel's file systems get. */
export const strictOptions: readonly string[] = ['nosuid', 'noexec', 'nodev'];
const memory = ['nosuid', 'strictatime', 'mode=755', 'size=65536k'];

const mounts = {
  proc: { destination: '/proc', type: 'proc', source: 'proc', options: strictOptions },
  dev: { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: memory },
  pts: { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
  shm: { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...strictOptions, 'mode=1777', 'size=65536k'] },
  mqueue: { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: strictOptions },
  sys: { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...strictOptions, 'ro'] },
  run: { destination: '/run', type: 'tmpfs', source: 'tmpfs', options: memory },
  cgroup: { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...strictOptions, 'relatime', 'ro'] },
} as const satisfies Readonly<Record<string, OciMount>>;

/** The usual mounts by these names, in this order. */
export const defaultMounts = (...names: readonly (keyof typeof mounts)[]): OciMount[] => names.map((name) => mounts[name]);

/** Shown empty inside a container that is not privileged. */
export const maskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
  '/proc/scsi',
];
/** Not writable inside a container that is not privileged. */
export const readonlyPaths: readonly string[] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** The command of an image's configuration: what was asked for replaces its CMD. */
export const commandOf = (
  config: { readonly Entrypoint?: readonly string[]; readonly Cmd?: readonly string[] } | undefined,
  args: readonly string[],
): string[] => [...(config?.Entrypoint ?? []), ...(args.length > 0 ? args : (config?.Cmd ?? []))];
