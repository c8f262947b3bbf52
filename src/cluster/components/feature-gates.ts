/** The feature gates that components know, and what they say of one (kubernetes pkg/features, component-base/featuregate). */
import { minorOf } from '../releases.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** 1.35: generally available, and fixed to true. */
const lockedOn = words(`AggregatedDiscoveryRemoveBetaType AnonymousAuthConfigurableEndpoints AnyVolumeDataSource APIServerTracing AuthorizeNodeWithSelectors
AuthorizeWithSelectors BtreeWatchCache ComponentSLIs ConsistentListFromCache CPUManagerPolicyOptions CRDValidationRatcheting CSIMigrationPortworx
CustomResourceFieldSelectors DisableAllocatorDualWrite DynamicResourceAllocation ExecProbeTimeout HonorPVReclaimPolicy ImageMaximumGCAge InPlacePodVerticalScaling
JobBackoffLimitPerIndex JobManagedBy JobPodReplacementPolicy JobSuccessPolicy KubeletCgroupDriverFromCRI KubeletTracing LogarithmicScaleDown
MatchLabelKeysInPodAffinity MemoryManager MultiCIDRServiceAllocator NFTablesProxyMode NodeInclusionPolicyInPodTopologySpread NodeSwap OrderedNamespaceDeletion
PodLifecycleSleepAction PodLifecycleSleepActionAllowZero PodObservedGenerationTracking PodSchedulingReadiness PreferSameTrafficDistribution
RecoverVolumeExpansionFailure RecursiveReadOnlyMounts RelaxedDNSSearchValidation RelaxedEnvironmentVariableValidation ResilientWatchCacheInitialization
RetryGenerateName SchedulerQueueingHints SeparateTaintEvictionController ServiceAccountTokenJTI ServiceAccountTokenNodeBinding
ServiceAccountTokenNodeBindingValidation ServiceAccountTokenPodNodeInfo ServiceTrafficDistribution SidecarContainers StreamingCollectionEncodingToJSON
StreamingCollectionEncodingToProtobuf StructuredAuthenticationConfiguration StructuredAuthorizationConfiguration SupplementalGroupsPolicy SystemdWatchdog
TopologyAwareHints WinDSR WinOverlay`);
const lockedOff = words('AllowOverwriteTerminationGracePeriodSeconds WatchFromStorageWithoutResourceVersion');
const available = words('InformerResourceVersion TopologyManagerPolicyOptions VolumeAttributesClass');
const deprecated = words(`AggregatedDiscoveryRemoveBetaType AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests
AllowOverwriteTerminationGracePeriodSeconds ChangeContainerStatusOnKubeletRestart DisableNodeKubeProxyVersion GitRepoVolumeDriver
InPlacePodVerticalScalingAllocatedStatus KMSv1 KubeletPodResourcesListUseActivePods KubeletRegistrationGetOnExistsOnly SeparateCacheWatchRPC StorageNamespaceIndex
WatchFromStorageWithoutResourceVersion WindowsHostNetwork`);
/** Alpha and beta. */
const early =
  words(`AllAlpha AllBeta AllowParsingUserUIDFromCertAuth AllowUnsafeMalformedObjectDeletion APIResponseCompression APIServerIdentity APIServingWithRoutine
AuthorizePodWebsocketUpgradeCreatePermission CBORServingAndStorage ClearingNominatedNodeNameAfterBinding ClientsAllowCBOR ClientsPreferCBOR
CloudControllerManagerWatchBasedRoutesReconciliation CloudControllerManagerWebhook ClusterTrustBundle ClusterTrustBundleProjection ComponentFlagz ComponentStatusz
ConcurrentWatchObjectDecode ConstrainedImpersonation ContainerCheckpoint ContainerRestartRules ContainerStopSignals ContextualLogging CoordinatedLeaderElection
CPUManagerPolicyAlphaOptions CPUManagerPolicyBetaOptions CRDObservedGenerationTracking CrossNamespaceVolumeDataSource CSIServiceAccountTokenSecrets CSIVolumeHealth
CustomCPUCFSQuotaPeriod DeclarativeValidation DeclarativeValidationTakeover DeploymentReplicaSetTerminatingReplicas DetectCacheInconsistency
DisableCPUQuotaWithExclusiveCPUs DRAAdminAccess DRAConsumableCapacity DRADeviceBindingConditions DRADeviceTaintRules DRADeviceTaints DRAExtendedResource
DRAPartitionableDevices DRAPrioritizedList DRAResourceClaimDeviceStatus DRASchedulerFilterTimeout EnvFiles EventedPLEG ExternalServiceAccountTokenSigner GangScheduling
GenericWorkload GracefulNodeShutdown GracefulNodeShutdownBasedOnPodPriority HostnameOverride HPAConfigurableTolerance HPAScaleToZero ImageVolume
ImageVolumeWithDigest InOrderInformers InOrderInformersBatchProcess InPlacePodLevelResourcesVerticalScaling InPlacePodVerticalScalingExclusiveCPUs
InPlacePodVerticalScalingExclusiveMemory InTreePluginPortworxUnregister KubeletCrashLoopBackOffMax KubeletEnsureSecretPulledImages KubeletFineGrainedAuthz
KubeletInUserNamespace KubeletPodResourcesDynamicResources KubeletPodResourcesGet KubeletPSI KubeletSeparateDiskGC KubeletServiceAccountTokenForCredentialProviders
ListFromCacheSnapshot LocalStorageCapacityIsolationFSQuotaMonitoring LoggingAlphaOptions LoggingBetaOptions MatchLabelKeysInPodTopologySpread
MatchLabelKeysInPodTopologySpreadSelectorMerge MaxUnavailableStatefulSet MemoryQoS MutableCSINodeAllocatableCount MutablePodResourcesForSuspendedJobs
MutablePVNodeAffinity MutableSchedulingDirectivesForSuspendedJobs MutatingAdmissionPolicy NodeDeclaredFeatures NodeLogQuery NominatedNodeNameForExpectation
OpenAPIEnums OpportunisticBatching PodAndContainerStatsFromCRI PodCertificateRequest PodDeletionCost PodLevelResources PodLogsQuerySplitStreams
PodReadyToStartContainersCondition PodTopologyLabelsAdmission PortForwardWebsockets PreventStaticPodAPIReferences ProcMountType QOSReserved
ReduceDefaultCrashLoopBackOffDecay RelaxedServiceNameValidation ReloadKubeletServerCertificateFile RemoteRequestHeaderUID ResourceHealthStatus
RestartAllContainersOnContainerExits RotateKubeletServerCertificate RuntimeClassInImageCriApi SchedulerAsyncAPICalls SchedulerAsyncPreemption
SchedulerPopFromBackoffQ SELinuxChangePolicy SELinuxMount SELinuxMountReadWriteOncePod ServiceAccountNodeAudienceRestriction SizeBasedListCostEstimate
StatefulSetSemanticRevisionComparison StorageCapacityScoring StorageVersionAPI StorageVersionHash StorageVersionMigrator StrictIPCIDRValidation
StructuredAuthenticationConfigurationEgressSelector StructuredAuthenticationConfigurationJWKSMetrics TaintTolerationComparisonOperators
TokenRequestServiceAccountUIDValidation TopologyManagerPolicyAlphaOptions TopologyManagerPolicyBetaOptions TranslateStreamCloseWebsocketRequests
UnauthenticatedHTTP2DOSMitigation UnknownVersionInteroperabilityProxy UserNamespacesHostNetworkSupport UserNamespacesSupport VolumeLimitScaling
WatchCacheInitializationPostStartHook WatchList WatchListClient WindowsCPUAndMemoryAffinity WindowsGracefulNodeShutdown`);

