/** A certificate authority for one run and the server's certificate: ECDSA on P-256, which every client takes, with keys of real chance. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bitString, der, integer, objectId, sequence, tags, text, toPem } from '../apimachinery/der.ts';

type Certificates = { readonly ca: string; readonly certificate: string; readonly key: string };

/** `now` in milliseconds since 1970. */
export function newCertificates(now: number): Certificates {
  const validity = sequence(time(now - day), time(now + 365 * day));
  const ca = newKey();
  const server = newKey();
  const authority = certificate({ subject: 'k8s-lab-ca', key: ca, issuer: 'k8s-lab-ca', signer: ca, validity, extensions: caExtensions(ca) });
  const own = certificate({ subject: 'kube-apiserver', key: server, issuer: 'k8s-lab-ca', signer: ca, validity, extensions: serverExtensions(ca) });
  return { ca: authority, certificate: own, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

type Key = { readonly privateKey: KeyObject; readonly info: Uint8Array };
type Parts = {
  readonly subject: string;
  readonly key: Key;
  readonly issuer: string;
  readonly signer: Key;
  readonly validity: Uint8Array;
  readonly extensions: readonly Uint8Array[];
};

const day = 24 * 3600 * 1000;
const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
const dnsNames = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];

function newKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, info: publicKey.export({ type: 'spki', format: 'der' }) };
}

function certificate({ subject, key, issuer, signer, validity, extensions }: Parts): string {
  const serial = randomBytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const version3 = der(0xa0, integer(Uint8Array.of(2)));
  const body = sequence(version3, integer(serial), ecdsaWithSha256, name(issuer), validity, name(subject), key.info, der(0xa3, sequence(...extensions)));
  return toPem('CERTIFICATE', sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, signer.privateKey))));
}

const name = (commonName: string): Uint8Array => sequence(der(tags.set, sequence(objectId('2.5.4.3'), text(tags.utf8, commonName))));
const yes = der(tags.boolean, Uint8Array.of(0xff));
const extension = (id: string, value: Uint8Array, critical = false): Uint8Array =>
  sequence(objectId(id), ...(critical ? [yes] : []), der(tags.octetString, value));
const keyId = ({ info }: Key): Uint8Array => createHash('sha256').update(info).digest().subarray(0, 20);

const caExtensions = (ca: Key): Uint8Array[] => [
  // digitalSignature, keyEncipherment, keyCertSign: as kubeadm's.
  extension('2.5.29.15', der(tags.bitString, Uint8Array.of(2, 0xa4)), true),
  extension('2.5.29.19', sequence(yes), true),
  extension('2.5.29.14', der(tags.octetString, keyId(ca))),
];

function serverExtensions(ca: Key): Uint8Array[] {
  const names = [...dnsNames.map((dns) => text(0x82, dns)), der(0x87, Uint8Array.of(127, 0, 0, 1)), der(0x87, Uint8Array.of(...Array<number>(15).fill(0), 1))];
  return [
    extension('2.5.29.15', der(tags.bitString, Uint8Array.of(5, 0xa0)), true),
    extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.35', sequence(der(0x80, keyId(ca)))),
    extension('2.5.29.17', sequence(...names)),
  ];
}

const time = (ms: number): Uint8Array =>
  text(
    tags.utcTime,
    `${new Date(ms)
      .toISOString()
      .replace(/[-:T]|\..*/g, '')
      .slice(2)}Z`,
  );
