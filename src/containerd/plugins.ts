/** The plugins of containerd 2.3 on linux/amd64, as `ctr plugins ls` lists them. */
import type { PluginInfo } from '../interfaces/containerd.ts';
import type { ContainerdConfig } from './config.ts';

type Row = readonly [type: string, id: string, platform?: true | string, skipped?: string];

const rows: readonly Row[] = [
  ['io.containerd.content.v1', 'content'],
  ['io.containerd.image-verifier.v1', 'bindir'],
  ['io.containerd.internal.v1', 'opt'],
  ['io.containerd.warning.v1', 'deprecations'],
  ['io.containerd.mount-handler.v1', 'erofs', true],
  ['io.containerd.snapshotter.v1', 'blockfile', true, 'skip plugin: no scratch file generator'],
  ['io.containerd.snapshotter.v1', 'erofs', true, 'EROFS unsupported, please `modprobe erofs`: skip plugin'],
  ['io.containerd.snapshotter.v1', 'native', true],
  ['io.containerd.snapshotter.v1', 'overlayfs', true],
  ['io.containerd.event.v1', 'exchange'],
  ['io.containerd.monitor.task.v1', 'cgroups', true],
  ['io.containerd.metadata.v1', 'bolt'],
  ['io.containerd.gc.v1', 'scheduler'],
  ['io.containerd.mount-manager.v1', 'bolt'],
  ['io.containerd.differ.v1', 'erofs', true, 'could not find mkfs.erofs: exec: "mkfs.erofs": executable file not found in $PATH: skip plugin'],
  ['io.containerd.differ.v1', 'walking', true],
  ['io.containerd.lease.v1', 'manager'],
  ['io.containerd.streaming.v1', 'manager'],
  ['io.containerd.transfer.v1', 'local'],
  ['io.containerd.nri.v1', 'nri'],
  ['io.containerd.cri.v1', 'images'],
  ['io.containerd.cri.v1', 'runtime', true],
  ['io.containerd.podsandbox.controller.v1', 'podsandbox'],
  ['io.containerd.sandbox.store.v1', 'local'],
  ['io.containerd.sandbox.controller.v1', 'shim', true],
  ['io.containerd.runtime.v2', 'task', true],
  ['io.containerd.shim.v1', 'manager'],
  ['io.containerd.service.v1', 'containers-service'],
  ['io.containerd.service.v1', 'content-service'],
  ['io.containerd.service.v1', 'diff-service'],
  ['io.containerd.service.v1', 'images-service'],
  ['io.containerd.service.v1', 'introspection-service'],
  ['io.containerd.service.v1', 'namespaces-service'],
  ['io.containerd.service.v1', 'snapshots-service'],
  ['io.containerd.service.v1', 'tasks-service'],
  ['io.containerd.grpc.v1', 'containers'],
  ['io.containerd.grpc.v1', 'content'],
  ['io.containerd.grpc.v1', 'diff'],
  ['io.containerd.grpc.v1', 'events'],
  ['io.containerd.grpc.v1', 'healthcheck'],
  ['io.containerd.grpc.v1', 'images'],
  ['io.containerd.grpc.v1', 'introspection'],
  ['io.containerd.grpc.v1', 'leases'],
  ['io.containerd.grpc.v1', 'namespaces'],
  ['io.containerd.grpc.v1', 'sandbox-controllers'],
  ['io.containerd.grpc.v1', 'sandboxes'],
  ['io.containerd.grpc.v1', 'snapshots'],
  ['io.containerd.grpc.v1', 'streaming'],
  ['io.containerd.grpc.v1', 'tasks'],
  ['io.containerd.grpc.v1', 'transfer'],
  ['io.containerd.grpc.v1', 'version'],
  ['io.containerd.grpc.v1', 'cri', true],
  ['io.containerd.tracing.processor.v1', 'otlp', undefined, 'skip plugin: tracing endpoint not configured'],
  ['io.containerd.internal.v1', 'tracing', undefined, 'skip plugin: tracing endpoint not configured'],
  ['io.containerd.ttrpc.v1', 'otelttrpc'],
];

/** Every plugin with its state; those of [proxy_plugins] last. */
export const pluginList = (config: ContainerdConfig): PluginInfo[] => [
  ...rows
    .filter(([type, id]) => !config.disabledPlugins.includes(`${type}.${id}`))
    .map(([type, id, platform, skipped]): PluginInfo => {
      const problem = problemOf(config, `${type}.${id}`);
      const status = problem !== undefined ? 'error' : skipped === undefined ? 'ok' : 'skip';
      const error = problem ?? skipped;
      return { type, id, platforms: platform === undefined ? [] : ['linux/amd64'], status, ...(error === undefined ? {} : { error }) };
    }),
  ...[...config.proxySnapshotters.keys()].map((id) => ({ type: 'io.containerd.snapshotter.v1', id, platforms: [], status: 'ok' as const })),
];

/** When a half of CRI refuses its configuration, who depends on it does not load either. */
function problemOf({ criProblem, imageProblem }: ContainerdConfig, plugin: string): string | undefined {
  if (imageProblem !== undefined && plugin === 'io.containerd.cri.v1.images') return imageProblem;
  if (criProblem !== undefined && plugin === 'io.containerd.cri.v1.runtime') return `invalid plugin config: ${criProblem}`;
  const lost = criProblem !== undefined ? 'runtime' : imageProblem !== undefined ? 'image' : undefined;
  if (lost === undefined || !/^io\.containerd\.(podsandbox\.controller\.v1\.podsandbox|grpc\.v1\.cri)$/.test(plugin)) return undefined;
  return `unable to load CRI ${lost} service plugin dependency: no plugins registered for io.containerd.cri.v1: plugin: not found`;
}
