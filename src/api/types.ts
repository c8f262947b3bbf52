/** Kubernetes API types, from `kubernetes-types`, with what 1.31 to 1.35 added where the lab uses it. */
import type * as apps from 'kubernetes-types/apps/v1';
import type * as autoscaling from 'kubernetes-types/autoscaling/v2';
import type * as batch from 'kubernetes-types/batch/v1';
import type * as certificates from 'kubernetes-types/certificates/v1';
import type * as coordination from 'kubernetes-types/coordination/v1';
import type * as core from 'kubernetes-types/core/v1';
import type * as discovery from 'kubernetes-types/discovery/v1';
import type * as meta from 'kubernetes-types/meta/v1';
import type * as networking from 'kubernetes-types/networking/v1';
import type * as policy from 'kubernetes-types/policy/v1';
import type * as rbac from 'kubernetes-types/rbac/v1';
import type * as scheduling from 'kubernetes-types/scheduling/v1';
import type * as storage from 'kubernetes-types/storage/v1';

/** What every object carries; the apiserver fills uid, resourceVersion, generation and creationTimestamp. */
export type ObjectMeta = meta.ObjectMeta;
/** With `controller: true` on one at most; the garbage collector follows them by uid. */
export type OwnerReference = meta.OwnerReference;
/** matchLabels and matchExpressions must all hold; an empty one selects everything. */
export type LabelSelector = meta.LabelSelector;
/** For kinds that use metav1.Condition; Pod and Node have types of their own. */
export type Condition = meta.Condition;

/** What every stored object has. After admission `metadata` always has name, uid, resourceVersion and creationTimestamp (text, RFC 3339). */
export type KubeObject = { readonly apiVersion?: string; readonly kind?: string; readonly metadata: ObjectMeta };

type Stored<T> = Omit<T, 'metadata' | 'spec'> & { metadata: ObjectMeta } & (T extends { spec?: infer S } ? { spec: NonNullable<S> } : unknown);

/** Bound by the scheduler, run by the kubelet of `spec.nodeName`, which alone writes its status. */
export type Pod = Stored<core.Pod>;
/** Immutable once stored but for images, tolerations, deadlines and, through `resize`, resources. */
export type PodSpec = core.PodSpec;
/** Written by the kubelet; the scheduler adds PodScheduled. */
export type PodStatus = core.PodStatus & { observedGeneration?: number };
/** What the workload controllers make pods of. */
export type PodTemplateSpec = core.PodTemplateSpec;
/** One of a pod's containers or init containers; `restartPolicy: Always` makes the latter a sidecar. */
export type ContainerSpec = core.Container & { restartPolicy?: string; restartPolicyRules?: readonly ContainerRestartRule[] };
/** 1.34's ContainerRestartRules: the first rule whose exit codes fit decides, before `restartPolicy`. */
export type ContainerRestartRule = { readonly action: string; readonly exitCodes?: { readonly operator: string; readonly values?: readonly number[] } };
/** One container's state, last state and restart count, as the kubelet saw them. */
export type ContainerStatus = core.ContainerStatus;
/** Registered and reported by its kubelet; taints are the node lifecycle controller's too. */
export type Node = Stored<core.Node>;
/** Terminating until the namespace controller has deleted what is in it. */
export type Namespace = Stored<core.Namespace>;
/** The apiserver allots clusterIP and nodePort; kube-proxy makes rules of it. */
export type Service = Stored<core.Service>;
/** The old form of EndpointSlice, still written for clients that read it. */
export type Endpoints = Stored<core.Endpoints>;
/** Read by kubelets for volumes and environments; written by users and by leaders of old. */
export type ConfigMap = Stored<core.ConfigMap>;
/** `data` is base64; `stringData` is taken in by the apiserver and never stored. */
export type Secret = Stored<core.Secret>;
/** Each namespace gets `default`; pods get a token of theirs. */
export type ServiceAccount = Stored<core.ServiceAccount>;
/** What components tell users; kept for an hour. */
export type CoreEvent = Stored<core.Event>;
/** Bound to one claim by the persistent volume controller. */
export type PersistentVolume = Stored<core.PersistentVolume>;
/** A pod that mounts one waits until it is Bound. */
export type PersistentVolumeClaim = Stored<core.PersistentVolumeClaim>;
/** The ReplicaSet of old, without set-based selectors. */
export type ReplicationController = Stored<core.ReplicationController>;
/** Checked by admission, counted anew by its controller. */
export type ResourceQuota = Stored<core.ResourceQuota>;
/** Defaults and bounds that admission puts on pods and claims. */
export type LimitRange = Stored<core.LimitRange>;
/** Its controller makes one ReplicaSet for each pod template. */
export type Deployment = Stored<apps.Deployment>;
/** Keeps so many pods of one template. */
export type ReplicaSet = Stored<apps.ReplicaSet>;
/** Pods with ordinals and claims of their own, made in order. */
export type StatefulSet = Stored<apps.StatefulSet>;
/** One pod on each node that fits. */
export type DaemonSet = Stored<apps.DaemonSet>;
/** A former template of a StatefulSet or DaemonSet, for rollback. */
export type ControllerRevision = Stored<apps.ControllerRevision>;
/** Runs pods until so many have succeeded. */
export type Job = Stored<batch.Job>;
/** Makes Jobs by a schedule. */
export type CronJob = Stored<batch.CronJob>;
/** The ready addresses behind a Service, 100 at most in each; kube-proxy and CoreDNS read it. Empty lists are null, as Go writes lists without `omitempty`. */
export type EndpointSlice = Stored<Omit<discovery.EndpointSlice, 'endpoints' | 'ports'>> & {
  readonly endpoints: discovery.Endpoint[] | null;
  readonly ports: discovery.EndpointPort[] | null;
};
/** Heartbeats of nodes, and who leads among controllers. */
export type Lease = Stored<coordination.Lease>;
/** Rules alone: an ingress controller has to act on them. */
export type Ingress = Stored<networking.Ingress>;
/** Which controller an Ingress is for. */
export type IngressClass = Stored<networking.IngressClass>;
/** Enforced by kube-network-policies on each node. */
export type NetworkPolicy = Stored<networking.NetworkPolicy>;
/** How many pods an eviction must leave. */
export type PodDisruptionBudget = Stored<policy.PodDisruptionBudget>;
/** autoscaling/v2; its controller reads metrics and writes the target's `scale`. */
export type HorizontalPodAutoscaler = Stored<autoscaling.HorizontalPodAutoscaler>;
/** Rules within its namespace. */
export type Role = Stored<rbac.Role>;
/** Rules for all namespaces and for what has none. */
export type ClusterRole = Stored<rbac.ClusterRole>;
/** Gives a Role, or a ClusterRole within this namespace, to subjects. */
export type RoleBinding = Stored<rbac.RoleBinding>;
/** Gives a ClusterRole to subjects everywhere. */
export type ClusterRoleBinding = Stored<rbac.ClusterRoleBinding>;
/** One rule of RBAC: what is listed is allowed, nothing is ever denied. */
export type PolicyRule = rbac.PolicyRule;
/** Its value is copied into pods by admission; the scheduler queues and preempts by it. */
export type PriorityClass = Stored<scheduling.PriorityClass>;
/** Which provisioner makes volumes, and when they are bound. */
export type StorageClass = Stored<storage.StorageClass>;
/** Approved by a user or a controller, then signed by csrsigning. */
export type CertificateSigningRequest = Stored<certificates.CertificateSigningRequest>;
/** The generated types by group, for parts of kinds that have no name of their own here. */
export type { apps, autoscaling, batch, core, discovery, meta, networking, policy, rbac, storage };

