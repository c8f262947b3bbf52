/**
 * Command lines of Go programs: flags and commands as data, read as pflag and cobra do (kubectl, docker, nerdctl, helm, kubeadm) or as
 * urfave/cli v2 does (ctr, crictl, runc). Pure: the tools decide where messages go and with what status they end.
 */

export {
  type Command,
  CommandFlagError,
  findCommand,
  flagsOf,
  type Resolved,
  resolveCobra,
  resolveUrfave,
  suggestionsFor,
  UnknownCommandError,
} from './flags-commands.ts';
export { cobraHelp, cobraUsage, dockerHelp, flagUsages, nerdctlHelp, oldDockerHelp } from './flags-help-cobra.ts';
export { type UrfaveApp, urfaveHelp } from './flags-help-urfave.ts';
export { missingRequired, type ParsedFlags, type ParseOptions, parseFlags } from './flags-pflag.ts';
export { parseUrfave } from './flags-urfave.ts';
export { absent, absentFlags, FlagError, type FlagSpec, Flags, type FlagType, refuseAbsent } from './flags-values.ts';
