/** `--config FILE`: kubeadm.k8s.io/v1beta4 and what may stand beside it (cmd/kubeadm/app/util/config). */
import { unknownFields, wrongType } from '../../api/decode.ts';
import { durationProblem, parseGoDuration } from '../../apimachinery/duration.ts';
import { parseYaml, YamlError, yamlText } from '../../apimachinery/yaml.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import { own } from '../../sim/own.ts';
import { kubeadmType } from './config-types.ts';
import { Fatal } from './fatal.ts';
import type { ClusterConfiguration } from './phases.ts';

/** One of extraArgs, as v1beta4 writes them. */
export type Arg = { readonly name: string; readonly value: string };
type Taint = { readonly key: string; readonly value?: string; readonly effect: string };
type Registration = {
  readonly name?: string;
  readonly criSocket?: string;
  readonly taints?: readonly Taint[] | null;
  readonly kubeletExtraArgs?: readonly Arg[];
  readonly ignorePreflightErrors?: readonly string[];
};
type Endpoint = { readonly advertiseAddress?: string; readonly bindPort?: number };

/** Its documents by kind; what is absent has kubeadm's defaults. */
export type ConfigFile = {
  readonly InitConfiguration?: {
    readonly nodeRegistration?: Registration;
    readonly localAPIEndpoint?: Endpoint;
    readonly bootstrapTokens?: readonly {
      readonly token?: string;
      readonly ttl?: string;
      readonly description?: string;
      readonly usages?: readonly string[];
      readonly groups?: readonly string[];
    }[];
    readonly certificateKey?: string;
    readonly skipPhases?: readonly string[];
    readonly dryRun?: boolean;
  };
  readonly ClusterConfiguration?: ClusterConfiguration;
  readonly JoinConfiguration?: {
    readonly nodeRegistration?: Registration;
    readonly discovery?: {
      readonly bootstrapToken?: {
        readonly apiServerEndpoint?: string;
        readonly token?: string;
        readonly caCertHashes?: readonly string[];
        readonly unsafeSkipCAVerification?: boolean;
      };
      readonly file?: { readonly kubeConfigPath?: string };
      readonly tlsBootstrapToken?: string;
    };
    readonly controlPlane?: { readonly localAPIEndpoint?: Endpoint; readonly certificateKey?: string };
    readonly skipPhases?: readonly string[];
  };
  readonly ResetConfiguration?: { readonly force?: boolean; readonly criSocket?: string };
  readonly UpgradeConfiguration?: Readonly<Record<string, unknown>>;
  readonly KubeletConfiguration?: Readonly<Record<string, unknown>>;
  readonly KubeProxyConfiguration?: Readonly<Record<string, unknown>>;
};

const componentGroups: Readonly<Record<string, string>> = {
  KubeletConfiguration: 'kubelet.config.k8s.io/v1beta1',
  KubeProxyConfiguration: 'kubeproxy.config.k8s.io/v1alpha1',
};

type Document = Readonly<Record<string, unknown>>;
/** The documents in the order of the file, in the newest version. */
export type Documents = readonly { readonly kind: string; readonly document: Document }[];

/** The documents by kind; `warn` is told of what is not known or old. Throws Fatal. */
export function readConfigFile(process: Process, path: string, warn: (text: string) => void): ConfigFile {
  const documents = readDocuments(contents(process, path), warn);
  for (const { kind, document } of documents) {
    for (const [field, usual] of idle)
      if (document[field] !== undefined && document[field] !== usual) throw new Fatal(`k8s-lab: ${field} in ${kind} is not simulated`, 70);
    for (const [name, value] of Object.entries((document['timeouts'] ?? {}) as Readonly<Record<string, string>>)) {
      const usual = own<string>(timeouts, name);
      if (usual !== undefined && durationProblem(String(value)) === undefined && parseGoDuration(value) !== parseGoDuration(usual))
        throw new Fatal(`k8s-lab: timeouts.${name} in ${kind} is not simulated`, 70);
    }
  }
  return Object.fromEntries(documents.map(({ kind, document }) => [kind, document]));
}

/** How long kubeadm waits; it waits so here, whatever a file says. */
export const timeouts = {
  controlPlaneComponentHealthCheck: '4m0s',
  discovery: '5m0s',
  etcdAPICall: '2m0s',
  kubeletHealthCheck: '4m0s',
  kubernetesAPICall: '1m0s',
  tlsBootstrap: '5m0s',
  upgradeManifests: '5m0s',
};

/** Fields that would change nothing here, and the value with which that is no matter: refused rather than passed over. */
const idle = [
  ['patches', undefined],
  ['encryptionAlgorithm', 'RSA-2048'],
] as const;

