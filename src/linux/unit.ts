/** One unit that systemd has loaded. */
import type { Fiber } from '../sim/fiber.ts';
import { Condition } from '../sim/routine.ts';
import type { Process } from './process.ts';
import type { UnitFile } from './unit-file.ts';

/** The states that `systemctl is-active` prints. */
export type ActiveState = 'active' | 'inactive' | 'failed' | 'activating' | 'deactivating';

/** What systemd knows of a unit, and what became of its processes. */
export class Unit {
  readonly name: string;
  file: UnitFile;
  active: ActiveState = 'inactive';
  /** running, exited, dead, failed, auto-restart, start, stop-sigterm */
  sub = 'dead';
  main: Process | undefined;
  /** How the last main process ended. */
  result: 'success' | 'exit-code' | 'signal' | 'start-limit-hit' | 'oom-kill' | 'resources' | 'timeout' | 'protocol' = 'success';
  exitStatus: number | undefined;
  exitedPid: number | undefined;
  exitedAt = 0;
  since: number;
  enabled: boolean;
  masked = false;
  restarts = 0;
  readonly changed = new Condition();
  /** Starts within the limit's interval. */
  starts: number[] = [];
  /** Attempts to start that came to an end, well or not: what a start waits for. */
  attempts = 0;
  /** The last of them did not come up. */
  startFailed = false;
  supervisor: Fiber | undefined;
  /** The user asked for a stop: do not restart. */
  stopping = false;
  constructor(name: string, file: UnitFile, now: number, enabled: boolean) {
    this.name = name;
    this.file = file;
    this.since = now;
    this.enabled = enabled;
  }
}

/** Text as systemctl prints it; the status is its exit code. */
export class UnitError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
