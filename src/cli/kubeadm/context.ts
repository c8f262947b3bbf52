/** One run of kubeadm: the machine it runs on, its flags, its clients, and how it fails. */
import { resourceOfKind } from '../../apimachinery/resources.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { Handshakes } from '../../apimachinery/tls.ts';
import { parseConfigYaml } from '../../apimachinery/yaml-simple.ts';
import { Client, ConnectionError } from '../../client/client.ts';
import { type Credentials, type RestResponse, restProtocol } from '../../interfaces/rest.ts';
import { Errno } from '../../linux/errno.ts';
import { hostAddress } from '../../linux/hosts.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import { type Arg, type ConfigFile, readConfigFile, readDocuments } from './config-file.ts';
import { Fatal } from './fatal.ts';
import type { AddonObject, ClusterConfiguration, Host, Phases, Settings } from './phases.ts';

export { Fatal } from './fatal.ts';

/** What a kubeconfig or a join leads to. */
export type Cluster = { readonly server: string; readonly caPem: string; readonly credentials: Credentials };

type NamedEntry = {
  readonly name: string;
  readonly cluster?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
};
type Kubeconfig = {
  readonly 'current-context'?: string;
  readonly clusters?: readonly NamedEntry[];
  readonly users?: readonly NamedEntry[];
  readonly contexts?: readonly NamedEntry[];
};

