/** What a container uses now, by its cgroup (moby daemon/stats.go). */
import type { DockerApi } from '../interfaces/docker.ts';
import { type Engine, moby } from './engine.ts';
import type { Container } from './state.ts';

export function statsOf({ containerd, kernel }: Engine, container: Container): ReturnType<DockerApi['containers']['stats']> {
  const metrics = container.running ? containerd.tasks.metrics(moby, container.id) : {};
  return {
    id: container.id,
    name: container.name,
    cpuMicros: metrics['cpu.usage_usec'] ?? 0,
    memory: metrics['memory.usage'] ?? 0,
    limit: container.running ? container.host.Memory || kernel.memoryBytes : 0,
    received: 0,
    sent: 0,
    pids: metrics['pids.current'] ?? 0,
  };
}
