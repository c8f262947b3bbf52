/** Who may approve and sign, and for whom (kubernetes plugin/pkg/admission/certificates). */
import type { CertificateSigningRequest } from '../../api/types.ts';
import { readCertificateRequest } from '../../apimachinery/pki.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';

const group = 'certificates.k8s.io';
const isCsr = ({ served }: RequestContext): boolean => served.resource === 'certificatesigningrequests';

/** For the signer by its name, or for all of its domain. */
function requireSigner({ core, served, user }: RequestContext, verb: 'approve' | 'sign', { metadata, spec }: CertificateSigningRequest): void {
  const { signerName } = spec;
  const asked = { verb, group, resource: 'signers', subresource: '', namespace: '', isResource: true, path: '' };
  const names = [signerName, `${signerName.split('/')[0]}/*`];
  if (names.some((name) => core.authorizer.allows(user, { ...asked, name }))) return;
  throw forbidden(served, metadata.name ?? '', `user not permitted to ${verb} requests with signerName "${signerName}"`);
}

/** Asked when the `approval` subresource is written. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  validate(context, _operation, _object, old) {
    if (old !== undefined && isCsr(context) && context.info.subresource === 'approval') requireSigner(context, 'approve', old as CertificateSigningRequest);
  },
};

/** A certificate is given by who may sign. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  validate(context, operation, object, old) {
    if (operation !== 'update' || !isCsr(context) || context.info.subresource !== 'status') return;
    const [next, before] = [object, old] as readonly (CertificateSigningRequest | undefined)[];
    if (before !== undefined && next?.status?.certificate !== before.status?.certificate) requireSigner(context, 'sign', before);
  },
};

/** Nobody gets past all authorization by a request. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(context, operation, object) {
    if (operation !== 'create' || !isCsr(context) || object === undefined) return;
    const { spec, metadata } = object as CertificateSigningRequest;
    const signer = 'kubernetes.io/kube-apiserver-client';
    if (spec.signerName !== signer) return;
    const { organizations = [] } = readCertificateRequest(Buffer.from(spec.request, 'base64').toString()) ?? {};
    if (organizations.includes('system:masters'))
      throw forbidden(context.served, metadata.name ?? '', `use of ${signer} signer with system:masters group is not allowed`);
  },
};
