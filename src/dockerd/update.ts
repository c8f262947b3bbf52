/** docker update: new limits for a container that may run (moby daemon/update.go). */
import { type ContainerUpdate, DockerError, type HostConfig } from '../interfaces/docker.ts';
import { type Engine, moby } from './engine.ts';
import { verify } from './host-config.ts';
import type { Container } from './state.ts';

/** Throws, and changes nothing, where the new limits cannot be. */
export function updateContainer(engine: Engine, container: Container, change: ContainerUpdate): void {
  const { memory, nanoCpus, restart, cpuShares, cpuPeriod, cpuQuota, pidsLimit, memorySwap } = change;
  const before = container.host;
  const refused = (why: string): DockerError => new DockerError(409, `Cannot update container ${container.id}: ${why}`);
  for (const [asked, given, set, already] of [
    ['Nano CPUs', nanoCpus, before.CpuPeriod, 'CPU Period has'],
    ['Nano CPUs', nanoCpus, before.CpuQuota, 'CPU Quota has'],
    ['CPU Period', cpuPeriod, before.NanoCpus, 'NanoCPUs has'],
    ['CPU Quota', cpuQuota, before.NanoCpus, 'NanoCPUs has'],
  ] as const)
    if (given && set) throw refused(`Conflicting options: ${asked} cannot be updated as ${already} already been set`);
  const host: HostConfig = {
    ...before,
    ...(cpuShares === undefined ? {} : { CpuShares: cpuShares }),
    ...(cpuPeriod === undefined ? {} : { CpuPeriod: cpuPeriod }),
    ...(cpuQuota === undefined ? {} : { CpuQuota: cpuQuota }),
    ...(pidsLimit === undefined ? {} : { PidsLimit: pidsLimit }),
    ...(change.more || memorySwap !== undefined
      ? { more: { ...before.more, ...change.more, ...(memorySwap === undefined ? {} : { MemorySwap: memorySwap }) } }
      : {}),
    ...(memory === undefined ? {} : { Memory: memory }),
    ...(nanoCpus === undefined ? {} : { NanoCpus: nanoCpus }),
    ...(restart === undefined ? {} : { RestartPolicy: restart }),
  };
  if (restart !== undefined && container.host.AutoRemove) throw refused('Restart policy cannot be updated because AutoRemove is enabled for the container');
  const asked = { ...host.more, MemorySwap: memorySwap ?? 0 };
  verify(engine, { config: { ...container.config, Hostname: '' }, host: { ...host, NetworkMode: 'bridge', more: asked } });
  // Without a limit of its own a container has none of swap either, and 0 is smaller than any.
  if (memory !== undefined && memorySwap === undefined && memory > (before.more?.MemorySwap ?? before.Memory * 2))
    throw refused('Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time');
  container.host = host;
  if (container.running)
    engine.containerd.tasks.update(moby, container.id, {
      ...(memory === undefined ? {} : { memory: { limit: memory } }),
      ...(nanoCpus === undefined && cpuQuota === undefined && cpuShares === undefined
        ? {}
        : {
            cpu: {
              ...(nanoCpus === undefined ? {} : { quota: Math.round(nanoCpus / 10_000), period: 100_000 }),
              ...(cpuQuota === undefined ? {} : { quota: cpuQuota, period: cpuPeriod ?? 100_000 }),
              ...(cpuShares === undefined ? {} : { shares: cpuShares }),
            },
          }),
      ...(pidsLimit === undefined ? {} : { pids: { limit: pidsLimit } }),
    });
  engine.emitContainer('update', container);
}
