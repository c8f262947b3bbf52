/** What no published package says about the built-in types: merge keys, list types, enumerations, and what is newer than Kubernetes 1.35. */

/** x-kubernetes-patch-strategy:x-kubernetes-patch-merge-key, by client-node's names of types. */
export const mergeKeys = {
  'V1Container.env': 'merge:name',
  'V1Container.ports': 'merge:containerPort',
  'V1Container.volumeDevices': 'merge:devicePath',
  'V1Container.volumeMounts': 'merge:mountPath',
  'V1CSINodeSpec.drivers': 'merge:name',
  'V1DaemonSetStatus.conditions': 'merge:type',
  'V1DeploymentSpec.strategy': 'retainKeys:',
  'V1DeploymentStatus.conditions': 'merge:type',
  'V1ComponentStatus.conditions': 'merge:type',
  'V1EphemeralContainer.env': 'merge:name',
  'V1EphemeralContainer.ports': 'merge:containerPort',
  'V1EphemeralContainer.volumeDevices': 'merge:devicePath',
  'V1EphemeralContainer.volumeMounts': 'merge:mountPath',
  'V1JobStatus.conditions': 'merge:type',
  'V1MutatingWebhookConfiguration.webhooks': 'merge:name',
  'V1NamespaceStatus.conditions': 'merge:type',
  'V1NodeSpec.podCIDRs': 'merge:',
  'V1NodeStatus.addresses': 'merge:type',
  'V1NodeStatus.conditions': 'merge:type',
  'V1ObjectMeta.finalizers': 'merge:',
  'V1ObjectMeta.ownerReferences': 'merge:uid',
  'V1PersistentVolumeClaimStatus.conditions': 'merge:type',
  'V1PodDisruptionBudgetSpec.selector': 'replace:',
  'V1PodDisruptionBudgetStatus.conditions': 'merge:type',
  'V1PodSpec.containers': 'merge:name',
  'V1PodSpec.ephemeralContainers': 'merge:name',
  'V1PodSpec.hostAliases': 'merge:ip',
  'V1PodSpec.imagePullSecrets': 'merge:name',
  'V1PodSpec.initContainers': 'merge:name',
  'V1PodSpec.resourceClaims': 'merge,retainKeys:name',
  'V1PodSpec.schedulingGates': 'merge:name',
  'V1PodSpec.topologySpreadConstraints': 'merge:topologyKey',
  'V1PodSpec.volumes': 'merge,retainKeys:name',
  'V1PodStatus.conditions': 'merge:type',
  'V1PodStatus.hostIPs': 'merge:ip',
  'V1PodStatus.podIPs': 'merge:ip',
  'V1PodStatus.resourceClaimStatuses': 'merge,retainKeys:name',
  'V1ReplicaSetStatus.conditions': 'merge:type',
  'V1ReplicationControllerStatus.conditions': 'merge:type',
  'V1ServiceAccount.secrets': 'merge:name',
  'V1ServiceSpec.ports': 'merge:port',
  'V1ServiceStatus.conditions': 'merge:type',
  'V1StatefulSetStatus.conditions': 'merge:type',
  'V1ValidatingWebhookConfiguration.webhooks': 'merge:name',
  'V2HorizontalPodAutoscalerStatus.conditions': 'merge:type',
};

/** x-kubernetes-list-type map (with its keys) or set; every other list is atomic. `conditions` with a type are maps everywhere. */
export const listTypes = {
  'V1Container.env': 'map:name',
  'V1Container.ports': 'map:containerPort,protocol',
  'V1Container.volumeDevices': 'map:devicePath',
  'V1Container.volumeMounts': 'map:mountPath',
  'V1CSINodeSpec.drivers': 'map:name',
  'V1EphemeralContainer.env': 'map:name',
  'V1EphemeralContainer.ports': 'map:containerPort,protocol',
  'V1EphemeralContainer.volumeDevices': 'map:devicePath',
  'V1EphemeralContainer.volumeMounts': 'map:mountPath',
  'V1MutatingWebhookConfiguration.webhooks': 'map:name',
  'V1NodeStatus.addresses': 'map:type',
  'V1NodeSpec.podCIDRs': 'set',
  'V1ObjectMeta.finalizers': 'set',
  'V1ObjectMeta.ownerReferences': 'map:uid',
  'V1PodSpec.containers': 'map:name',
  'V1PodSpec.ephemeralContainers': 'map:name',
  'V1PodSpec.hostAliases': 'map:ip',
  'V1PodSpec.imagePullSecrets': 'map:name',
  'V1PodSpec.initContainers': 'map:name',
  'V1PodSpec.resourceClaims': 'map:name',
  'V1PodSpec.schedulingGates': 'map:name',
  'V1PodSpec.topologySpreadConstraints': 'map:topologyKey,whenUnsatisfiable',
  'V1PodSpec.volumes': 'map:name',
  'V1PodStatus.podIPs': 'map:ip',
  'V1PodStatus.resourceClaimStatuses': 'map:name',
  'V1ResourceRequirements.claims': 'map:name',
  'V1ServiceAccount.secrets': 'map:name',
  'V1ServiceSpec.ports': 'map:port,protocol',
  'V1ValidatingWebhookConfiguration.webhooks': 'map:name',
  'V1ValidatingWebhook.matchConditions': 'map:name',
  'V1MutatingWebhook.matchConditions': 'map:name',
  'V1IngressLoadBalancerStatus.ingress': 'atomic',
};

