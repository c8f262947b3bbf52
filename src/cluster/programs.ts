/** All programs of a world by name: what executable files can run, on nodes and in images. */
import { buildctl } from '../cli/buildctl/index.ts';
import { cosign } from '../cli/cosign/index.ts';
import { crictl } from '../cli/crictl/index.ts';
import { newCtr } from '../cli/ctr/index.ts';
import { dockerBuildx } from '../cli/docker/buildx/index.ts';
import { dockerCompose } from '../cli/docker/compose/index.ts';
import { docker } from '../cli/docker/index.ts';
import { etcdctl } from '../cli/etcdctl/index.ts';
import { etcdutl } from '../cli/etcdutl/index.ts';
import { completeHelm, helm } from '../cli/helm/index.ts';
import { ipfs } from '../cli/ipfs/index.ts';
import { newKubeadm } from '../cli/kubeadm/index.ts';
import { completeKubectl, kubectl } from '../cli/kubectl/index.ts';
import { newNerdctl } from '../cli/nerdctl/index.ts';
import { notation } from '../cli/notation/index.ts';
import { newRunc } from '../cli/runc/index.ts';
import { Cni } from '../cni/cni.ts';
import { imagePrograms } from '../images/programs/index.ts';
import type { Registries } from '../images/registries.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Program } from '../linux/program.ts';
import { imageTools, programs as tools } from '../programs/index.ts';
import { Runc } from '../runc/runc.ts';
import { makeShellPrograms, testPrograms } from '../shell/index.ts';
import { absentCommands, absentPrograms, notSimulated } from './absent-programs.ts';
import { corednsProgram, kubeNetworkPoliciesProgram, kubeProxyProgram } from './components/addons.ts';
import { newBuildkitd } from './components/buildkitd.ts';
import { newContainerd } from './components/containerd.ts';
import { kubeControllerManagerProgram, kubeSchedulerProgram } from './components/control-plane.ts';
import { newCrio } from './components/crio.ts';
import { newDockerd } from './components/dockerd.ts';
import { newCriDockerd } from './components/dockershim.ts';
import { etcdProgram } from './components/etcd.ts';
import { newKubeApiserver } from './components/kube-apiserver.ts';
import { localPathProvisionerProgram } from './components/local-path.ts';
import { metricsServerProgram } from './components/metrics-server.ts';
import { newKubelet } from './components/node.ts';
import { newSnapshotters } from './components/snapshotters.ts';
import { sshdProgram } from './components/sshd.ts';
import { kubeadmPhases } from './kubeadm/phases.ts';
import type { Trace } from './trace.ts';

/** Programs by the name that an executable file carries. */
export type ProgramSet = {
  readonly programs: ReadonlyMap<string, Program> /** Names that stand in a node's /usr/bin. */;
  readonly commands: readonly string[];
};

const cni = ({ kernel }: { readonly kernel: Kernel }): Cni => new Cni({ kernel, sim: kernel.sim });
const shells = makeShellPrograms({
  completers: new Map([
    ['kubectl', completeKubectl],
    ['helm', completeHelm],
  ]),
});
const commandLine: Readonly<Record<string, Program>> = { kubectl, helm, crictl, ctr: newCtr(cni), nerdctl: newNerdctl(cni) };

/** Names that stand in a node's /usr/bin. */
const commands: readonly string[] = [...[tools, shells, testPrograms, commandLine].flatMap((set) => Object.keys(set)), ...absentCommands];

/** The same in every world. */
const common: readonly (readonly [string, Program])[] = [
  ...[...absentPrograms, ...absentCommands].map((name) => [name, notSimulated(name)] as const),
  ...[imagePrograms, imageTools, tools, shells, testPrograms, commandLine].flatMap((set) => Object.entries<Program>(set)),
  ...Object.entries<Program>({
    etcd: etcdProgram,
    'kube-scheduler': kubeSchedulerProgram,
    'kube-controller-manager': kubeControllerManagerProgram,
    'kube-proxy': kubeProxyProgram,
    'metrics-server': metricsServerProgram,
    'local-path-provisioner': localPathProvisionerProgram,
    'kube-network-policies': kubeNetworkPoliciesProgram,
    coredns: corednsProgram,
    sshd: sshdProgram,
    // Only where they are installed.
    docker,
    etcdctl,
    etcdutl,
    kubeadm: newKubeadm(kubeadmPhases),
    'docker-buildx': dockerBuildx,
    'docker-compose': dockerCompose,
    // Comes with containerd. Its state lies in the kernel and in its directories: any instance sees the same containers.
    runc: newRunc(({ kernel }) => new Runc({ kernel, sim: kernel.sim })),
    // Of the full bundle of nerdctl.
    buildctl,
    cosign,
    notation,
    ipfs,
  }),
];

/** `registries` are asked for when a node first pulls: the catalogue is large, and a shell alone needs none of it. */
export function newProgramSet(trace: Trace, fault: Program, registries: () => Registries): ProgramSet {
  const programs = new Map<string, Program>(common);
  for (const [name, program] of Object.entries<Program>({
    'kube-apiserver': newKubeApiserver(trace),
    kubelet: newKubelet(trace),
    dockerd: newDockerd(trace),
    'cri-dockerd': newCriDockerd(trace),
    fault,
    containerd: newContainerd(trace, registries),
    crio: newCrio(trace, registries),
    buildkitd: newBuildkitd(trace, registries),
    ...newSnapshotters(trace, registries),
  }))
    programs.set(name, program);
  return { programs, commands };
}
