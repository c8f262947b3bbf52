/** Objects as the apiserver's own ("internal") Go types print them in `Invalid value: {…}`: capitalised fields in their order, the empty ones too. */

const container =
  'Name=s Image=s Command Args WorkingDir=s Ports=[ContainerPort EnvFrom=[EnvFrom Env=[EnvVar Resources=Resources ResizePolicy=[ResizePolicy RestartPolicy RestartPolicyRules VolumeMounts=[VolumeMount VolumeDevices=[VolumeDevice LivenessProbe=*Probe ReadinessProbe=*Probe StartupProbe=*Probe Lifecycle=*Lifecycle TerminationMessagePath=s TerminationMessagePolicy=s ImagePullPolicy=s SecurityContext=*SecurityContext Stdin=b StdinOnce=b TTY=b';

/**
 * kubernetes pkg/apis/{core,apps,policy}/types.go. A field is its Go name and what it holds: nothing for a pointer or list (`null` when absent), `=s`, `=i`, `=b` for
 * a text, number or flag, `=q` for an amount, `=m` for a map, `=T` for a struct, `=*T` for a pointer to one, `=[T` for a list of them.
 */
const types: Readonly<Record<string, string>> = {
  PodSpec:
    'Volumes=[Volume InitContainers=[Container Containers=[Container EphemeralContainers=[EphemeralContainer RestartPolicy=s TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy=s NodeSelector=m ServiceAccountName=s AutomountServiceAccountToken NodeName=s SecurityContext=*PodSecurityContext ImagePullSecrets=[Name Hostname=s Subdomain=s SetHostnameAsFQDN Affinity=*Affinity SchedulerName=s Tolerations=[Toleration HostAliases=[HostAlias PriorityClassName=s Priority PreemptionPolicy DNSConfig ReadinessGates RuntimeClassName Overhead=m EnableServiceLinks TopologySpreadConstraints=[Spread OS SchedulingGates=[Name ResourceClaims Resources=*Resources HostnameOverride WorkloadRef',
  PodSecurityContext:
    'HostNetwork=b HostPID=b HostIPC=b ShareProcessNamespace HostUsers SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot SupplementalGroups SupplementalGroupsPolicy FSGroup FSGroupChangePolicy Sysctls=[Pair SeccompProfile=*Profile AppArmorProfile=*Profile SELinuxChangePolicy',
  Container: container,
  EphemeralContainer: `${container} TargetContainerName=s`,
  ContainerPort: 'Name=s HostPort=i ContainerPort=i Protocol=s HostIP=s',
  EnvVar: 'Name=s Value=s ValueFrom=*EnvVarSource',
  EnvVarSource: 'FieldRef=*FieldRef ResourceFieldRef=*ResourceFieldRef ConfigMapKeyRef=*KeyRef SecretKeyRef=*KeyRef FileKeyRef',
  FieldRef: 'APIVersion=s FieldPath=s',
  ResourceFieldRef: 'ContainerName=s Resource=s Divisor=q',
  KeyRef: 'Name=s Key=s Optional',
  EnvFrom: 'Prefix=s ConfigMapRef=*Ref SecretRef=*Ref',
  Ref: 'Name=s Optional',
  Name: 'Name=s',
  Pair: 'Name=s Value=s',
  Resources: 'Limits=m Requests=m Claims=[Name',
  ResizePolicy: 'ResourceName=s RestartPolicy=s',
  VolumeMount: 'Name=s ReadOnly=b RecursiveReadOnly MountPath=s SubPath=s MountPropagation SubPathExpr=s',
  VolumeDevice: 'Name=s DevicePath=s',
  Probe:
    'Exec=*Exec HTTPGet=*HTTPGet TCPSocket=*TCPSocket GRPC=*GRPC InitialDelaySeconds=i TimeoutSeconds=i PeriodSeconds=i SuccessThreshold=i FailureThreshold=i TerminationGracePeriodSeconds',
  Exec: 'Command',
  HTTPGet: 'Path=s Port Host=s Scheme=s HTTPHeaders=[Pair',
  TCPSocket: 'Port Host=s',
  GRPC: 'Port=i Service',
  Lifecycle: 'PostStart=*Handler PreStop=*Handler StopSignal',
  Handler: 'Exec=*Exec HTTPGet=*HTTPGet TCPSocket=*TCPSocket Sleep=*Sleep',
  Sleep: 'Seconds=i',
  SecurityContext:
    'Capabilities=*Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile=*Profile AppArmorProfile=*Profile',
  Capabilities: 'Add Drop',
  Profile: 'Type=s LocalhostProfile',
  Toleration: 'Key=s Operator=s Value=s Effect=s TolerationSeconds',
  HostAlias: 'IP=s Hostnames',
  Spread: 'MaxSkew=i TopologyKey=s WhenUnsatisfiable=s LabelSelector MinDomains NodeAffinityPolicy NodeTaintsPolicy MatchLabelKeys',
  Affinity: 'NodeAffinity=*NodeAffinity PodAffinity=*PodAffinity PodAntiAffinity=*PodAffinity',
  NodeAffinity: 'RequiredDuringSchedulingIgnoredDuringExecution=*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution=[PreferredTerm',
  NodeSelector: 'NodeSelectorTerms=[NodeSelectorTerm',
  NodeSelectorTerm: 'MatchExpressions=[Requirement MatchFields=[Requirement',
  Requirement: 'Key=s Operator=s Values',
  PreferredTerm: 'Weight=i Preference=NodeSelectorTerm',
  PodAffinity: 'RequiredDuringSchedulingIgnoredDuringExecution=[PodTerm PreferredDuringSchedulingIgnoredDuringExecution=[WeightedTerm',
  PodTerm: 'LabelSelector Namespaces TopologyKey=s NamespaceSelector MatchLabelKeys MismatchLabelKeys',
  WeightedTerm: 'Weight=i PodAffinityTerm=PodTerm',
  Volume:
    'Name=s HostPath=*HostPath EmptyDir=*EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret=*SecretSource NFS=*NFS ISCSI Glusterfs PersistentVolumeClaim=*ClaimSource RBD Quobyte FlexVolume Cinder CephFS Flocker DownwardAPI AzureFile ConfigMap=*ConfigMapSource VsphereVolume FC AzureDisk PhotonPersistentDisk Projected=*Projected PortworxVolume ScaleIO StorageOS CSI Ephemeral Image',
  HostPath: 'Path=s Type',
  EmptyDir: 'Medium=s SizeLimit',
  SecretSource: 'SecretName=s Items=[Item DefaultMode Optional',
  ConfigMapSource: 'Name=s Items=[Item DefaultMode Optional',
  Item: 'Key=s Path=s Mode',
  Projected: 'Sources=[Projection DefaultMode',
  Projection:
    'Secret=*ConfigMapProjection DownwardAPI=*DownwardProjection ConfigMap=*ConfigMapProjection ServiceAccountToken=*TokenProjection ClusterTrustBundle PodCertificate',
  ConfigMapProjection: 'Name=s Items=[Item Optional',
  DownwardProjection: 'Items=[DownwardFile',
  DownwardFile: 'Path=s FieldRef=*FieldRef ResourceFieldRef=*ResourceFieldRef Mode',
  TokenProjection: 'Audience=s ExpirationSeconds=i Path=s',
  PersistentVolumeClaimSpec:
    'AccessModes Selector Resources=VolumeResources VolumeName=s StorageClassName VolumeMode DataSource=*TypedReference DataSourceRef=*ObjectReference VolumeAttributesClassName',
  VolumeResources: 'Limits=m Requests=m',
  TypedReference: 'APIGroup Kind=s Name=s',
  ObjectReference: 'APIGroup Kind=s Name=s Namespace',
  PersistentVolumeSource:
    'GCEPersistentDisk AWSElasticBlockStore HostPath=*HostPath Glusterfs NFS=*NFS RBD Quobyte ISCSI FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk PhotonPersistentDisk PortworxVolume ScaleIO Local=*Local StorageOS CSI',
  Local: 'Path=s FSType',
  NFS: 'Server=s Path=s ReadOnly=b',
  ClaimSource: 'ClaimName=s ReadOnly=b',
  ServicePort: 'Name=s Protocol=s AppProtocol Port=i TargetPort=i NodePort=i',
  Taint: 'Key=s Value=s Effect=s TimeAdded',
  DeploymentStrategy: 'Type=s RollingUpdate=*RollingUpdate',
  RollingUpdate: 'MaxUnavailable MaxSurge',
  StatefulSetStrategy: 'Type=s RollingUpdate=*Partition',
  Partition: 'Partition=i MaxUnavailable',
  PodDisruptionBudgetSpec: 'MinAvailable Selector MaxUnavailable UnhealthyPodEvictionPolicy',
  ScopeSelector: 'MatchExpressions=[ScopeRequirement',
  CrdVersion:
    'Name=s Served=b Storage=b Deprecated=b DeprecationWarning Schema=*CrdValidation Subresources=*CrdSubresources AdditionalPrinterColumns=[CrdColumn SelectableFields=[SelectableField',
  CrdValidation: 'OpenAPIV3Schema',
  CrdSubresources: 'Status Scale=*CrdScale',
  CrdScale: 'SpecReplicasPath=s StatusReplicasPath=s LabelSelectorPath',
  CrdColumn: 'Name=s Type=s Format=s Description=s Priority=i JSONPath=s',
  SelectableField: 'JSONPath=s',
  ValidationRule: 'Rule=s Message=s MessageExpression=s Reason FieldPath=s OptionalOldSelf',
  ScopeRequirement: 'ScopeName=s Operator=s Values',
};

