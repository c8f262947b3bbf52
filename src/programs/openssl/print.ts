/** Certificates and requests as text, as OpenSSL 3.5 prints them. */
import { createHash } from 'node:crypto';
import { type DerNode, readAll, readDer, readObjectId } from '../../apimachinery/der.ts';
import { oids } from '../../apimachinery/pki-read.ts';
import type { Parsed } from './build.ts';
import { printName } from './names.ts';

const algorithms: Readonly<Record<string, string>> = {
  [oids.ed25519]: 'ED25519',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
};
const idOf = (node: DerNode | undefined): string => readObjectId(node?.children[0]?.content ?? new Uint8Array());
const nameOf = (node: DerNode | undefined): string => algorithms[idOf(node)] ?? idOf(node);

const pairs = (bytes: Uint8Array): string[] => [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
function block(bytes: Uint8Array, perLine: number, indent: string): string {
  const all = pairs(bytes);
  const lines: string[] = [];
  for (let i = 0; i < all.length; i += perLine) lines.push(`${indent}${all.slice(i, i + perLine).join(':')}${i + perLine < all.length ? ':' : ''}\n`);
  return lines.join('');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Milliseconds of a UTCTime or GeneralizedTime. */
export function timeOf(node: DerNode | undefined): number {
  const digits = Buffer.from(node?.content ?? []).toString('latin1');
  const full = node?.tag === 0x17 ? `${digits < '5' ? '20' : '19'}${digits}` : digits;
  return Date.parse(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
/** `Nov 22 09:00:00 2026 GMT` */
export function date(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${at.getUTCFullYear()} GMT`;
}

/** Upper case, without a leading zero byte. */
export const serialHex = ({ serial }: Parsed): string =>
  Buffer.from(serial?.content ?? [])
    .toString('hex')
    .replace(/^00(?=.)/, '')
    .toUpperCase();

/** `digest` as Node's crypto names it. */
export const fingerprint = ({ whole }: Parsed, digest: string): string =>
  (createHash(digest).update(whole).digest('hex').toUpperCase().match(/../g) ?? []).join(':');

function serialText(parsed: Parsed): string {
  const hex = serialHex(parsed).toLowerCase();
  if (hex.length <= 16) return ` ${BigInt(`0x${hex}`)} (0x${hex.replace(/^0+/, '')})\n`;
  return `\n            ${(hex.match(/../g) ?? []).join(':')}\n`;
}

function publicKey(node: DerNode): string {
  const head = `            Public Key Algorithm: ${nameOf(node.children[0])}\n`;
  const raw = node.children[1]?.content.subarray(1) ?? new Uint8Array();
  if (idOf(node.children[0]) === oids.ed25519) return `${head}                ED25519 Public-Key:\n                pub:\n${block(raw, 15, ' '.repeat(20))}`;
  if (nameOf(node.children[0]) !== 'rsaEncryption') return `${head}                pub:\n${block(raw, 15, ' '.repeat(20))}`;
  const [modulus, exponent] = readDer(raw).children;
  const bits = ((modulus?.content.length ?? 1) - 1) * 8;
  const value = Number(`0x${Buffer.from(exponent?.content ?? []).toString('hex')}`);
  return `${head}                Public-Key: (${bits} bit)\n                Modulus:\n${block(modulus?.content ?? new Uint8Array(), 15, ' '.repeat(20))}                Exponent: ${value} (0x${value.toString(16)})\n`;
}

const keyUsages = [
  'Digital Signature',
  'Non Repudiation',
  'Key Encipherment',
  'Data Encipherment',
  'Key Agreement',
  'Certificate Sign',
  'CRL Sign',
  'Encipher Only',
  'Decipher Only',
];
const purposes: Readonly<Record<string, string>> = { [oids.serverAuth]: 'TLS Web Server Authentication', [oids.clientAuth]: 'TLS Web Client Authentication' };

type Extension = { readonly title: string; readonly value: (content: Uint8Array) => string };
const extensionTable: Readonly<Record<string, Extension>> = {
  [oids.keyUsage]: {
    title: 'X509v3 Key Usage',
    value: (content) => {
      const bits = readDer(content).content;
      return keyUsages.filter((_, i) => ((bits[1 + (i >> 3)] ?? 0) & (0x80 >> (i & 7))) !== 0).join(', ');
    },
  },
  [oids.extendedKeyUsage]: {
    title: 'X509v3 Extended Key Usage',
    value: (content) =>
      readDer(content)
        .children.map((node) => purposes[readObjectId(node.content)] ?? readObjectId(node.content))
        .join(', '),
  },
  [oids.basicConstraints]: { title: 'X509v3 Basic Constraints', value: (content) => (readDer(content).children.length > 0 ? 'CA:TRUE' : 'CA:FALSE') },
  [oids.subjectAltName]: {
    title: 'X509v3 Subject Alternative Name',
    value: (content) =>
      readAll(readDer(content).content)
        .map((node) => (node.tag === 0x82 ? `DNS:${Buffer.from(node.content).toString('latin1')}` : `IP Address:${[...node.content].join('.')}`))
        .join(', '),
  },
  '2.5.29.14': { title: 'X509v3 Subject Key Identifier', value: (content) => pairs(readDer(content).content).join(':').toUpperCase() },
  '2.5.29.35': {
    title: 'X509v3 Authority Key Identifier',
    value: (content) =>
      pairs(readDer(content).children[0]?.content ?? new Uint8Array())
        .join(':')
        .toUpperCase(),
  },
};

/** As `-ext` names them. */
const shortNames: Readonly<Record<string, string>> = {
  keyUsage: oids.keyUsage,
  extendedKeyUsage: oids.extendedKeyUsage,
  basicConstraints: oids.basicConstraints,
  subjectAltName: oids.subjectAltName,
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
};

/** One line a part for `-ext` and `-text`. */
export function extensionLines(list: readonly DerNode[], indent: string, wanted?: readonly string[]): string {
  return list
    .map((extension) => {
      const id = idOf(extension);
      const known = extensionTable[id];
      if (wanted && !wanted.some((name) => id === shortNames[name.trim()])) return '';
      const critical = extension.children[1]?.tag === 0x01 ? 'critical' : '';
      const value = extension.children[extension.children.length - 1]?.content ?? new Uint8Array();
      return `${indent}${known?.title ?? id}: ${critical}\n${indent}    ${known ? known.value(value) : '....'}\n`;
    })
    .join('');
}

/** What `openssl x509 -text` prints. */
export function certificateText(parsed: Parsed): string {
  const [from, to] = parsed.validity?.children ?? [];
  return `Certificate:
    Data:
        Version: 3 (0x2)
        Serial Number:${serialText(parsed)}        Signature Algorithm: ${nameOf(parsed.algorithm)}
        Issuer: ${parsed.issuer ? printName(parsed.issuer) : ''}
        Validity
            Not Before: ${date(timeOf(from))}
            Not After : ${date(timeOf(to))}
        Subject: ${printName(parsed.subject)}
        Subject Public Key Info:
${publicKey(parsed.publicKey)}${parsed.extensions.length > 0 ? `        X509v3 extensions:\n${extensionLines(parsed.extensions, ' '.repeat(12))}` : ''}    Signature Algorithm: ${nameOf(parsed.algorithm)}
    Signature Value:
${block(parsed.signature, 18, '        ')}`;
}

/** What `openssl req -text` prints. */
export function requestText(parsed: Parsed): string {
  return `Certificate Request:
    Data:
        Version: 1 (0x0)
        Subject: ${printName(parsed.subject)}
        Subject Public Key Info:
${publicKey(parsed.publicKey)}        Attributes:
${parsed.extensions.length > 0 ? `            Requested Extensions:\n${extensionLines(parsed.extensions, ' '.repeat(16))}` : '            (none)\n            Requested Extensions:\n'}    Signature Algorithm: ${nameOf(parsed.algorithm)}
    Signature Value:
${block(parsed.signature, 18, '        ')}`;
}