/** Types that are replaced as a whole by server-side apply (x-kubernetes-map-type: atomic), and map fields that are. */
export const atomicTypes = new Set(
  (
    'V1LabelSelector V1ObjectReference V1LocalObjectReference V1TypedLocalObjectReference V1SecretReference V1SecretKeySelector V1ConfigMapKeySelector ' +
    'V1NodeSelector V1NodeSelectorTerm V1ObjectFieldSelector V1ResourceFieldSelector V1OwnerReference V1ScopeSelector V1ScopedResourceSelectorRequirement ' +
    'V1TopologySelectorTerm V1EndpointAddress CoreV1EndpointPort DiscoveryV1EndpointPort V1RoleRef RbacV1Subject V1CrossVersionObjectReference V1FileKeySelector'
  ).split(' '),
);
export const atomicFields = new Set([
  'V1ServiceSpec.selector',
  'V1PodSpec.nodeSelector',
  'V1ReplicationControllerSpec.selector',
  'V1ConfigMapNodeConfigSource',
]);

/** Fields that came after 1.35. */
export const newerFields = new Set([
  'V1PodSpec.schedulingGroup',
  'V1ListMeta.shardInfo',
  'V1CSIDriverSpec.preventPodSchedulingIfMissing',
  'V1Device.nodeAllocatableResourceMappings',
  'V1DeviceAttribute.bools',
  'V1DeviceAttribute.ints',
  'V1DeviceAttribute.strings',
  'V1DeviceAttribute.versions',
  'V1PodStatus.nodeAllocatableResourceClaimStatuses',
  'V1ResourceHealth.message',
]);

/** Fields whose strings are quantities, beyond those that kubernetes-types marks. */
export const quantityFields = new Set([
  'V1DeviceCapacity.value',
  'V1CapacityRequirements.requests',
  'V2HPAScalingRules.tolerance',
  'V1PodStatus.allocatedResources',
  'V1ContainerStatus.allocatedResources',
]);

const plain = (...values) => Object.fromEntries(values.map((value) => [value, '']));

const effects = {
  NoExecute: 'Evict any already-running pods that do not tolerate the taint. Currently enforced by NodeController.',
  NoSchedule:
    'Do not allow new pods to schedule onto the node unless they tolerate the taint, but allow all pods submitted to Kubelet without going through the scheduler to start, and allow all already-running pods to continue running. Enforced by the scheduler.',
  PreferNoSchedule:
    'Like TaintEffectNoSchedule, but the scheduler tries not to schedule new pods onto the node, rather than prohibiting new pods from scheduling onto the node entirely. Enforced by the scheduler.',
};
const pullPolicy = {
  Always: 'means that kubelet always attempts to pull the latest image. Container will fail If the pull fails.',
  IfNotPresent: "means that kubelet pulls if the image isn't present on disk. Container will fail if the image isn't present and the pull fails.",
  Never: "means that kubelet never pulls an image, but only uses a local image. Container will fail if the image isn't present",
};
const terminationPolicy = {
  FallbackToLogsOnError:
    'will read the most recent contents of the container logs for the container status message when the container exits with an error and the terminationMessagePath has no contents.',
  File: "is the default behavior and will set the container status message to the contents of the container's terminationMessagePath when the container exits.",
};
const protocol = { SCTP: 'is the SCTP protocol.', TCP: 'is the TCP protocol.', UDP: 'is the UDP protocol.' };
const policyTypes = {
  Egress: 'is a NetworkPolicy that affects egress traffic on selected pods',
  Ingress: 'is a NetworkPolicy that affects ingress traffic on selected pods',
};

