/** The ClusterRoles that an apiserver makes: kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go. Rules are in the short form of rules.ts. */
import { read, write } from './rules.ts';

const events = 'create,patch,update core+events:events';

/** Roles of the aggregated three, by the label that aggregates them. */
export const aggregateToView: readonly string[] = [
  `${read} core:configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status`,
  `${read} core:bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status`,
  `${read} core:namespaces`,
  `${read} discovery:endpointslices`,
  `${read} apps:controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status`,
  `${read} autoscaling:horizontalpodautoscalers,horizontalpodautoscalers/status`,
  `${read} batch:cronjobs,cronjobs/status,jobs,jobs/status`,
  `${read} extensions:daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale`,
  `${read} policy:poddisruptionbudgets,poddisruptionbudgets/status`,
  `${read} networking:ingresses,ingresses/status,networkpolicies`,
  `${read} resource:resourceclaims,resourceclaims/status,resourceclaimtemplates`,
];

/** Rules in short form (`verbs group:resources`), spelled out by rules.ts. */
export const aggregateToEdit: readonly string[] = [
  `${read} core:pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy`,
  'impersonate core:serviceaccounts',
  `${write} core:pods,pods/attach,pods/exec,pods/portforward,pods/proxy`,
  'create core:pods/eviction',
  `${write} core:configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy`,
  'create core:serviceaccounts/token',
  `${write} apps:daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale`,
  `${write} autoscaling:horizontalpodautoscalers`,
  `${write} batch:cronjobs,jobs`,
  `${write} extensions:daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale`,
  `${write} policy:poddisruptionbudgets`,
  `${write} networking:ingresses,networkpolicies`,
  'create,delete,deletecollection,get,list,patch,update,watch coordination:leases',
  `${write} resource:resourceclaims,resourceclaimtemplates`,
];

/** Beyond what edit and view bring. */
export const aggregateToAdmin: readonly string[] = [
  'create authorization:localsubjectaccessreviews',
  'create,delete,deletecollection,get,list,patch,update,watch rbac:rolebindings,roles',
];

const health = '/healthz,/livez,/readyz,/version,/version/';

