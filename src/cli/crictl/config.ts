/** crictl's configuration file: pkg/common/file.go of cri-tools. */
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';

export const configPath = '/etc/crictl.yaml';

export type CrictlConfig = {
  runtimeEndpoint: string;
  imageEndpoint: string;
  /** Seconds. */
  timeout: number;
  debug: boolean;
  pullImageOnCreate: boolean;
  disablePullOnRun: boolean;
};

/** The keys of the file, in the order in which it is written. */
export const configKeys: readonly (readonly [key: string, field: keyof CrictlConfig])[] = [
  ['runtime-endpoint', 'runtimeEndpoint'],
  ['image-endpoint', 'imageEndpoint'],
  ['timeout', 'timeout'],
  ['debug', 'debug'],
  ['pull-image-on-create', 'pullImageOnCreate'],
  ['disable-pull-on-run', 'disablePullOnRun'],
];

export const emptyConfig = (): CrictlConfig => ({
  runtimeEndpoint: '',
  imageEndpoint: '',
  timeout: 0,
  debug: false,
  pullImageOnCreate: false,
  disablePullOnRun: false,
});

export class ConfigError extends Error {}

/** Reads a file; throws ConfigError for what is wrong in it. */
export function readConfig(process: Process, path: string): CrictlConfig {
  const config: Record<string, unknown> = emptyConfig();
  let parsed: unknown;
  try {
    parsed = parseYaml(process.fs.read(path));
  } catch (error) {
    if (error instanceof YamlError) throw new ConfigError(error.message);
    throw error;
  }
  if (parsed === null) return config as CrictlConfig;
  if (typeof parsed !== 'object') throw new ConfigError('error parsing config file');
  for (const [key, value] of Object.entries(parsed)) {
    const known = configKeys.find(([name]) => name === key);
    if (!known) throw new ConfigError(`Config option '${key}' is not valid`);
    config[known[1]] = value;
  }
  return config as CrictlConfig;
}

export const writeConfig = (config: CrictlConfig): string =>
  configKeys.map(([key, field]) => `${key}: ${typeof config[field] === 'string' ? JSON.stringify(config[field]) : String(config[field])}\n`).join('');
