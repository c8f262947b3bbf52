/** nc and telnet: bytes to and from a port. */
import { connect, type Listener, NetworkError } from '../../linux/network.ts';
import { byteProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { newByteStream } from '../../sim/stream.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { isAddress, resolve } from './resolver.ts';

const nc = tool({
  usage: '[-lnuvz] [-w timeout] [destination] [port]',
  summary: 'Arbitrary TCP and UDP connections and listens.',
  options: [
    ['l', 'Listen mode'],
    ['p=port', 'Specify local port'],
    ['n', 'Suppress name/port resolutions'],
    ['u', 'UDP mode'],
    ['v', 'Verbose'],
    ['w=timeout', 'Timeout for connects and final net reads'],
    ['z', 'Zero-I/O mode'],
    ['k', 'Keep inbound sockets open for multiple connects'],
    ['q=secs', ''],
    ['N', ''],
    ['4', ''],
  ],
  *run(call) {
    if (call.has('l')) return yield* listen(call, Number(call.value('p') ?? call.operands[call.operands.length - 1]));
    const [name, ports] = call.operands;
    if (name === undefined || ports === undefined) throw new Failure('missing hostname and port');
    const found = yield* resolve(call.process, name);
    if ('failed' in found)
      throw new Failure(
        `getaddrinfo for host "${name}" port ${ports}: ${found.failed === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution'}`,
      );
    const [low = 0, high = low] = ports.split('-').map(Number);
    let status = 1;
    for (let port = low; port <= high; port++) if (yield* knock(call, { name, address: found.addresses[0] ?? '', port })) status = 0;
    return status;
  },
});

type Target = { readonly name: string; readonly address: string; readonly port: number };

function* knock(call: Call, { name, address, port }: Target): Routine<boolean> {
  const { process } = call;
  const transport = call.has('u') ? 'udp' : 'tcp';
  try {
    const listener = connect(process.namespaces.network, address, port, process.sim.random, transport);
    yield* sleep(0.5);
    if (call.has('v')) yield* process.printError(`Connection to ${name}${isAddress(name) ? '' : ` (${address})`} ${port} port [${transport}/*] succeeded!\n`);
    if (call.has('z')) listener.hangUp?.();
    else yield* talk(call, listener);
    return true;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const patience = Number(call.value('w') ?? Number.POSITIVE_INFINITY) * 1000;
    yield* sleep(Math.min(error.afterMilliseconds, patience));
    const timedOut = error.afterMilliseconds > patience;
    if (call.has('v') || (call.has('w') && timedOut))
      yield* process.printError(
        `nc: connect to ${name}${isAddress(name) ? '' : ` (${address})`} port ${port} (${transport}) ${timedOut ? 'timed out: Operation now in progress' : `failed: ${error.message}`}\n`,
      );
    return false;
  }
}

/** Both directions at once, until the server closes. */
function* talk(call: Call, listener: Listener): Routine {
  const server = listener.servers.get(byteProtocol.name) as { accept(connection: object): Routine } | undefined;
  if (!server) throw new Failure(`k8s-lab: plain bytes to a server of ${[...listener.servers.keys()].join(', ')} are not simulated`, 70);
  const { process } = call;
  const fromClient = newByteStream();
  const toClient = newByteStream();
  process.sim.go(server.accept({ fromClient, toClient }), 'nc server');
  process.sim.go(
    (function* (): Routine {
      for (let text = yield* process.stdin.read(); text !== undefined; text = yield* process.stdin.read()) if (!fromClient.push(text)) return;
      fromClient.close();
    })(),
    'nc stdin',
  );
  for (let text = yield* toClient.receive(); text !== undefined; text = yield* toClient.receive()) yield* process.print(text);
}

function* listen(call: Call, port: number): Routine<number> {
  if (!(port > 0)) throw new UsageError('missing port', false);
  const { process } = call;
  let finished = false;
  const server = {
    *accept({ fromClient, toClient }: { fromClient: ReturnType<typeof newByteStream>; toClient: ReturnType<typeof newByteStream> }): Routine {
      process.sim.go(
        (function* (): Routine {
          for (let text = yield* process.stdin.read(); text !== undefined; text = yield* process.stdin.read()) if (!toClient.push(text)) return;
          toClient.close();
        })(),
      );
      for (let text = yield* fromClient.receive(); text !== undefined; text = yield* fromClient.receive()) yield* process.print(text);
      toClient.close();
      finished = !call.has('k');
    },
  };
  const handle = process.namespaces.network.listen({
    transport: call.has('u') ? 'udp' : 'tcp',
    address: '0.0.0.0',
    port,
    pid: process.pid,
    servers: new Map([[byteProtocol.name, server]]),
  });
  try {
    if (call.has('v')) yield* process.printError(`Listening on 0.0.0.0 ${port}\n`);
    while (!finished) yield* sleep(10);
  } finally {
    handle.close();
  }
  return 0;
}

const telnet = tool({
  usage: '[host [port]]',
  summary: 'User interface to the TELNET protocol.',
  options: [],
  *run(call) {
    const [name, port = '23'] = call.operands;
    if (name === undefined) throw new Failure('k8s-lab: interactive telnet is not simulated', 70);
    const found = yield* resolve(call.process, name);
    if ('failed' in found) throw new Failure(`could not resolve ${name}/${port}: Name or service not known`);
    const address = found.addresses[0] ?? '';
    yield* call.print(`Trying ${address}...\n`);
    try {
      const listener = connect(call.process.namespaces.network, address, Number(port), call.process.sim.random);
      yield* call.print(`Connected to ${name}.\nEscape character is '^]'.\n`);
      yield* call.out.flush();
      yield* talk(call, listener);
      yield* call.print('Connection closed by foreign host.\n');
      return 0;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      throw new Failure(`Unable to connect to remote host: ${error.message}`);
    }
  },
});

export const ncPrograms = { nc, telnet };
