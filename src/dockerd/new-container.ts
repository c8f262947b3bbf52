/** A container's record of what was asked and what its image says (moby daemon/create.go, runconfig merge). */
import { type CreateOptions, DockerError, type Healthcheck, type MountPoint } from '../interfaces/docker.ts';
import type { Engine } from './engine.ts';
import type { StoredImage } from './image-store.ts';
import { logConfig } from './log-options.ts';
import { Container } from './state.ts';

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
