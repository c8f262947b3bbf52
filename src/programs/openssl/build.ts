/** Makes certificate requests and certificates for keys of any kind. */
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { bitString, type DerNode, der, fromPem, integer, objectId, readDer, readObjectId, sequence, tags, text, toPem } from '../../apimachinery/der.ts';
import { oids } from '../../apimachinery/pki-read.ts';
import { signEc } from './ec.ts';
import { encodeName, type NamePart } from './names.ts';

const signatureIds: Readonly<Record<string, string>> = { rsa: '1.2.840.113549.1.1.11', ed25519: oids.ed25519, ec: '1.2.840.10045.4.3.2' };

function algorithm(key: KeyObject): Uint8Array {
  const id = objectId(signatureIds[key.asymmetricKeyType ?? ''] ?? '');
  return key.asymmetricKeyType === 'rsa' ? sequence(id, der(0x05)) : sequence(id);
}

const signed = (content: Uint8Array, key: KeyObject): Uint8Array => sequence(content, algorithm(key), bitString(signatureOf(key, content)));

/** The same each time, for every kind of key. */
const signatureOf = (key: KeyObject, content: Uint8Array): Uint8Array =>
  key.asymmetricKeyType === 'ec' ? signEc(key, content) : sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', content, key);

const publicKeyInfo = (key: KeyObject): Uint8Array => {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return new Uint8Array(spki);
};

/** A request, with the extensions it asks for. */
export function newRequest(subject: readonly NamePart[], key: KeyObject, extensions: readonly Uint8Array[]): string {
  const attributes = extensions.length > 0 ? sequence(objectId(oids.extensionRequest), der(tags.set, sequence(...extensions))) : new Uint8Array();
  const info = sequence(integer(Uint8Array.of(0)), encodeName(subject), publicKeyInfo(key), der(0xa0, attributes));
  return toPem('CERTIFICATE REQUEST', signed(info, key));
}

/** `DNS:a,IP:10.0.0.1` as the extension's value. */
export const altNames = (names: string): Uint8Array =>
  sequence(
    ...names.split(',').map((each) => {
      const [kind = '', value = ''] = each.trim().split(/:(.*)/s);
      if (kind === 'IP') return der(0x87, Uint8Array.from(value.trim().split('.'), Number));
      return text(kind === 'email' ? 0x81 : kind === 'URI' ? 0x86 : 0x82, value.trim());
    }),
  );

type CertificateParts = {
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly issuer: Uint8Array;
  readonly issuerKey: KeyObject;
  readonly isCa: boolean;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Uint8Array[];
  readonly serial?: Uint8Array;
};

/** A certificate as `openssl x509 -req` and `req -x509` make it. */
export function newCertificate(parts: CertificateParts): string {
  const keyId = createHash('sha1').update(parts.publicKey).digest();
  const serial = parts.serial ?? createHash('sha1').update(parts.publicKey).update(parts.subject).update(String(parts.notBefore)).digest();
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x10;
  const constraints = sequence(
    objectId(oids.basicConstraints),
    der(tags.boolean, Uint8Array.of(0xff)),
    der(tags.octetString, sequence(der(tags.boolean, Uint8Array.of(0xff)))),
  );
  const identifier = sequence(objectId('2.5.29.14'), der(tags.octetString, der(tags.octetString, keyId)));
  const given = new Set(parts.extensions.map(idOf));
  const usual = [identifier, ...(parts.isCa ? [constraints] : [])].filter((each) => !given.has(idOf(each)));
  const extensions = [...usual, ...parts.extensions];
  const info = sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    algorithm(parts.issuerKey),
    parts.issuer,
    sequence(time(parts.notBefore), time(parts.notAfter)),
    parts.subject,
    parts.publicKey,
    der(0xa3, sequence(...extensions)),
  );
  return toPem('CERTIFICATE', signed(info, parts.issuerKey));
}

const idOf = (extension: Uint8Array): string => readObjectId(readDer(extension).children[0]?.content ?? new Uint8Array());

function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\..*/g, '');
  return digits < '2050' ? text(tags.utcTime, `${digits.slice(2)}Z`) : text(tags.generalizedTime, `${digits}Z`);
}

/** A certificate, or a request, which has no serial, issuer and validity. */
export type Parsed = {
  readonly whole: Uint8Array;
  readonly serial?: DerNode;
  readonly algorithm: DerNode;
  readonly issuer?: DerNode;
  readonly validity?: DerNode;
  readonly subject: DerNode;
  readonly publicKey: DerNode;
  readonly extensions: readonly DerNode[];
  readonly signature: Uint8Array;
};

const readable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** A certificate's parts; undefined when it cannot be read. */
export function parseCertificate(pemOrDer: string | Uint8Array): Parsed | undefined {
  const whole = typeof pemOrDer === 'string' ? fromPem('CERTIFICATE', pemOrDer) : pemOrDer;
  if (!whole) return undefined;
  return readable(() => {
    const root = readDer(whole);
    const [, serial, , issuer, validity, subject, publicKey] = root.children[0]?.children ?? [];
    const [, algorithmNode, signature] = root.children;
    if (!serial || !issuer || !validity || !subject || !publicKey || !algorithmNode || !signature) return undefined;
    const extensions = root.children[0]?.children.find((node) => node.tag === 0xa3)?.children[0]?.children ?? [];
    return { whole, serial, algorithm: algorithmNode, issuer, validity, subject, publicKey, extensions, signature: signature.content.subarray(1) };
  });
}

/** A request's parts; undefined when it cannot be read. */
export function parseRequest(pem: string): Parsed | undefined {
  const whole = fromPem('CERTIFICATE REQUEST', pem) ?? fromPem('NEW CERTIFICATE REQUEST', pem);
  if (!whole) return undefined;
  return readable(() => {
    const root = readDer(whole);
    const [, subject, publicKey, attributes] = root.children[0]?.children ?? [];
    const [, algorithmNode, signature] = root.children;
    if (!subject || !publicKey || !algorithmNode || !signature) return undefined;
    const extensions = attributes?.children[0]?.children[1]?.children[0]?.children ?? [];
    return { whole, algorithm: algorithmNode, subject, publicKey, extensions, signature: signature.content.subarray(1) };
  });
}
