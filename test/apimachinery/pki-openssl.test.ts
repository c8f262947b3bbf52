import { expect, it } from 'vitest';
import { newCa, readCertificateRequest, signRequest, verify } from '../../src/apimachinery/pki.ts';

const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };

// Made by `openssl req -new -newkey rsa:1024 -nodes -subj "/O=dev/O=ops/CN=jane"`: what a learner brings along.
const request = `-----BEGIN CERTIFICATE REQUEST-----
MIIBajCB1AIBADArMQwwCgYDVQQKDANkZXYxDDAKBgNVBAoMA29wczENMAsGA1UE
AwwEamFuZTCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEA2+smD/oFUPEzn8x5
lE/cPqcNttjEm6ZWfgusxaNp8zUn4Qwv7JSATi5Ku7A8HSt6wiQSph49LGFySyTV
328xyUHlT21PZehbUK1ITPS/HN9LoqlIK5IXkSAZc3JgiO79+mlacZj2CmHwvIBO
o/Yp34YH0HZdHzM8UNCtd0TqjwcCAwEAAaAAMA0GCSqGSIb3DQEBCwUAA4GBACnR
BnNB7YCLWEUWlAlS+f5x29lhJi1xxZKV+YHO8/EJ7uWrNRLAAW0MnVWL2lhlfOxg
I9YRpZjCHD4MHsXTIaxTF5yzb57IezAdQ/luhLK7ZLon/K8IUkHH/bXftlFrPWIG
axqsCl/M+WdhQtqMPNMB4arYLRO7yjeEZ9Fp03Lu
-----END CERTIFICATE REQUEST-----
`;

it('reads and signs a request of openssl', () => {
  expect(readCertificateRequest(request)).toMatchObject({ commonName: 'jane', organizations: ['dev', 'ops'], dnsNames: [] });
  const ca = newCa({ commonName: 'kubernetes', ...validity });
  expect(verify(signRequest(ca, request, validity) ?? '', ca.certificate, validity.notBefore)).toMatchObject({
    ok: true,
    info: { subject: { commonName: 'jane' } },
  });
  expect(readCertificateRequest('nonsense')).toBeUndefined();
});