/** Name → rules. */
export const clusterRoles: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['* *:*', '* */'],
  'system:discovery': ['get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/'],
  'system:monitoring': ['get /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*'],
  'system:basic-user': [
    'create authorization:selfsubjectaccessreviews',
    'create authorization:selfsubjectrulesreviews',
    'create authentication:selfsubjectreviews',
  ],
  'system:public-info-viewer': [`get ${health}`],
  'system:auth-delegator': ['create authentication:tokenreviews', 'create authorization:subjectaccessreviews'],
  'system:heapster': [`${read} core:events,namespaces,nodes,pods`, `${read} extensions:deployments`],
  'system:kube-aggregator': [`${read} core:endpoints,services`],
  'system:kubelet-api-admin': [
    `${read} core:nodes`,
    '* core:nodes',
    '* core:nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats',
  ],
  'system:node-bootstrapper': ['create,get,list,watch certificates:certificatesigningrequests'],
  'system:node-problem-detector': ['get core:nodes', 'patch core:nodes/status', events],
  'system:node-proxier': [
    'list,watch core:services,endpoints',
    `${read} core:nodes`,
    events,
    'list,watch discovery:endpointslices',
    'list,watch networking:servicecidrs',
  ],
  'system:node': [
    'create authentication:tokenreviews',
    'create authorization:localsubjectaccessreviews,subjectaccessreviews',
    `${read} core:services`,
    'create,get,list,watch core:nodes',
    'patch,update core:nodes/status',
    'patch,update core:nodes',
    events,
    `${read} core:pods`,
    'create,delete core:pods',
    'patch,update core:pods/status',
    'create core:pods/eviction',
    `${read} core:configmaps,secrets`,
    'get core:persistentvolumeclaims,persistentvolumes',
    'get core:endpoints',
    'create,get,list,watch certificates:certificatesigningrequests',
    'create,delete,get,patch,update coordination:leases',
    'get storage:volumeattachments',
    'create core:serviceaccounts/token',
    'get,patch,update core:persistentvolumeclaims/status',
    `${read} storage:csidrivers`,
    'create,delete,get,patch,update storage:csinodes',
    `${read} node:runtimeclasses`,
  ],
  'system:kube-scheduler': [
    events,
    'create coordination:leases',
    `get,list,update,watch coordination:leases name=kube-scheduler`,
    `${read} core:nodes`,
    'delete,get,list,watch core:pods',
    'create core:bindings,pods/binding',
    'patch,update core:pods/status',
    `${read} core:replicationcontrollers,services`,
    `${read} apps+extensions:replicasets`,
    `${read} apps:statefulsets`,
    `${read} policy:poddisruptionbudgets`,
    `${read} core:persistentvolumeclaims,persistentvolumes`,
    'create authentication:tokenreviews',
    'create authorization:subjectaccessreviews',
    `${read} storage:csinodes,storageclasses,csidrivers,csistoragecapacities,volumeattachments`,
    `${read} core:namespaces`,
    `${read} resource:deviceclasses,resourceclaims,resourceslices`,
  ],
  'system:kube-controller-manager': [
    events,
    'create coordination:leases',
    'get,list,update,watch coordination:leases name=kube-controller-manager',
    'create core:secrets,serviceaccounts',
    'delete core:secrets',
    'get core:configmaps,namespaces,secrets,serviceaccounts',
    'update core:secrets,serviceaccounts',
    'create authentication:tokenreviews',
    'create authorization:subjectaccessreviews',
    'list,watch *:*',
    'create core:serviceaccounts/token',
  ],
  'system:kube-dns': ['list,watch core:endpoints,services'],
  'system:persistent-volume-provisioner': [
    'create,delete,get,list,watch core:persistentvolumes',
    `get,list,update,watch core:persistentvolumeclaims`,
    `${read} storage:storageclasses`,
    `${read} core:events`,
    events,
  ],
  'system:volume-scheduler': [
    'get,list,patch,update,watch core:persistentvolumes',
    `${read} storage:storageclasses`,
    'get,list,patch,update,watch core:persistentvolumeclaims',
  ],
  'system:service-account-issuer-discovery': ['get /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/'],
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': ['create certificates:certificatesigningrequests/nodeclient'],
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': ['create certificates:certificatesigningrequests/selfnodeclient'],
  'system:certificates.k8s.io:kube-apiserver-client-approver': ['approve certificates:signers name=kubernetes.io/kube-apiserver-client'],
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': ['approve certificates:signers name=kubernetes.io/kube-apiserver-client-kubelet'],
  'system:certificates.k8s.io:kubelet-serving-approver': ['approve certificates:signers name=kubernetes.io/kubelet-serving'],
  'system:certificates.k8s.io:legacy-unknown-approver': ['approve certificates:signers name=kubernetes.io/legacy-unknown'],
  'kubeadm:get-nodes': ['get core:nodes'],
};

/** ClusterRoleBindings: name → role and subjects. */
export const clusterRoleBindings: readonly (readonly [name: string, role: string, ...subjects: string[]])[] = [
  ['cluster-admin', 'cluster-admin', 'Group/system:masters'],
  ['kubeadm:cluster-admins', 'cluster-admin', 'Group/kubeadm:cluster-admins'],
  ['kubeadm:get-nodes', 'kubeadm:get-nodes', 'Group/system:bootstrappers:kubeadm:default-node-token'],
  ['kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', 'Group/system:bootstrappers:kubeadm:default-node-token'],
  [
    'kubeadm:node-autoapprove-bootstrap',
    'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    'Group/system:bootstrappers:kubeadm:default-node-token',
  ],
  ['kubeadm:node-autoapprove-certificate-rotation', 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', 'Group/system:nodes'],
  ['kubeadm:node-proxier', 'system:node-proxier', 'ServiceAccount/kube-system/kube-proxy'],
  ['system:basic-user', 'system:basic-user', 'Group/system:authenticated'],
  ['system:discovery', 'system:discovery', 'Group/system:authenticated'],
  ['system:kube-controller-manager', 'system:kube-controller-manager', 'User/system:kube-controller-manager'],
  ['system:kube-dns', 'system:kube-dns', 'ServiceAccount/kube-system/kube-dns'],
  ['system:kube-scheduler', 'system:kube-scheduler', 'User/system:kube-scheduler'],
  ['system:monitoring', 'system:monitoring', 'Group/system:monitoring'],
  ['system:node', 'system:node'],
  ['system:node-proxier', 'system:node-proxier', 'User/system:kube-proxy'],
  ['system:public-info-viewer', 'system:public-info-viewer', 'Group/system:authenticated', 'Group/system:unauthenticated'],
  ['system:service-account-issuer-discovery', 'system:service-account-issuer-discovery', 'Group/system:serviceaccounts'],
  ['system:volume-scheduler', 'system:volume-scheduler', 'User/system:kube-scheduler'],
];
