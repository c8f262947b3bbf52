/** `kubeadm join --control-plane`: one more apiserver, one more member of etcd (cmd/kubeadm/app/cmd/phases/join). */
import { Handshakes } from '../../../apimachinery/tls.ts';
import type { Client } from '../../../client/client.ts';
import { type EtcdApi, type EtcdCluster, EtcdError, type EtcdMember, etcdProtocol } from '../../../interfaces/etcd.ts';
import { dial, NetworkError } from '../../../linux/network.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import type { Context } from '../context.ts';
import { Fatal } from '../fatal.ts';
import type { Settings } from '../phases.ts';
import { downloadCertificates, missingShared } from './certificate-secret.ts';
import { pullImages } from './images.ts';

const folder = '/etc/kubernetes/pki';
const manifests = '/etc/kubernetes/manifests';
const etcdWait = 120_000;

/** The cluster's own settings, as kubeadm-config tells them, for this machine. Throws Fatal. */
export function settingsOfCluster(context: Context, text: string): Settings {
  const value = (name: string): string | undefined => new RegExp(`^\\s*${name}: (\\S+)$`, 'm').exec(text)?.[1];
  if (text !== '') context.adopt(text);
  const own = context.settings();
  const endpoint = value('controlPlaneEndpoint');
  return {
    ...own,
    version: value('kubernetesVersion') ?? own.version,
    podSubnet: value('podSubnet') ?? own.podSubnet,
    serviceSubnet: value('serviceSubnet') ?? own.serviceSubnet,
    ...(endpoint ? { controlPlaneEndpoint: endpoint } : {}),
  };
}

/** Before the kubelet: certificates, kubeconfigs and the manifests of all but etcd. */
export function* prepareControlPlane(context: Context, client: Client, settings: Settings, certificateKey: string): Routine {
  yield* refuse(context, settings, certificateKey);
  yield* context.say(
    '[preflight] Running pre-flight checks before initializing the new control plane instance',
    '[preflight] Pulling images required for setting up a Kubernetes cluster',
    '[preflight] This might take a minute or two, depending on the speed of your internet connection',
    "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'",
  );
  yield* pullImages(context, false);
  if (certificateKey !== '') yield* downloadCertificates(context, client, certificateKey);
  const { phases, host } = context;
  yield* context.say(`[certs] Using certificateDir folder "${folder}"`);
  for (const certificate of phases.certificates(settings)) {
    phases.writeCertificate(host, certificate);
    yield* context.say(`[certs] Generating "${certificate.name}" certificate and key`);
  }
  yield* context.say(
    '[certs] Valid certificates and keys now exist in "/etc/kubernetes/pki"',
    '[certs] Using the existing "sa" key',
    '[kubeconfig] Generating kubeconfig files',
    '[kubeconfig] Using kubeconfig folder "/etc/kubernetes"',
  );
  for (const file of phases.kubeconfigs) {
    if (file.name === 'super-admin') continue;
    phases.writeKubeconfig(host, file, file.name === 'admin' ? `https://${settings.controlPlaneEndpoint}` : `https://${settings.ip}:6443`);
    yield* context.say(`[kubeconfig] Writing "${file.name}.conf" kubeconfig file`);
  }
  yield* context.say(`[control-plane] Using manifest folder "${manifests}"`);
  host.fs.mkdir(manifests, { parents: true });
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
    yield* context.say(`[control-plane] Creating static Pod manifest for "${name}"`);
    host.fs.write(`${manifests}/${name}.yaml`, phases.manifests(settings).get(`${name}.yaml`) ?? '', { mode: 0o600 });
  }
}

/** Both conditions that a new control plane needs, as kubeadm prints them. */
function* refuse(context: Context, settings: Settings, certificateKey: string): Routine {
  const missing = certificateKey === '' ? missingShared(context) : undefined;
  const problem = settings.controlPlaneEndpoint
    ? missing &&
      `[failure loading certificate for CA: couldn't load the certificate file ${folder}/${missing}: open ${folder}/${missing}: no such file or directory]`
    : "unable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address";
  if (!problem) return;
  throw new Fatal(
    `error execution phase preflight: \nOne or more conditions for hosting a new control plane instance is not satisfied.\n\n${problem}\n\nPlease ensure that:\n* The cluster has a stable controlPlaneEndpoint address.\n* The certificates that must be shared among control plane instances are provided.\n\n`,
  );
}

