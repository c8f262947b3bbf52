/** What every server in an image does: listen, wait for a signal, leave. */
import { Errno } from '../../linux/errno.ts';
import { type Listener, type SpokenProtocol, serve, type Transport } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type HttpRequest, type HttpResponse, httpProtocol } from '../../linux/protocols.ts';
import type { SignalName } from '../../linux/signals.ts';
import { Condition, type Routine } from '../../sim/routine.ts';

/** May take its time: it is run for each request in the asker's fiber. */
export type Handler = (request: HttpRequest) => Routine<HttpResponse>;

/** Opens a port in the process's network namespace; throws EADDRINUSE. Close it in a `finally`. */
function listen(process: Process, port: number, servers: Iterable<[string, unknown]>, transport: Transport = 'tcp', address = '0.0.0.0'): { close(): void } {
  const listener: Listener = { transport, address, port, pid: process.pid, servers: new Map(servers) };
  return process.namespaces.network.listen(listener);
}

/** On all addresses of the process' network namespace; throws Errno EADDRINUSE. */
export const listenHttp = (process: Process, port: number, handle: Handler): { close(): void } => listen(process, port, [serve(httpProtocol, { handle })]);

/** The same for another protocol. */
export const listenWith = <Server>(process: Process, port: number, protocol: SpokenProtocol<Server>, server: Server): { close(): void } =>
  listen(process, port, [serve(protocol, server)]);

/** As the process knows itself: within its own namespace. */
export const pidOf = (process: Process): number => process.pids.get(process.namespaces.pid) ?? process.pid;

/** Waits for the first of these signals, which then have no other effect. */
function signalWaiter(process: Process, signals: readonly SignalName[]): { readonly received: () => SignalName | undefined; readonly changed: Condition } {
  const changed = new Condition();
  let received: SignalName | undefined;
  for (const signal of signals)
    process.onSignal(signal, () => {
      received ??= signal;
      changed.notify();
    });
  return { received: () => received, changed };
}

/** Gives the first that arrives; it is then the caller's to end the process. */
export function* waitForSignal(process: Process, signals: readonly SignalName[] = ['SIGTERM', 'SIGINT']): Routine<SignalName> {
  const waiter = signalWaiter(process, signals);
  for (;;) {
    const signal = waiter.received();
    if (signal) return signal;
    yield { on: [waiter.changed] };
  }
}

/** Prints a line where nobody may listen any more. */
export function* log(process: Process, text: string, fd: 1 | 2 = 1): Routine {
  try {
    yield* fd === 1 ? process.print(`${text}\n`) : process.printError(`${text}\n`);
  } catch (error) {
    if (!(error instanceof Errno)) throw error; // A closed log is no reason to stop serving.
  }
}

/** With the headers that Go's http.Error and simple servers set. */
export const textResponse = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': String(body.length), ...headers },
  body,
});

/** As C's strftime %b. */
export const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `22/Nov/2026:13:28:07 +0000`, as access logs have it. */
export function commonLogTime(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

/** `Sun, 22 Nov 2026 13:28:07 GMT`. */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();

/** The value of `--name value`, `--name=value`, `-name=value`. */
export function flag(argv: readonly string[], name: string): string | undefined {
  for (const [index, arg] of argv.entries()) {
    const bare = arg.replace(/^--?/, '');
    if (!arg.startsWith('-')) continue;
    if (bare === name) return argv[index + 1];
    if (bare.startsWith(`${name}=`)) return bare.slice(name.length + 1);
  }
  return undefined;
}

/** `exec "$@"` at the end of an entrypoint script, with dash's words when there is no such command. */
export function* execCommand(process: Process, argv: readonly string[], line = 47): Routine<number> {
  let next: ReturnType<Process['exec']>;
  const script = process.argv[0] ?? 'sh';
  try {
    next = process.exec(argv);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    const denied = error.code === 'EACCES';
    yield* log(process, `${script}: ${line}: exec: ${argv[0] ?? ''}: ${denied ? 'Permission denied' : 'not found'}`, 2);
    return denied ? 126 : 127;
  }
  return yield* next.program(next.argv, process);
}
