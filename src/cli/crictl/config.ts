/** crictl's configuration file: pkg/common/file.go of cri-tools. */
import { parseYaml, YamlError, yamlText } from '../../apimachinery/yaml.ts';
import { isErrno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';

/** --config names another. */
export const configPath = '/etc/crictl.yaml';

/** Empty endpoints: the defaults are tried in turn. */
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

/** As if the file were not there. */
export const emptyConfig = (): CrictlConfig => ({
  runtimeEndpoint: '',
  imageEndpoint: '',
  timeout: 0,
  debug: false,
  pullImageOnCreate: false,
  disablePullOnRun: false,
});

/** Text of crictl's own complaint about the file. */
export class ConfigError extends Error {}

const kinds: Readonly<Record<string, readonly [pattern: RegExp, parser: string]>> = {
  number: [/^[+-]?\d+$/, 'strconv.Atoi'],
  boolean: [/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/, 'strconv.ParseBool'],
};

/** A value as its option takes it; a ConfigError with `prefix` for one that it cannot take. */
export function parseSetting(field: keyof CrictlConfig, text: string, prefix: string): string | number | boolean {
  const kind = typeof emptyConfig()[field];
  const [pattern, parser] = kinds[kind] ?? [];
  if (pattern && !pattern.test(text)) throw new ConfigError(`${prefix}: ${parser}: parsing ${JSON.stringify(text)}: invalid syntax`);
  return kind === 'number' ? Number(text) : kind === 'boolean' ? /^(1|t)/i.test(text) : text;
}

/** Reads a file; throws ConfigError for what is wrong in it. */
export function readConfig(process: Process, path: string): CrictlConfig {
  const config: Record<string, unknown> = emptyConfig();
  for (const [key, value] of Object.entries(parsed(process, path))) {
    const field = configKeys.find(([name]) => name === key)?.[1];
    if (!field) throw new ConfigError(`Config option '${key}' is not valid`);
    config[field] = parseSetting(field, typeof value === 'object' ? '' : String(value), `parsing config option '${key}'`);
  }
  return config as CrictlConfig;
}

function parsed(process: Process, path: string): object {
  try {
    const value = parseYaml(yamlText(process, path));
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    if (error instanceof YamlError) throw new ConfigError(error.message);
    if (isErrno(error)) throw new ConfigError(`${error.code === 'EISDIR' ? 'read' : 'open'} ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
}

/** The file with its values changed: comments, order and quotes stay, and what is missing comes last. */
export function writeConfig(config: CrictlConfig, before: string): string {
  const lines = before.split('\n').filter((line) => line.trim() !== '');
  for (const [key, field] of configKeys) {
    const value = String(config[field]);
    const at = lines.findIndex((line) => line.startsWith(`${key}:`));
    if (at < 0) lines.push(`${key}: ${value === '' ? '""' : value}`);
    else
      lines[at] = (lines[at] ?? '').replace(
        /^([\w-]+:)\s*("[^"]*"|'[^']*'|[^#]*?)(\s+#.*)?$/,
        (_all, head, old, comment = '') => `${head} ${inStyle(old, value)}${comment}`,
      );
  }
  return `${lines.join('\n')}\n`;
}

const inStyle = (old: string, value: string): string =>
  old.startsWith('"') || value === '' ? JSON.stringify(value) : old.startsWith("'") ? `'${value}'` : value;
