import type { Milliseconds } from '../../sim/routine.ts';

/** Why a container waits: the `reason` in its state (kubernetes pkg/kubelet/container/sync_result.go, pkg/kubelet/images/types.go). */
type WaitingReason =
  | 'CrashLoopBackOff'
  | 'ImagePullBackOff'
  | 'ErrImagePull'
  | 'ErrImageNeverPull'
  | 'ImageInspectError'
  | 'InvalidImageName'
  | 'RegistryUnavailable'
  | 'CreateContainerConfigError'
  | 'PreCreateHookError'
  | 'CreateContainerError'
  | 'PreStartHookError'
  | 'PostStartHookError'
  | 'RunContainerError'
  | 'CreatePodSandboxError'
  | 'KillContainerError'
  | 'RunInitContainerError';

/** A container could not be started; the message is for its status. */
export class StartError extends Error {
  readonly reason: WaitingReason;
  /** When it may be tried again. */
  readonly until: Milliseconds | undefined;
  constructor(reason: WaitingReason, message: string, until?: Milliseconds) {
    super(message);
    this.reason = reason;
    this.until = until;
  }
}

/** What syncing a pod came to: nothing, or why it is not yet as it should be. */
export type SyncResult = {
  readonly failures: ReadonlyMap<string, StartError>;
  /** Containers that were started. */
  readonly started: readonly string[];
  /** A failure of the pod as a whole. */
  readonly error?: string;
};

/** Set when a pod's work is to be left off: its pod is being terminated. */
export type Cancel = { cancelled: boolean };
