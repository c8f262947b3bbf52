/** Signals: names, numbers, and what they do to a process that does not care. */

/** By full name, as on x86 (asm-generic/signal.h); without the real-time ones. */
export const signalNumbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

/** Always with `SIG`; `parseSignal` takes the other spellings. */
export type SignalName = keyof typeof signalNumbers;

const ignored: ReadonlySet<SignalName> = new Set<SignalName>(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH']);
const stopping: ReadonlySet<SignalName> = new Set<SignalName>(['SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU']);

/** For a process without a handler. An init of a pid namespace is spared by its own processes: see Process.signal. */
export const defaultAction = (signal: SignalName): 'ignore' | 'stop' | 'continue' | 'terminate' =>
  signal === 'SIGCONT' ? 'continue' : ignored.has(signal) ? 'ignore' : stopping.has(signal) ? 'stop' : 'terminate';

/** `15`, `TERM`, `SIGTERM`, `sigterm`; undefined when there is no such signal. */
export function parseSignal(text: string): SignalName | undefined {
  if (/^\d+$/.test(text)) return signalName(Number(text));
  const name = text.toUpperCase();
  const full = (name.startsWith('SIG') ? name : `SIG${name}`) as SignalName;
  return full in signalNumbers ? full : undefined;
}

/** undefined where no signal has that number. */
export const signalName = (number: number): SignalName | undefined =>
  (Object.keys(signalNumbers) as SignalName[]).find((name) => signalNumbers[name] === number);
