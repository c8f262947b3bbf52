import type { CertificateSigningRequest } from '../../api/types.ts';
import { type KeyPair, readCertificateRequest, signRequest } from '../../apimachinery/pki.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';
import { constants } from '../constants.ts';

const resource = 'certificatesigningrequests.certificates.k8s.io';
const kubeletClient = 'kubernetes.io/kube-apiserver-client-kubelet';
const signed = new Set(['kubernetes.io/kube-apiserver-client', kubeletClient, 'kubernetes.io/kubelet-serving', 'kubernetes.io/legacy-unknown']);

/** Issues what was approved: pkg/controller/certificates/signer. */
/** The CA on the disk, and the clock of its machine where that is not true time. */
export type SigningCa = KeyPair & { readonly clock?: () => number };

export const csrSigningController = (ca: SigningCa): Controller => ({
  name: 'csrsigning',
  watches: [watch(resource, enqueueSelf)],
  reconcile: (key, context) => sign(key, context, ca),
});

/** Approves a kubelet's request for its own certificate, if its user may ask for it: pkg/controller/certificates/approver/sarapprove.go. */
export const csrApprovingController = (): Controller => ({ name: 'csrapproving', watches: [watch(resource, enqueueSelf)], reconcile: approve });

const hasCondition = ({ status }: CertificateSigningRequest, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type) ?? false;

function sign(key: ObjectKey, { client, informers, sim }: Context, ca: SigningCa): Result {
  const csr = informers.of(resource).get(key);
  if (csr === undefined || !signed.has(csr.spec.signerName) || csr.status?.certificate) return {};
  if (!hasCondition(csr, 'Approved') || hasCondition(csr, 'Denied') || hasCondition(csr, 'Failed')) return {};
  const seconds = csr.spec.expirationSeconds ?? constants.clusterSigningDuration.value / 1000;
  const now = ca.clock?.() ?? sim.now;
  const validity = { notBefore: now - backdate, notAfter: now + Math.max(600, seconds) * 1000 };
  const certificate = signRequest(ca, decode(csr.spec.request), validity);
  if (certificate === undefined) return {};
  client.updateStatus(resource, { ...csr, status: { ...csr.status, certificate: encode(certificate) } });
  return {};
}

/** Clocks of a cluster differ a little. */
const backdate = 5 * 60_000;
// A field of bytes is base64 in JSON; PEM is plain ASCII.
const decode = (text: string): string => atob(text);
const encode = (text: string): string => btoa(text);

function approve(key: ObjectKey, { client, informers, sim }: Context): Result {
  const csr = informers.of(resource).get(key);
  if (csr === undefined || csr.spec.signerName !== kubeletClient || csr.status?.certificate) return {};
  if (hasCondition(csr, 'Approved') || hasCondition(csr, 'Denied')) return {};
  const asked = readCertificateRequest(decode(csr.spec.request));
  if (!asked?.commonName.startsWith('system:node:') || !asked.organizations.includes('system:nodes')) return {};
  const own = asked.commonName === csr.spec.username;
  if (!isAllowed(client, csr, own ? 'selfnodeclient' : 'nodeclient')) return {};
  const message = own
    ? 'Auto approving self kubelet client certificate after SubjectAccessReview.'
    : 'Auto approving kubelet client certificate after SubjectAccessReview.';
  const now = rfc3339(sim.now);
  const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: now, lastTransitionTime: now };
  client.update(resource, { ...csr, status: { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] } }, 'approval');
  return {};
}

function isAllowed(client: Context['client'], { spec }: CertificateSigningRequest, subresource: string): boolean {
  const resourceAttributes = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource };
  const { username, groups, uid, extra } = spec;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...(username && { user: username }), ...(groups && { groups }), ...(uid && { uid }), ...(extra && { extra }), resourceAttributes },
  };
  const answer = client.send({ method: 'POST', path: '/apis/authorization.k8s.io/v1/subjectaccessreviews', body }).body as { status?: { allowed?: boolean } };
  return answer.status?.allowed ?? false;
}
