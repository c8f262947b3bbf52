/** Three machines with Kubernetes v1.35.6, made as kubeadm makes them: `controlplane`, `node01`, `node02`. */
import { startKubelet } from '../kubeadm/bring-up.ts';
import { enable, installKubeletUnit } from '../kubeadm/files.ts';
import { startNetworkPolicies } from '../kubeadm/network-policies.ts';
import { installEtcdTools } from '../machine/install.ts';
import type { World } from './index.ts';
import { type ClusterParts, controlPlaneSpec, kubeadmWorld, spareSpec, workerSpecs } from './kubeadm-machines.ts';

const usual: Omit<ClusterParts, 'summary'> = {
  specs: [controlPlaneSpec, ...workerSpecs],
  prepare: (_context, [controlPlane]) => installEtcdTools(controlPlane),
  finish: startNetworkPolicies,
};

/** The usual world. */
export const kubeadm3: World = kubeadmWorld({ ...usual, summary: 'Kubernetes v1.35 with one control-plane node and two workers, made by kubeadm' });

/** The same with `node03`, where containerd, the kubelet and kubeadm are installed, and which belongs to no cluster yet. */
export const kubeadm3Spare: World = kubeadmWorld({
  ...usual,
  summary: 'kubeadm-3 and a spare machine, node03, that can join',
  spares: [spareSpec],
  finish: (cluster, machines) => {
    for (const spare of machines.slice(usual.specs.length)) {
      installKubeletUnit(spare);
      enable(spare, 'kubelet.service');
      startKubelet(spare);
    }
    startNetworkPolicies(cluster, machines);
  },
});