/** What older releases knew is not written down: there every name passes. */
const isKnown = (name: string, minor: number): boolean => minor < 35 || [lockedOn, lockedOff, available, deprecated, early].some((each) => each.has(name));

/** Why the gates cannot be set so; undefined: they can. What each release fixed is known of the newest only. */
export function gateProblem(gates: Readonly<Record<string, boolean>>, version: string): string | undefined {
  const minor = minorOf(version);
  const problems: string[] = [];
  for (const [name, on] of Object.entries(gates)) {
    if (!isKnown(name, minor)) {
      problems.push(`unrecognized feature gate: ${name}`);
      break;
    }
    const fixed = lockedOn.has(name) ? true : lockedOff.has(name) ? false : undefined;
    if (minor >= 35 && fixed !== undefined && fixed !== on) problems.push(`cannot set feature gate ${name} to ${on}, feature is locked to ${fixed}`);
  }
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
}

/** What is logged of gates that mean nothing any more. */
export const gateWarnings = (gates: Readonly<Record<string, boolean>>, version: string): string[] =>
  minorOf(version) < 35
    ? []
    : Object.entries(gates).flatMap(([name, on]) => {
        const stage = deprecated.has(name) ? 'deprecated' : lockedOn.has(name) || available.has(name) ? 'GA' : undefined;
        return stage === undefined ? [] : [`Setting ${stage} feature gate ${name}=${on}. It will be removed in a future release.`];
      });

/** `A=true,B=false`, with or without the name of the component in front; or what is wrong with it. */
export function parseGates(text: string): Readonly<Record<string, boolean>> | string {
  const gates: Record<string, boolean> = {};
  for (const pair of text.split(',').filter((each) => each !== '')) {
    const [key = '', value] = pair.replace(/^kube:/, '').split(/=(.*)/s);
    const name = key.trim();
    if (value === undefined) return `missing bool value for ${name}`;
    const on = value.trim();
    if (!/^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(on))
      return `invalid value of ${name}=${on}, err: strconv.ParseBool: parsing ${JSON.stringify(on)}: invalid syntax`;
    gates[name] = /^(1|t)/i.test(on);
  }
  return gates;
}
