/** What kubeadm writes, handed in by whoever assembles worlds: one and the same code makes a world and answers the command. */
import type { KubeObject } from '../../api/types.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import type { Kernel } from '../../linux/kernel.ts';

/** The machine that kubeadm runs on. */
export type Host = { readonly fs: FileSystem; readonly name: string; readonly ip: string; readonly kernel: Kernel };

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
};

/** One CA; `about` is for its phase's text. */
export type Authority = { readonly name: string; readonly commonName: string; readonly about: string };
/** `ca` names the authority that signs it. */
export type Certificate = {
  readonly name: string;
  readonly about: string;
  readonly ca: string;
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
};
/** `user` is its name in the file, `commonName` the certificate's. */
export type KubeconfigFile = { readonly name: string; readonly user: string; readonly commonName: string; readonly organizations: readonly string[] };
/** An object to be applied. */
export type AddonObject = KubeObject & { readonly apiVersion: string; readonly kind: string };

/** Given by cluster/, which makes worlds with the same code. */
export type Phases = {
  readonly release: { readonly version: string; readonly etcd: string; readonly coreDns: string; readonly pause: string };
  readonly authorities: readonly Authority[];
  certificates(settings: Pick<Settings, 'nodeName' | 'ip' | 'controlPlaneEndpoint' | 'certSans'>): readonly Certificate[];
  readonly kubeconfigs: readonly KubeconfigFile[];
  writeAuthority(host: Host, authority: Authority): void;
  writeCertificate(host: Host, certificate: Certificate): void;
  writeServiceAccountKey(host: Host): void;
  writeKubeconfig(host: Host, file: KubeconfigFile, server: string): void;
  /** The kubelet's own, signed by the authority on this machine. */
  writeKubeletIdentity(host: Host, server: string): void;
  writeKubeletConfig(host: Host, configuration?: string): void;
  /** File name → YAML. */
  manifests(settings: Settings): ReadonlyMap<string, string>;
  addonObjects(settings: Settings, ip: string, server: string, caPem: string): readonly AddonObject[];
};
