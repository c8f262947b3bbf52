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

export type ObjectMeta = meta.ObjectMeta;
export type OwnerReference = meta.OwnerReference;
export type LabelSelector = meta.LabelSelector;
export type Condition = meta.Condition;

/** What every stored object has. After admission `metadata` always has name, uid, resourceVersion and creationTimestamp (text, RFC 3339). */
export type KubeObject = { readonly apiVersion?: string; readonly kind?: string; readonly metadata: ObjectMeta };

type Stored<T> = Omit<T, 'metadata' | 'spec'> & { metadata: ObjectMeta } & (T extends { spec?: infer S } ? { spec: NonNullable<S> } : unknown);

export type Pod = Stored<core.Pod>;
export type PodSpec = core.PodSpec;
export type PodStatus = core.PodStatus & { observedGeneration?: number };
export type PodTemplateSpec = core.PodTemplateSpec;
export type ContainerSpec = core.Container & { restartPolicy?: string };
export type ContainerStatus = core.ContainerStatus;
export type Node = Stored<core.Node>;
export type Namespace = Stored<core.Namespace>;
export type Service = Stored<core.Service>;
export type Endpoints = Stored<core.Endpoints>;
export type ConfigMap = Stored<core.ConfigMap>;
export type Secret = Stored<core.Secret>;
export type ServiceAccount = Stored<core.ServiceAccount>;
export type CoreEvent = Stored<core.Event>;
export type PersistentVolume = Stored<core.PersistentVolume>;
export type PersistentVolumeClaim = Stored<core.PersistentVolumeClaim>;
export type ReplicationController = Stored<core.ReplicationController>;
export type ResourceQuota = Stored<core.ResourceQuota>;
export type LimitRange = Stored<core.LimitRange>;
export type Deployment = Stored<apps.Deployment>;
export type ReplicaSet = Stored<apps.ReplicaSet>;
export type StatefulSet = Stored<apps.StatefulSet>;
export type DaemonSet = Stored<apps.DaemonSet>;
export type ControllerRevision = Stored<apps.ControllerRevision>;
export type Job = Stored<batch.Job>;
export type CronJob = Stored<batch.CronJob>;
export type EndpointSlice = Stored<discovery.EndpointSlice>;
export type Lease = Stored<coordination.Lease>;
export type Ingress = Stored<networking.Ingress>;
export type IngressClass = Stored<networking.IngressClass>;
export type NetworkPolicy = Stored<networking.NetworkPolicy>;
export type PodDisruptionBudget = Stored<policy.PodDisruptionBudget>;
export type HorizontalPodAutoscaler = Stored<autoscaling.HorizontalPodAutoscaler>;
export type Role = Stored<rbac.Role>;
export type ClusterRole = Stored<rbac.ClusterRole>;
export type RoleBinding = Stored<rbac.RoleBinding>;
export type ClusterRoleBinding = Stored<rbac.ClusterRoleBinding>;
export type PolicyRule = rbac.PolicyRule;
export type PriorityClass = Stored<scheduling.PriorityClass>;
export type StorageClass = Stored<storage.StorageClass>;
export type CertificateSigningRequest = Stored<certificates.CertificateSigningRequest>;
export type { apps, autoscaling, batch, core, discovery, meta, networking, policy, rbac, storage };

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
};
/** `pods`, or `deployments.apps`: resource and group, as `kubectl api-resources` would name them in full. */
export type ResourceName = keyof ResourceTypes;