/** Throws Fatal. */
export function contents(process: Process, path: string): string {
  try {
    return yamlText(process, path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Fatal(`unable to read config from "${path}": open ${path}: ${error.message.toLowerCase()}`);
  }
}

/** Throws Fatal. `strict`: what is not known is an error. */
export function readDocuments(text: string, warn: (text: string) => void, strict = false): Documents {
  const found: { kind: string; document: Document }[] = [];
  const parts = text.split(/^---\s*$/m).filter((part) => part.replace(/^\s*#.*$/gm, '').trim() !== '');
  for (const part of parts) {
    const document = parsed(part);
    const { apiVersion = '', kind = '' } = document as { readonly apiVersion?: string; readonly kind?: string };
    if (kind === '' || apiVersion === '') throw new Fatal('invalid configuration: kind and apiVersion is mandatory information that must be specified');
    const [group = '', version = ''] = apiVersion.split('/');
    if (found.some((each) => each.kind === kind)) throw new Fatal(`invalid configuration: kind "${kind}" is specified twice in YAML file`);
    found.push({ kind, document: group === 'kubeadm.k8s.io' ? ofKubeadm(document, { apiVersion, version, kind }, warn, strict) : document });
    if (group !== 'kubeadm.k8s.io' && componentGroups[kind] !== apiVersion)
      warn(`error unmarshaling configuration ${gvk(apiVersion, kind)}: ${notRegistered(kind, apiVersion, 'componentconfigs/scheme.go:28')}`);
  }
  return found;
}

const gvk = (apiVersion: string, kind: string): string => {
  const [group = '', version = ''] = apiVersion.split('/');
  return `schema.GroupVersionKind{Group:"${group}", Version:"${version}", Kind:"${kind}"}`;
};
const notRegistered = (kind: string, apiVersion: string, place: string): string =>
  `no kind "${kind}" is registered for version "${apiVersion}" in scheme "k8s.io/kubernetes/cmd/kubeadm/app/${place}"`;

type Named = { readonly apiVersion: string; readonly version: string; readonly kind: string };

function ofKubeadm(document: Document, { apiVersion, version, kind }: Named, warn: (text: string) => void, strict: boolean): Document {
  const migrate = (with_: string): string =>
    `Please use ${with_}'kubeadm config migrate --old-config old-config-file --new-config new-config-file', which will write the new, similar spec using a newer API version.`;
  const spec = `your configuration file uses ${version === 'v1beta3' ? 'a deprecated' : 'an old'} API spec: "${apiVersion}" (kind: "${kind}").`;
  const old: Readonly<Record<string, string>> = { v1alpha1: 'v1.11', v1alpha2: 'v1.12', v1alpha3: 'v1.14', v1beta1: 'v1.15', v1beta2: 'v1.22' };
  if (old[version]) throw new Fatal(`${spec} ${migrate(`kubeadm ${old[version]} instead and run `)}`);
  const type = kubeadmType(kind, version);
  if (!type || !['v1beta3', 'v1beta4'].includes(version)) throw new Fatal(notRegistered(kind, apiVersion, 'apis/kubeadm/scheme/scheme.go:28'));
  if (version === 'v1beta3') warn(`${spec} ${migrate('')}`);
  const unknown = unknownFields(document, type);
  if (unknown.length > 0) {
    const text = `error unmarshaling configuration ${gvk(apiVersion, kind)}: strict decoding error: ${unknown.join(', ')}`;
    if (strict) throw new Fatal(text);
    warn(text);
  }
  const wrong = wrongType(document, type, { quantity: () => undefined, time: () => undefined, duration: durationProblem });
  if (wrong !== undefined) throw new Fatal(wrong);
  return version === 'v1beta3' ? newer(document) : document;
}

/** Arguments as maps become lists, sorted by name. */
function newer(value: unknown): Document {
  const walk = (each: unknown, key = ''): unknown => {
    if (Array.isArray(each)) return each.map((item) => walk(item));
    if (typeof each !== 'object' || each === null) return each;
    const entries = Object.entries(each);
    if (/^(extra|kubeletExtra)Args$/.test(key)) return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => ({ name, value: text }));
    return Object.fromEntries(entries.flatMap(([name, inner]) => (name === 'timeoutForControlPlane' ? [] : [[name, walk(inner, name)]])));
  };
  return { ...(walk(value) as Document), apiVersion: 'kubeadm.k8s.io/v1beta4' };
}

function parsed(text: string): Document {
  try {
    return (parseYaml(text) ?? {}) as Document;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Fatal(error.message.startsWith('error converting') ? error.message : `error converting YAML to JSON: ${error.message}`);
  }
}
