/** The fields of kubeadm.k8s.io/v1beta4, and what v1beta3 had otherwise (cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go). */
import { configType, type TypeInfo } from '../../api/schema.ts';

const V = 'V1beta4';
const args = '[]V1beta4Arg';
const volumes = '[]V1beta4HostPathMount';
const envs = '[]V1beta4EnvVar';
const meta = 'apiVersion kind';
const component = { [args]: 'extraArgs', [volumes]: 'extraVolumes', [envs]: 'extraEnvs' };

const fields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  V1beta4InitConfiguration: {
    s: `${meta} certificateKey`,
    b: 'dryRun',
    '[]s': 'skipPhases',
    '[]V1beta4BootstrapToken': 'bootstrapTokens',
    V1beta4NodeRegistrationOptions: 'nodeRegistration',
    V1beta4APIEndpoint: 'localAPIEndpoint',
    V1beta4Patches: 'patches',
    V1beta4Timeouts: 'timeouts',
  },
  V1beta4ClusterConfiguration: {
    s: `${meta} kubernetesVersion controlPlaneEndpoint certificatesDir imageRepository clusterName encryptionAlgorithm`,
    d: 'certificateValidityPeriod caCertificateValidityPeriod',
    '{}b': 'featureGates',
    V1beta4Etcd: 'etcd',
    V1beta4Networking: 'networking',
    V1beta4APIServer: 'apiServer',
    V1beta4ControlPlaneComponent: 'controllerManager scheduler',
    V1beta4DNS: 'dns',
    V1beta4Proxy: 'proxy',
  },
  V1beta4JoinConfiguration: {
    s: `${meta} caCertPath`,
    b: 'dryRun',
    '[]s': 'skipPhases',
    V1beta4NodeRegistrationOptions: 'nodeRegistration',
    V1beta4Discovery: 'discovery',
    V1beta4JoinControlPlane: 'controlPlane',
    V1beta4Patches: 'patches',
    V1beta4Timeouts: 'timeouts',
  },
  V1beta4ResetConfiguration: {
    s: `${meta} certificatesDir criSocket`,
    b: 'cleanupTmpDir dryRun force',
    '[]s': 'ignorePreflightErrors skipPhases unmountFlags',
    V1beta4Timeouts: 'timeouts',
  },
  V1beta4UpgradeConfiguration: {
    s: meta,
    V1beta4UpgradeApplyConfiguration: 'apply',
    V1beta4UpgradeNodeConfiguration: 'node',
    V1beta4UpgradePlanConfiguration: 'plan',
    V1beta4UpgradeDiffConfiguration: 'diff',
    V1beta4Timeouts: 'timeouts',
  },
  V1beta4UpgradeApplyConfiguration: {
    s: 'kubernetesVersion imagePullPolicy',
    b: 'allowExperimentalUpgrades allowRCUpgrades certificateRenewal dryRun etcdUpgrade forceUpgrade printConfig imagePullSerial',
    '[]s': 'ignorePreflightErrors skipPhases',
    V1beta4Patches: 'patches',
  },
  V1beta4UpgradeNodeConfiguration: {
    s: 'imagePullPolicy',
    b: 'certificateRenewal dryRun etcdUpgrade imagePullSerial',
    '[]s': 'ignorePreflightErrors skipPhases',
    V1beta4Patches: 'patches',
  },
  V1beta4UpgradePlanConfiguration: {
    s: 'kubernetesVersion',
    b: 'allowExperimentalUpgrades allowRCUpgrades dryRun printConfig etcdUpgrade',
    '[]s': 'ignorePreflightErrors',
  },
  V1beta4UpgradeDiffConfiguration: { i32: 'contextLines' },
  V1beta4BootstrapToken: { s: 'token description', d: 'ttl', time: 'expires', '[]s': 'usages groups' },
  V1beta4NodeRegistrationOptions: {
    s: 'name criSocket imagePullPolicy',
    b: 'imagePullSerial',
    '[]s': 'ignorePreflightErrors',
    '[]V1beta4Taint': 'taints',
    [args]: 'kubeletExtraArgs',
  },
  V1beta4Taint: { s: 'key value effect timeAdded' },
  V1beta4APIEndpoint: { s: 'advertiseAddress', i32: 'bindPort' },
  V1beta4Patches: { s: 'directory' },
  V1beta4Timeouts: { d: 'controlPlaneComponentHealthCheck kubeletHealthCheck kubernetesAPICall etcdAPICall tlsBootstrap discovery upgradeManifests' },
  V1beta4Arg: { s: 'name value' },
  V1beta4EnvVar: { s: 'name value', any: 'valueFrom' },
  V1beta4HostPathMount: { s: 'name hostPath mountPath pathType', b: 'readOnly' },
  V1beta4APIServer: { ...component, '[]s': 'certSANs' },
  V1beta4ControlPlaneComponent: component,
  V1beta4Networking: { s: 'serviceSubnet podSubnet dnsDomain' },
  V1beta4DNS: { s: 'imageRepository imageTag', b: 'disabled' },
  V1beta4Proxy: { b: 'disabled' },
  V1beta4Etcd: { V1beta4LocalEtcd: 'local', V1beta4ExternalEtcd: 'external' },
  V1beta4LocalEtcd: { s: 'imageRepository imageTag dataDir', [args]: 'extraArgs', [envs]: 'extraEnvs', '[]s': 'serverCertSANs peerCertSANs' },
  V1beta4ExternalEtcd: { s: 'caFile certFile keyFile', '[]s': 'endpoints httpEndpoints' },
  V1beta4Discovery: { s: 'tlsBootstrapToken', d: 'timeout', V1beta4BootstrapTokenDiscovery: 'bootstrapToken', V1beta4FileDiscovery: 'file' },
  V1beta4BootstrapTokenDiscovery: { s: 'token apiServerEndpoint', '[]s': 'caCertHashes', b: 'unsafeSkipCAVerification' },
  V1beta4FileDiscovery: { s: 'kubeConfigPath' },
  V1beta4JoinControlPlane: { s: 'certificateKey', V1beta4APIEndpoint: 'localAPIEndpoint' },
};

/** Arguments were maps, and the time to wait stood with the API server. */
const older: typeof fields = {
  ...fields,
  V1beta4APIServer: { '{}s': 'extraArgs', [volumes]: 'extraVolumes', '[]s': 'certSANs', d: 'timeoutForControlPlane' },
  V1beta4ControlPlaneComponent: { '{}s': 'extraArgs', [volumes]: 'extraVolumes' },
  V1beta4LocalEtcd: { s: 'imageRepository imageTag dataDir', '{}s': 'extraArgs', '[]s': 'serverCertSANs peerCertSANs' },
  V1beta4NodeRegistrationOptions: {
    s: 'name criSocket imagePullPolicy',
    '[]s': 'ignorePreflightErrors',
    '[]V1beta4Taint': 'taints',
    '{}s': 'kubeletExtraArgs',
  },
  V1beta4DNS: { s: 'imageRepository imageTag' },
};

/** By which a document is decoded; undefined for a kind that kubeadm does not have. */
export const kubeadmType = (kind: string, version: string): TypeInfo | undefined =>
  Object.hasOwn(fields, `${V}${kind}`) && kind.endsWith('Configuration') && !/^Upgrade\w+Configuration$/.test(kind)
    ? configType(`${V}${kind}`, version === 'v1beta3' ? older : fields)
    : undefined;
