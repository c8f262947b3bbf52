/** Flags and usage lines by command. */
import { remembered } from '../../sim/remembered.ts';
import { commandShapes } from './command-shape-table.ts';
import { type Flag, parseFlagTable } from './flags.ts';

/** Flags of every command: kubernetes cli-runtime/pkg/genericclioptions/config_flags.go and kubectl's own. */
const globalTable =
  'as:string as-group:array as-uid:string as-user-extra:array cache-dir:string=/root/.kube/cache certificate-authority:string client-certificate:string client-key:string cluster:string context:string disable-compression:bool insecure-skip-tls-verify:bool kubeconfig:string kuberc:string log-flush-frequency:duration=5s match-server-version:bool n,namespace:string password:string profile:string=none profile-output:string=profile.pprof request-timeout:string=0 s,server:string tls-server-name:string token:string user:string username:string v,v:int=0 vmodule:string warnings-as-errors:bool';

/** Every call of kubectl asks for it. */
const flagsOf = remembered((table: string): readonly Flag[] => parseFlagTable(table));

/** Those that every command has. */
export const globalFlags = (): readonly Flag[] => flagsOf(globalTable);

/** A command's own flags. */
export const ownFlags = (path: string): readonly Flag[] => flagsOf(commandShapes[path]?.flags ?? '');

/** All that may stand on a command's line; its own flags hide global ones of the same name. */
export const allFlags = remembered((path: string): readonly Flag[] => {
  const own = ownFlags(path);
  const names = new Set(own.map((flag) => flag.name));
  return [...own, ...globalFlags().filter((flag) => !names.has(flag.name))];
});

/** Flags that still work and that help does not show, by command, with what to use instead. */
const record = { record: '--record will be removed in the future' };

/** By command and flag: the warning that pflag prints when it is used. */
export const deprecatedFlags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apply: record,
  scale: record,
  'set image': record,
  'set resources': record,
  'set selector': record,
  'set serviceaccount': record,
  kustomize: {
    reorder: "use the new 'sortOptions' field in kustomization.yaml instead.",
    'enable-managedby-label': 'The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.',
  },
  autoscale: {
    'cpu-percent': "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
  },
};

/** The line after `Usage: kubectl`. */
export const usageOf = (path: string): string => commandShapes[path]?.use ?? path;
