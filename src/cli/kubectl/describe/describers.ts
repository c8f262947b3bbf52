import { describeHorizontalPodAutoscaler } from './autoscaler.ts';
import {
  describeConfigMap,
  describeLimitRange,
  describeNamespace,
  describeResourceQuota,
  describeRole,
  describeRoleBinding,
  describeSecret,
  describeServiceAccount,
} from './config.ts';
import type { Describer } from './describer.ts';
import {
  describeEndpointSlice,
  describeEndpoints,
  describeIngress,
  describeIngressClass,
  describeIpAddress,
  describeService,
  describeServiceCidr,
} from './network.ts';
import { describeNetworkPolicy } from './network-policy.ts';
import { describeNode } from './node.ts';
import { describePod } from './pod.ts';
import {
  describeCertificateSigningRequest,
  describeCsiNode,
  describePersistentVolume,
  describePersistentVolumeClaim,
  describePodDisruptionBudget,
  describePriorityClass,
  describeStorageClass,
  describeVolumeAttributesClass,
} from './storage.ts';
import { describeCronJob, describeDaemonSet, describeDeployment, describeJob, describeReplicaSet, describeStatefulSet } from './workloads.ts';

/** Kinds with a page of their own; all others are described field by field. */
export const describers: Readonly<Record<string, Describer>> = {
  Pod: describePod,
  Node: describeNode,
  Deployment: describeDeployment,
  ReplicaSet: describeReplicaSet,
  ReplicationController: describeReplicaSet,
  DaemonSet: describeDaemonSet,
  StatefulSet: describeStatefulSet,
  Job: describeJob,
  CronJob: describeCronJob,
  Service: describeService,
  Endpoints: describeEndpoints,
  EndpointSlice: describeEndpointSlice,
  Ingress: describeIngress,
  IngressClass: describeIngressClass,
  ServiceCIDR: describeServiceCidr,
  IPAddress: describeIpAddress,
  NetworkPolicy: describeNetworkPolicy,
  ConfigMap: describeConfigMap,
  Secret: describeSecret,
  ServiceAccount: describeServiceAccount,
  Namespace: describeNamespace,
  LimitRange: describeLimitRange,
  ResourceQuota: describeResourceQuota,
  Role: describeRole,
  ClusterRole: describeRole,
  RoleBinding: describeRoleBinding,
  ClusterRoleBinding: describeRoleBinding,
  PersistentVolume: describePersistentVolume,
  PersistentVolumeClaim: describePersistentVolumeClaim,
  StorageClass: describeStorageClass,
  VolumeAttributesClass: describeVolumeAttributesClass,
  CSINode: describeCsiNode,
  PriorityClass: describePriorityClass,
  PodDisruptionBudget: describePodDisruptionBudget,
  HorizontalPodAutoscaler: describeHorizontalPodAutoscaler,
  CertificateSigningRequest: describeCertificateSigningRequest,
};
