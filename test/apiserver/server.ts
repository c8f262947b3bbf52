import { issue, newCa } from '../../src/apimachinery/pki.ts';
import { ApiServer } from '../../src/apiserver/api-server.ts';
import { Etcd } from '../../src/etcd/etcd.ts';
import type { KubeletApi } from '../../src/interfaces/kubelet.ts';
import type { Method, RestRequest, RestResponse } from '../../src/interfaces/rest.ts';
import { newSim } from '../../src/sim/sim.ts';

const epoch = Date.UTC(2026, 10, 22, 13, 0, 0);

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as they come
export type Json = any;

/** An apiserver with its etcd, an administrator, and short ways to talk to it. */
export function newServer(
  dialKubelet: (node: string) => KubeletApi = () => {
    throw new Error('no kubelet');
  },
) {
  const sim = newSim({ seed: 1, epoch });
  const ca = newCa({ commonName: 'kubernetes', notBefore: epoch, notAfter: epoch + 1e12 });
  const admin = issue(ca, { commonName: 'kubernetes-admin', organizations: ['system:masters'], notBefore: epoch, notAfter: epoch + 1e11 });
  const etcd = new Etcd({ sim, name: 'default' });
  const server = new ApiServer({ sim, etcd, dialKubelet, caPem: ca.certificate, serviceAccountKey: 'key' });
  const credentials = { clientCertificate: admin.certificate };
  const send = (method: Method, path: string, body?: unknown, more: Partial<RestRequest> = {}): RestResponse => {
    const [plain, query] = path.split('?');
    return server.handle({
      method,
      path: plain as string,
      credentials,
      ...(query && { query: Object.fromEntries(new URLSearchParams(query)) }),
      ...(body !== undefined && { body }),
      ...more,
    });
  };
  const userCertificate = (commonName: string, organizations: string[] = []) => ({
    clientCertificate: issue(ca, { commonName, organizations, notBefore: epoch, notAfter: epoch + 1e11 }).certificate,
  });
  /** The body of an answer that must be a success. */
  const ok = <T = Json>(method: Method, path: string, body?: unknown, more?: Partial<RestRequest>): T => {
    const response = send(method, path, body, more);
    if (response.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`);
    return response.body as T;
  };
  /** The message of a refusal. */
  const refused = (method: Method, path: string, body?: unknown, more?: Partial<RestRequest>): string => {
    const response = send(method, path, body, more);
    if (response.status < 400) throw new Error(`${method} ${path} was let through`);
    return (response.body as { message: string }).message;
  };
  // What the service account controller would do.
  ok('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  return { sim, etcd, server, credentials, send, ok, refused, userCertificate, ca };
}
