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

/** Every call walks down the same table. */
const families = new WeakMap<readonly CommandEntry[], Map<string, CommandEntry[]>>();

/** Direct sub-commands, in the table's order. */
export function childrenOf(commands: readonly CommandEntry[], path: string): readonly CommandEntry[] {
  const family = families.get(commands) ?? familyOf(commands);
  families.set(commands, family);
  return family.get(path) ?? [];
}

function familyOf(commands: readonly CommandEntry[]): Map<string, CommandEntry[]> {
  const family = new Map<string, CommandEntry[]>();
  for (const each of commands) {
    if (each.path === '') continue;
    const parent = each.path.slice(0, Math.max(0, each.path.lastIndexOf(' ')));
    family.set(parent, [...(family.get(parent) ?? []), each]);
  }
  return family;
}

/** The last word of a command's path. */
export const nameOfCommand = (command: CommandEntry): string => command.path.slice(command.path.lastIndexOf(' ') + 1);