/** One request for devices, of one class or of the first that there is. */
type DeviceRequest = { readonly name: string; readonly exactly?: { readonly deviceClassName: string }; readonly firstAvailable?: readonly SubRequest[] };
type SubRequest = { readonly name: string; readonly deviceClassName: string };
type ResourceClaimSpec = { readonly devices?: { readonly requests?: readonly DeviceRequest[] } };
/** Devices that a pod needs (resource.k8s.io/v1); drivers offer them in ResourceSlices, the scheduler allocates them. */
/** networking.k8s.io/v1, since v1.33. */
export type ServiceCidr = KubeObject & {
  readonly spec?: { readonly cidrs?: readonly string[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[] };
};

export type ResourceClaim = KubeObject & {
  readonly spec: ResourceClaimSpec;
  readonly status?: { readonly allocation?: object; readonly reservedFor?: readonly object[] };
};
/** What the claims of pods are made of, one a pod. */
export type ResourceClaimTemplate = KubeObject & { readonly spec: { readonly metadata?: ObjectMeta; readonly spec: ResourceClaimSpec } };
/** A pod's entry in `spec.resourceClaims`: a claim by its name, or one made of a template, whose name stands in the pod's status. */
export type PodResourceClaim = { readonly name: string; readonly resourceClaimName?: string; readonly resourceClaimTemplateName?: string };

/** The resource name gives the type: no cast at any call. */
export type ResourceTypes = {
  pods: Pod;
  nodes: Node;
  namespaces: Namespace;
  services: Service;
  endpoints: Endpoints;
  configmaps: ConfigMap;
  secrets: Secret;
  serviceaccounts: ServiceAccount;
  events: CoreEvent;
  persistentvolumes: PersistentVolume;
  persistentvolumeclaims: PersistentVolumeClaim;
  replicationcontrollers: ReplicationController;
  resourcequotas: ResourceQuota;
  limitranges: LimitRange;
  'deployments.apps': Deployment;
  'replicasets.apps': ReplicaSet;
  'statefulsets.apps': StatefulSet;
  'daemonsets.apps': DaemonSet;
  'controllerrevisions.apps': ControllerRevision;
  'jobs.batch': Job;
  'cronjobs.batch': CronJob;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  'leases.coordination.k8s.io': Lease;
  'ingresses.networking.k8s.io': Ingress;
  'ingressclasses.networking.k8s.io': IngressClass;
  'networkpolicies.networking.k8s.io': NetworkPolicy;
  'poddisruptionbudgets.policy': PodDisruptionBudget;
  'horizontalpodautoscalers.autoscaling': HorizontalPodAutoscaler;
  'roles.rbac.authorization.k8s.io': Role;
  'clusterroles.rbac.authorization.k8s.io': ClusterRole;
  'rolebindings.rbac.authorization.k8s.io': RoleBinding;
  'clusterrolebindings.rbac.authorization.k8s.io': ClusterRoleBinding;
  'priorityclasses.scheduling.k8s.io': PriorityClass;
  'storageclasses.storage.k8s.io': StorageClass;
  'certificatesigningrequests.certificates.k8s.io': CertificateSigningRequest;
  'resourceclaims.resource.k8s.io': ResourceClaim;
  'servicecidrs.networking.k8s.io': ServiceCidr;
  'ipaddresses.networking.k8s.io': KubeObject;
  'resourceclaimtemplates.resource.k8s.io': ResourceClaimTemplate;
  'deviceclasses.resource.k8s.io': KubeObject;
  'resourceslices.resource.k8s.io': KubeObject;
};
/** `pods`, or `deployments.apps`: resource and group, as `kubectl api-resources` would name them in full. */
export type ResourceName = keyof ResourceTypes;
