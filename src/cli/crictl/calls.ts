/** How the CRI client library logs the calls that failed: k8s.io/cri-client remote_runtime.go and remote_image.go. */
import type { ContainerFilter, PodSandboxFilter } from '../../interfaces/cri.ts';
import { goContainerFilter, goPodFilter } from './legacy.ts';

/** How one RPC's failure is logged by the CRI client library. */
export type Call = {
  readonly place?: string;
  readonly message?: string;
  readonly fields?: readonly (readonly [string, string])[];
  readonly dropUnknown?: boolean;
  /** How crictl before 1.30 logged a call whose failure is no longer logged. */
  readonly legacy?: { readonly place: string; readonly message: string; readonly fields: readonly (readonly [string, string])[] };
};

const quoted = (text: string): string => JSON.stringify(text);
const container = (id: string): readonly (readonly [string, string])[] => [['containerID', quoted(id)]];
const cmdField = (id: string, cmd: readonly string[]): readonly (readonly [string, string])[] => [...container(id), ['cmd', JSON.stringify(cmd)]];

/** The calls by name. */
export const calls = {
  runPodSandbox: (): Call => ({ place: 'remote_runtime.go:237', message: 'RunPodSandbox from runtime service failed' }),
  createContainer: (pod: string): Call => ({
    place: 'remote_runtime.go:410',
    message: 'CreateContainer in sandbox from runtime service failed',
    fields: [['podSandboxID', quoted(pod)]],
  }),
  startContainer: (id: string): Call => ({ place: 'remote_runtime.go:435', message: 'StartContainer from runtime service failed', fields: container(id) }),
  containerStatus: (id: string): Call => ({ place: 'remote_runtime.go:569', message: 'ContainerStatus from runtime service failed', fields: container(id) }),
  update: (id: string): Call => ({ place: 'remote_runtime.go:599', message: 'UpdateContainerResources from runtime service failed', fields: container(id) }),
  execSync: (id: string, cmd: readonly string[]): Call => ({
    place: 'remote_runtime.go:636',
    message: 'ExecSync cmd from runtime service failed',
    fields: cmdField(id, cmd),
  }),
  exec: (id: string, cmd: readonly string[]): Call => ({
    place: 'remote_runtime.go:672',
    message: 'Exec cmd from runtime service failed',
    fields: cmdField(id, cmd),
  }),
  attach: (id: string): Call => ({ place: 'remote_runtime.go:701', message: 'Attach container from runtime service failed', fields: container(id) }),
  portForward: (pod: string): Call => ({
    place: 'remote_runtime.go:730',
    message: 'PortForward from runtime service failed',
    fields: [['podSandboxID', quoted(pod)]],
  }),
  pullImage: (image: string): Call => ({
    place: 'remote_image.go:250',
    message: 'PullImage from image service failed',
    fields: [['image', quoted(image)]],
    dropUnknown: true,
  }),
  listContainers: (filter: ContainerFilter): Call => ({
    legacy: {
      place: 'remote_runtime.go:390',
      message: 'ListContainers with filter from runtime service failed',
      fields: [['filter', quoted(goContainerFilter(filter))]],
    },
  }),
  listPodSandbox: (filter: PodSandboxFilter): Call => ({
    legacy: {
      place: 'remote_runtime.go:277',
      message: 'ListPodSandbox with filter from runtime service failed',
      fields: [['filter', quoted(goPodFilter(filter))]],
    },
  }),
  listImages: (): Call => ({
    legacy: {
      place: 'remote_image.go:119',
      message: 'ListImages with filter from image service failed',
      fields: [['filter', quoted('&ImageFilter{Image:&ImageSpec{Image:,Annotations:map[string]string{},},}')]],
    },
  }),
  stopPodSandbox: (pod: string): Call => ({
    place: 'remote_runtime.go:267',
    message: 'StopPodSandbox from runtime service failed',
    fields: [['podSandboxID', quoted(pod)]],
  }),
  removePodSandbox: (pod: string): Call => ({
    place: 'remote_runtime.go:287',
    message: 'RemovePodSandbox from runtime service failed',
    fields: [['podSandboxID', quoted(pod)]],
  }),
  stopContainer: (id: string): Call => ({ place: 'remote_runtime.go:459', message: 'StopContainer from runtime service failed', fields: container(id) }),
  removeContainer: (id: string): Call => ({ place: 'remote_runtime.go:479', message: 'RemoveContainer from runtime service failed', fields: container(id) }),
  reopenLog: (id: string): Call => ({ place: 'remote_runtime.go:1006', message: 'ReopenContainerLog from runtime service failed', fields: container(id) }),
  podStats: (filter: string): Call => ({
    place: 'remote_runtime.go:954',
    message: 'ListPodSandboxStats with filter from runtime service failed',
    fields: [['filter', filter]],
  }),
  checkpoint: (id: string): Call => ({ place: 'remote_runtime.go:1049', message: 'CheckpointContainer from runtime service failed', fields: container(id) }),
  plain: {} as Call,
};
