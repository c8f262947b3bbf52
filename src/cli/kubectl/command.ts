/** The table of commands: dispatch, help and completion read it. */
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { commandShapes } from './command-shapes.ts';
import { type Flag, parseFlagTable } from './flags.ts';
import type { Kubectl } from './kubectl.ts';

export type CommandEntry = {
  /** Words after `kubectl`: `create deployment`. Its usage line and flags stand in command-shapes.ts. */
  readonly path: string;
  readonly short: string;
  readonly long?: string;
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

/** Flags of every command: kubernetes cli-runtime/pkg/genericclioptions/config_flags.go and kubectl's own. */
const globalTable =
  'as:string as-group:array as-uid:string as-user-extra:array cache-dir:string=/root/.kube/cache certificate-authority:string client-certificate:string client-key:string cluster:string context:string disable-compression:bool insecure-skip-tls-verify:bool kubeconfig:string kuberc:string log-flush-frequency:duration=5s match-server-version:bool n,namespace:string password:string profile:string=none profile-output:string=profile.pprof request-timeout:string=0 s,server:string tls-server-name:string token:string user:string username:string v,v:int=0 vmodule:string warnings-as-errors:bool';

export const globalFlags = (): readonly Flag[] => parseFlagTable(globalTable);

/** A command's own flags. */
export const ownFlags = (path: string): readonly Flag[] => parseFlagTable(commandShapes[path]?.flags ?? '');

/** All that may stand on a command's line; its own flags hide global ones of the same name. */
export function allFlags(path: string): readonly Flag[] {
  const own = ownFlags(path);
  const names = new Set(own.map((flag) => flag.name));
  return [...own, ...globalFlags().filter((flag) => !names.has(flag.name))];
}

export const useOf = (path: string): string => commandShapes[path]?.use ?? path;

/** Direct sub-commands, in the table's order. */
export const childrenOf = (commands: readonly CommandEntry[], path: string): readonly CommandEntry[] => {
  const prefix = path === '' ? '' : `${path} `;
  return commands.filter((each) => each.path.startsWith(prefix) && each.path !== path && !each.path.slice(prefix.length).includes(' '));
};

/** The last word of a command's path. */
export const nameOfCommand = (command: CommandEntry): string => command.path.slice(command.path.lastIndexOf(' ') + 1);
