/**
 * Certificates of the simulated cluster: real X.509 with Ed25519 keys, which any tool can read and verify. Keys and serials are made from
 * what the certificate says, so that the same world makes the same bytes.
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify as verifySignature } from 'node:crypto';
import { bitString, concat, type DerNode, der, fromPem, integer, objectId, readDer, readObjectId, sequence, tags, text, toPem } from './der.ts';

export type KeyPair = { readonly certificate: string; readonly key: string };

export type Subject = { readonly commonName: string; readonly organizations: readonly string[] };

export type CertificateRequest = {
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

export type CertificateInfo = {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly dnsNames: readonly string[];
  readonly ips: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** Hexadecimal. */
  readonly serial: string;
  readonly isCa: boolean;
  /** The raw Ed25519 key, hexadecimal; empty for other algorithms. */
  readonly publicKey: string;
  readonly signatureAlgorithm: string;
};

const oids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ed25519: '1.3.101.112',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  extensionRequest: '1.2.840.113549.1.9.14',
} as const;

const algorithmNames: Readonly<Record<string, string>> = {
  [oids.ed25519]: 'ED25519',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
};

const ed25519 = sequence(objectId(oids.ed25519));

/** A certificate authority that signs itself. */
export const newCa = (request: Omit<CertificateRequest, 'dnsNames' | 'ips' | 'usages'>): KeyPair => {
  const key = keyFor(request, 'ca');
  return { certificate: certificate({ request, subjectKey: key.publicRaw, issuer: request, issuerKey: key.privateKey, isCa: true }), key: key.pem };
};

/** A certificate for a new key, signed by a CA. */
export function issue(ca: KeyPair, request: CertificateRequest): KeyPair {
  const key = keyFor(request, ca.certificate);
  return { certificate: signFor(ca, request, key.publicRaw), key: key.pem };
}

/** A PEM certificate request with a new key, as `openssl req -new` makes one. */
export function newCertificateRequest(request: Omit<CertificateRequest, 'notBefore' | 'notAfter'>): { readonly request: string; readonly key: string } {
  const key = keyFor({ ...request, notBefore: 0, notAfter: 0 }, 'csr');
  const names = subjectAltNames(request);
  const attributes = names ? sequence(objectId(oids.extensionRequest), der(tags.set, sequence(names))) : new Uint8Array();
  const info = sequence(integer(Uint8Array.of(0)), name(request), publicKeyInfo(key.publicRaw), der(0xa0, attributes));
  return { request: toPem('CERTIFICATE REQUEST', sequence(info, ed25519, bitString(sign(null, info, key.privateKey)))), key: key.pem };
}

/** What a PEM certificate request asks for; undefined when it cannot be read. */
export function readCertificateRequest(
  pem: string,
): (Subject & { readonly dnsNames: readonly string[]; readonly ips: readonly string[]; readonly publicKey: string }) | undefined {
  const bytes = fromPem('CERTIFICATE REQUEST', pem) ?? fromPem('NEW CERTIFICATE REQUEST', pem);
  return (
    bytes &&
    readable(() => {
      const [, subject, keyInfo, attributes] = readDer(bytes).children[0]?.children ?? [];
      if (!subject || !keyInfo) return undefined;
      const extensions = attributes?.children.find((attribute) => attributeId(attribute) === oids.extensionRequest)?.children[1]?.children[0];
      return { ...readName(subject), ...readAltNames(extensions?.children ?? []), publicKey: readPublicKey(keyInfo) };
    })
  );
}

/** A certificate for the key of a certificate request: what the csrsigning controller gives. */
export function signRequest(ca: KeyPair, requestPem: string, validity: { readonly notBefore: number; readonly notAfter: number }): string | undefined {
  const asked = readCertificateRequest(requestPem);
  if (!asked) return undefined;
  const publicRaw = Buffer.from(asked.publicKey === '' ? createHash('sha256').update(requestPem).digest('hex') : asked.publicKey, 'hex');
  return signFor(ca, { ...asked, ...validity, usages: ['client'] }, publicRaw);
}

/** What a PEM certificate says; undefined when it cannot be read. */
export function readCertificate(pem: string): CertificateInfo | undefined {
  const bytes = fromPem('CERTIFICATE', pem);
  return bytes && readable(() => readTbs(readDer(bytes)));
}

export type Verification = { readonly ok: true; readonly info: CertificateInfo } | { readonly ok: false; readonly message: string };

