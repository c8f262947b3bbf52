/** What X.509 certificates and certificate requests say. */

import { remembered } from '../sim/remembered.ts';
import { type DerNode, fromPem, readDer, readObjectId, tags } from './der.ts';

/** `CN` and all `O`: for a client certificate the user's name and groups. */
export type Subject = { readonly commonName: string; readonly organizations: readonly string[] };

/** `ips` in dotted form; `notBefore` and `notAfter` are milliseconds since 1970. */
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

/** Object identifiers of X.509 and of Ed25519. */
export const oids = {
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

/** What a certificate signing request asks for; `publicKey` as in CertificateInfo. */
type RequestInfo = Subject & {
  readonly dnsNames: readonly string[];
  readonly ips: readonly string[];
  readonly publicKey: string;
  /** The key with its algorithm, as DER: of any kind. */
  readonly publicKeyInfo: Uint8Array;
};

/** What a PEM certificate request asks for; undefined when it cannot be read. */
export function readCertificateRequest(pem: string): RequestInfo | undefined {
  const bytes = fromPem('CERTIFICATE REQUEST', pem) ?? fromPem('NEW CERTIFICATE REQUEST', pem);
  return (
    bytes &&
    readable(() => {
      const [, subject, keyInfo, attributes] = readDer(bytes).children[0]?.children ?? [];
      if (!subject || !keyInfo) return undefined;
      const extensions = attributes?.children.find((attribute) => attributeId(attribute) === oids.extensionRequest)?.children[1]?.children[0];
      return { ...readName(subject), ...readAltNames(extensions?.children ?? []), publicKey: readPublicKey(keyInfo), publicKeyInfo: keyInfo.whole };
    })
  );
}

/** What a PEM certificate says; undefined when it cannot be read. */
export const readCertificate = remembered((pem = ''): CertificateInfo | undefined => {
  const bytes = fromPem('CERTIFICATE', pem);
  return bytes && readable(() => readTbs(readDer(bytes)));
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
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
