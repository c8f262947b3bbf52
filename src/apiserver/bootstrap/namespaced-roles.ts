/** Roles in kube-system and kube-public: bootstrappolicy/namespace_policy.go, and kubeadm's. */

/** namespace, name, rules in the short form. */
export const namespacedRoles: readonly (readonly [namespace: string, name: string, ...rules: string[]])[] = [
  ['kube-public', 'kubeadm:bootstrap-signer-clusterinfo', 'get core:configmaps name=cluster-info'],
  [
    'kube-public',
    'system:controller:bootstrap-signer',
    'get,list,watch core:configmaps',
    'update core:configmaps name=cluster-info',
    'create,patch,update core:events',
  ],
  ['kube-system', 'extension-apiserver-authentication-reader', 'get,list,watch core:configmaps name=extension-apiserver-authentication'],
  ['kube-system', 'kube-proxy', 'get core:configmaps name=kube-proxy'],
  ['kube-system', 'kubeadm:kubelet-config', 'get core:configmaps name=kubelet-config'],
  ['kube-system', 'kubeadm:nodes-kubeadm-config', 'get core:configmaps name=kubeadm-config'],
  ['kube-system', 'system::leader-locking-kube-controller-manager', 'watch core:configmaps', 'get,update core:configmaps name=kube-controller-manager'],
  ['kube-system', 'system::leader-locking-kube-scheduler', 'watch core:configmaps', 'get,update core:configmaps name=kube-scheduler'],
  ['kube-system', 'system:controller:bootstrap-signer', 'get,list,watch core:secrets'],
  ['kube-system', 'system:controller:cloud-provider', 'create,get,list,watch core:configmaps'],
  ['kube-system', 'system:controller:token-cleaner', 'delete,get,list,watch core:secrets', 'create,patch,update core:events'],
];

/** namespace, name, role, subjects. */
export const namespacedBindings: readonly (readonly [namespace: string, name: string, role: string, ...subjects: string[]])[] = [
  ['kube-public', 'kubeadm:bootstrap-signer-clusterinfo', 'kubeadm:bootstrap-signer-clusterinfo', 'User/system:anonymous'],
  ['kube-public', 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', 'ServiceAccount/kube-system/bootstrap-signer'],
  ['kube-system', 'kube-proxy', 'kube-proxy', 'Group/system:bootstrappers:kubeadm:default-node-token'],
  ['kube-system', 'kubeadm:kubelet-config', 'kubeadm:kubelet-config', 'Group/system:nodes', 'Group/system:bootstrappers:kubeadm:default-node-token'],
  [
    'kube-system',
    'kubeadm:nodes-kubeadm-config',
    'kubeadm:nodes-kubeadm-config',
    'Group/system:bootstrappers:kubeadm:default-node-token',
    'Group/system:nodes',
  ],
  [
    'kube-system',
    'system::extension-apiserver-authentication-reader',
    'extension-apiserver-authentication-reader',
    'User/system:kube-controller-manager',
    'User/system:kube-scheduler',
  ],
  [
    'kube-system',
    'system::leader-locking-kube-controller-manager',
    'system::leader-locking-kube-controller-manager',
    'User/system:kube-controller-manager',
    'ServiceAccount/kube-system/kube-controller-manager',
  ],
  [
    'kube-system',
    'system::leader-locking-kube-scheduler',
    'system::leader-locking-kube-scheduler',
    'User/system:kube-scheduler',
    'ServiceAccount/kube-system/kube-scheduler',
  ],
  ['kube-system', 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', 'ServiceAccount/kube-system/bootstrap-signer'],
  ['kube-system', 'system:controller:cloud-provider', 'system:controller:cloud-provider', 'ServiceAccount/kube-system/cloud-provider'],
  ['kube-system', 'system:controller:token-cleaner', 'system:controller:token-cleaner', 'ServiceAccount/kube-system/token-cleaner'],
];