/** Whether a CA signed a certificate and it is valid now; the messages are those of Go's crypto/x509. Costs about 0.1 ms: cache by PEM. */
export function verify(pem: string, caPem: string, now: number): Verification {
  const info = readCertificate(pem);
  const ca = readCertificate(caPem);
  if (!info || !ca) return { ok: false, message: 'x509: malformed certificate' };
  if (!signedBy(pem, ca)) return { ok: false, message: 'x509: certificate signed by unknown authority' };
  const expired = 'x509: certificate has expired or is not yet valid: current time';
  if (now < info.notBefore) return { ok: false, message: `${expired} ${rfc(now)} is before ${rfc(info.notBefore)}` };
  if (now > info.notAfter) return { ok: false, message: `${expired} ${rfc(now)} is after ${rfc(info.notAfter)}` };
  return { ok: true, info };
}

/** Whether a private key belongs to a certificate. */
export function keyMatches({ certificate: pem, key }: KeyPair): boolean {
  const info = readCertificate(pem);
  const seed = fromPem('PRIVATE KEY', key);
  return info !== undefined && seed !== undefined && hex(rawPublicKey(privateKeyOf(seed))) === info.publicKey;
}

const rfc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

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
    publicKeyInfo(subjectKey),
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

const privateKeyOf = (pkcs8: Uint8Array): KeyObject => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });

function rawPublicKey(key: KeyObject): Uint8Array {
  // The last 32 bytes of the SubjectPublicKeyInfo are the key itself.
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function signedBy(pem: string, ca: CertificateInfo): boolean {
  const bytes = fromPem('CERTIFICATE', pem);
  const [tbs, , signature] = bytes ? readDer(bytes).children : [];
  if (!tbs || !signature || ca.publicKey === '') return false;
  const spki = Buffer.from(concat([publicKeyInfo(Buffer.from(ca.publicKey, 'hex'))]));
  return verifySignature(null, tbs.whole, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature.content.subarray(1));
}

function readTbs(root: DerNode): CertificateInfo | undefined {
  const [version, serial, algorithm, issuer, validity, subject, keyInfo] = root.children[0]?.children ?? [];
  if (version?.tag !== 0xa0 || !serial || !algorithm || !issuer || !validity || !subject || !keyInfo) return undefined;
  const found = root.children[0]?.children.find((node) => node.tag === 0xa3)?.children[0]?.children ?? [];
  const [from, to] = validity.children.map(readTime);
  const algorithmId = readObjectId(algorithm.children[0]?.content ?? new Uint8Array());
  return {
    subject: readName(subject),
    issuer: readName(issuer),
    ...readAltNames(found),
    notBefore: from ?? 0,
    notAfter: to ?? 0,
    serial: hex(serial.content),
    isCa: found.some((extension) => attributeId(extension) === oids.basicConstraints && extensionValue(extension).children[0]?.tag === tags.boolean),
    publicKey: readPublicKey(keyInfo),
    signatureAlgorithm: algorithmNames[algorithmId] ?? algorithmId,
  };
}

const attributeId = (node: DerNode): string => readObjectId(node.children[0]?.content ?? new Uint8Array());
const extensionValue = (extension: DerNode): DerNode => readDer(extension.children[extension.children.length - 1]?.content ?? new Uint8Array());

function readName(node: DerNode): Subject {
  const parts = node.children
    .flatMap((set) => set.children)
    .map((pair) => ({ id: attributeId(pair), value: Buffer.from(pair.children[1]?.content ?? []).toString('utf8') }));
  return {
    commonName: parts.find(({ id }) => id === oids.commonName)?.value ?? '',
    organizations: parts.filter(({ id }) => id === oids.organization).map(({ value }) => value),
  };
}

function readAltNames(extensionList: readonly DerNode[]): { dnsNames: string[]; ips: string[] } {
  const extension = extensionList.find((candidate) => attributeId(candidate) === oids.subjectAltName);
  const names = extension ? extensionValue(extension).children : [];
  return {
    dnsNames: names.filter(({ tag }) => tag === 0x82).map(({ content }) => Buffer.from(content).toString('latin1')),
    ips: names.filter(({ tag }) => tag === 0x87).map(({ content }) => [...content].join('.')),
  };
}

function readPublicKey(keyInfo: DerNode): string {
  const [algorithm, key] = keyInfo.children;
  return algorithm && key && attributeId(algorithm) === oids.ed25519 ? hex(key.content.subarray(1)) : '';
}

function readTime(node: DerNode): number {
  const digits = Buffer.from(node.content).toString('latin1');
  const full = node.tag === tags.utcTime ? `${digits < '5' ? '20' : '19'}${digits}` : digits;
  return Date.parse(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
