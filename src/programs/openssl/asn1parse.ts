/** `openssl asn1parse` (crypto/asn1/asn1_parse.c): each element with where it stands, how deep and how long it is. */
import { type DerNode, readDer, readObjectId } from '../../apimachinery/der.ts';
import { own } from '../../sim/own.ts';
import type { Routine } from '../../sim/routine.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';

const kinds: Readonly<Record<number, string>> = {
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT',
  10: 'ENUMERATED',
  12: 'UTF8STRING',
  16: 'SEQUENCE',
  17: 'SET',
  19: 'PRINTABLESTRING',
  22: 'IA5STRING',
  23: 'UTCTIME',
  24: 'GENERALIZEDTIME',
};

const names: Readonly<Record<string, string>> = {
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10045.3.1.7': 'prime256v1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.14': 'Extension Request',
  '1.3.101.112': 'ED25519',
  '2.5.29.14': 'X509v3 Subject Key Identifier',
  '2.5.29.15': 'X509v3 Key Usage',
  '2.5.29.17': 'X509v3 Subject Alternative Name',
  '2.5.29.19': 'X509v3 Basic Constraints',
  '2.5.29.35': 'X509v3 Authority Key Identifier',
  '2.5.29.37': 'X509v3 Extended Key Usage',
  '2.5.4.10': 'organizationName',
  '2.5.4.11': 'organizationalUnitName',
  '2.5.4.3': 'commonName',
  '2.5.4.6': 'countryName',
  '2.5.4.7': 'localityName',
  '2.5.4.8': 'stateOrProvinceName',
};

/** What stands behind the kind of a simple element. */
function simpleValue(kind: number, content: Uint8Array): string {
  const bytes = Buffer.from(content);
  const hex = bytes.toString('hex').toUpperCase();
  if (kind === 1) return `:${bytes[0]}`;
  if (kind === 2 || kind === 10) return `:${hex.replace(/^00(?=.)/, '')}`;
  if (kind === 6) {
    const id = readObjectId(content);
    return `:${own(names, id) ?? id}`;
  }
  if (kind === 4 && bytes.length > 0) return /^[\t\n\r -~]*$/.test(bytes.toString('latin1')) ? `:${bytes}` : `[HEX DUMP]:${hex}`;
  return kind >= 12 && kind <= 24 ? `:${bytes}` : '';
}

function lines(node: DerNode, at: number, depth: number, indent: boolean): string {
  const { tag, content, whole, children } = node;
  const [universal, nested, number] = [(tag & 0xc0) === 0, (tag & 0x20) !== 0, tag & 0x1f];
  const kind = universal ? (kinds[number] ?? `<ASN1 ${number}>`) : `cont [ ${number} ]`;
  const head = whole.length - content.length;
  const place = `${String(at).padStart(5)}:d=${String(depth).padEnd(2)} hl=${head} l=${String(content.length).padStart(4)} ${nested ? 'cons' : 'prim'}: `;
  let below = at + head;
  const rest = children.map((child) => {
    const text = lines(child, below, depth + 1, indent);
    below += child.whole.length;
    return text;
  });
  return `${place}${indent ? ' '.repeat(depth) : ''}${kind.padEnd(18)}${universal && !nested ? simpleValue(number, content) : ''}\n${nested ? rest.join('') : ''}`;
}

/** The element that begins at a byte of the whole. */
function elementAt(node: DerNode, wanted: number, at = 0): DerNode | undefined {
  if (at === wanted) return node;
  let below = at + node.whole.length - node.content.length;
  for (const child of node.children) {
    if (wanted < below + child.whole.length) return elementAt(child, wanted, below);
    below += child.whole.length;
  }
  return undefined;
}

function* run(call: Call): Routine<number> {
  const other = ['offset', 'length', 'dlimit', 'oid', 'genstr', 'genconf', 'dump'].find((each) => call.has(each));
  if (other) throw new Failure(`k8s-lab: openssl asn1parse -${other} is not simulated\n`, 70);
  const given = yield* call.input();
  const der = (call.value('inform') ?? 'PEM').toUpperCase() === 'DER';
  const body = /-----BEGIN [^-]+-----([^-]+)-----END /.exec(given)?.[1];
  if (!der && body === undefined) throw new Failure('Error reading PEM file\n');
  let node: DerNode | undefined;
  try {
    node = readDer(der ? encodeUtf8(given) : Buffer.from(body ?? '', 'base64'));
    const wanted = call.value('strparse');
    node = wanted === undefined ? node : elementAt(node, Number(wanted));
    if (wanted !== undefined && node && node.children.length === 0) node = readDer((node.tag === 3 ? node.content.slice(1) : node.content) as Uint8Array);
  } catch {
    node = undefined;
  }
  if (!node) throw new Failure('Error parsing structure\n');
  if (!call.has('noout')) yield* call.process.print(lines(node, 0, 0, call.has('i')));
  return 0;
}

export const asn1Commands: Readonly<Record<string, OpensslCommand>> = {
  asn1parse: { values: ['in', 'inform', 'strparse', 'offset', 'length', 'dlimit', 'oid', 'genstr', 'genconf'], switches: ['i', 'noout', 'dump'], run },
};
