/** A unit's command as a process (systemd src/core/exec-invoke.c): environment, user, folder, and at which step it failed. */
import type { Routine } from '../sim/routine.ts';
import { isErrno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { Sink } from './open-file.ts';
import { userOf } from './passwd.ts';
import type { Process, SpawnOptions } from './process.ts';
import { type Rlimits, resources } from './rlimits.ts';
import type { Unit } from './unit.ts';
import { assignments, splitWords } from './unit-file.ts';
import { sizeOf } from './unit-limits.ts';

/** Exit statuses that systemd has names for: with those of init scripts, as the journal shows them. */
const statusNames: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  1: 'FAILURE',
  200: 'CHDIR',
  203: 'EXEC',
  217: 'USER',
  255: 'EXCEPTION',
};
const scriptNames: Readonly<Record<number, string>> = {
  2: 'INVALIDARGUMENT',
  3: 'NOTIMPLEMENTED',
  4: 'NOPERMISSION',
  5: 'NOTINSTALLED',
  6: 'NOTCONFIGURED',
  7: 'NOTRUNNING',
};

/** `203/EXEC`. */
export const statusText = (status: number): string => `${status}${statusNames[status] === undefined ? '' : `/${statusNames[status]}`}`;
/** The same in the journal: `3/NOTIMPLEMENTED`, `42/n/a`. */
export const loggedStatus = (status: number): string => `${status}/${statusNames[status] ?? scriptNames[status] ?? 'n/a'}`;

export type Starting = {
  readonly kernel: Kernel;
  readonly init: Process;
  readonly unit: Unit;
  readonly cgroup: NonNullable<SpawnOptions['cgroup']>;
  /** Lines of the command's own, and of systemd about it. */
  readonly output: (text: string) => void;
  /** Said by the process that systemd forked, before it became the command. */
  readonly complain: (identifier: string, pid: number, text: string) => void;
};

/** Starts a command; one that cannot be run is a process that ends with the status of the step it failed at. An environment file that is missing is a text. */
export function startCommand(starting: Starting, command: string): Process | string {
  const { kernel, init, unit, cgroup } = starting;
  const env = environmentOf(init, unit);
  if (env === undefined) return 'No such file or directory';
  const argv = splitWords(command.replace(/^[-@+!:|]+/, '')).flatMap((word) => expand(word, env));
  const path = argv[0] ?? '';
  const journal = new Sink(starting.output);
  const options = {
    argv,
    env,
    cwd: '/',
    session: 'new',
    tty: null,
    cgroup,
    fds: new Map([
      [0, new Sink(() => {})],
      [1, journal],
      [2, journal.retain()],
    ]),
  } as const;
  const failed = (status: number, step: string, why: string, detail: string): Process => {
    const child = kernel.spawn(init, {
      ...options,
      *program(): Routine<number> {
        return status;
      },
    });
    const name = `(${path.slice(path.lastIndexOf('/') + 1).slice(0, 15)})`;
    starting.complain(name, child.pid, `${unit.name}: ${detail}: ${why}`);
    starting.complain(name, child.pid, `${unit.name}: Failed at step ${step} spawning ${path}: ${why}`);
    return child;
  };
  const folder = unit.file.workingDirectory;
  if (!folder.startsWith('-') && folder !== '~' && !init.fs.isDirectory(folder))
    return failed(200, 'CHDIR', 'No such file or directory', 'Changing to the requested working directory failed');
  const user = credentialsOf(init, unit.file.user);
  if (user === undefined) return failed(217, 'USER', 'No such process', 'Failed to determine user credentials');
  try {
    const cwd = folder.startsWith('-') || folder === '~' ? '/' : folder;
    const child = kernel.spawn(init, { ...options, cwd, ...(user === null ? {} : { credentials: user }) });
    child.rlimits = limitsOf(unit);
    return child;
  } catch (error) {
    if (!isErrno(error)) throw error;
    return failed(203, 'EXEC', error.message, path.startsWith('/') ? `Unable to locate executable '${path}'` : `Failed to locate executable ${path}`);
  }
}

/** LimitNOFILE= and the like: `soft:hard`, or one for both. */
function limitsOf({ file }: Unit): Rlimits {
  return Object.fromEntries(
    resources.flatMap(([name]) => {
      const given = file.get(`Service.Limit${name}`);
      if (!given) return [];
      const [soft = '', hard = soft] = given.split(':');
      const number = (text: string): number => (text === 'infinity' ? (name === 'NOFILE' ? 1_048_576 : -1) : (sizeOf(text) ?? -1));
      return [[`RLIMIT_${name}`, { soft: number(soft), hard: number(hard) }]];
    }),
  );
}

/** undefined when a file is not there that must be. */
function environmentOf(init: Process, unit: Unit): Record<string, string> | undefined {
  const env = { ...init.env, ...unit.file.environment };
  for (const path of unit.file.environmentFiles) {
    const real = path.replace(/^-/, '');
    if (init.fs.exists(real)) for (const line of init.fs.read(real).split('\n')) for (const [key, value] of assignments(line)) env[key] = value;
    else if (!path.startsWith('-')) return undefined;
  }
  return env;
}

/** null: as systemd itself. */
function credentialsOf(init: Process, user: string): SpawnOptions['credentials'] | null | undefined {
  if (user === '' || user === 'root') return null;
  const found = userOf(init.kernel.rootDirectory, user);
  return typeof found === 'string' ? undefined : { uid: found.uid, gid: found.gid, groups: [found.gid, ...found.memberships] };
}

/** `$NAME` as a word of its own is split into words; inside a word `${NAME}` is one value. */
function expand(word: string, env: Readonly<Record<string, string>>): string[] {
  const whole = /^\$([A-Za-z_]\w*)$/.exec(word);
  if (whole) return splitWords(env[whole[1] as string] ?? '');
  return [word.replace(/\$\{([A-Za-z_]\w*)\}/g, (_all, name: string) => env[name] ?? '')];
}
