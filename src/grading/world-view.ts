/** What a check may look at: the world as somebody with all keys would see it, and what the learner did in it. */
import type { ContainerdApi } from '../interfaces/containerd.ts';
import type { CriServer } from '../interfaces/cri.ts';
import type { RestRequest, RestResponse } from '../interfaces/rest.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { CommandRecord } from './commands.ts';

/** One machine with its kernel and the runtimes on it. */
export type NodeView = {
  readonly name: string;
  readonly kernel: Kernel;
  /** undefined while the runtime is down. */
  readonly cri: CriServer | undefined;
  readonly containerd: ContainerdApi | undefined;
};

/** A pod sandbox that was made since the step began, whether it is still there or not. */
export type SandboxRecord = {
  readonly node: string;
  readonly id: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
};
/** The same of a container. */
export type ContainerRecord = { readonly node: string; readonly id: string; readonly metadata: { readonly name: string } };

/** Made anew for each look; records reach back to the step's beginning. */
export type WorldView = {
  /** As a cluster administrator; undefined while the API cannot be reached. */
  readonly rest: (request: Omit<RestRequest, 'credentials'>) => RestResponse | undefined;
  readonly nodes: ReadonlyMap<string, NodeView>;
  /** Commands that ran since the step began, oldest first. */
  readonly commands: readonly CommandRecord[];
  /** Sandboxes and containers that were made since the step began, still there or not. */
  readonly events: { readonly sandboxes: readonly SandboxRecord[]; readonly containers: readonly ContainerRecord[] };
  readonly answers: ReadonlyMap<string, readonly string[]>;
  /** Runs a probe in the world (it takes virtual time there); undefined = still under way. */
  readonly probe: (probe: {
    readonly from: string;
    readonly http?: string;
    readonly dns?: string;
    readonly tcp?: string;
  }) => { readonly ok: boolean; readonly found: string } | undefined;
};
