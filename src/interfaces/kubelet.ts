/** The kubelet's own HTTPS API on port 10250: what the apiserver calls for logs, exec, attach and port-forward. */

import type { Pod } from '../api/types.ts';
import type { Routine } from '../sim/routine.ts';
import { defineProtocol } from './protocol.ts';
import type { StreamSession } from './streams.ts';

export type LogOptions = {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Virtual milliseconds since 1970. */
  readonly sinceTime?: number;
  readonly limitBytes?: number;
};
export type ExecOptions = { readonly command: readonly string[]; readonly stdin: boolean; readonly tty: boolean };
export type PodRef = { readonly namespace: string; readonly name: string; readonly uid?: string };

/** Refused by the kubelet: an HTTP status with a text. */
export class KubeletError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type KubeletApi = {
  /** Throws KubeletError. */
  containerLogs(pod: PodRef, container: string, options: LogOptions): Routine<StreamSession>;
  exec(pod: PodRef, container: string, options: ExecOptions): Routine<StreamSession>;
  attach(pod: PodRef, container: string, options: { readonly stdin: boolean; readonly tty: boolean }): Routine<StreamSession>;
  portForward(pod: PodRef, port: number): Routine<StreamSession>;
  /** The pods that it knows, static ones too. */
  pods(): readonly Pod[];
  healthz(): boolean;
};

export const kubeletProtocol = defineProtocol<KubeletApi>('kubelet');
