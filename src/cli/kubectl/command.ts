/** The table of commands: dispatch, help and completion read it. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Kubectl } from './kubectl.ts';

/** One command; `run` gives the exit status, or nothing for 0. */
export type CommandEntry = {
  /** Words after `kubectl`: `create deployment`. Its usage line and flags stand in command-shape-table.ts. */
  readonly path: string;
  readonly short: string;
  readonly long?: string;
  /** What its help begins with instead of both. */
  readonly about?: string;
  /** Only has others below it: no usage line. */
  readonly bare?: boolean;
  /** As the shell takes them; a line beginning with `#` says what the next does. */
  readonly examples?: string;
  readonly aliases?: readonly string[];
  /** Flags that must be given, with cobra's error. */
  readonly required?: readonly string[];
  /** Not shown in help. */
  readonly hidden?: boolean;
  /** Absent: prints its help, or complains about arguments. */
  readonly run?: (k: Kubectl) => Routine<ExitCode | void>;
};

/** Direct sub-commands, in the table's order. */
export const childrenOf = (commands: readonly CommandEntry[], path: string): readonly CommandEntry[] => {
  const prefix = path === '' ? '' : `${path} `;
  return commands.filter((each) => each.path.startsWith(prefix) && each.path !== path && !each.path.slice(prefix.length).includes(' '));
};

/** The last word of a command's path. */
export const nameOfCommand = (command: CommandEntry): string => command.path.slice(command.path.lastIndexOf(' ') + 1);
