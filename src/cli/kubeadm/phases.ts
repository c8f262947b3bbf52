/** What kubeadm writes, handed in by whoever assembles worlds: one and the same code makes a world and answers the command. */
import type { KubeObject } from '../../api/types.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import type { Kernel } from '../../linux/kernel.ts';

/** The machine that kubeadm runs on. */
export type Host = { readonly fs: FileSystem; readonly name: string; readonly ip: string; readonly kernel: Kernel };

type Arg = { readonly name: string; readonly value: string };
/** A directory or file of the machine that a component is given. */
export type HostPathMount = {
  readonly name: string;
  readonly hostPath: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly pathType?: string;
};
type Component = {
  readonly extraArgs?: readonly Arg[];
  readonly extraVolumes?: readonly HostPathMount[];
  readonly extraEnvs?: readonly Readonly<Record<string, unknown>>[];
};
/** As kubeadm.k8s.io/v1beta4 has it. */
export type ClusterConfiguration = {
  readonly kubernetesVersion?: string;
  readonly controlPlaneEndpoint?: string;
  readonly imageRepository?: string;
  readonly clusterName?: string;
  readonly certificateValidityPeriod?: string;
  readonly caCertificateValidityPeriod?: string;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly networking?: { readonly podSubnet?: string; readonly serviceSubnet?: string; readonly dnsDomain?: string };
  readonly apiServer?: Component & { readonly certSANs?: readonly string[] };
  readonly controllerManager?: Component;
  readonly scheduler?: Component;
  readonly dns?: { readonly imageRepository?: string; readonly imageTag?: string; readonly disabled?: boolean };
  readonly proxy?: { readonly disabled?: boolean };
  readonly etcd?: {
    readonly local?: {
      readonly dataDir?: string;
      readonly imageRepository?: string;
      readonly imageTag?: string;
      readonly extraArgs?: readonly Arg[];
      readonly extraEnvs?: Component['extraEnvs'];
      readonly serverCertSANs?: readonly string[];
      readonly peerCertSANs?: readonly string[];
    };
    readonly external?: { readonly endpoints?: readonly string[]; readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  };
};

/** What the flags and the file come to. */
export type Settings = {
  readonly nodeName: string;
  readonly ip: string;
  readonly version: string;
  readonly etcdVersion: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly controlPlaneEndpoint?: string;
  readonly certSans?: readonly string[];
  /** `name=url` of the members that this node's etcd joins. */
  readonly initialCluster?: readonly string[];
  readonly extraArgs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of the API server; 6443 unless told. */
  readonly port?: number;
  /** What the file says of the whole cluster. */
  readonly given?: ClusterConfiguration;
  /** What the file says of kubelets and of kube-proxy. */
  readonly kubelet?: Readonly<Record<string, unknown>>;
  readonly kubeProxy?: Readonly<Record<string, unknown>>;
};

/** One CA; `about` is for its phase's text. */
export type Authority = { readonly name: string; readonly commonName: string; readonly about: string; readonly validFor?: number };
/** `ca` names the authority that signs it. */
export type Certificate = {
  readonly name: string;
  readonly about: string;
  readonly ca: string;
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
  /** Milliseconds; a year unless told. */
  readonly validFor?: number;
};
/** `user` is its name in the file, `commonName` the certificate's. */
export type KubeconfigFile = {
  readonly name: string;
  readonly user: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly validFor?: number;
};
/** An object to be applied. */
export type AddonObject = KubeObject & { readonly apiVersion: string; readonly kind: string };

/** Which versions kubeadm knows; `build` as the API server answers `/version`. */
type KubeadmRelease = {
  readonly version: string;
  readonly etcd: string;
  readonly coreDns: string;
  readonly pause: string;
  readonly build: Readonly<Record<string, string>>;
};

/** Given by cluster/, which makes worlds with the same code. */
export type Phases = {
  readonly release: KubeadmRelease;
  /** What belongs to another version. */
  releaseOf(version: string): KubeadmRelease;
  readonly authorities: readonly Authority[];
  certificates(settings: Pick<Settings, 'nodeName' | 'ip' | 'controlPlaneEndpoint' | 'certSans' | 'serviceSubnet' | 'given'>): readonly Certificate[];
  readonly kubeconfigs: readonly KubeconfigFile[];
  writeAuthority(host: Host, authority: Authority): void;
  writeCertificate(host: Host, certificate: Certificate): void;
  writeServiceAccountKey(host: Host): void;
  writeKubeconfig(host: Host, file: KubeconfigFile, server: string): void;
  /** For somebody else: with a certificate, or with the token. */
  userKubeconfig(
    host: Host,
    user: { readonly name: string; readonly organizations: readonly string[]; readonly validFor: number; readonly token?: string },
    server: string,
  ): string;
  /** A key, and the request for a certificate of the same kind. */
  certificateRequest(certificate: Certificate | KubeconfigFile): { readonly request: string; readonly key: string };
  /** The kubelet's own, signed by the authority on this machine. */
  writeKubeletIdentity(host: Host, server: string): void;
  writeKubeletConfig(host: Host, configuration?: string): void;
  /** File name → YAML. */
  manifests(settings: Settings): ReadonlyMap<string, string>;
  addonObjects(settings: Settings, ip: string, server: string, caPem: string): readonly AddonObject[];
};
