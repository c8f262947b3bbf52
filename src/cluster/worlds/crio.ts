/** Today's Kubernetes on CRI-O: the same three machines as kubeadm-3, and no containerd on any of them. */
import { startNetworkPolicies } from '../kubeadm/network-policies.ts';
import { installCrio, installEtcdTools, installKubernetes } from '../machine/install.ts';
import type { World } from './index.ts';
import { controlPlaneSpec, kubeadmWorld, workerSpecs } from './kubeadm-machines.ts';

export const crio: World = kubeadmWorld({
  summary: 'Kubernetes v1.35 on CRI-O 1.35: conmon and crun instead of containerd; one control-plane node and two workers',
  specs: [controlPlaneSpec, ...workerSpecs],
  runtime: { criSocket: 'unix:///var/run/crio/crio.sock', kubeletArgs: '' },
  install: (machine, { podCidr }) => {
    installCrio(machine, { podCidr });
    installKubernetes(machine);
  },
  prepare: (_context, [controlPlane]) => installEtcdTools(controlPlane),
  finish: startNetworkPolicies,
});