/** Made once a run; what ends it throws Fatal, with the text of kubeadm. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly phases: Phases;

  constructor(process: Process, flags: Flags, args: readonly string[], phases: Phases) {
    this.process = process;
    this.flags = flags;
    this.args = args;
    this.phases = phases;
  }

  /** The machine, under the name its node has. */
  get host(): Host {
    const { kernel, fs } = this.process;
    const { InitConfiguration: init, JoinConfiguration: join } = this.file;
    const name = this.text('node-name', init?.nodeRegistration?.name ?? join?.nodeRegistration?.name ?? kernel.hostname);
    return { fs, kernel, name, ip: kernel.host.network.sourceAddress() };
  }

  *say(...lines: readonly string[]): Routine {
    for (const line of lines) yield* this.process.print(`${line}\n`);
  }

  text(flag: string, otherwise: string | undefined = ''): string {
    return this.flags.spec(flag) ? this.flags.text(flag) || otherwise : otherwise;
  }

  /** What `--config` says; read once. Throws Fatal. */
  get file(): ConfigFile {
    const path = this.text('config');
    this.#file ??= path === '' ? {} : readConfigFile(this.process, path, (text) => this.#warnings.push(text));
    return this.#file;
  }

  /** What the ConfigMap kubeadm-config says counts as if it were in the file. */
  adopt(clusterConfiguration: string): void {
    const [adopted] = readDocuments(clusterConfiguration, () => {});
    this.#file = { ...this.file, ClusterConfiguration: adopted?.document as ClusterConfiguration };
  }

  /** The runtime's socket as the node's annotation has it counts as well, where the file says nothing. */
  *adoptSocket(client: Client): Routine {
    const criSocket = this.#annotated(client)?.['kubeadm.alpha.kubernetes.io/cri-socket'];
    const { InitConfiguration: init } = this.file;
    if (criSocket === undefined || init?.nodeRegistration?.criSocket) return;
    this.#file = { ...this.file, InitConfiguration: { ...init, nodeRegistration: { ...init?.nodeRegistration, criSocket } } };
    // What it was until 1.23.
    if (!criSocket.startsWith('/') || this.phases.release.version.startsWith('v1.23.')) return;
    yield* this.warn(
      `Usage of CRI endpoints without URL scheme is deprecated and can cause kubelet errors in the future. Automatically prepending scheme "unix" to the "criSocket" with value "${criSocket}". Please update your configuration!`,
      'initconfiguration.go:120',
    );
  }

  /** What the node says of itself; nothing where it has another name than its kubelet's kubeconfig and this machine. */
  #annotated(client: Client): Readonly<Record<string, string>> | undefined {
    const path = '/etc/kubernetes/kubelet.conf';
    const [, name = this.host.name] = /system:node:([\w.-]+)/.exec(this.process.fs.exists(path) ? this.process.fs.read(path) : '') ?? [];
    try {
      return client.get('nodes', { namespace: '', name })?.metadata.annotations;
    } catch (error) {
      if (error instanceof StatusError) return undefined;
      throw error;
    }
  }

  #file: ConfigFile | undefined;
  readonly #warnings: string[] = [];

  /** klog's lines about the file, before anything is done; flags that the file would have to hold are refused. */
  *readFile(allowed: readonly string[]): Routine {
    const mixed = this.flags.given().filter((name) => !allowed.includes(name) && !['config', 'v'].includes(name));
    if (this.text('config') !== '' && mixed.length > 0) throw new Fatal(`can not mix '--config' with arguments [${mixed.join(' ')}]`, 3);
    if (this.file === undefined) return;
    for (const text of this.#warnings.splice(0)) yield* this.warn(text);
  }

  /** A line of klog's. */
  *warn(text: string, place = 'initconfiguration.go:332'): Routine {
    const at = new Date(this.process.now).toISOString();
    const stamp = `${at.slice(5, 7)}${at.slice(8, 10)} ${at.slice(11, 23)}000 ${String(this.process.pid).padStart(7)}`;
    yield* this.process.printError(`W${stamp} ${place}] ${text}\n`);
  }

  /** What `init` makes, by flags, the file and this machine. */
  settings(): Settings {
    const { release } = this.phases;
    const { InitConfiguration: init, ClusterConfiguration: cluster, JoinConfiguration: join } = this.file;
    const wanted = this.text('kubernetes-version', cluster?.kubernetesVersion ?? release.version);
    const endpoint = this.text('control-plane-endpoint', cluster?.controlPlaneEndpoint);
    const local = init?.localAPIEndpoint ?? join?.controlPlane?.localAPIEndpoint;
    const port = Number(this.#own('apiserver-bind-port') ?? local?.bindPort ?? 6443);
    const sans = [
      ...(this.flags.spec('apiserver-cert-extra-sans') ? this.flags.list('apiserver-cert-extra-sans') : []),
      ...(cluster?.apiServer?.certSANs ?? []),
    ];
    const args = (each: readonly Arg[] = []): Record<string, string> => Object.fromEntries(each.map(({ name, value }) => [name, value]));
    const { KubeletConfiguration: kubelet, KubeProxyConfiguration: kubeProxy } = this.file;
    return {
      nodeName: this.host.name,
      ip: this.text('apiserver-advertise-address', local?.advertiseAddress ?? this.host.ip),
      ...(port === 6443 ? {} : { port }),
      version: wanted.startsWith('v') ? wanted : `v${wanted}`,
      etcdVersion: cluster?.etcd?.local?.imageTag ?? release.etcd,
      podSubnet: this.text('pod-network-cidr', cluster?.networking?.podSubnet ?? '10.244.0.0/16'),
      serviceSubnet: this.#own('service-cidr') ?? cluster?.networking?.serviceSubnet ?? '10.96.0.0/12',
      ...(endpoint ? { controlPlaneEndpoint: endpoint.includes(':') ? endpoint : `${endpoint}:${port}` } : {}),
      ...(sans.length > 0 ? { certSans: sans } : {}),
      extraArgs: {
        'kube-apiserver': args(cluster?.apiServer?.extraArgs),
        'kube-controller-manager': args(cluster?.controllerManager?.extraArgs),
        'kube-scheduler': args(cluster?.scheduler?.extraArgs),
        etcd: args(cluster?.etcd?.local?.extraArgs),
      },
      given: this.#given(cluster),
      ...(kubelet ? { kubelet } : {}),
      ...(kubeProxy ? { kubeProxy } : {}),
    };
  }

  /** A flag that was really given, not its default. */
  #own(flag: string): string | undefined {
    return this.flags.spec(flag) && this.flags.has(flag) ? this.flags.text(flag) : undefined;
  }

  /** The file's word, with the flags that stand for parts of it. */
  #given(cluster: ClusterConfiguration = {}): ClusterConfiguration {
    const [repository, domain] = [this.#own('image-repository'), this.#own('service-dns-domain')];
    return {
      ...cluster,
      ...(repository === undefined ? {} : { imageRepository: repository }),
      ...(domain === undefined ? {} : { networking: { ...cluster.networking, dnsDomain: domain } }),
    };
  }

  get kubeconfigPath(): string {
    return this.text('kubeconfig', '/etc/kubernetes/admin.conf');
  }

  /** The cluster that a kubeconfig names. Throws Fatal. */
  cluster(path = this.kubeconfigPath): Cluster {
    let text: string;
    try {
      text = this.process.fs.read(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Fatal(`failed to load admin kubeconfig: open ${path}: ${error.message.toLowerCase()}`);
    }
    return this.#read(text);
  }

  #read(text: string): Cluster {
    const config = (parseConfigYaml(text) ?? {}) as Kubeconfig;
    const context = config.contexts?.find(({ name }) => name === config['current-context'])?.context;
    const cluster = (config.clusters?.find(({ name }) => name === context?.['cluster']) ?? config.clusters?.[0])?.cluster;
    const user = config.users?.find(({ name }) => name === context?.['user'])?.user;
    const decoded = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString();
    const file = user?.['client-certificate'];
    const pem = file ? this.process.fs.read(file) : decoded(user?.['client-certificate-data']);
    return {
      server: cluster?.['server'] ?? '',
      caPem: decoded(cluster?.['certificate-authority-data']),
      credentials: { ...(pem ? { clientCertificate: pem } : {}), ...(user?.['token'] ? { token: user['token'] } : {}) },
    };
  }

  client({ server, caPem, credentials }: Cluster): Client {
    const { process } = this;
    const handshakes = new Handshakes();
    const [, host = '', port = '6443'] = /^https:\/\/([^:/]+)(?::(\d+))?/.exec(server) ?? [];
    return new Client({
      credentials,
      userAgent: `kubeadm/${this.phases.release.version} (linux/amd64)`,
      server: () => {
        try {
          return dial(restProtocol, process.namespaces.network, hostAddress(process.fs, host), Number(port), process.sim.random, 'tcp', (listener) => {
            if (!listener.tls || caPem === '') return;
            const problem = handshakes.check(listener.tls(), { serverName: host, ca: caPem }, process.now);
            if (problem) throw new ConnectionError(problem.text);
          });
        } catch (error) {
          if (!(error instanceof NetworkError)) throw error;
          const why = error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`;
          throw new ConnectionError(`dial tcp ${host}:${port}: ${why}`);
        }
      },
    });
  }

  admin(): Client {
    return this.client(this.cluster());
  }

  /** A call whose failure ends the command, with what was being done. */
  attempt<T>(what: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof StatusError || error instanceof ConnectionError) throw new Fatal(`${what}: ${error.message}`);
      throw error;
    }
  }

  /** Waits for something, four minutes at most; gives how long it took. */
  *until(test: () => boolean, limit = 240_000): Routine<number> {
    const began = this.process.now;
    for (;;) {
      try {
        if (test()) return this.process.now - began;
      } catch (error) {
        if (!(error instanceof StatusError) && !(error instanceof ConnectionError) && !(error instanceof NetworkError)) throw error;
      }
      if (this.process.now - began > limit) return Number.POSITIVE_INFINITY;
      yield* sleep(500);
    }
  }
}

/** Creates an object, or replaces the one that is there. Throws StatusError. */
export function apply(client: Client, object: AddonObject): void {
  const resource = resourceOfKind(object.apiVersion, object.kind);
  if (!resource) throw new Error(`no resource for ${object.kind}`);
  const root = resource.group === '' ? '/api/v1' : `/apis/${object.apiVersion}`;
  const { namespace, name } = object.metadata;
  const path = `${root}${namespace ? `/namespaces/${namespace}` : ''}/${resource.resource}`;
  const made = client.raw({ method: 'POST', path, body: object });
  if (made.status < 300) return;
  if (made.status !== 409) throw failure(made);
  const patched = client.raw({
    method: 'PATCH',
    path: `${path}/${name}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { data: (object as { readonly data?: unknown }).data, spec: (object as { readonly spec?: unknown }).spec },
  });
  if (patched.status >= 300) throw failure(patched);
}

const failure = (response: RestResponse): StatusError => new StatusError(response.body as StatusError['status']);

/** Go's duration of so many milliseconds: `1.501s`. */
export const goDuration = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(6).replace(/\.?0+$/, '')}s` : `${ms.toFixed(6).replace(/\.?0+$/, '')}ms`;
