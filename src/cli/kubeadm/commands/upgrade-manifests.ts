/** The static pods of a control plane, upgraded one after the other (cmd/kubeadm/app/phases/upgrade/staticpods.go). */
import type { Client } from '../../../client/client.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Context, Fatal } from '../context.ts';

/** Where the kubelet finds static pods. */
export const manifests = '/etc/kubernetes/manifests';
/** In the order in which they are upgraded. */
export const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** As `kubeadm certs` names them. */
const certificatesOf: Readonly<Record<string, readonly string[]>> = {
  etcd: ['etcd-server', 'etcd-peer', 'etcd-healthcheck-client'],
  'kube-apiserver': ['apiserver', 'apiserver-kubelet-client', 'front-proxy-client', 'apiserver-etcd-client'],
  'kube-controller-manager': ['controller-manager.conf'],
  'kube-scheduler': ['scheduler.conf'],
};

/** The version that the cluster's configuration names; what else it says is kept by an upgrade. */
export function clusterVersion(context: Context, client: Client): string {
  const map = client.get('configmaps', { namespace: 'kube-system', name: 'kubeadm-config' });
  const text = map?.data?.['ClusterConfiguration'];
  if (text === undefined) return 'v0.0.0';
  context.adopt(text);
  return /kubernetesVersion: (\S+)/.exec(text)?.[1] ?? 'v0.0.0';
}

/** All of this machine, to the version of the cluster. */
export function* upgradeControlPlane(context: Context, client: Client): Routine {
  const version = context.attempt('error execution phase control-plane', () => clusterVersion(context, client));
  yield* context.say(`[upgrade/control-plane] Upgrading your static Pod-hosted control plane instance to version "${version}"...`);
  yield* upgradeManifests(context, client, version);
  yield* context.say('[upgrade/control-plane] The control plane instance for this node was successfully upgraded!');
}

/** Etcd first; one folder for all manifests of an upgrade. */
export function* upgradeManifests(context: Context, client: Client, version: string): Routine {
  const { sim, now } = context.process;
  yield* context.say(
    `[upgrade/staticpods] Writing new Static Pod manifests to "/etc/kubernetes/tmp/kubeadm-upgraded-manifests${sim.random.int(4_000_000_000)}"`,
  );
  const backup = `/etc/kubernetes/tmp/kubeadm-backup-manifests-${new Date(now).toISOString().slice(0, 19).replace(/[:T]/g, '-')}`;
  for (const name of components) yield* upgradeManifest(context, name, { client, version, backup });
}

type Upgrade = { readonly client: Client; readonly version: string; readonly backup: string };

function* upgradeManifest(context: Context, name: string, { client, version, backup }: Upgrade): Routine {
  const path = `${manifests}/${name}.yaml`;
  const text = context.phases.manifests({ ...context.settings(), version }).get(`${name}.yaml`) ?? '';
  yield* context.say(`[upgrade/staticpods] Preparing for "${name}" upgrade`);
  const renewing = context.flags.spec('certificate-renewal') === undefined || context.flags.bool('certificate-renewal');
  const image = /image: (\S+)/.exec(text)?.[1] ?? '';
  if (context.host.fs.exists(path) && context.host.fs.read(path).includes(`image: ${image}\n`))
    return yield* context.say(`[upgrade/staticpods] Current and new manifests of ${name} are equal, skipping upgrade`);
  context.host.fs.mkdir(backup, { parents: true });
  if (context.host.fs.exists(path)) context.host.fs.write(`${backup}/${name}.yaml`, context.host.fs.read(path), { mode: 0o600 });
  yield* context.say(
    ...(renewing ? (certificatesOf[name] ?? []) : []).map((each) => `[upgrade/staticpods] Renewing ${each} certificate`),
    `[upgrade/staticpods] Moving new manifest to "${path}" and backing up old manifest to "${backup}/${name}.yaml"`,
    '[upgrade/staticpods] Waiting for the kubelet to restart the component',
    '[upgrade/staticpods] This can take up to 5m0s',
  );
  if (renewing) renew(context, name);
  context.host.fs.write(path, text, { mode: 0o600 });
  const pod = `${name}-${context.host.name}`;
  const upgraded = (): boolean => {
    const found = client.get('pods', { namespace: 'kube-system', name: pod });
    return found?.spec?.containers[0]?.image === image && (found.status?.containerStatuses?.[0]?.ready ?? false);
  };
  if ((yield* context.until(upgraded, 300_000)) === Number.POSITIVE_INFINITY)
    throw new Fatal(
      `error execution phase control-plane: couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: timed out waiting for the condition`,
    );
  yield* context.say(
    `[apiclient] Found 1 Pods for label selector component=${name}`,
    `[upgrade/staticpods] Component "${name}" upgraded successfully!`,
    ...(name === 'etcd' ? ['[upgrade/etcd] Waiting for etcd to become available'] : []),
  );
}

/** The certificates and the kubeconfig that belong to a component, made anew with it. */
function renew(context: Context, name: string): void {
  const { phases, host } = context;
  const mine = (each: string): boolean =>
    name === 'etcd' ? each.startsWith('etcd/') : name === 'kube-apiserver' && (each.startsWith('apiserver') || each === 'front-proxy-client');
  for (const certificate of phases.certificates(context.settings())) if (mine(certificate.name)) phases.writeCertificate(host, certificate);
  const file = phases.kubeconfigs.find((each) => `kube-${each.name}` === name);
  if (file) phases.writeKubeconfig(host, file, `https://${context.settings().ip}:6443`);
}