type Member = { readonly keys: EtcdApi; readonly cluster: EtcdCluster };

/** After the kubelet has joined: a member for this machine, then etcd as a static pod. */
export function* joinEtcd(context: Context, client: Client, settings: Settings): Routine {
  const peers = client
    .list('pods', { namespace: 'kube-system', labelSelector: 'component=etcd' })
    .items.flatMap(({ metadata }) => metadata.annotations?.['kubeadm.kubernetes.io/etcd.advertise-client-urls'] ?? []);
  yield* context.say('[check-etcd] Checking that the etcd cluster is healthy');
  const member = connectEtcd(context, peers);
  const own = `https://${settings.ip}:2380`;
  const known = [...member.keys.members()];
  if (!known.some(({ peerUrls }) => peerUrls.includes(own))) {
    try {
      // A learner has no vote: the cluster keeps its quorum until the new one has caught up.
      member.cluster.memberAdd([own], true);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      throw new Fatal(`error execution phase etcd-join: error creating local etcd static pod manifest file: ${error.message}`);
    }
  }
  const pair = ({ name, peerUrls }: Pick<EtcdMember, 'name' | 'peerUrls'>): string => `${name}=${peerUrls[0]}`;
  const others = known.filter(({ peerUrls }) => !peerUrls.includes(own)).map(pair);
  yield* context.say('[etcd] Announced new etcd member joining to the existing etcd cluster', '[etcd] Creating static Pod manifest for "etcd"');
  const text = context.phases.manifests({ ...settings, initialCluster: [...others, `${settings.nodeName}=${own}`] }).get('etcd.yaml') ?? '';
  context.host.fs.mkdir('/var/lib/etcd', { parents: true, mode: 0o700 });
  context.host.fs.write(`${manifests}/etcd.yaml`, text, { mode: 0o600 });
  yield* context.say('[etcd] Waiting for the new etcd member to join the cluster. This can take up to 40s');
  const until = context.process.now + etcdWait;
  while (context.process.now < until) {
    yield* sleep(500);
    if (isIn(context, `https://${settings.ip}:2379`) && promoted(member, own)) return;
  }
  throw new Fatal('error execution phase etcd-join: error creating local etcd static pod manifest file: timeout waiting for etcd cluster to be available');
}

/** Whether the member has a vote; asks for it as soon as it has caught up. */
function promoted({ keys, cluster }: Member, peerUrl: string): boolean {
  try {
    const own = keys.members().find(({ peerUrls }) => peerUrls.includes(peerUrl));
    if (own?.learner) cluster.memberPromote(own.id);
    return own !== undefined;
  } catch (error) {
    if (error instanceof EtcdError) return false;
    throw error;
  }
}

/** Whether the member at an address answers with a leader. */
function isIn(context: Context, url: string): boolean {
  try {
    return connectEtcd(context, [url]).cluster.header().memberId !== '';
  } catch (error) {
    if (error instanceof Fatal || error instanceof EtcdError) return false;
    throw error;
  }
}

/** With the certificate of the health check, as kubeadm does. Throws Fatal. */
function connectEtcd(context: Context, urls: readonly string[]): Member {
  const { process, host } = context;
  const handshakes = new Handshakes();
  const ca = host.fs.read(`${folder}/etcd/ca.crt`);
  const certificate = host.fs.read(`${folder}/etcd/healthcheck-client.crt`);
  for (const url of urls) {
    const [, address = '', port = '2379'] = /^https:\/\/([^:/]+)(?::(\d+))?/.exec(url) ?? [];
    try {
      const door = dial(etcdProtocol, process.namespaces.network, address, Number(port), process.sim.random, 'tcp', (listener) => {
        const problem = listener.tls && handshakes.check(listener.tls(), { serverName: address, ca, certificate }, process.now);
        if (problem) throw new NetworkError('EPROTO', 0);
      });
      const member = door.enter({ certificate });
      return { keys: member, cluster: member };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    }
  }
  throw new Fatal(`error execution phase check-etcd: error syncing endpoints with etcd: failed to dial endpoint ${urls[0] ?? ''}: context deadline exceeded`);
}
