/** The certificates and kubeconfigs that kubeadm makes, as tables (kubernetes cmd/kubeadm/app/phases/certs/certlist.go, phases/kubeconfig). */
import { parseGoDuration } from '../../apimachinery/duration.ts';
import { issue, type KeyPair, newCa, newCertificateRequest } from '../../apimachinery/pki.ts';
import type { Authority, Certificate, Host, KubeconfigFile, Phases } from '../../cli/kubeadm/phases.ts';
import { writeFile } from '../machine/machine.ts';
import { type ControlPlaneSettings, domainOf, serviceAddress } from './static-pods.ts';

/** kubeadm's --cert-dir. */
export const pki = '/etc/kubernetes/pki';
const year = 365 * 24 * 3600 * 1000;

/** In the order of kubeadm's own phases. */
export const authorities: readonly Authority[] = [
  { name: 'ca', commonName: 'kubernetes', about: 'the self-signed Kubernetes CA to provision identities for other Kubernetes components' },
  { name: 'front-proxy-ca', commonName: 'front-proxy-ca', about: 'the self-signed CA to provision identities for front proxy' },
  { name: 'etcd/ca', commonName: 'etcd-ca', about: 'the self-signed CA to provision identities for etcd' },
];

/** In the order in which `kubeadm init` makes them. */
export function certificates({
  nodeName,
  ip,
  controlPlaneEndpoint,
  certSans = [],
  serviceSubnet,
  given = {},
}: Pick<ControlPlaneSettings, 'nodeName' | 'ip' | 'controlPlaneEndpoint' | 'certSans' | 'serviceSubnet' | 'given'>): readonly Certificate[] {
  const { serverCertSANs = [], peerCertSANs = [] } = given.etcd?.local ?? {};
  const names = (more: readonly string[]) => ({
    dnsNames: [nodeName, 'localhost', ...more.filter((name) => !isIp(name))],
    ips: [ip, '127.0.0.1', ...more.filter(isIp)],
  });
  const period = given.certificateValidityPeriod;
  const validFor = period === undefined ? {} : { validFor: parseGoDuration(period) };
  const more = [...(controlPlaneEndpoint ? [controlPlaneEndpoint.split(':')[0] as string] : []), ...certSans];
  const all: readonly Certificate[] = [
    {
      name: 'apiserver',
      about: 'the certificate for serving the Kubernetes API',
      ca: 'ca',
      commonName: 'kube-apiserver',
      dnsNames: [
        ...new Set([
          nodeName,
          'kubernetes',
          'kubernetes.default',
          'kubernetes.default.svc',
          `kubernetes.default.svc.${domainOf({ given })}`,
          ...more.filter((name) => !isIp(name)),
        ]),
      ],
      ips: [...new Set([serviceAddress({ serviceSubnet }, 1), ip, '127.0.0.1', ...more.filter(isIp)])],
    },
    {
      name: 'apiserver-kubelet-client',
      about: 'the certificate for the API server to connect to kubelet',
      ca: 'ca',
      commonName: 'kube-apiserver-kubelet-client',
      organizations: ['kubeadm:cluster-admins'],
    },
    { name: 'front-proxy-client', about: 'the client certificate for the front proxy', ca: 'front-proxy-ca', commonName: 'front-proxy-client' },
    { name: 'etcd/server', about: 'the certificate for serving etcd', ca: 'etcd/ca', commonName: nodeName, ...names(serverCertSANs) },
    { name: 'etcd/peer', about: 'the certificate for etcd nodes to communicate with each other', ca: 'etcd/ca', commonName: nodeName, ...names(peerCertSANs) },
    {
      name: 'etcd/healthcheck-client',
      about: 'the certificate for liveness probes to healthcheck etcd',
      ca: 'etcd/ca',
      commonName: 'kube-etcd-healthcheck-client',
    },
    { name: 'apiserver-etcd-client', about: 'the certificate the apiserver uses to access etcd', ca: 'etcd/ca', commonName: 'kube-apiserver-etcd-client' },
  ];
  const wanted = given.etcd?.external ? all.filter(({ ca }) => ca !== 'etcd/ca') : all;
  return wanted.map((each) => ({ ...each, ...validFor }));
}

const isIp = (name: string): boolean => /^[\d.]+$/.test(name);

