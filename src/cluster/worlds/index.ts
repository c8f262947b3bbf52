/** The worlds that a lesson or a session can start in: one file each. */
import type { Fabric } from '../../linux/fabric.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Machine } from '../machine/machine.ts';
import type { ProgramSet } from '../programs.ts';
import type { Trace } from '../trace.ts';
import { criDockerd } from './cri-dockerd.ts';
import { crio } from './crio.ts';
import { dockerBeside } from './docker-beside.ts';
import { dockerHost } from './docker-host.ts';
import { dockershim, upgraded124 } from './dockershim.ts';
import { etcd3 } from './etcd-3.ts';
import { kubeadm3, kubeadm3Spare } from './kubeadm-3.ts';
import { kubeadmBare } from './kubeadm-bare.ts';
import { node, nodeFull, nodeOldCrictl } from './node.ts';
import { threeRuntimes } from './three-runtimes.ts';

/** `machines` is filled by `build`, in the order in which they are to be listed. */
export type WorldContext = {
  readonly sim: Sim;
  readonly fabric: Fabric;
  readonly trace: Trace;
  readonly programSet: ProgramSet;
  readonly machines: Map<string, Machine>;
};

/** `ready` says when a learner may be let in; asked again and again while virtual time passes. */
export type World = {
  readonly summary: string;
  readonly home: string;
  /** Makes the machines and switches them on. */
  readonly build: (context: WorldContext) => void;
  readonly ready: (context: WorldContext) => boolean;
  /** Longest time it may take to become ready. */
  readonly bootLimit: Milliseconds;
};

/** By the name that lessons and `--world` use. */
export const worlds = {
  'kubeadm-3': kubeadm3,
  'kubeadm-3-spare': kubeadm3Spare,
  'kubeadm-bare': kubeadmBare,
  'etcd-3': etcd3,
  node,
  'node-full': nodeFull,
  'node-old-crictl': nodeOldCrictl,
  'docker-host': dockerHost,
  'kubeadm-1.23-dockershim': dockershim,
  'kubeadm-1.24-upgraded': upgraded124,
  'cri-dockerd': criDockerd,
  crio,
  'three-runtimes': threeRuntimes,
  'docker-beside-containerd': dockerBeside,
} as const satisfies Readonly<Record<string, World>>;
/** Checked against lessons' `world`. */
export type WorldName = keyof typeof worlds;
/** For names from a command line or a file. */
export const isWorldName = (name: string): name is WorldName => Object.hasOwn(worlds, name);
