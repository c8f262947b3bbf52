/** TLS bootstrap: a kubelet without a certificate asks for one with its token (kubernetes pkg/kubelet/certificate/bootstrap). */
import type { CertificateSigningRequest } from '../../api/types.ts';
import { newCertificateRequest } from '../../apimachinery/pki.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { Client, ConnectionError } from '../../client/client.ts';
import { type RestServer, restProtocol } from '../../interfaces/rest.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { dialText, logger, readKubeconfig } from './component.ts';

const resource = 'certificatesigningrequests.certificates.k8s.io';
const certificatePath = '/var/lib/kubelet/pki/kubelet-client-current.pem';

/** Writes the kubelet's certificate and kubeconfig once the request is approved and signed; tries until then. */
export function* bootstrapCertificate(process: Process, bootstrapPath: string, kubeconfigPath: string, nodeName: string): Routine {
  const log = logger(process);
  log('I', 'bootstrap.go:265', `"Part of the existing bootstrap client certificate is missing or invalid, using bootstrap kubeconfig" path="${bootstrapPath}"`);
  const { endpoint, credentials, secure } = readKubeconfig(process, bootstrapPath);
  const client = new Client({ server: () => dialText<RestServer>(process, restProtocol, endpoint, secure), credentials, userAgent: 'kubelet/v1.35.6' });
  const salt = process.sim.random.hex(16);
  const asked = newCertificateRequest({ commonName: `system:node:${nodeName}`, organizations: ['system:nodes'], salt });
  const body = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'csr-' },
    spec: {
      request: Buffer.from(asked.request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    },
  };
  let made: string | undefined;
  for (;;) {
    try {
      made ??= client.create(resource, body as CertificateSigningRequest).metadata.name ?? '';
      const certificate = client.get(resource, { namespace: '', name: made })?.status?.certificate;
      if (certificate) {
        write(process, Buffer.from(certificate, 'base64').toString(), asked.key, bootstrapPath, kubeconfigPath);
        return;
      }
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof ConnectionError)) throw error;
      log('E', 'run.go:72', `"Failed to request signed certificate from the API server" err="cannot create certificate signing request: ${error.message}"`);
      made = undefined;
      yield* sleep(4_000);
    }
    yield* sleep(500);
  }
}

function write(process: Process, certificate: string, key: string, bootstrapPath: string, kubeconfigPath: string): void {
  const { fs } = process;
  const user = 'default-auth';
  const cluster = /^clusters:\n([\s\S]*?)(?=^\w)/m.exec(fs.read(bootstrapPath))?.[1] ?? '';
  const name = /^ {2}name: (.*)$/m.exec(cluster)?.[1] ?? 'default-cluster';
  fs.mkdir('/var/lib/kubelet/pki', { parents: true });
  fs.write(certificatePath, certificate + key, { mode: 0o600 });
  const text = `apiVersion: v1\nclusters:\n${cluster}contexts:\n- context:\n    cluster: ${name}\n    namespace: default\n    user: ${user}\n  name: default-context\ncurrent-context: default-context\nkind: Config\nusers:\n- name: ${user}\n  user:\n    client-certificate: ${certificatePath}\n    client-key: ${certificatePath}\n`;
  fs.write(kubeconfigPath, text, { mode: 0o600 });
}
