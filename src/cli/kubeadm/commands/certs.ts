/** `kubeadm certs`: until when certificates hold, and new ones. */

import { humanDuration } from '../../../apimachinery/duration.ts';
import { readCertificate, verify } from '../../../apimachinery/pki.ts';
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { configFlag, type KubeadmCommand } from '../command.ts';
import { type Context, Fatal } from '../context.ts';

const folder = '/etc/kubernetes/pki';

/** In kubeadm's order: kubeconfigs and certificates mixed by name. */
const order = [
  ['admin.conf', 'ca'],
  ['apiserver', 'ca'],
  ['apiserver-etcd-client', 'etcd-ca'],
  ['apiserver-kubelet-client', 'ca'],
  ['controller-manager.conf', 'ca'],
  ['etcd-healthcheck-client', 'etcd-ca'],
  ['etcd-peer', 'etcd-ca'],
  ['etcd-server', 'etcd-ca'],
  ['front-proxy-client', 'front-proxy-ca'],
  ['scheduler.conf', 'ca'],
  ['super-admin.conf', 'ca'],
] as const;

const fileOf = (name: string): string => (name.startsWith('etcd-') ? `etcd/${name.slice(5)}` : name);

/** The PEM behind a name; undefined when there is none. */
function pemOf({ process: { fs } }: Context, name: string): string | undefined {
  const path = name.endsWith('.conf') ? `/etc/kubernetes/${name}` : `${folder}/${fileOf(name)}.crt`;
  if (!fs.exists(path)) return undefined;
  const text = fs.read(path);
  if (!name.endsWith('.conf')) return text;
  return Buffer.from(/client-certificate-data: (\S+)/.exec(text)?.[1] ?? '', 'base64').toString();
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Go's `Jan 02, 2006 15:04 MST`. */
function date(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${months[at.getUTCMonth()]} ${two(at.getUTCDate())}, ${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
}

const residual = (ms: number): string =>
  ms <= 0
    ? '<invalid>'
    : ms > 365 * 24 * 3600 * 1000
      ? humanDuration(ms).replace(/y.*/, 'y')
      : ms > 2 * 24 * 3600 * 1000
        ? `${Math.floor(ms / (24 * 3600 * 1000))}d`
        : humanDuration(ms);

const columns = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('')
    .concat(' '.repeat(0));

function* checkExpiration(context: Context): Routine {
  const { now } = context.process;
  if (!context.process.fs.exists(`${folder}/ca.crt`))
    throw new Fatal(`failed to load existing certificate authority: open ${folder}/ca.crt: no such file or directory`);
  const lines: string[][] = [['CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED']];
  for (const [name, ca] of order) {
    const pem = pemOf(context, name);
    const info = pem === undefined ? undefined : readCertificate(pem);
    if (info) lines.push([name, date(info.notAfter), residual(info.notAfter - now), ca, 'no']);
    else lines.push([`!MISSING! ${name}`, '', '', '', '']);
  }
  const authorities: string[][] = [['CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED']];
  for (const name of ['ca', 'etcd-ca', 'front-proxy-ca']) {
    const info = readCertificate(context.process.fs.read(`${folder}/${name === 'etcd-ca' ? 'etcd/ca' : name}.crt`));
    if (info) authorities.push([name, date(info.notAfter), residual(info.notAfter - now), 'no']);
  }
  const output = context.text('output', 'text');
  if (output !== 'text') return yield* printExpiration(context, output);
  yield* context.say(
    '[check-expiration] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    "[check-expiration] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
    '',
    ...aligned(lines),
    '',
    ...aligned(authorities),
  );
}

/** As data: output.kubeadm.k8s.io. */
function* printExpiration(context: Context, output: string): Routine {
  const { now, fs } = context.process;
  const entry = (name: string, pem: string | undefined): Record<string, unknown> => {
    const info = pem === undefined ? undefined : readCertificate(pem);
    if (!info) return { name, missing: true };
    return {
      name,
      expirationDate: new Date(info.notAfter).toISOString().replace('.000', ''),
      residualTime: `${Math.floor((info.notAfter - now) / 1000)}s`,
      externallyManaged: false,
    };
  };
  const authorities = ['ca', 'etcd-ca', 'front-proxy-ca'];
  const document = {
    kind: 'CertificateExpirationInfo',
    apiVersion: 'output.kubeadm.k8s.io/v1alpha3',
    certificates: order.map(([name, ca]) => ({ ...entry(name, pemOf(context, name)), caName: ca })),
    certificateAuthorities: authorities.map((name) => entry(name, fs.read(`${folder}/${name === 'etcd-ca' ? 'etcd/ca' : name}.crt`))),
  };
  if (output === 'json') return yield* context.say(JSON.stringify(document, null, 4));
  if (output === 'yaml') return yield* context.process.print(dumpYaml(document));
  throw new Fatal(`invalid output format: ${output}`);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)) + 3);
  return rows.map((row) => columns(row, widths));
}

/** A signature, in usual steps: see Sim.toil. */
const signSteps = 100;

