/** ipfs (kubo): a repository of blocks in ~/.ipfs, and the daemon that other programs and peers speak to. */
import { cidOf, type IpfsApi, ipfsProtocol, isCid } from '../../interfaces/ipfs.ts';
import { type Errno, isErrno } from '../../linux/errno.ts';
import { FileSystem } from '../../linux/file-system.ts';
import { daemonUser } from '../../linux/file-user.ts';
import { dial, NetworkError, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { Condition, type Routine, sleep } from '../../sim/routine.ts';

type Command = (process: Process, args: readonly string[]) => Routine<number>;

const swarmPort = 4001;
const apiPort = 5001;
const repository = ({ env }: Process): string => env['IPFS_PATH'] ?? `${env['HOME'] ?? '/root'}/.ipfs`;

/** Ends the run with `Error: …`. */
class IpfsError extends Error {}

const commands: Readonly<Record<string, Command>> = { init, daemon, id, add, cat, version, swarm, pin };

export const ipfs: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(20, 40));
  const [name = '', ...args] = argv.slice(1);
  const command = commands[name];
  try {
    if (command) return yield* command(process, args);
  } catch (error) {
    if (!(error instanceof IpfsError)) throw error;
    yield* process.printError(`Error: ${error.message}\n`);
    return 1;
  }
  if (name === '' || /^(--help|-h|help)$/.test(name)) {
    yield* process.print(`USAGE\n  ipfs  - Global p2p merkle-dag filesystem.\n\n  ipfs <command> [<args>]\n\n  ${Object.keys(commands).join('\n  ')}\n`);
    return 0;
  }
  yield* process.printError(`k8s-lab: ipfs ${name} is not simulated\n`);
  return 70;
};

