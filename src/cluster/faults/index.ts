/** All faults, and how they come into a world. */
import { Sink, textFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Cluster } from '../cluster.ts';
import type { Machine } from '../machine/machine.ts';
import { apiFaults } from './api-table.ts';
import { controlPlaneFaults } from './control-plane-table.ts';
import { crioFaults } from './crio-table.ts';
import { type Fault, lineOf } from './fault.ts';
import { kernelFaults } from './kernel-table.ts';
import { machineFaults } from './machine-table.ts';
import { nodeFaults } from './node-table.ts';
import { staticPodFaults } from './static-pod-table.ts';
import { workloadFaults } from './workload-table.ts';

export type { Fault } from './fault.ts';

/** Where the sandbox has the command `fault`. */
export const faultCommandPath = '/usr/local/bin/fault';

/** In the order of `fault list`. */
export const faults: readonly Fault[] = [
  ...nodeFaults,
  ...machineFaults,
  ...controlPlaneFaults,
  ...staticPodFaults,
  ...workloadFaults,
  ...apiFaults,
  ...kernelFaults,
  ...crioFaults,
];

/** undefined for an id that is not there. */
export const findFault = (id: string): Fault | undefined => faults.find((fault) => fault.id === id);

/** A fault cannot be brought about: there is no such one, or no such node. */
export class FaultError extends Error {}

/** Some faults need parts that only their own world has. */
export const fitsWorld = ({ world, machines }: Cluster, fault: Fault): boolean =>
  (fault.world === undefined || fault.world === world) &&
  (fault.runtime === undefined || [...machines.values()].some(({ systemd }) => systemd.units.has(`${fault.runtime}.service`)));

/** Where a fault happens. Throws FaultError. */
export function placeOf(cluster: Cluster, fault: Fault, node: string | undefined): Machine {
  if (node !== undefined && fault.fixed && node !== fault.on) throw new FaultError(`the fault ${fault.id} is of the whole cluster: leave --node out`);
  if (!fitsWorld(cluster, fault))
    throw new FaultError(`the fault ${fault.id} needs ${fault.world ? `the world ${fault.world}` : `nodes with ${fault.runtime}`}`);
  const name = node ?? fault.on;
  const machine = cluster.machines.get(name);
  if (!machine) throw new FaultError(`there is no machine ${name}; there are ${[...cluster.machines.keys()].join(', ')}`);
  return machine;
}

/** Begins a fault; its lines run unseen. The processes given have ended when it is complete. Throws FaultError. */
export function beginFault(
  cluster: Cluster,
  id: string,
  node?: string,
): { readonly fault: Fault; readonly machine: Machine; readonly running: Process | undefined } {
  const fault = findFault(id);
  if (!fault) throw new FaultError(`there is no fault ${id}; \`fault list\` shows them`);
  const machine = placeOf(cluster, fault, node);
  if (typeof fault.inject === 'function') {
    fault.inject(machine, cluster);
    return { fault, machine, running: undefined };
  }
  const script = fault.inject.map((line) => lineOf(line, machine.name).line).join('\n');
  return { fault, machine, running: hidden(cluster, machine.name, script) };
}

/** Brings a fault about at once, before anybody looks. Throws FaultError. */
export function injectFault(cluster: Cluster, id: string, node?: string): Fault {
  const { fault, running } = beginFault(cluster, id, node);
  cluster.sim.advanceUntil(() => running === undefined || running.exitStatus !== undefined, 180_000);
  return fault;
}

/** Takes a fault back by its own steps, unseen. */
export function clearFault(cluster: Cluster, id: string, node?: string): readonly Process[] {
  const fault = findFault(id);
  if (!fault) throw new FaultError(`there is no fault ${id}; \`fault list\` shows them`);
  const machine = placeOf(cluster, fault, node);
  const lines = [...fault.mend, ...(fault.tidy ?? [])].map((text) => lineOf(text, machine.name));
  // As from its console: a node's ssh may be what is broken.
  if (lines.every(({ onNode }) => onNode)) return [hidden(cluster, machine.name, lines.map(({ line }) => line).join('\n'))];
  const script = lines.map(({ onNode, line }) => (onNode && machine.name !== cluster.home ? `ssh ${machine.name} ${quote(line)}` : line)).join('\n');
  return [hidden(cluster, cluster.home, script)];
}

const quote = (line: string): string => `'${line.replaceAll("'", `'\\''`)}'`;

/** A script of root's that nobody sees. */
function hidden(cluster: Cluster, machine: string, script: string): Process {
  const nothing = new Sink(() => {});
  return cluster.openScript(machine, ['bash', '-c', script], { stdin: textFile(''), stdout: nothing, stderr: nothing.retain() });
}
