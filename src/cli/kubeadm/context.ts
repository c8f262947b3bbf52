/** One run of kubeadm: the machine it runs on, its flags, its clients, and how it fails. */
import { resourceOfKind } from '../../apimachinery/resources.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { Handshakes } from '../../apimachinery/tls.ts';
import { parseConfigYaml } from '../../apimachinery/yaml-simple.ts';
import { Client, ConnectionError } from '../../client/client.ts';
import { type Credentials, type RestResponse, restProtocol } from '../../interfaces/rest.ts';
import { Errno } from '../../linux/errno.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Flags } from '../flags.ts';
import type { AddonObject, Host, Phases, Settings } from './phases.ts';

/** 1: something failed; 2: a check before the work; 3: a wrong value. */
export class Fatal extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

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

export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly phases: Phases;
  readonly host: Host;

  constructor(process: Process, flags: Flags, args: readonly string[], phases: Phases) {
    this.process = process;
    this.flags = flags;
    this.args = args;
    this.phases = phases;
    const { kernel, fs } = process;
    this.host = { fs, kernel, name: kernel.hostname, ip: kernel.host.network.sourceAddress() };
  }

  *say(...lines: readonly string[]): Routine {
    for (const line of lines) yield* this.process.print(`${line}\n`);
  }

  text(flag: string, otherwise = ''): string {
    return this.flags.spec(flag) ? this.flags.text(flag) || otherwise : otherwise;
  }

  /** What `init` makes, by flags and this machine. */
  settings(): Settings {
    const { release } = this.phases;
    const wanted = this.text('kubernetes-version', release.version);
    return {
      nodeName: this.text('node-name', this.host.name),
      ip: this.text('apiserver-advertise-address', this.host.ip),
      version: wanted.startsWith('v') ? wanted : `v${wanted}`,
      etcdVersion: release.etcd,
      podSubnet: this.text('pod-network-cidr', '10.244.0.0/16'),
      serviceSubnet: this.text('service-cidr', '10.96.0.0/12'),
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
      userAgent: 'kubeadm/v1.35.6 (linux/amd64)',
      server: () => {
        try {
          return dial(restProtocol, process.namespaces.network, host, Number(port), process.sim.random, 'tcp', (listener) => {
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