type Json = Readonly<Record<string, unknown>>;
const zeros: Readonly<Record<string, unknown>> = { s: '', i: 0, b: false, q: '0' };

/** An object of the API as its internal type prints it; the message's JSON is made of what comes back. */
export function internalForm(type: string, object: object | undefined): object {
  const given = (object ?? {}) as Json;
  const fields: Record<string, unknown> = {};
  for (const field of (types[type] ?? '').split(' ')) {
    const [name = '', kind = ''] = field.split('=');
    fields[name] = formOf(kind, given[jsonName(name)]);
  }
  return fields;
}

function formOf(kind: string, value: unknown): unknown {
  if (kind in zeros) return value ?? zeros[kind];
  if (value === undefined || value === null) return kind === '' || kind === 'm' || kind[0] === '*' || kind[0] === '[' ? null : internalForm(kind, undefined);
  if (kind === 'm') return sorted(value as Json);
  if (kind[0] === '[') return (value as readonly object[]).map((item) => internalForm(kind.slice(1), item));
  return kind === '' ? value : internalForm(kind.replace('*', ''), value as object);
}

const sorted = (map: Json): object => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

/** `DNSPolicy` is `dnsPolicy`, `TTY` is `tty`, `SELinuxOptions` is `seLinuxOptions`. */
const jsonName = (name: string): string => name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, (head) => head.toLowerCase());

/** A pod's template: its metadata is printed as in the API, its spec as the internal type, where the node's namespaces belong to the security context. */
export function internalTemplate(template: { readonly metadata?: object | undefined; readonly spec?: object | undefined } | undefined): object {
  const { metadata = {}, spec = {} } = template ?? {};
  const meta = Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, formOf(name === 'labels' || name === 'annotations' ? 'm' : '', value)]),
  );
  return { ...meta, Spec: internalPodSpec(spec) };
}

/** The node's namespaces belong to the security context. */
export function internalPodSpec(spec: object): object {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, securityContext = {} } = spec as Json & { securityContext?: object };
  return internalForm('PodSpec', { ...spec, securityContext: { ...securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } });
}
