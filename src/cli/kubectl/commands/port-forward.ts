import { StatusError } from '../../../apimachinery/status.ts';
import { isSession } from '../../../interfaces/streams.ts';
import { Errno } from '../../../linux/errno.ts';
import { Condition, type Routine, waitFor } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { getObject } from '../fetch.ts';
import { at, nameOf, type Obj, objs, text } from '../json.ts';
import { klog } from '../klog.ts';
import type { Kubectl } from '../kubectl.ts';
import { podFor } from './containers.ts';

type Forward = { readonly local: number; readonly remote: number };

/** A port of those that the kernel gives to who asks for any. */
export const anyPort = (k: Kubectl): number => 32_768 + k.process.sim.random.int(28_000);

/** kubernetes kubectl/pkg/cmd/portforward/portforward.go: listens on the node's loopback. */
export const portForward: CommandEntry = {
  path: 'port-forward',
  short: 'Forward one or more local ports to a pod',
  long: 'For a deployment or a service one of its pods is chosen. The session ends when that pod does.',
  examples: '# Port 8080 here to 80 there\nkubectl port-forward pod/web 8080:80\n\n# Of a service\nkubectl port-forward svc/web 8080:80',
  *run(k) {
    if (k.args.length === 0) throw k.usage('TYPE/NAME and list of ports are required for port-forward');
    if (k.args.length < 2) throw k.usage('TYPE/NAME and list of ports are required for port-forward');
    if (k.flags.duration('pod-running-timeout') <= 0) throw k.usage('--pod-running-timeout must be higher than zero');
    const [word = '', ...specs] = k.args;
    const service = yield* serviceOf(k, word);
    const pod = yield* podFor(k, service ? `service/${nameOf(service)}` : word);
    for (const address of k.flags.list('address'))
      if (address !== 'localhost' && !/^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$/.test(address) && !address.includes(':'))
        throw new KubectlError(`${address} is not a valid IP`);
    if (text(at(pod, 'status.phase')) !== 'Running')
      throw new KubectlError(`unable to forward port because pod is not running. Current status=${text(at(pod, 'status.phase'))}`);
    const forwards = specs.map((spec) => parseSpec(spec, pod, service));
    const open: { close(): void }[] = [];
    const lost = new Condition();
    try {
      for (const forward of forwards) open.push(yield* listen(k, pod, forward, lost));
      while (!(yield* waitFor(lost)));
      throw new KubectlError('lost connection to pod');
    } finally {
      for (const each of open) each.close();
    }
  },
};

function* serviceOf(k: Kubectl, word: string): Routine<Obj | undefined> {
  const [type = '', name] = word.split('/');
  if (name === undefined) return undefined;
  const resource = yield* k.resource(type);
  return resource.kind === 'Service' ? yield* getObject(k, resource, k.namespace, name) : undefined;
}

function parseSpec(spec: string, pod: Obj, service: Obj | undefined): Forward {
  const parts = spec.split(':');
  const [first = '', second] = parts.length === 2 ? parts : [parts[0]];
  const remoteWord = second ?? first;
  const remote = service ? targetPort(service, pod, remoteWord) : podPort(pod, remoteWord);
  const local = second === undefined ? (/^\d+$/.test(first) ? Number(first) : remote) : first === '' ? 0 : Number(first);
  const wrong = Number.isNaN(local) ? 'invalid syntax' : local > 65535 ? 'value out of range' : undefined;
  if (wrong !== undefined) throw new KubectlError(`error parsing local port '${first}': strconv.ParseUint: parsing "${first}": ${wrong}`);
  return { local, remote };
}

function podPort(pod: Obj, word: string): number {
  if (/^\d+$/.test(word)) return Number(word);
  const named = objs(at(pod, 'spec.containers'))
    .flatMap((container) => objs(container['ports']))
    .find((port) => port['name'] === word);
  if (!named) throw new KubectlError(`Pod '${nameOf(pod)}' does not have a named port '${word}'`);
  return Number(named['containerPort']);
}

function targetPort(service: Obj, pod: Obj, word: string): number {
  const ports = objs(at(service, 'spec.ports'));
  const port = ports.find((each) => String(each['port']) === word || each['name'] === word);
  if (!port)
    throw new KubectlError(
      /^\d+$/.test(word)
        ? `Service ${nameOf(service)} does not have a service port ${word}`
        : `Service '${nameOf(service)}' does not have a named port '${word}'`,
    );
  if (at(service, 'spec.clusterIP') === 'None' && port['targetPort'] === undefined) return Number(port['port']);
  return podPort(pod, text(port['targetPort'] ?? port['port']));
}

function* upgraded(k: Kubectl, path: string, remote: number): ReturnType<typeof k.api.connect> {
  try {
    return yield* k.api.connect({ method: 'POST', path, query: { ports: String(remote) } });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new KubectlError(`error upgrading connection: ${error.message}`);
  }
}

/** Asks for the tunnel and offers at this end what listens at the other. */
function* listen(k: Kubectl, pod: Obj, { local, remote }: Forward, lost: Condition): Routine<{ close(): void }> {
  const path = `/api/v1/namespaces/${text(at(pod, 'metadata.namespace'))}/pods/${nameOf(pod)}/portforward`;
  const session = yield* upgraded(k, path, remote);
  if (!isSession(session)) throw new KubectlError('error upgrading connection');
  // With nobody at the other end it is the first connection that finds out.
  const refused = session.servers === undefined ? session.outcome()?.error : undefined;
  if (session.servers === undefined && refused === undefined) throw notSimulated('kubectl port-forward to this pod');
  const servers = session.servers ?? new Map();
  function* handle(port: number): Routine {
    yield* k.print(`Handling connection for ${port}\n`);
    if (refused === undefined) return;
    const problem = `an error occurred forwarding ${port} -> ${remote}: ${refused}`;
    yield* k.printError(`${klog(k.process, 'E')}portforward.go:424] "Unhandled Error" err=${JSON.stringify(problem)}\n`);
    lost.notify();
  }
  const { network } = k.process.namespaces;
  const localhost = k.flags.list('address').includes('localhost');
  const addresses = k.flags.list('address').map((address) => (address === 'localhost' ? '127.0.0.1' : address));
  const opened: { close(): void }[] = [];
  for (const address of addresses) {
    const port = local > 0 ? local : anyPort(k);
    try {
      const accepted = (): void => void k.process.sim.go(handle(port), 'kubectl port-forward');
      opened.push(network.listen({ transport: 'tcp', address, port, pid: k.process.pid, servers, accepted }));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      for (const each of opened) each.close();
      throw new KubectlError(`unable to listen on any of the requested ports: [{${port} ${remote}}]`);
    }
    yield* k.print(
      `Forwarding from ${address}:${port} -> ${remote}\n${localhost && address === '127.0.0.1' ? `Forwarding from [::1]:${port} -> ${remote}\n` : ''}`,
    );
  }
  return {
    close: () => {
      for (const each of opened) each.close();
      session.close();
    },
  };
}
