/** `--config FILE`: kubeadm.k8s.io/v1beta4 and what may stand beside it (cmd/kubeadm/app/util/config). */
import { YAMLParseError } from 'yaml';
import { parseConfigYaml } from '../../apimachinery/yaml-simple.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import { Fatal } from './fatal.ts';

/** One of extraArgs, as v1beta4 writes them. */
export type Arg = { readonly name: string; readonly value: string };
type Registration = { readonly name?: string; readonly criSocket?: string };
type Endpoint = { readonly advertiseAddress?: string };
type Component = { readonly extraArgs?: readonly Arg[]; readonly certSANs?: readonly string[] };

/** Its documents by kind; what is absent has kubeadm's defaults. */
export type ConfigFile = {
  readonly InitConfiguration?: {
    readonly nodeRegistration?: Registration;
    readonly localAPIEndpoint?: Endpoint;
    readonly bootstrapTokens?: readonly { readonly token?: string }[];
    readonly certificateKey?: string;
    readonly skipPhases?: readonly string[];
  };
  readonly ClusterConfiguration?: {
    readonly kubernetesVersion?: string;
    readonly controlPlaneEndpoint?: string;
    readonly networking?: { readonly podSubnet?: string; readonly serviceSubnet?: string };
    readonly apiServer?: Component;
    readonly controllerManager?: Component;
    readonly scheduler?: Component;
  };
  readonly JoinConfiguration?: {
    readonly nodeRegistration?: Registration;
    readonly discovery?: {
      readonly bootstrapToken?: {
        readonly apiServerEndpoint?: string;
        readonly token?: string;
        readonly caCertHashes?: readonly string[];
        readonly unsafeSkipCAVerification?: boolean;
      };
      readonly tlsBootstrapToken?: string;
    };
    readonly controlPlane?: { readonly localAPIEndpoint?: Endpoint; readonly certificateKey?: string };
  };
  readonly KubeletConfiguration?: Readonly<Record<string, unknown>>;
  readonly KubeProxyConfiguration?: Readonly<Record<string, unknown>>;
};

const registration = 'name criSocket taints kubeletExtraArgs ignorePreflightErrors imagePullPolicy imagePullSerial'.split(' ');
const endpoint = ['advertiseAddress', 'bindPort'];
const component = 'extraArgs extraVolumes extraEnvs certSANs'.split(' ');
const common = ['apiVersion', 'kind'];

/** Fields of v1beta4; a list says what may stand below. */
const fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  InitConfiguration: {
    '': [...common, ...'bootstrapTokens dryRun nodeRegistration localAPIEndpoint certificateKey skipPhases patches timeouts'.split(' ')],
    nodeRegistration: registration,
    localAPIEndpoint: endpoint,
  },
  ClusterConfiguration: {
    '': [
      ...common,
      ...'etcd networking kubernetesVersion controlPlaneEndpoint apiServer controllerManager scheduler dns proxy certificatesDir imageRepository featureGates clusterName encryptionAlgorithm certificateValidityPeriod caCertificateValidityPeriod'.split(
        ' ',
      ),
    ],
    networking: ['serviceSubnet', 'podSubnet', 'dnsDomain'],
    apiServer: component,
    controllerManager: component,
    scheduler: component,
  },
  JoinConfiguration: {
    '': [...common, ...'dryRun nodeRegistration caCertPath discovery controlPlane skipPhases patches timeouts'.split(' ')],
    nodeRegistration: registration,
    discovery: ['bootstrapToken', 'file', 'tlsBootstrapToken', 'timeout'],
    controlPlane: ['localAPIEndpoint', 'certificateKey'],
  },
};

const others: ReadonlySet<string> = new Set(['KubeletConfiguration', 'KubeProxyConfiguration', 'UpgradeConfiguration', 'ResetConfiguration']);

type Document = Readonly<Record<string, unknown>>;

/** The documents by kind; `warn` is told of what is not known or old. Throws Fatal. */
export function readConfigFile(process: Process, path: string, warn: (text: string) => void): ConfigFile {
  let text: string;
  try {
    text = process.fs.read(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Fatal(`unable to read config from "${path}": open ${path}: ${error.message.toLowerCase()}`);
  }
  const found: Record<string, Document> = {};
  for (const part of text.split(/^---\s*$/m)) {
    if (part.trim() === '') continue;
    const document = parsed(part);
    const { apiVersion = '', kind = '' } = document as { readonly apiVersion?: string; readonly kind?: string };
    const version = apiVersion.split('/')[1] ?? '';
    if (kind === '' || apiVersion === '') throw new Fatal('invalid configuration: kind and apiVersion is mandatory information that must be specified');
    if (!fields[kind] && !others.has(kind))
      throw new Fatal(
        `no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme/scheme.go:28"`,
      );
    if (fields[kind] && version === 'v1beta3')
      warn(
        `your configuration file uses a deprecated API spec: "${apiVersion}" (kind: "${kind}"). Please use 'kubeadm config migrate --old-config old-config-file --new-config new-config-file', which will write the new, similar spec using a newer API version.`,
      );
    else if (fields[kind] && version !== 'v1beta4')
      throw new Fatal(
        `your configuration file uses an old API spec: "${apiVersion}" (kind: "${kind}"). Please use kubeadm v1.22 instead and run 'kubeadm config migrate --old-config old-config-file --new-config new-config-file', which will write the new, similar spec using a newer API version.`,
      );
    const unknown = unknownFields(kind, document);
    if (unknown.length > 0)
      warn(
        `error unmarshaling configuration schema.GroupVersionKind{Group:"${apiVersion.split('/')[0]}", Version:"${version}", Kind:"${kind}"}: strict decoding error: ${unknown.map((name) => `unknown field "${name}"`).join(', ')}`,
      );
    if (found[kind]) throw new Fatal(`invalid configuration: kind "${kind}" is specified twice in YAML file`);
    found[kind] = document;
  }
  return found as ConfigFile;
}

function parsed(text: string): Document {
  try {
    return (parseConfigYaml(text) ?? {}) as Document;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new Fatal(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`);
  }
}

function unknownFields(kind: string, document: Document): string[] {
  return Object.entries(fields[kind] ?? {}).flatMap(([part, known]) => {
    const value = part === '' ? document : document[part];
    if (typeof value !== 'object' || value === null) return [];
    return Object.keys(value).flatMap((name) => (known.includes(name) ? [] : [part === '' ? name : `${part}.${name}`]));
  });
}