function* renewOne(context: Context, name: string): Routine {
  const { phases, host } = context;
  context.process.toil(signSteps);
  const about = name.endsWith('.conf') ? confTitles[name] : phases.certificates(context.settings()).find((each) => each.name === fileOf(name))?.about;
  if (pemOf(context, name) === undefined) throw new Fatal(`failed to renew certificate ${name}: the certificate is missing`);
  if (name.endsWith('.conf')) {
    const spec = phases.kubeconfigs.find((each) => `${each.name}.conf` === name);
    const server = /server: (\S+)/.exec(host.fs.read(`/etc/kubernetes/${name}`))?.[1] ?? `https://${host.ip}:6443`;
    if (spec) phases.writeKubeconfig(host, spec, server);
  } else {
    const spec = phases.certificates(context.settings()).find((each) => each.name === fileOf(name));
    if (spec) phases.writeCertificate(host, spec);
  }
  yield* context.say(`${about?.replace(/^the certificate (?!for|the|embedded)/, 'certificate ').replace(/^the /, '') ?? name} renewed`);
}

const confTitles: Readonly<Record<string, string>> = {
  'admin.conf': 'certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself',
  'controller-manager.conf': 'certificate embedded in the kubeconfig file for the controller manager to use',
  'scheduler.conf': 'certificate embedded in the kubeconfig file for the scheduler manager to use',
  'super-admin.conf': 'certificate embedded in the kubeconfig file for the super-admin',
};

const reading = [
  '[renew] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
  "[renew] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
  '',
];

/** Whether the cluster's configuration can be read now: an expired certificate is why one renews. */
function* sayReading(context: Context): Routine {
  const [admin, now] = [pemOf(context, 'admin.conf') ?? '', context.process.now];
  const good = verify(admin, context.process.fs.read(`${folder}/ca.crt`), now).ok;
  if (good) return yield* context.say(...reading);
  yield* context.say(reading[0] ?? '');
  yield* context.say('[renew] Error reading configuration from the Cluster. Falling back to default configuration', '');
}

const renewAll = function* (context: Context): Routine {
  yield* sayReading(context);
  for (const [name] of order) yield* renewOne(context, name);
  yield* context.say(
    '',
    'Done renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.',
  );
};

const renew = (name: string) =>
  function* (context: Context): Routine {
    yield* sayReading(context);
    yield* renewOne(context, name);
  };

/** A key and a request for each certificate that another authority is to sign. */
function* generateCsr(context: Context): Routine {
  const { phases, host, flags } = context;
  const { fs } = host;
  const save = (path: string, text: string, mode: number): void => {
    fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    fs.write(path, text, { mode });
  };
  for (const each of phases.certificates(context.settings())) {
    const { request, key } = phases.certificateRequest(each);
    save(`${flags.text('cert-dir')}/${each.name}.key`, key, 0o600);
    save(`${flags.text('cert-dir')}/${each.name}.csr`, request, 0o644);
  }
  const { ip, port = 6443 } = context.settings();
  const kubelet = { name: 'kubelet', user: `system:node:${host.name}`, commonName: `system:node:${host.name}`, organizations: ['system:nodes'] };
  for (const each of [...phases.kubeconfigs, kubelet]) {
    const { request, key } = phases.certificateRequest(each);
    const context_ = `${each.user}@kubernetes`;
    const data = Buffer.from(key).toString('base64');
    const text = `apiVersion: v1\nclusters:\n- cluster:\n    server: https://${ip}:${port}\n  name: kubernetes\ncontexts:\n- context:\n    cluster: kubernetes\n    user: ${each.user}\n  name: ${context_}\ncurrent-context: ${context_}\nkind: Config\nusers:\n- name: ${each.user}\n  user:\n    client-key-data: ${data}\n`;
    save(`${flags.text('kubeconfig-dir')}/${each.name}.conf`, text, 0o600);
    save(`${flags.text('kubeconfig-dir')}/${each.name}.conf.csr`, request, 0o644);
  }
}

const certDirFlag = { name: 'cert-dir', default: folder, usage: 'The path where to save the certificates' } as const;
const kubeconfigFlag = { name: 'kubeconfig', default: '/etc/kubernetes/admin.conf', usage: 'The kubeconfig file to use when talking to the cluster.' } as const;
const renewFlags = [certDirFlag, configFlag, kubeconfigFlag];

export const certsCommand: KubeadmCommand = {
  name: 'certs',
  short: 'Commands related to handling Kubernetes certificates',
  commands: [
    {
      name: 'check-expiration',
      short: 'Check certificates expiration for a Kubernetes cluster',
      flags: [...renewFlags, { name: 'output', short: 'o', default: 'text', usage: 'Output format. One of: text|json|yaml.' }],
      run: checkExpiration,
    },
    {
      name: 'renew',
      short: 'Renew certificates for a Kubernetes cluster',
      commands: [
        { name: 'all', short: 'Renew all available certificates', flags: renewFlags, run: renewAll },
        ...order.map(([name]) => ({ name, short: `Renew the certificate ${name}`, flags: renewFlags, run: renew(name) })),
      ],
    },
    {
      name: 'generate-csr',
      short: 'Generate keys and certificate signing requests',
      flags: [certDirFlag, configFlag, { name: 'kubeconfig-dir', default: '/etc/kubernetes', usage: 'The path where to save the kubeconfig file.' }],
      run: generateCsr,
    },
    {
      name: 'certificate-key',
      short: 'Generate certificate keys',
      run: function* (context) {
        yield* context.say(context.process.sim.random.hex(64));
      },
    },
  ],
};
