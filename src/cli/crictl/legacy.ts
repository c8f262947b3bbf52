/** What crictl 1.26 did in another way: the client of Kubernetes 1.26 and of the worlds before. */
import { type ContainerFilter, CriError, type CriServer, type PodSandboxFilter } from '../../interfaces/cri.ts';
import type { Process } from '../../linux/process.ts';
import { releaseOf } from '../../linux/program.ts';

/** Whether this crictl is one of before 1.30, when dockershim's socket left the defaults. */
export const isLegacy = (process: Process): boolean => {
  const minor = Number(/^v1\.(\d+)/.exec(releaseOf(process) ?? '')?.[1] ?? 99);
  return minor < 30;
};

/** In the order in which they are tried. */
export const legacyEndpoints = [
  'unix:///var/run/dockershim.sock',
  'unix:///run/containerd/containerd.sock',
  'unix:///run/crio/crio.sock',
  'unix:///var/run/cri-dockerd.sock',
];

/** A failure's place in the client library of then, by its place now. */
export const legacyPlaces: Readonly<Record<string, string>> = {
  'remote_runtime.go:237': 'remote_runtime.go:176',
  'remote_runtime.go:410': 'remote_runtime.go:319',
  'remote_runtime.go:435': 'remote_runtime.go:343',
  'remote_runtime.go:569': 'remote_runtime.go:415',
  'remote_image.go:250': 'remote_image.go:171',
};

/** A connection was taken for good without a look: what is wrong with it came out at the first call. */
export function unreachable(path: string, problem: string): CriServer {
  const refuse = (): never => {
    throw new CriError('Unavailable', `connection error: desc = "transport: Error while dialing dial unix ${path}: connect: ${problem}"`);
  };
  const part = new Proxy({}, { get: () => refuse });
  return { runtime: part, image: part } as CriServer;
}

/** The filters as Go prints them. */
export const goContainerFilter = ({ id = '', state, podSandboxId = '' }: ContainerFilter): string =>
  `&ContainerFilter{Id:${id},State:${state === undefined ? 'nil' : `&ContainerStateValue{State:${state},}`},PodSandboxId:${podSandboxId},LabelSelector:map[string]string{},}`;
/** As gogo/protobuf prints it in debug lines. */
export const goPodFilter = ({ id = '', state }: PodSandboxFilter): string =>
  `&PodSandboxFilter{Id:${id},State:${state === undefined ? 'nil' : `&PodSandboxStateValue{State:${state},}`},LabelSelector:map[string]string{},}`;
