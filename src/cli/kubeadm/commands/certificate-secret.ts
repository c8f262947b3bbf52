/** Secret kubeadm-certs: what control-plane nodes share, encrypted with a key that is only shown (cmd/kubeadm/app/phases/copycerts). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Client } from '../../../client/client.ts';
import type { Routine } from '../../../sim/routine.ts';
import { apply, type Context } from '../context.ts';
import { Fatal } from '../fatal.ts';

const folder = '/etc/kubernetes/pki';
const shared = ['ca.crt', 'ca.key', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'sa.key', 'sa.pub', 'etcd/ca.crt', 'etcd/ca.key'];
const keyOf = (file: string): string => file.replace('/', '-');

/** AES-GCM, the nonce first and the tag last, as Go seals it. */
function seal(text: string, key: Buffer, nonce: Buffer): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function open(data: string, key: Buffer): string {
  const bytes = Buffer.from(data, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString();
  } catch {
    throw new Fatal(
      'error execution phase control-plane-prepare/download-certs: error downloading certs: error decoding secret data with provided key: cipher: message authentication failed',
    );
  }
}

function keyBytes(key: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(key))
    throw new Fatal(`certificateKey: Invalid value: "${key}": certificate key must be a hex-encoded string of a 32 bytes AES key`, 3);
  return Buffer.from(key, 'hex');
}

/** `init --upload-certs`; gives the key. */
export function* uploadCertificates(context: Context, client: Client, given: string): Routine<string> {
  const { fs } = context.host;
  const { random } = context.process.sim;
  const key = given || random.hex(64);
  const bytes = keyBytes(key);
  const data = Object.fromEntries(
    shared
      .filter((file) => fs.exists(`${folder}/${file}`))
      .map((file) => [keyOf(file), seal(fs.read(`${folder}/${file}`), bytes, Buffer.from(random.hex(24), 'hex'))]),
  );
  yield* context.say(
    '[upload-certs] Storing the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace',
    '[upload-certs] Using certificate key:',
    key,
  );
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kubeadm-certs', namespace: 'kube-system' }, type: 'Opaque', data };
  context.attempt('error execution phase upload-certs: error uploading certs: error creating', () => {
    apply(client, secret);
    for (const [kind, more] of roles)
      apply(client, { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: 'kubeadm:kubeadm-certs', namespace: 'kube-system' }, ...more });
  });
  return key;
}

/** Whoever joins with a token may read it. */
const roles: readonly (readonly [kind: string, more: object])[] = [
  ['Role', { rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['kubeadm-certs'], verbs: ['get'] }] }],
  [
    'RoleBinding',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'kubeadm:kubeadm-certs' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:bootstrappers:kubeadm:default-node-token' }],
    },
  ],
];

/** `join --certificate-key`: writes them to the disk. */
export function* downloadCertificates(context: Context, client: Client, key: string): Routine {
  yield* context.say('[download-certs] Downloading the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace');
  const prefix = 'error execution phase control-plane-prepare/download-certs: error downloading certs: error downloading the secret';
  const secret = context.attempt(prefix, () => client.get('secrets', { namespace: 'kube-system', name: 'kubeadm-certs' }));
  if (!secret)
    throw new Fatal(
      `${prefix}: Secret "kubeadm-certs" was not found in the "kube-system" Namespace. This Secret might have expired. Please, run \`kubeadm init phase upload-certs --upload-certs\` on a control plane to generate a new one`,
    );
  const bytes = keyBytes(key);
  const { fs } = context.host;
  fs.mkdir(`${folder}/etcd`, { parents: true });
  for (const file of shared) {
    const data = secret.data?.[keyOf(file)];
    if (data !== undefined) fs.write(`${folder}/${file}`, open(data, bytes), { mode: file.endsWith('.key') ? 0o600 : 0o644 });
  }
  yield* context.say(`[download-certs] Saving the certificates to the folder: "${folder}"`);
}

/** What must be on the disk before this machine can be a control-plane node. */
export const missingShared = ({ host }: Context): string | undefined =>
  ['ca.crt', 'sa.key', 'front-proxy-ca.crt', 'etcd/ca.crt'].find((file) => !host.fs.exists(`${folder}/${file}`));
