/** docker update: new limits for a container that may run (moby daemon/update.go). */
import { type ContainerUpdate, DockerError, type HostConfig } from '../interfaces/docker.ts';
import { type Engine, moby } from './engine.ts';
import { verify } from './host-config.ts';
import type { Container } from './state.ts';

/** Throws, and changes nothing, where the new limits cannot be. */
export function updateContainer(engine: Engine, container: Container, change: ContainerUpdate): void {
  const { memory, nanoCpus, restart, cpuShares, cpuPeriod, cpuQuota, pidsLimit, memorySwap } = change;
  const before = container.host;
  const swap = memorySwap ?? before.more?.MemorySwap ?? before.Memory * 2;
  if (memory !== undefined && memorySwap === undefined && swap > 0 && memory > swap)
    throw new DockerError(
      409,
      `Cannot update container ${container.id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`,
    );
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
  if (restart !== undefined && container.host.AutoRemove)
    throw new DockerError(409, `Cannot update container ${container.id}: Restart policy cannot be updated because AutoRemove is enabled for the container`);
  verify(engine, { config: { ...container.config, Hostname: '' }, host: { ...host, NetworkMode: 'bridge' } });
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
