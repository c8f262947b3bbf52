/** The fields of a KubeletConfiguration (kubernetes staging/src/k8s.io/kubelet/config/v1beta1/types.go). */
import { configType, type TypeInfo } from '../../api/schema.ts';

/** Any other is refused when the kubelet starts. */
export const apiVersion = 'kubelet.config.k8s.io/v1beta1';

/** What is anything has rules of its own that nobody here reads. */
const fields = {
  V1beta1KubeletConfiguration: {
    s: `apiVersion kind staticPodPath podLogsDir staticPodURL address tlsCertFile tlsPrivateKeyFile tlsMinVersion imagePullCredentialsVerificationPolicy healthzBindAddress
clusterDomain kubeletCgroups systemCgroups cgroupRoot cgroupDriver cpuManagerPolicy memoryManagerPolicy topologyManagerPolicy topologyManagerScope hairpinMode podCIDR
resolvConf contentType containerLogMaxSize configMapAndSecretChangeDetectionStrategy reservedSystemCPUs showHiddenMetricsForVersion systemReservedCgroup kubeReservedCgroup
volumePluginDir providerID memoryReservationPolicy containerRuntimeEndpoint imageServiceEndpoint`.replaceAll('\n', ' '),
    b: `enableServer rotateCertificates serverTLSBootstrap enableDebuggingHandlers enableContentionProfiling cgroupsPerQOS singleProcessOOMKill runOnce cpuCFSQuota
serializeImagePulls mergeDefaultEvictionSettings enableControllerAttachDetach protectKernelDefaults makeIPTablesUtilChains failSwapOn kernelMemcgNotification
enableSystemLogHandler enableSystemLogQuery enableProfilingHandler enableDebugFlagsHandler seccompDefault registerNode localStorageCapacityIsolation failCgroupV1`.replaceAll(
      '\n',
      ' ',
    ),
    i32: `port readOnlyPort registryPullQPS registryBurst eventRecordQPS eventBurst healthzPort oomScoreAdj nodeLeaseDurationSeconds imageGCHighThresholdPercent
imageGCLowThresholdPercent maxPods nodeStatusMaxImages kubeAPIQPS kubeAPIBurst maxParallelImagePulls evictionMaxPodGracePeriod podsPerCore iptablesMasqueradeBit
iptablesDropBit containerLogMaxFiles containerLogMaxWorkers`.replaceAll('\n', ' '),
    i64: 'podPidsLimit maxOpenFiles',
    f64: 'memoryThrottlingFactor',
    d: `syncFrequency fileCheckFrequency httpCheckFrequency streamingConnectionIdleTimeout nodeStatusUpdateFrequency nodeStatusReportFrequency imageMinimumGCAge
imageMaximumGCAge volumeStatsAggPeriod cpuManagerReconcilePeriod runtimeRequestTimeout cpuCFSQuotaPeriod evictionPressureTransitionPeriod containerLogMonitorInterval
shutdownGracePeriod shutdownGracePeriodCriticalPods`.replaceAll('\n', ' '),
    '[]s': 'tlsCipherSuites clusterDNS enforceNodeAllocatable allowedUnsafeSysctls preloadedImagesVerificationAllowlist',
    '{}s':
      `cpuManagerPolicyOptions topologyManagerPolicyOptions qosReserved evictionHard evictionSoft evictionSoftGracePeriod evictionMinimumReclaim systemReserved
kubeReserved defaultPodSysctls`.replaceAll('\n', ' '),
    '{}b': 'featureGates',
    '[]V1Taint': 'registerWithTaints',
    V1beta1KubeletAuthentication: 'authentication',
    V1beta1KubeletAuthorization: 'authorization',
    V1beta1MemorySwapConfiguration: 'memorySwap',
    V1beta1CrashLoopBackOffConfig: 'crashLoopBackOff',
    any: 'staticPodURLHeader tlsCurvePreferences logging shutdownGracePeriodByPodPriority reservedMemory tracing userNamespaces',
  },
  V1beta1KubeletAuthentication: {
    V1beta1KubeletX509Authentication: 'x509',
    V1beta1KubeletWebhookAuthentication: 'webhook',
    V1beta1KubeletAnonymousAuthentication: 'anonymous',
  },
  V1beta1KubeletX509Authentication: { s: 'clientCAFile' },
  V1beta1KubeletWebhookAuthentication: { b: 'enabled', d: 'cacheTTL' },
  V1beta1KubeletAnonymousAuthentication: { b: 'enabled' },
  V1beta1KubeletAuthorization: { s: 'mode', V1beta1KubeletWebhookAuthorization: 'webhook' },
  V1beta1KubeletWebhookAuthorization: { d: 'cacheAuthorizedTTL cacheUnauthorizedTTL' },
  V1beta1MemorySwapConfiguration: { s: 'swapBehavior' },
  V1beta1CrashLoopBackOffConfig: { d: 'maxContainerRestartPeriod' },
  V1Taint: { s: 'key value effect timeAdded' },
};

/** The type by which a configuration file is decoded. */
export const kubeletConfigurationType = (): TypeInfo => configType('V1beta1KubeletConfiguration', fields);
