/** The kubelet's own HTTPS API on port 10250: what the apiserver calls for logs, exec, attach and port-forward. */

import type { Pod } from '../api/types.ts';
import type { Routine } from '../sim/routine.ts';
import { defineProtocol } from './protocol.ts';
import type { StreamSession } from './streams.ts';

/** PodLogOptions of the API as the kubelet gets them in the query (kubernetes pkg/apis/core/types.go). Absent: all lines, without time, no follow. */
export type LogOptions = {
  readonly follow?: boolean;
  /** The run before this one, of the same container name. */
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  /** Counted after sinceSeconds and sinceTime have been applied. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Virtual milliseconds since 1970. */
  readonly sinceTime?: number;
  readonly limitBytes?: number;
};
/** `command` is run as it is, not by a shell; with `tty` there is no stderr. */
export type ExecOptions = { readonly command: readonly string[]; readonly stdin: boolean; readonly tty: boolean };
/** A pod as the URL names it: `/containerLogs/<namespace>/<name>/…`. A mirror pod's name finds the static pod. */
export type PodRef = { readonly namespace: string; readonly name: string; readonly uid?: string };

/** Refused by the kubelet: an HTTP status with a text. */
export class KubeletError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * kubernetes pkg/kubelet/server/server.go. Only the apiserver calls it, with its own client certificate. Throws KubeletError: 404 for an unknown pod,
 * 500 when the runtime refuses.
 */
export type KubeletApi = {
  /**
   * Lines without the CRI prefix. 404 for a container that the pod has not, 400 for one that has no log yet (`… is waiting to start:
   * ContainerCreating`).
   */
  containerLogs(pod: PodRef, container: string, options: LogOptions): Routine<StreamSession>;
  /** 500 `unable to upgrade connection: container not found ("<name>")` unless it runs. */
  exec(pod: PodRef, container: string, options: ExecOptions): Routine<StreamSession>;
  attach(pod: PodRef, container: string, options: { readonly stdin: boolean; readonly tty: boolean }): Routine<StreamSession>;
  /** One connection to a port of the pod's sandbox; 500 when the pod has none. */
  portForward(pod: PodRef, port: number): Routine<StreamSession>;
  /** The pods that it knows, static ones too. */
  pods(): readonly Pod[];
  /** `/healthz`. Always true: the lab's sync loop does not hang. */
  healthz(): boolean;
};

/** Spoken on port 10250 of each node. */
export const kubeletProtocol = defineProtocol<KubeletApi>('kubelet');
