import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issue, keyMatches, newCa, newCertificateRequest, readCertificate, readCertificateRequest, signRequest, verify } from '../../src/apimachinery/pki.ts';

const notBefore = Date.UTC(2026, 10, 22);
const notAfter = Date.UTC(2027, 10, 22);
const ca = newCa({ commonName: 'kubernetes', notBefore, notAfter: Date.UTC(2036, 10, 19) });

describe('pki', () => {
  it('issues certificates that any tool can read', () => {
    const pair = issue(ca, { commonName: 'system:node:node01', organizations: ['system:nodes'], dnsNames: ['node01'], ips: ['10.0.0.2'], notBefore, notAfter });
    const real = new X509Certificate(pair.certificate);
    expect(real.subject).toBe('O=system:nodes\nCN=system:node:node01');
    expect(real.verify(new X509Certificate(ca.certificate).publicKey)).toBe(true);
    expect(new X509Certificate(ca.certificate).ca).toBe(true);
    expect(readCertificate(pair.certificate)).toMatchObject({
      subject: { commonName: 'system:node:node01', organizations: ['system:nodes'] },
      issuer: { commonName: 'kubernetes' },
      dnsNames: ['node01'],
      ips: ['10.0.0.2'],
      notBefore,
      notAfter,
      isCa: false,
    });
    expect(keyMatches(pair)).toBe(true);
    expect(keyMatches({ ...pair, key: ca.key })).toBe(false);
    expect(issue(ca, { commonName: 'a', notBefore, notAfter })).toEqual(issue(ca, { commonName: 'a', notBefore, notAfter }));
  });

  it('verifies', () => {
    const { certificate } = issue(ca, { commonName: 'a', notBefore, notAfter });
    const other = newCa({ commonName: 'kubernetes', notBefore, notAfter, salt: 'other' });
    expect(verify(certificate, ca.certificate, notBefore + 1)).toMatchObject({ ok: true });
    expect(verify(certificate, other.certificate, notBefore + 1)).toEqual({ ok: false, message: 'x509: certificate signed by unknown authority' });
    expect(verify(certificate, ca.certificate, notAfter + 1000)).toEqual({
      ok: false,
      message: 'x509: certificate has expired or is not yet valid: current time 2027-11-22T00:00:01Z is after 2027-11-22T00:00:00Z',
    });
    expect(verify('nonsense', ca.certificate, notBefore)).toMatchObject({ ok: false });
  });

  it('signs requests', () => {
    const { request } = newCertificateRequest({ commonName: 'jane', organizations: ['dev'], dnsNames: ['x.example'] });
    expect(readCertificateRequest(request)).toMatchObject({ commonName: 'jane', organizations: ['dev'], dnsNames: ['x.example'] });
    const signed = signRequest(ca, request, { notBefore, notAfter }) ?? '';
    expect(verify(signed, ca.certificate, notBefore)).toMatchObject({ ok: true, info: { subject: { commonName: 'jane', organizations: ['dev'] } } });
  });
});