/** Enumerations: values with what the API documentation says of each. */
export const enums = {
  'V1Container.imagePullPolicy': pullPolicy,
  'V1Container.terminationMessagePolicy': terminationPolicy,
  'V1EphemeralContainer.imagePullPolicy': pullPolicy,
  'V1EphemeralContainer.terminationMessagePolicy': terminationPolicy,
  'V1ContainerPort.protocol': protocol,
  'V1ServicePort.protocol': protocol,
  'CoreV1EndpointPort.protocol': protocol,
  'V1PodSpec.restartPolicy': plain('Always', 'Never', 'OnFailure'),
  'V1PodSpec.dnsPolicy': {
    ClusterFirst:
      'indicates that the pod should use cluster DNS first unless hostNetwork is true, if it is available, then fall back on the default (as determined by kubelet) DNS settings.',
    ClusterFirstWithHostNet:
      'indicates that the pod should use cluster DNS first, if it is available, then fall back on the default (as determined by kubelet) DNS settings.',
    Default: 'indicates that the pod should use the default (as determined by kubelet) DNS settings.',
    None: 'indicates that the pod should use empty DNS settings. DNS parameters such as nameservers and search paths should be defined via DNSConfig.',
  },
  'V1PodSpec.preemptionPolicy': {
    Never: 'means that pod never preempts other pods with lower priority.',
    PreemptLowerPriority: 'means that pod can preempt other pods with lower priority.',
  },
  'V1PriorityClass.preemptionPolicy': {
    Never: 'means that pod never preempts other pods with lower priority.',
    PreemptLowerPriority: 'means that pod can preempt other pods with lower priority.',
  },
  'V1PodStatus.phase': {
    Failed:
      'means that all containers in the pod have terminated, and at least one container has terminated in a failure (exited with a non-zero exit code or was stopped by the system).',
    Pending:
      'means the pod has been accepted by the system, but one or more of the containers has not been started. This includes time before being bound to a node, as well as time spent pulling images onto the host.',
    Running:
      'means the pod has been bound to a node and all of the containers have been started. At least one container is still running or is in the process of being restarted.',
    Succeeded:
      'means that all containers in the pod have voluntarily terminated with a container exit code of 0, and the system is not going to restart any of these containers.',
    Unknown:
      "means that for some reason the state of the pod could not be obtained, typically due to an error in communicating with the host of the pod. Deprecated: It isn't being set since 2015 (74da3b14b0c0f658b3bb8d2def5094686d0e9095)",
  },
  'V1PodStatus.qosClass': {
    BestEffort: 'is the BestEffort qos class.',
    Burstable: 'is the Burstable qos class.',
    Guaranteed: 'is the Guaranteed qos class.',
  },
  'V1Toleration.effect': effects,
  'V1Taint.effect': effects,
  'V1Toleration.operator': plain('Equal', 'Exists', 'Gt', 'Lt'),
  'V1TopologySpreadConstraint.whenUnsatisfiable': {
    DoNotSchedule: 'instructs the scheduler not to schedule the pod when constraints are not satisfied.',
    ScheduleAnyway: 'instructs the scheduler to schedule the pod even if constraints are not satisfied.',
  },
  'V1NodeSelectorRequirement.operator': plain('DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'),
  'V1HTTPGetAction.scheme': { HTTP: 'means that the scheme used will be http://', HTTPS: 'means that the scheme used will be https://' },
  'V1SeccompProfile.type': {
    Localhost: "indicates a profile defined in a file on the node should be used. The file's location relative to <kubelet-root-dir>/seccomp.",
    RuntimeDefault: 'represents the default container runtime seccomp profile.',
    Unconfined: 'indicates no seccomp profile is applied (A.K.A. unconfined).',
  },
  'V1AppArmorProfile.type': {
    Localhost: 'indicates that a profile pre-loaded on the node should be used.',
    RuntimeDefault: "indicates that the container runtime's default AppArmor profile should be used.",
    Unconfined: 'indicates that no AppArmor profile should be enforced.',
  },
  'V1PodSecurityContext.fsGroupChangePolicy': {
    Always: "indicates that volume's ownership and permissions should always be changed whenever volume is mounted inside a Pod. This the default behavior.",
    OnRootMismatch:
      "indicates that volume's ownership and permissions will be changed only when permission and ownership of root directory does not match with expected permissions on the volume. This can help shorten the time it takes to change ownership and permissions of a volume.",
  },
  'V1HostPathVolumeSource.type': {
    '': 'For backwards compatible, leave it empty if unset',
    BlockDevice: 'A block device must exist at the given path',
    CharDevice: 'A character device must exist at the given path',
    Directory: 'A directory must exist at the given path',
    DirectoryOrCreate:
      'If nothing exists at the given path, an empty directory will be created there as needed with file mode 0755, having the same group and ownership with Kubelet.',
    File: 'A file must exist at the given path',
    FileOrCreate:
      'If nothing exists at the given path, an empty file will be created there as needed with file mode 0644, having the same group and ownership with Kubelet.',
    Socket: 'A UNIX socket must exist at the given path',
  },
  'V1ServiceSpec.type': {
    ClusterIP: 'means a service will only be accessible inside the cluster, via the cluster IP.',
    ExternalName:
      'means a service consists of only a reference to an external name that kubedns or equivalent will return as a CNAME record, with no exposing or proxying of any pods involved.',
    LoadBalancer: "means a service will be exposed via an external load balancer (if the cloud provider supports it), in addition to 'NodePort' type.",
    NodePort: "means a service will be exposed on one port of every node, in addition to 'ClusterIP' type.",
  },
  'V1ServiceSpec.sessionAffinity': { ClientIP: 'is the Client IP based.', None: '- no session affinity.' },
  'V1ServiceSpec.externalTrafficPolicy': {
    Cluster: 'routes traffic to all endpoints.',
    Local:
      'preserves the source IP of the traffic by routing only to endpoints on the same node as the traffic was received on (dropping the traffic if there are no local endpoints).',
  },
  'V1ServiceSpec.internalTrafficPolicy': {
    Cluster: 'routes traffic to all endpoints.',
    Local: 'routes traffic only to endpoints on the same node as the client pod (dropping the traffic if there are no local endpoints).',
  },
  'V1ServiceSpec.ipFamilyPolicy': {
    PreferDualStack:
      'indicates that this service prefers dual-stack when the cluster is configured for dual-stack. If the cluster is not configured for dual-stack the service will be assigned a single IPFamily. If the IPFamily is not set in service.spec.ipFamilies then the service will be assigned the default IPFamily configured on the cluster',
    RequireDualStack:
      'indicates that this service requires dual-stack. Using IPFamilyPolicyRequireDualStack on a single stack cluster will result in validation errors. The IPFamilies (and their order) assigned to this service is based on service.spec.ipFamilies. If service.spec.ipFamilies was not provided then it will be assigned according to how they are configured on the cluster. If service.spec.ipFamilies has only one entry then the alternative IPFamily will be added by apiserver',
    SingleStack:
      'indicates that this service is required to have a single IPFamily. The IPFamily assigned is based on the default IPFamily used by the cluster or as identified by service.spec.ipFamilies field',
  },
  'V1PersistentVolumeSpec.persistentVolumeReclaimPolicy': {
    Delete: 'means the volume will be deleted from Kubernetes on release from its claim. The volume plugin must support Deletion.',
    Recycle:
      'means the volume will be recycled back into the pool of unbound persistent volumes on release from its claim. The volume plugin must support Recycling.',
    Retain: 'means the volume will be left in its current phase (Released) for manual reclamation by the administrator. The default policy is Retain.',
  },
  'V1PersistentVolumeSpec.volumeMode': {
    Block: 'means the volume will not be formatted with a filesystem and will remain a raw block device.',
    Filesystem: 'means the volume will be or is formatted with a filesystem.',
  },
  'V1PersistentVolumeClaimSpec.volumeMode': {
    Block: 'means the volume will not be formatted with a filesystem and will remain a raw block device.',
    Filesystem: 'means the volume will be or is formatted with a filesystem.',
  },
  'V1StorageClass.reclaimPolicy': {
    Delete: 'means the volume will be deleted from Kubernetes on release from its claim. The volume plugin must support Deletion.',
    Recycle:
      'means the volume will be recycled back into the pool of unbound persistent volumes on release from its claim. The volume plugin must support Recycling.',
    Retain: 'means the volume will be left in its current phase (Released) for manual reclamation by the administrator. The default policy is Retain.',
  },
  'V1StorageClass.volumeBindingMode': {
    Immediate: 'indicates that PersistentVolumeClaims should be immediately provisioned and bound. This is the default mode.',
    WaitForFirstConsumer:
      'indicates that PersistentVolumeClaims should not be provisioned and bound until the first Pod is created that references the PeristentVolumeClaim. The volume provisioning and binding will occur during Pod scheduing.',
  },
  'V1DeploymentStrategy.type': {
    Recreate: 'Kill all existing pods before creating new ones.',
    RollingUpdate: 'Replace the old ReplicaSets by new one using rolling update i.e gradually scale down the old ReplicaSets and scale up the new one.',
  },
  'V1DaemonSetUpdateStrategy.type': {
    OnDelete: "Replace the old daemons only when it's killed",
    RollingUpdate: 'Replace the old daemons by new ones using rolling update i.e replace them on each node one after the other.',
  },
  'V1StatefulSetUpdateStrategy.type': {
    OnDelete:
      "triggers the legacy behavior. Version tracking and ordered rolling restarts are disabled. Pods are recreated from the StatefulSetSpec when they are manually deleted. When a scale operation is performed with this strategy,specification version indicated by the StatefulSet's currentRevision.",
    RollingUpdate:
      "indicates that update will be applied to all Pods in the StatefulSet with respect to the StatefulSet ordering constraints. When a scale operation is performed with this strategy, new Pods will be created from the specification version indicated by the StatefulSet's updateRevision.",
  },
  'V1StatefulSetSpec.podManagementPolicy': {
    OrderedReady:
      'will create pods in strictly increasing order on scale up and strictly decreasing order on scale down, progressing only when the previous pod is ready or terminated. At most one pod will be changed at any time.',
    Parallel:
      'will create and delete pods as soon as the stateful set replica count is changed, and will not wait for pods to be ready or complete termination.',
  },
  'V1CronJobSpec.concurrencyPolicy': {
    Allow: 'allows CronJobs to run concurrently.',
    Forbid: "forbids concurrent runs, skipping next run if previous hasn't finished yet.",
    Replace: 'cancels currently running job and replaces it with a new one.',
  },
  'V1JobSpec.completionMode': {
    Indexed:
      'is a Job completion mode. In this mode, the Pods of a Job get an associated completion index from 0 to (.spec.completions - 1). The Job is considered complete when a Pod completes for each completion index.',
    NonIndexed:
      'is a Job completion mode. In this mode, the Job is considered complete when there have been .spec.completions successfully completed Pods. Pod completions are homologous to each other.',
  },
  'V1JobSpec.podReplacementPolicy': {
    Failed: 'means to wait until a previously created Pod is fully terminated (has phase Failed or Succeeded) before creating a replacement Pod.',
    TerminatingOrFailed: 'means that we recreate pods when they are terminating (has a metadata.deletionTimestamp) or failed.',
  },
  'V1HTTPIngressPath.pathType': {
    Exact: 'matches the URL path exactly and with case sensitivity.',
    ImplementationSpecific:
      'matching is up to the IngressClass. Implementations can treat this as a separate PathType or treat it identically to Prefix or Exact path types.',
    Prefix:
      "matches based on a URL path prefix split by '/'. Matching is case sensitive and done on a path element by element basis. A path element refers to the list of labels in the path split by the '/' separator. A request is a match for path p if every p is an element-wise prefix of p of the request path. Note that if the last element of the path is a substring of the last element in request path, it is not a match (e.g. /foo/bar matches /foo/bar/baz, but does not match /foo/barbaz). If multiple matching paths exist in an Ingress spec, the longest matching path is given priority. Examples: - /foo/bar does not match requests to /foo/barbaz - /foo/bar matches request to /foo/bar and /foo/bar/baz - /foo and /foo/ both match requests to /foo and /foo/. If both paths are present in an Ingress spec, the longest matching path (/foo/) is given priority.",
  },
  'V1NetworkPolicySpec.policyTypes[]': policyTypes,
  'V1NetworkPolicyPort.protocol': protocol,
  'V1PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy': {
    AlwaysAllow:
      'policy means that all running pods (status.phase="Running"), but not yet healthy are considered disrupted and can be evicted regardless of whether the criteria in a PDB is met. This means perspective running pods of a disrupted application might not get a chance to become healthy. Healthy pods will be subject to the PDB for eviction.',
    IfHealthyBudget:
      'policy means that running pods (status.phase="Running"), but not yet healthy can be evicted only if the guarded application is not disrupted (status.currentHealthy is at least equal to status.desiredHealthy). Healthy pods will be subject to the PDB for eviction.',
  },
};
