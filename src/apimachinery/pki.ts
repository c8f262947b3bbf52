/**
 * Certificates of the simulated cluster: real X.509 with Ed25519 keys, which any tool can read and verify. Keys and serials are made from
 * what the certificate says, so that the same world makes the same bytes.
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify as verifySignature, X509Certificate } from 'node:crypto';
import { remembered } from '../sim/remembered.ts';
import { bitString, der, fromPem, integer, objectId, readDer, sequence, tags, text, toPem } from './der.ts';
import { type CertificateInfo, oids, readCertificate, readCertificateRequest } from './pki-read.ts';

export { type CertificateInfo, readCertificate, readCertificateRequest, type Subject } from './pki-read.ts';

/** Both PEM: what kubeadm writes as `.crt` and `.key`. */
export type KeyPair = { readonly certificate: string; readonly key: string };

type CertificateRequest = {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ips?: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Default both: client and server. */
  readonly usages?: readonly ('client' | 'server')[];
  /** Anything that tells this certificate from others with the same contents. */
  readonly salt?: string;
};

const ed25519 = sequence(objectId(oids.ed25519));

/** A certificate authority that signs itself. */
export const newCa = (request: Omit<CertificateRequest, 'dnsNames' | 'ips' | 'usages'>): KeyPair => madeCa(JSON.stringify(request));

/** Each world makes the same ones when it comes up. */
const madeCa = remembered((text = ''): KeyPair => {
  const request = JSON.parse(text) as CertificateRequest;
  const key = keyFor(request, 'ca');
  return {
    certificate: certificate({ request, subjectKey: publicKeyInfo(key.publicRaw), issuer: request, issuerKey: key.privateKey, isCa: true }),
    key: key.pem,
  };
});

/** A certificate for a new key, signed by a CA. */
export const issue = (ca: KeyPair, request: CertificateRequest): KeyPair => issued(JSON.stringify(request), ca.certificate, ca.key);

const issued = remembered((text = '', authority = '', authorityKey = ''): KeyPair => {
  const request = JSON.parse(text) as CertificateRequest;
  const ca = { certificate: authority, key: authorityKey };
  const key = keyFor(request, ca.certificate);
  return { certificate: signFor(ca, request, publicKeyInfo(key.publicRaw)), key: key.pem };
});

/** A PEM certificate request with a new key, as `openssl req -new` makes one. */
export function newCertificateRequest(request: Omit<CertificateRequest, 'notBefore' | 'notAfter'>): { readonly request: string; readonly key: string } {
  const key = keyFor({ ...request, notBefore: 0, notAfter: 0 }, 'csr');
  const names = subjectAltNames(request);
  const attributes = names ? sequence(objectId(oids.extensionRequest), der(tags.set, sequence(names))) : new Uint8Array();
  const info = sequence(integer(Uint8Array.of(0)), name(request), publicKeyInfo(key.publicRaw), der(0xa0, attributes));
  return { request: toPem('CERTIFICATE REQUEST', sequence(info, ed25519, bitString(sign(null, info, key.privateKey)))), key: key.pem };
}

/** A certificate for the key of a certificate request: what the csrsigning controller gives. */
export function signRequest(ca: KeyPair, requestPem: string, validity: { readonly notBefore: number; readonly notAfter: number }): string | undefined {
  const asked = readCertificateRequest(requestPem);
  if (!asked) return undefined;
  return signFor(ca, { ...asked, ...validity, usages: ['client'] }, asked.publicKeyInfo);
}

/** `message` is Go's, from `x509: ` on. */
type Verification = { readonly ok: true; readonly info: CertificateInfo } | { readonly ok: false; readonly message: string };

/** Whether a CA signed a certificate and it is valid now; the messages are those of Go's crypto/x509. */
export function verify(pem: string, caPem: string, now: number): Verification {
  const info = readCertificate(pem);
  const ca = readCertificate(caPem);
  if (!info || !ca) return { ok: false, message: 'x509: malformed certificate' };
  if (!signedBy(pem, caPem)) return { ok: false, message: 'x509: certificate signed by unknown authority' };
  const expired = 'x509: certificate has expired or is not yet valid: current time';
  if (now < info.notBefore) return { ok: false, message: `${expired} ${rfc(now)} is before ${rfc(info.notBefore)}` };
  if (now > info.notAfter) return { ok: false, message: `${expired} ${rfc(now)} is after ${rfc(info.notAfter)}` };
  return { ok: true, info };
}

/** Whether a private key belongs to a certificate. */
export const keyMatches = ({ certificate: pem, key }: KeyPair): boolean => isPair(pem, key);

const isPair = remembered((pem = '', key = ''): boolean => {
  const info = readCertificate(pem);
  if (!info) return false;
  const seed = fromPem('PRIVATE KEY', key);
  if (info.publicKey !== '') return seed !== undefined && hex(rawPublicKey(privateKeyOf(seed))) === info.publicKey;
  try {
    return new X509Certificate(pem).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false; // Not a key at all.
  }
});

const rfc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function signFor(ca: KeyPair, request: CertificateRequest, subjectKey: Uint8Array): string {
  const issuer = readCertificate(ca.certificate)?.subject;
  const seed = fromPem('PRIVATE KEY', ca.key);
  if (!issuer || !seed) throw new Error('the CA cannot be read');
  return certificate({ request, subjectKey, issuer, issuerKey: privateKeyOf(seed), isCa: false });
}

