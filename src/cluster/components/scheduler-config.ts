/** kube-scheduler's `--config`: its kubeconfig and its profiles (kubernetes pkg/scheduler/apis/config/v1). */
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import type { Plugin } from '../../scheduler/framework.ts';
import { defaultPlugins } from '../../scheduler/plugins/index.ts';
import { type ScoringStrategy, withStrategy } from '../../scheduler/plugins/node-resources-fit.ts';
import type { Routine } from '../../sim/routine.ts';
import { fatal, notSimulated } from './component.ts';

type Choice = { readonly name: string; readonly weight?: number };
type PluginSet = { readonly enabled?: readonly Choice[]; readonly disabled?: readonly Choice[] };
type Profile = {
  readonly schedulerName?: string;
  readonly plugins?: Readonly<Record<string, PluginSet>>;
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: { readonly scoringStrategy?: ScoringStrategy } }[];
};
type Configuration = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly clientConnection?: { readonly kubeconfig?: string };
  readonly profiles?: readonly Profile[];
  readonly extenders?: readonly object[];
};

/** `kubeconfig` of the file, which comes before the flag's. */
type SchedulerConfig = { readonly kubeconfig?: string; readonly profiles: readonly { readonly name: string; readonly plugins: readonly Plugin[] }[] };

const group = 'kubescheduler.config.k8s.io/v1';

/** Ends the process with what is wrong, or not simulated, in the file. */
export function* schedulerConfig(process: Process, path: string | undefined): Routine<SchedulerConfig> {
  if (path === undefined) return { profiles: [{ name: 'default-scheduler', plugins: defaultPlugins }] };
  const { kind = '', apiVersion = '', clientConnection, profiles = [{}], extenders } = yield* readConfiguration(process, path);
  if (kind !== 'KubeSchedulerConfiguration' || apiVersion !== group) {
    const text = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/scheduler/apis/config/scheme/scheme.go:30"`;
    return yield* failed(process, text);
  }
  if (extenders?.length) return yield* notSimulated(process, 'extenders of KubeSchedulerConfiguration');
  const named: { readonly name: string; readonly plugins: readonly Plugin[] }[] = [];
  for (const profile of profiles) {
    const name = profile.schedulerName ?? 'default-scheduler';
    if (named.some((other) => other.name === name))
      return yield* failed(process, `profiles[${named.length}].schedulerName: Duplicate value: ${JSON.stringify(name)}`);
    named.push({ name, plugins: yield* pluginsOf(process, profile) });
  }
  return { profiles: named, ...(clientConnection?.kubeconfig && { kubeconfig: clientConnection.kubeconfig }) };
}

const failed = (process: Process, text: string): Routine<never> => fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(text)}`);

function* readConfiguration(process: Process, path: string): Routine<Configuration> {
  if (!process.fs.exists(path)) return yield* failed(process, `open ${path}: no such file or directory`);
  try {
    return (parseYaml(process.fs.read(path)) as Configuration | null) ?? {};
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return yield* failed(process, error.message);
  }
}

/** Which part of a plugin an extension point is; points that no plugin here has change nothing. */
const parts: Readonly<Record<string, keyof Plugin>> = {
  preEnqueue: 'admits',
  preFilter: 'preFilter',
  filter: 'preFilter',
  preScore: 'preScore',
  score: 'preScore',
};

function* pluginsOf(process: Process, { plugins = {}, pluginConfig = [] }: Profile): Routine<readonly Plugin[]> {
  let chosen: Plugin[] = [...defaultPlugins];
  for (const { name, args = {} } of pluginConfig) {
    const { scoringStrategy, ...others } = args;
    const type = scoringStrategy?.type ?? 'LeastAllocated';
    if (name !== 'NodeResourcesFit' || Object.keys(others).some((key) => !['apiVersion', 'kind'].includes(key)) || !/^(?:Least|Most)Allocated$/.test(type))
      return yield* notSimulated(process, `pluginConfig of ${name} in KubeSchedulerConfiguration`);
    chosen = chosen.map((plugin) => (plugin.name === name ? withStrategy(plugin, scoringStrategy ?? {}) : plugin));
  }
  for (const [point, { enabled = [], disabled = [] }] of Object.entries(plugins)) {
    const part = parts[point];
    if (part === undefined && point !== 'multiPoint') return yield* notSimulated(process, `plugins.${point} in KubeSchedulerConfiguration`);
    for (const { name } of [...enabled, ...disabled])
      if (name !== '*' && !chosen.some((plugin) => plugin.name === name)) return yield* notSimulated(process, `the scheduler plugin ${name}`);
    const isOff = ({ name }: Plugin): boolean =>
      disabled.some((each) => each.name === name || each.name === '*') && !enabled.some((each) => each.name === name);
    const weightOf = ({ name, weight }: Plugin): number | undefined => enabled.find((each) => each.name === name)?.weight ?? weight;
    chosen = chosen
      .filter((plugin) => part !== undefined || !isOff(plugin))
      .map((plugin) => (part !== undefined && isOff(plugin) ? without(plugin, part) : plugin))
      .map((plugin) => ({ ...plugin, ...(weightOf(plugin) !== undefined && { weight: weightOf(plugin) as number }) }));
  }
  return chosen;
}

function without(plugin: Plugin, part: keyof Plugin): Plugin {
  const { [part]: _, ...rest } = plugin;
  return { ...rest, name: plugin.name };
}
