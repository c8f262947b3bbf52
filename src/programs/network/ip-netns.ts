/** ip netns: namespaces of the network that a file of /run/netns holds (iproute2 ip/ipnetns.c). */
import { Errno } from '../../linux/errno.ts';
import { FileNode } from '../../linux/file-node.ts';
import { removeLink } from '../../linux/links.ts';
import type { NetworkNamespace } from '../../linux/network.ts';
import type { Routine } from '../../sim/routine.ts';
import { namedNetwork, newNetwork } from '../system/namespaces.ts';
import { type Call, Failure } from '../tool.ts';
import { pick, Refusal } from './ip-common.ts';

const folder = '/run/netns';
const verbs = ['list', 'show', 'lst', 'help', 'add', 'set', 'delete', 'identify', 'pids', 'exec', 'monitor', 'attach', 'list-id'];

const names = ({ process: { fs } }: Call): string[] => (fs.isDirectory(folder) ? fs.list(folder).map(([name]) => name) : []);

/** The namespace of a name. Throws what ip says when there is none. */
export function byName(call: Call, name: string): NetworkNamespace {
  if (!call.process.fs.exists(`${folder}/${name}`)) throw new Refusal(`Cannot open network namespace "${name}": No such file or directory`, 255);
  return namedNetwork(call, `${folder}/${name}`);
}

export function* netns(call: Call, [word = '', name, ...argv]: readonly string[]): Routine<number> {
  const { process } = call;
  const verb = pick(word, verbs);
  if (verb === undefined) throw new Refusal(`Command "${word}" is unknown, try "ip netns help".`, 255);
  if (['list', 'show', 'lst'].includes(verb)) yield* list(call);
  else if (verb === 'exec') return yield* execute(call, name, argv);
  else if (verb === 'identify' || verb === 'pids') yield* members(call, verb, name);
  else if (process.uid !== 0 && (verb === 'add' || verb === 'delete')) throw new Refusal(`mkdir ${folder} failed: Permission denied`, 1);
  else if (verb === 'add' || verb === 'attach') {
    if (name === undefined) throw new Refusal('No netns name specified', 1);
    const target = verb === 'attach' ? process.namespaces.pid.processes.get(Number(argv[0])) : process;
    if (!target) throw new Refusal(`Bind /proc/${argv[0]}/ns/net -> ${folder}/${name} failed: No such file or directory`, 1);
    add(call, name, verb === 'attach' ? target.namespaces.network : newNetwork(process.kernel, name));
  } else if (verb === 'delete') {
    for (const each of call.has('a') ? names(call) : [name]) {
      if (each === undefined) throw new Refusal('No netns name specified', 1);
      remove(call, each);
    }
  } else throw new Failure(`k8s-lab: ip netns ${verb} is not simulated`, 70, true);
  return 0;
}

function* list(call: Call): Routine {
  const held = [...call.process.kernel.networkNamespaces.keys()];
  const rows = names(call).map((name) => ({ name, id: held.indexOf(`${folder}/${name}`) }));
  const linked = ({ id }: { readonly id: number }): boolean => id >= 0 && hasLinks([...call.process.kernel.networkNamespaces.values()][id]);
  if (call.has('json')) yield* call.print(`${JSON.stringify(rows.map((row) => (linked(row) ? row : { name: row.name })))}\n`);
  else for (const row of rows) yield* call.print(`${row.name}${linked(row) ? ` (id: ${row.id})` : ''}\n`);
}

/** A namespace gets its number once a link of another leads into it. */
const hasLinks = (network: NetworkNamespace | undefined): boolean => [...(network?.interfaces.values() ?? [])].some(({ peer }) => peer !== undefined);

function add(call: Call, name: string, network: NetworkNamespace): void {
  const { fs, kernel, now } = call.process;
  if (fs.exists(`${folder}/${name}`)) throw new Refusal(`Cannot create namespace file "${folder}/${name}": File exists`, 1);
  fs.mkdir(folder, { parents: true, mode: 0o755 });
  fs.mknod(`${folder}/${name}`, new FileNode({ mode: 0o444, uid: 0, gid: 0, mtime: now }));
  kernel.networkNamespaces.set(`${folder}/${name}`, network);
}

/** The name goes; the namespace with it, unless a process is still in it. */
function remove(call: Call, name: string): void {
  const { fs, kernel } = call.process;
  const path = `${folder}/${name}`;
  if (!fs.exists(path)) throw new Refusal(`Cannot remove namespace file "${path}": No such file or directory`, 1);
  const network = kernel.networkNamespaces.get(path);
  fs.unlink(path);
  kernel.networkNamespaces.delete(path);
  const used = [...kernel.processes.values()].some(({ namespaces }) => namespaces.network === network);
  if (network && !used && ![...kernel.networkNamespaces.values()].includes(network))
    for (const each of [...network.interfaces.values()]) if (each.peer) removeLink(network, each);
}

function* execute(call: Call, name: string | undefined, argv: readonly string[]): Routine<number> {
  if (call.has('a')) {
    const command = name === undefined ? [] : [name, ...argv];
    for (const each of names(call)) {
      yield* call.print(`\nnetns: ${each}\n`);
      call.status = yield* executeIn(call, each, command);
    }
    return call.status;
  }
  return yield* executeIn(call, name, argv);
}

function* executeIn(call: Call, name: string | undefined, argv: readonly string[]): Routine<number> {
  if (name === undefined) throw new Refusal('No netns name specified', 1);
  if (argv.length === 0) throw new Refusal('No command specified', 1);
  const network = byName(call, name);
  if (call.process.uid !== 0) throw new Refusal(`setting the network namespace "${name}" failed: Operation not permitted`, 255);
  yield* call.out.flush();
  try {
    return yield* call.process.wait(call.process.spawn({ argv, namespaces: { network } }));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Refusal(`exec of "${argv[0]}" failed: ${error.message}`, 255);
  }
}

function* members(call: Call, verb: string, word: string | undefined): Routine {
  const { process } = call;
  if (verb === 'pids') {
    if (word === undefined) throw new Refusal('No netns name specified', 1);
    const network = byName(call, word);
    for (const [pid, { namespaces }] of process.namespaces.pid.processes) if (namespaces.network === network) yield* call.print(`${pid}\n`);
    return;
  }
  const target = word === undefined || word === 'self' ? process : process.namespaces.pid.processes.get(Number(word));
  if (!target) throw new Refusal('Cannot open network namespace: No such file or directory', 255);
  const found = names(call).filter((name) => process.kernel.networkNamespaces.get(`${folder}/${name}`) === target.namespaces.network);
  yield* call.print(found.map((name) => `${name}\n`).join('') || '\n');
}