type Parts = {
  readonly request: CertificateRequest;
  readonly subjectKey: Uint8Array;
  readonly issuer: { readonly commonName: string; readonly organizations?: readonly string[] };
  readonly issuerKey: KeyObject;
  readonly isCa: boolean;
};

function certificate({ request, subjectKey, issuer, issuerKey, isCa }: Parts): string {
  const serial = digest('serial', request, hex(subjectKey)).subarray(0, 8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    ed25519,
    name(issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    name(request),
    subjectKey,
    der(0xa3, sequence(...extensions(request, isCa))),
  );
  return toPem('CERTIFICATE', sequence(tbs, ed25519, bitString(sign(null, tbs, issuerKey))));
}

function extensions(request: CertificateRequest, isCa: boolean): Uint8Array[] {
  const yes = der(tags.boolean, Uint8Array.of(0xff));
  const extension = (id: string, value: Uint8Array, critical: boolean): Uint8Array =>
    sequence(objectId(id), ...(critical ? [yes] : []), der(tags.octetString, value));
  if (isCa) {
    // digitalSignature, keyEncipherment, keyCertSign: as kubeadm's.
    return [extension(oids.keyUsage, der(tags.bitString, Uint8Array.of(2, 0xa4)), true), extension(oids.basicConstraints, sequence(yes), true)];
  }
  const usages = (request.usages ?? ['client', 'server']).map((usage) => objectId(usage === 'client' ? oids.clientAuth : oids.serverAuth));
  const names = subjectAltNames(request);
  return [
    extension(oids.keyUsage, der(tags.bitString, Uint8Array.of(5, 0xa0)), true),
    extension(oids.extendedKeyUsage, sequence(...usages), false),
    extension(oids.basicConstraints, sequence(), true),
    ...(names ? [names] : []),
  ];
}

function subjectAltNames({ dnsNames = [], ips = [] }: { readonly dnsNames?: readonly string[]; readonly ips?: readonly string[] }): Uint8Array | undefined {
  if (dnsNames.length + ips.length === 0) return undefined;
  const names = [...dnsNames.map((dns) => text(0x82, dns)), ...ips.map((ip) => der(0x87, Uint8Array.from(ip.split('.'), Number)))];
  return sequence(objectId(oids.subjectAltName), der(tags.octetString, sequence(...names)));
}

function name({ organizations = [], commonName }: { readonly organizations?: readonly string[]; readonly commonName: string }): Uint8Array {
  const part = (id: string, value: string): Uint8Array =>
    der(tags.set, sequence(objectId(id), text(/^[A-Za-z0-9 '()+,./:=?-]*$/.test(value) ? tags.printable : tags.utf8, value)));
  return sequence(...organizations.map((value) => part(oids.organization, value)), ...(commonName === '' ? [] : [part(oids.commonName, commonName)]));
}

function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\..*/g, '');
  return digits < '2050' ? text(tags.utcTime, `${digits.slice(2)}Z`) : text(tags.generalizedTime, `${digits}Z`);
}

const publicKeyInfo = (raw: Uint8Array): Uint8Array => sequence(ed25519, bitString(raw));

function keyFor(request: CertificateRequest, context: string): { readonly privateKey: KeyObject; readonly publicRaw: Uint8Array; readonly pem: string } {
  const seed = digest('key', request, context);
  const pkcs8 = sequence(integer(Uint8Array.of(0)), ed25519, der(tags.octetString, der(tags.octetString, seed)));
  const privateKey = privateKeyOf(pkcs8);
  return { privateKey, publicRaw: rawPublicKey(privateKey), pem: toPem('PRIVATE KEY', pkcs8) };
}

const digest = (purpose: string, request: CertificateRequest, context: string): Buffer =>
  createHash('sha256')
    .update(
      JSON.stringify([
        purpose,
        request.commonName,
        request.organizations,
        request.dnsNames,
        request.ips,
        request.notBefore,
        request.notAfter,
        request.salt,
        context,
      ]),
    )
    .digest();

/** As a JWK, which OpenSSL reads ten times faster than DER; the last 32 bytes of the PKCS #8 form are the key. */
const privateKeyOf = (pkcs8: Uint8Array): KeyObject =>
  createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: Buffer.from(pkcs8.subarray(-32)).toString('base64url'), x: '' }, format: 'jwk' });

const rawPublicKey = (key: KeyObject): Uint8Array => Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');

const signedBy = remembered((pem = '', caPem = ''): boolean => {
  const bytes = fromPem('CERTIFICATE', pem);
  const ca = readCertificate(caPem);
  const [tbs, , signature] = bytes ? readDer(bytes).children : [];
  if (!ca || !tbs || !signature) return false;
  if (ca.publicKey === '') return signedByOther(pem, caPem);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(ca.publicKey, 'hex').toString('base64url') }, format: 'jwk' });
  return verifySignature(null, tbs.whole, key, signature.content.subarray(1));
});

/** An authority that somebody made with openssl: RSA or ECDSA. */
function signedByOther(pem: string, caPem: string): boolean {
  try {
    return new X509Certificate(pem).verify(new X509Certificate(caPem).publicKey);
  } catch {
    return false; // What OpenSSL cannot read has signed nothing.
  }
}
