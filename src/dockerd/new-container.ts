/** A container's record of what was asked and what its image says (moby daemon/create.go, runconfig merge). */
import { type CreateOptions, DockerError, type Healthcheck, type MountPoint } from '../interfaces/docker.ts';
import { logDrivers } from './config.ts';
import type { Engine } from './engine.ts';
import type { StoredImage } from './image-store.ts';
import { Container, type LogConfig } from './state.ts';

type NewContainer = {
  readonly id: string;
  readonly name: string;
  readonly options: CreateOptions;
  readonly image: StoredImage;
  readonly imageName: string;
  readonly mounts: readonly MountPoint[];
  readonly anonymous: readonly string[];
};

export function newContainer(engine: Engine, { id, name, options, image, imageName, mounts, anonymous }: NewContainer): Container {
  const { config } = options;
  const own = image.config.config;
  const entrypoint = config.Entrypoint === null ? (own.Entrypoint ?? null) : config.Entrypoint[0] === '' ? null : config.Entrypoint;
  const command = config.Cmd ?? (config.Entrypoint === null ? (own.Cmd ?? null) : null);
  if ((entrypoint?.length ?? 0) + (command?.length ?? 0) === 0) throw new DockerError(400, 'no command specified');
  const given = new Set(config.Env.map((entry) => entry.split('=')[0]));
  const mode = options.host.NetworkMode === '' || options.host.NetworkMode === 'default' ? 'bridge' : options.host.NetworkMode;
  return new Container({
    id,
    created: engine.now,
    name,
    image: config.Image,
    imageId: image.id,
    imageName,
    mounts,
    anonymous,
    root: engine.config.dataRoot,
    log: logConfig(engine, options.host.LogConfig),
    config: {
      ...config,
      Hostname: config.Hostname || hostnameOf(engine, mode, id),
      User: config.User || (own.User ?? ''),
      ExposedPorts: { ...own.ExposedPorts, ...config.ExposedPorts },
      Env: [...config.Env.filter((entry) => entry.includes('=')), ...(own.Env ?? []).filter((entry) => !given.has(entry.split('=')[0]))],
      Cmd: command,
      Entrypoint: entrypoint,
      WorkingDir: config.WorkingDir || (own.WorkingDir ?? ''),
      Labels: { ...own.Labels, ...config.Labels },
      Volumes: Object.keys({ ...own.Volumes, ...config.Volumes }).length > 0 ? { ...own.Volumes, ...config.Volumes } : null,
      ...(config.StopSignal === undefined && own.StopSignal !== undefined ? { StopSignal: own.StopSignal } : {}),
      ...healthcheckOf(config.Healthcheck, own.Healthcheck),
    },
    host: { ...options.host, NetworkMode: mode },
  });
}

/** The container's own driver, or the daemon's with its options. */
function logConfig({ config }: Engine, own: LogConfig | undefined): LogConfig {
  const type = own?.Type || config.logDriver;
  if (!logDrivers.includes(type)) throw new DockerError(400, `logger: no log driver named '${type}' is registered`);
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
}

/** What the image leaves open comes from nowhere, what the command line leaves open from the image. */
function healthcheckOf(asked: Healthcheck | undefined, own: Healthcheck | undefined): { readonly Healthcheck?: Healthcheck } {
  if (!asked && !own) return {};
  return { Healthcheck: asked?.Test?.[0] === 'NONE' ? asked : { ...own, ...asked } };
}

/** A container in another's network has that one's name too. */
function hostnameOf(engine: Engine, mode: string, id: string): string {
  if (mode.startsWith('container:')) return engine.container(mode.slice(10), 'joining network namespace of container: ').config.Hostname;
  return mode === 'host' ? engine.kernel.hostname : id.slice(0, 12);
}