function* init(process: Process): Routine<number> {
  const root = repository(process);
  if (process.fs.exists(`${root}/config`)) throw new IpfsError('ipfs configuration file already exists!\nReinitializing would overwrite your keys');
  const peer = `12D3KooW${process.sim.random.hex(44)}`;
  process.fs.mkdir(`${root}/blocks`, { parents: true, mode: 0o700 });
  const config = {
    Identity: { PeerID: peer },
    Addresses: { API: `/ip4/127.0.0.1/tcp/${apiPort}`, Gateway: '/ip4/127.0.0.1/tcp/8080', Swarm: [`/ip4/0.0.0.0/tcp/${swarmPort}`] },
  };
  process.fs.write(`${root}/config`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  yield* process.print(`generating ED25519 keypair...done\npeer identity: ${peer}\ninitializing IPFS node at ${root}\n`);
  return 0;
}

function* daemon(process: Process, args: readonly string[]): Routine<number> {
  const root = repository(process);
  if (args.includes('--init') && !process.fs.exists(`${root}/config`)) yield* init(process);
  yield* process.print('Initializing daemon...\nKubo version: 0.40.1\nSystem version: amd64/linux\n');
  needRepository(process);
  const { network } = process.namespaces;
  if (network.listenerAt('tcp', '127.0.0.1', apiPort)) throw new IpfsError('lock /root/.ipfs/repo.lock: someone else has the lock');
  const files = new FileSystem(process.namespaces.mount, daemonUser(process.kernel.sim));
  const api = new Node(process, files, root);
  const open = [
    network.listen({ transport: 'tcp', address: '127.0.0.1', port: apiPort, pid: process.pid, servers: new Map([serve(ipfsProtocol, api)]) }),
    network.listen({
      transport: 'tcp',
      address: '0.0.0.0',
      port: swarmPort,
      pid: process.pid,
      servers: new Map([serve(ipfsProtocol, new Node(process, files, root, false))]),
    }),
  ];
  process.allocate(80 * 1024 * 1024);
  const told = new Condition();
  let ended = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.onSignal(signal, () => {
      ended = true;
      told.notify();
    });
  process.fs.write(`${root}/api`, `/ip4/127.0.0.1/tcp/${apiPort}`);
  try {
    yield* process.print(`Swarm listening on 0.0.0.0:${swarmPort} (TCP)\nRPC API server listening on /ip4/127.0.0.1/tcp/${apiPort}\nDaemon is ready\n`);
    while (!ended) yield { on: [told] };
    return 0;
  } finally {
    for (const each of open) each.close();
    if (files.exists(`${root}/api`)) files.unlink(`${root}/api`);
  }
}

/** Blocks on disk; what is not here is asked of the peers that answer. */
class Node implements IpfsApi {
  readonly #process: Process;
  readonly #files: FileSystem;
  readonly #root: string;
  readonly #asks: boolean;

  constructor(process: Process, files: FileSystem, root: string, asks = true) {
    this.#process = process;
    this.#files = files;
    this.#root = root;
    this.#asks = asks;
  }

  *add(text: string): Routine<string> {
    const cid = cidOf(text);
    yield* sleep(1 + text.length / 200_000);
    this.#files.mkdir(`${this.#root}/blocks`, { parents: true });
    this.#files.write(`${this.#root}/blocks/${cid}`, text);
    return cid;
  }

  *cat(cid: string): Routine<string | undefined> {
    const path = `${this.#root}/blocks/${cid}`;
    yield* sleep(2);
    if (this.#files.exists(path)) return this.#files.read(path);
    if (!this.#asks) return undefined;
    for (const { api } of peersOf(this.#process)) {
      const found = yield* api.cat(cid);
      if (found === undefined) continue;
      yield* this.add(found);
      return found;
    }
    yield* sleep(10_000);
    return undefined;
  }
}

/** Other machines that /etc/hosts knows (mDNS finds them in a real network), where a daemon listens. */
function peersOf(process: Process): { readonly address: string; readonly api: IpfsApi }[] {
  const own = process.namespaces.network;
  const hosts = process.fs.exists('/etc/hosts') ? process.fs.read('/etc/hosts') : '';
  const addresses = new Set([...hosts.matchAll(/^(\d+\.\d+\.\d+\.\d+)\s/gm)].map(([, address = '']) => address));
  return [...addresses].flatMap((address) => {
    if (own.has(address) || address.startsWith('127.')) return [];
    try {
      return [{ address, api: dial(ipfsProtocol, own, address, swarmPort, process.sim.random) }];
    } catch (error) {
      if (error instanceof NetworkError) return [];
      throw error;
    }
  });
}

function needRepository(process: Process): void {
  const root = repository(process);
  if (!process.fs.exists(`${root}/config`)) throw new IpfsError(`no IPFS repo found in ${root}.\nplease run: 'ipfs init'`);
}

/** The daemon where it runs, else the repository itself. */
function nodeOf(process: Process): IpfsApi {
  needRepository(process);
  try {
    return dial(ipfsProtocol, process.namespaces.network, '127.0.0.1', apiPort, process.sim.random);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return new Node(process, process.fs, repository(process), false);
  }
}

function* id(process: Process): Routine<number> {
  needRepository(process);
  const { Identity } = JSON.parse(process.fs.read(`${repository(process)}/config`)) as { readonly Identity: { readonly PeerID: string } };
  yield* process.print(`${JSON.stringify({ ID: Identity.PeerID, PublicKey: '', Addresses: [], AgentVersion: 'kubo/0.40.1/', Protocols: [] }, null, '\t')}\n`);
  return 0;
}

function* add(process: Process, args: readonly string[]): Routine<number> {
  for (const path of args.filter((each) => !each.startsWith('-'))) {
    const node = nodeOf(process);
    try {
      const cid = yield* node.add(process.fs.read(process.path(path)));
      yield* process.print(args.includes('-q') ? `${cid}\n` : `added ${cid} ${path.slice(path.lastIndexOf('/') + 1)}\n`);
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new IpfsError(`lstat ${path}: ${(error as Errno).message.toLowerCase()}`);
    }
  }
  return 0;
}

function* cat(process: Process, [path = '']: readonly string[]): Routine<number> {
  const cid = path.replace(/^\/ipfs\//, '');
  if (!isCid(cid)) throw new IpfsError(`invalid path "${path}": path does not have enough components`);
  const text = yield* nodeOf(process).cat(cid);
  if (text === undefined) throw new IpfsError(`block was not found locally (offline): ipld: could not find ${cid}`);
  yield* process.print(text);
  return 0;
}

function* version(process: Process): Routine<number> {
  yield* process.print('ipfs version 0.40.1\n');
  return 0;
}

function* swarm(process: Process, [what]: readonly string[]): Routine<number> {
  if (what !== 'peers') throw new IpfsError(`unknown command ${JSON.stringify(what ?? '')}`);
  needRepository(process);
  if (!process.fs.exists(`${repository(process)}/api`)) throw new IpfsError("this command must be run in online mode. Try running 'ipfs daemon' first");
  yield* process.print(
    peersOf(process)
      .map(({ address }) => `/ip4/${address}/tcp/${swarmPort}\n`)
      .join(''),
  );
  return 0;
}

function* pin(process: Process, [what]: readonly string[]): Routine<number> {
  if (what !== 'ls') throw new IpfsError(`unknown command ${JSON.stringify(what ?? '')}`);
  needRepository(process);
  const folder = `${repository(process)}/blocks`;
  const all = process.fs.exists(folder) ? process.fs.list(folder).map(([name]) => name) : [];
  yield* process.print(all.map((cid) => `${cid} recursive\n`).join(''));
  return 0;
}
