/** A container's log driver and its options (moby daemon/logger). */
import { readSize } from '../apimachinery/go-units.ts';
import { DockerError } from '../interfaces/docker.ts';
import { logDrivers } from './config.ts';
import type { Engine } from './engine.ts';
import type { LogConfig } from './state.ts';

/** The container's own driver, or the daemon's with its options. */
export function logConfig({ config }: Engine, own: LogConfig | undefined): LogConfig {
  const type = own?.Type || config.logDriver;
  if (!logDrivers.includes(type)) throw new DockerError(400, `error looking up logging plugin ${type}: plugin ${JSON.stringify(type)} not found`);
  const options = { ...(type === config.logDriver ? config.logOpts : {}), ...own?.Config };
  checkLogOptions(type, options);
  return { Type: type, Config: options };
}

/** The options of each driver (logger.ValidateLogOpts); `mode` and the cache's are everyone's. */
const logOptions: Readonly<Record<string, readonly string[]>> = {
  'json-file': ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'],
  local: ['max-file', 'max-size', 'compress'],
  journald: ['labels', 'labels-regex', 'env', 'env-regex', 'tag'],
  syslog: [
    ...['env', 'env-regex', 'labels', 'labels-regex', 'syslog-address', 'syslog-facility', 'syslog-tls-ca-cert', 'syslog-tls-cert'],
    ...['syslog-tls-key', 'syslog-tls-skip-verify', 'tag', 'syslog-format'],
  ],
};
const everyones = ['mode', 'max-buffer-size', 'cache-disabled', 'cache-max-size', 'cache-max-file', 'cache-compress'];

function checkLogOptions(type: string, options: Readonly<Record<string, string>>): void {
  const known = logOptions[type];
  if (type !== 'none' && !known) throw new DockerError(501, `k8s-lab: the log driver ${type} is not simulated`);
  const odd = Object.keys(options).find((key) => !everyones.includes(key) && !known?.includes(key));
  if (odd !== undefined && known) throw new DockerError(400, `unknown log opt '${odd}' for ${type} log driver`);
  if (options['syslog-address'] !== undefined) throw new DockerError(501, 'k8s-lab: syslog on another machine is not simulated');
  const { mode } = options;
  if (mode !== undefined && mode !== 'blocking' && mode !== 'non-blocking') throw new DockerError(400, `logger: logging mode not supported: ${mode}`);
  const buffer = options['max-buffer-size'];
  if (buffer === undefined) return;
  if (mode !== 'non-blocking') throw new DockerError(400, "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  const size = readSize(buffer);
  if (typeof size === 'string') throw new DockerError(400, `error parsing option max-buffer-size: ${size}`);
}

const goBool = /^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/;

/** The values of a driver that writes files, read only as the container starts (jsonfilelog.New, local.New); throws DockerError. */
export function checkLogValues({ Type, Config }: LogConfig): void {
  if (Type !== 'json-file' && Type !== 'local') return;
  const bad = (why: string): DockerError => new DockerError(500, `failed to create task for container: failed to initialize logging driver: ${why}`);
  const local = Type === 'local';
  const named = (key: string, value: string): string => (local ? `invalid value for ${key}: ${value}: ` : '');
  const { 'max-size': maxSize, 'max-file': maxFile, compress } = Config;
  const size = readSize(maxSize ?? '1');
  if (typeof size === 'string') throw bad(`${named('max-size', maxSize ?? '')}${size}`);
  if (size === 0 && !local) throw bad('max-size must be a positive number');
  if (maxFile !== undefined && !/^[-+]?\d+$/.test(maxFile))
    throw bad(`${named('max-file', maxFile)}strconv.Atoi: parsing ${JSON.stringify(maxFile)}: invalid syntax`);
  const files = Number(maxFile ?? (local ? 5 : 1));
  if (files < 1 && !local) throw bad('max-file cannot be less than 1');
  if (compress !== undefined && !goBool.test(compress))
    throw bad(`${local ? 'error reading compress log option: ' : ''}strconv.ParseBool: parsing ${JSON.stringify(compress)}: invalid syntax`);
  if (!/^[1tT]/.test(compress ?? (local ? '1' : '0'))) return;
  if (local && files < 2) throw bad('compression cannot be enabled when max file count is 1');
  if (!local && (files < 2 || maxSize === undefined)) throw bad('compress cannot be true when max-file is less than 2 or max-size is not set');
}
