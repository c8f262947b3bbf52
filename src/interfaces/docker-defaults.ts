/** A container that asks for nothing, as Docker's clients send it. */
import type { ContainerConfig, HostConfig } from './docker.ts';

/** Callers spread it and set what they have; `Image` must be set. */
export const emptyConfig: ContainerConfig = {
  Hostname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  ExposedPorts: {},
  Tty: false,
  OpenStdin: false,
  Env: [],
  Cmd: null,
  Entrypoint: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Labels: {},
};

/** What a builder runs: its output is looked at. */
export const builderConfig: ContainerConfig = { ...emptyConfig, AttachStdout: true, AttachStderr: true };

/** On the default bridge, without limits (0) and never restarted. */
export const emptyHost: HostConfig = {
  Binds: [],
  Tmpfs: {},
  NetworkMode: 'bridge',
  PortBindings: {},
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  AutoRemove: false,
  CapAdd: [],
  CapDrop: [],
  Dns: [],
  ExtraHosts: [],
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  Init: false,
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  PidsLimit: 0,
  VolumesFrom: [],
};
