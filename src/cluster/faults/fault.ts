/** A fault as data: how it comes about, by what it is known, and how it is mended by hand. */
import type { Cluster } from '../cluster.ts';
import type { Machine } from '../machine/machine.ts';
import type { WorldName } from '../worlds/index.ts';

/** One command and what it shows while the fault is in. */
export type Symptom = {
  /** Typed where the learner sits, or (`node$ …`) on the node itself. */
  readonly run: string;
  /** Stands in what the command prints. */
  readonly shows: string;
  /** Logs and events: they go on telling of it when it is mended. All others must be gone then. */
  readonly past?: true;
};

/** Told by its symptoms, mended by hand; a test proves both. */
export type Fault = {
  readonly id: string;
  readonly summary: { readonly en: string; readonly ko: string };
  /** Where it happens when nobody says where. */
  readonly on: 'controlplane' | 'node01';
  /** The container runtime whose fault it is; it can only come about where that is installed. */
  readonly runtime?: 'containerd';
  /** It is of the whole cluster: no other node can be named. */
  readonly fixed?: boolean;
  /** Where nodes are of another kind than in `kubeadm-3`. */
  readonly world?: WorldName;
  /** Lines that root's shell runs unseen on the node, or what no line could do. */
  readonly inject: readonly string[] | ((machine: Machine, cluster: Cluster) => void);
  /** Seconds until its symptoms show. */
  readonly shownAfter: number;
  /** At least two tools tell of it. */
  readonly symptoms: readonly [Symptom, Symptom, ...Symptom[]];
  /** The steps, typed by hand: `node$ …` on the node. `{{node}}` is its name. */
  readonly mend: readonly string[];
  /** What takes away what the fault and those who looked at it left behind; it mends nothing. */
  readonly tidy?: readonly string[];
  /** Seconds until the world has come to rest again; default 240. */
  readonly restsAfter?: number;
};

/** A line, and whether it is typed on the node. */
export function lineOf(text: string, node: string): { readonly onNode: boolean; readonly line: string } {
  const filled = text.replaceAll('{{node}}', node);
  return filled.startsWith('node$ ') ? { onNode: true, line: filled.slice(6) } : { onNode: false, line: filled };
}
