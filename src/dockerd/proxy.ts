/** docker-proxy: a process for each address of a published port, which listens where no rule leads elsewhere (moby cmd/docker-proxy). */
import type { Process } from '../linux/process.ts';
import type { Program } from '../linux/program.ts';
import type { Engine } from './engine.ts';
import type { PublishedPort } from './state.ts';

const binary = '/usr/bin/docker-proxy';

/** Starts them; what is returned ends them. One that is killed takes its address along. */
export function startProxies(engine: Engine, port: PublishedPort, container: string): () => void {
  const all = [port.hostIp, ...(port.dual && !engine.old ? ['::'] : [])].map((address) => startProxy(engine, port, address, container));
  return () => {
    for (const stop of all) stop();
  };
}

function startProxy({ kernel, daemon, old }: Engine, { protocol, host, container: inside }: PublishedPort, address: string, container: string): () => void {
  const { network } = kernel.host;
  const proxy = { protocol, address, port: host, to: { address: container, port: inside } };
  const words = ['-proto', protocol, '-host-ip', address, '-host-port', `${host}`, '-container-ip', container, '-container-port', `${inside}`];
  let told = false;
  const program: Program = function* (_argv, process) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.onSignal(signal, () => {
        told = true;
        process.changed.notify();
      });
    try {
      while (!told) yield { on: [process.changed] };
      return 0;
    } finally {
      close();
    }
  };
  daemon.reapsChildren = true;
  const process: Process = kernel.spawn(daemon, { argv: [binary, ...words, ...(old ? [] : ['-use-listen-fd'])], program, fds: new Map(), tty: null });
  process.comm = 'docker-proxy';
  process.exe = binary;
  const listener = { transport: protocol, address, port: host, pid: process.pid, servers: new Map() };
  const close = (): void => {
    network.listeners.delete(listener);
    network.netfilter?.proxies.delete(proxy);
  };
  network.listeners.add(listener);
  network.netfilter?.proxies.add(proxy);
  return () => {
    close();
    process.signal('SIGINT');
  };
}