/** Those of a control-plane node; the kubelet's own is made beside them. */
export const kubeconfigs: readonly KubeconfigFile[] = [
  { name: 'admin', user: 'kubernetes-admin', commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] },
  { name: 'super-admin', user: 'kubernetes-super-admin', commonName: 'kubernetes-super-admin', organizations: ['system:masters'] },
  { name: 'controller-manager', user: 'system:kube-controller-manager', commonName: 'system:kube-controller-manager', organizations: [] },
  { name: 'scheduler', user: 'system:kube-scheduler', commonName: 'system:kube-scheduler', organizations: [] },
];

/** A pair of files below the folder. */
export const readPair = ({ fs }: Pick<Host, 'fs'>, name: string): KeyPair => ({
  certificate: fs.read(`${pki}/${name}.crt`),
  key: fs.read(`${pki}/${name}.key`),
});

const savePair = (host: Host, name: string, pair: KeyPair): void => {
  writeFile(host.fs, `${pki}/${name}.crt`, pair.certificate);
  writeFile(host.fs, `${pki}/${name}.key`, pair.key, 0o600);
};

/** A new authority; ten years. */
export function writeAuthority(host: Host, { name, commonName, validFor = 10 * year }: Authority): void {
  const notBefore = host.kernel.now;
  savePair(host, name, newCa({ commonName, notBefore, notAfter: notBefore + validFor, salt: host.kernel.machineId }));
}

/** A new certificate, signed by the authority on the disk; one year. */
export function writeCertificate(host: Host, { name, ca, commonName, organizations = [], dnsNames = [], ips = [], validFor = year }: Certificate): void {
  const notBefore = host.kernel.now;
  savePair(host, name, issue(readPair(host, ca), { commonName, organizations, dnsNames, ips, notBefore, notAfter: notBefore + validFor }));
}

/** The key pair that service account tokens are signed with. */
export function writeServiceAccountKey(host: Host): void {
  const notBefore = host.kernel.now;
  const pair = issue(readPair(host, 'ca'), { commonName: 'service-accounts', notBefore, notAfter: notBefore + year });
  writeFile(host.fs, `${pki}/sa.key`, pair.key, 0o600);
  writeFile(host.fs, `${pki}/sa.pub`, pair.certificate);
}

/** One of the kubeconfigs of /etc/kubernetes, with a new certificate in it. */
export function writeKubeconfig(host: Host, { name, user, commonName, organizations, validFor = year }: KubeconfigFile, server: string): void {
  const ca = readPair(host, 'ca');
  const notBefore = host.kernel.now;
  const pair = issue(ca, { commonName, organizations, notBefore, notAfter: notBefore + validFor });
  writeFile(host.fs, `/etc/kubernetes/${name}.conf`, kubeconfig({ ca, server, user, pair }), 0o600);
}

/** `kubeadm kubeconfig user`. */
export const userKubeconfig: Phases['userKubeconfig'] = (host, { name, organizations, validFor, token }, server) => {
  const ca = readPair(host, 'ca');
  const notBefore = host.kernel.now;
  const pair = issue(ca, { commonName: name, organizations, notBefore, notAfter: notBefore + validFor });
  const text = kubeconfig({ ca, server, user: name, pair });
  return token === undefined ? text : text.replace(/ {4}client-certificate-data: .*\n {4}client-key-data: .*\n/, `    token: ${token}\n`);
};

/** `kubeadm certs generate-csr`. */
export const certificateRequest: Phases['certificateRequest'] = (spec) =>
  newCertificateRequest({
    commonName: spec.commonName,
    organizations: spec.organizations ?? [],
    ...('ca' in spec ? { dnsNames: spec.dnsNames ?? [], ips: spec.ips ?? [] } : {}),
  });

/** `server` is the apiserver's URL, for kubeconfigs. */
export type ClusterCa = { readonly ca: KeyPair; readonly server: string };

/** A kubeconfig with embedded certificates, as kubeadm writes it. */
export function kubeconfig({ ca, server, user, pair }: ClusterCa & { readonly user: string; readonly pair: KeyPair }): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(ca.certificate)}
    server: ${server}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: ${user}
  name: ${user}@kubernetes
current-context: ${user}@kubernetes
kind: Config
users:
- name: ${user}
  user:
    client-certificate-data: ${base64(pair.certificate)}
    client-key-data: ${base64(pair.key)}
`;
}
