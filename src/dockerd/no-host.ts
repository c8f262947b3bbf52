/** A container without any wishes about its host: the builder's. */
import type { HostConfig } from '../interfaces/docker.ts';

export const noHost: HostConfig = {
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
