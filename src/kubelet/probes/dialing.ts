/** What the kubelet dials itself, from the node: HTTP and TCP of probes and lifecycle hooks. */
import type { ContainerSpec, core } from '../../api/types.ts';
import { Errno, type ErrnoCode } from '../../linux/errno.ts';
import { connect, dial, NetworkError } from '../../linux/network.ts';
import { type HttpResponse, httpProtocol } from '../../linux/protocols.ts';
import type { Condition, Milliseconds, Routine } from '../../sim/routine.ts';
import { sleep } from '../../sim/routine.ts';
import type { Context } from '../context.ts';

/** The number behind a port's number or name; undefined when the container has no such port. */
export function resolvePort(port: number | string | undefined, container: ContainerSpec): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((each) => each.name === port);
  if (named) return named.containerPort;
  const number = Number(port);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** How a dial ended, in Go's words. */
type DialError = { readonly error: string };

const connectTexts: Partial<Record<ErrnoCode, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
};

/** undefined: somebody listens. `timeout` is what a silent address costs. */
export function* tcpConnect(context: Context, host: string, port: number, timeout: Milliseconds): Routine<DialError | undefined> {
  try {
    connect(context.kernel.host.network, host, port, context.sim.random).hangUp?.();
    return undefined;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* dialError(error, host, port, timeout);
  }
}

function* dialError(error: Errno, host: string, port: number, timeout: Milliseconds): Routine<DialError> {
  const after = error instanceof NetworkError ? error.afterMilliseconds : 0;
  yield* sleep(Math.min(after, timeout));
  const text = after >= timeout ? 'i/o timeout' : (connectTexts[error.code] ?? `connect: ${error.message.toLowerCase()}`);
  return { error: `dial tcp ${host}:${port}: ${text}` };
}

/** `until`: the answer stays the same until that condition is notified. */
type HttpResult = { readonly response: HttpResponse; readonly until?: Condition } | DialError;

/** GET as Go's http.Client does it, with its texts for what fails. */
export function* httpGet(context: Context, get: core.HTTPGetAction, host: string, port: number, timeout: Milliseconds): Routine<HttpResult> {
  const scheme = (get.scheme ?? 'HTTP').toLowerCase();
  const path = get.path === undefined || get.path === '' ? '/' : get.path.startsWith('/') ? get.path : `/${get.path}`;
  const url = `${scheme}://${host}:${port}${path}`;
  const failed = (text: string): DialError => ({ error: `Get "${url}": ${text}` });
  try {
    const server = dial(httpProtocol, context.kernel.host.network, host, port, context.sim.random);
    if ((server.tls ?? false) !== (scheme === 'https')) return failed(scheme === 'https' ? 'http: server gave HTTP response to HTTPS client' : 'EOF');
    const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.35', accept: '*/*' };
    for (const { name, value } of get.httpHeaders ?? []) headers[name.toLowerCase()] = value;
    const remoteAddress = context.nodeIp;
    const request = { method: 'GET', path, host: headers['host'] ?? `${host}:${port}`, headers, body: '', remoteAddress };
    const response = yield* within(context, server.handle(request), timeout);
    if (response === 'late') return failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    if (response === undefined) return failed('EOF');
    const until = server.steady?.(path);
    return until ? { response, until } : { response };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === 'EPROTO') return failed('EOF');
    const { error: text } = yield* dialError(error, host, port, timeout);
    return failed(text.endsWith('i/o timeout') ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : text);
  }
}

/** What a routine comes to, if it does in time. One that does not wait at all costs no fiber. */
function* within<T>(context: Context, routine: Routine<T>, timeout: Milliseconds): Routine<T | 'late' | undefined> {
  const first = routine.next();
  if (first.done) return first.value;
  const fiber = context.sim.go(
    (function* (): Routine<T> {
      yield first.value;
      return yield* routine;
    })(),
    'kubelet http',
  );
  if (!fiber.done) yield { on: [fiber.exited], timeout };
  if (!fiber.done) {
    fiber.cancel();
    return 'late';
  }
  return fiber.result;
}
