/** openssl.cnf: sections, and the extensions that they describe (openssl apps/openssl.cnf, x509v3_config). */
import { createHash } from 'node:crypto';
import { der, integer, objectId, sequence, tags } from '../../apimachinery/der.ts';
import { oids } from '../../apimachinery/pki-read.ts';
import { altNames } from './build.ts';
import { Failure } from './call.ts';

/** Fields of each section by name; what stands before the first is `default`. */
export type Config = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function parseConfig(text: string): Config {
  const sections = new Map<string, Map<string, string>>([['default', new Map()]]);
  let section = 'default';
  for (const raw of text.replace(/\\\n/g, '').split('\n')) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    const header = /^\[\s*([^\]]+?)\s*\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      if (!sections.has(section)) sections.set(section, new Map());
      continue;
    }
    const [, name = '', value = ''] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== '') sections.get(section)?.set(name, value.replace(/^"(.*)"$/, '$1'));
  }
  return sections;
}

const usageNames = 'digitalSignature nonRepudiation keyEncipherment dataEncipherment keyAgreement keyCertSign cRLSign encipherOnly decipherOnly'.split(' ');
const purposeIds: Readonly<Record<string, string>> = {
  serverAuth: oids.serverAuth,
  clientAuth: oids.clientAuth,
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
};

/** What an extension may have to say of: the certificate's key, and its issuer's. */
type Keys = { readonly publicKey: Uint8Array; readonly issuerKey?: Uint8Array };

/** SHA-1 of the public key itself, without what kind of key it is. */
export const keyId = (publicKeyInfo: Uint8Array): Uint8Array => createHash('sha1').update(publicKeyInfo).digest();

type Builder = (value: string, config: Config, keys: Keys) => Uint8Array;
const builders: Readonly<Record<string, readonly [id: string, build: Builder]>> = {
  subjectAltName: [oids.subjectAltName, (value, config) => subjectAltNameValue(value, config)],
  keyUsage: [oids.keyUsage, (value) => usageBits(value)],
  extendedKeyUsage: [
    oids.extendedKeyUsage,
    (value) => sequence(...value.split(',').map((each) => objectId(purposeIds[each.trim()] ?? unknown('extendedKeyUsage', each.trim())))),
  ],
  basicConstraints: [oids.basicConstraints, (value) => constraints(value)],
  subjectKeyIdentifier: ['2.5.29.14', (_value, _config, { publicKey }) => der(tags.octetString, keyId(publicKey))],
  authorityKeyIdentifier: ['2.5.29.35', (_value, _config, { publicKey, issuerKey = publicKey }) => sequence(der(0x80, keyId(issuerKey)))],
};

/** One extension: `keyUsage = critical, digitalSignature`. */
export function extension(name: string, given: string, config: Config, keys: Keys): Uint8Array[] {
  const [id, build] = builders[name] ?? [undefined, undefined];
  if (id === undefined || build === undefined) {
    if (/^(nsComment|crlDistributionPoints|authorityInfoAccess|certificatePolicies|nsCertType)$/.test(name)) return [];
    throw new Failure(
      `Error checking x509 extension section\nerror:11000082:X509 V3 routines:X509V3_EXT_nconf_int:unknown extension name:../crypto/x509/v3_conf.c:75:name=${name}\n`,
    );
  }
  const critical = /^critical\s*,\s*/.test(given);
  const value = given.replace(/^critical\s*,\s*/, '');
  return [sequence(objectId(id), ...(critical ? [der(tags.boolean, Uint8Array.of(0xff))] : []), der(tags.octetString, build(value, config, keys)))];
}

/** All extensions of a section. Throws Failure for a section that is not there. */
export function extensionsOfSection(section: string, config: Config, keys: Keys): Uint8Array[] {
  const fields = config.get(section);
  if (!fields) throw new Failure(`Error checking x509 extension section ${section}\nerror:0700006C:configuration file routines:NCONF_get_section:no value\n`);
  return [...fields].flatMap(([name, value]) => extension(name, value, config, keys));
}

function unknown(name: string, value: string): never {
  throw new Failure(`Error in extension section\nerror:1100006E:X509 V3 routines:v2i_${name}:invalid object identifier:value:${value}\n`);
}

/** The bits of a usage, without the zeros at the end. */
function usageBits(value: string): Uint8Array {
  const at = value.split(',').map((each) => usageNames.indexOf(each.trim()));
  if (at.includes(-1))
    throw new Failure(
      `error:11000081:X509 V3 routines:v2i_ASN1_BIT_STRING:unknown bit string argument:../crypto/x509/v3_bitst.c:90:section:<NULL>,name:${value},value:<NULL>\n`,
    );
  const last = Math.max(...at);
  const bytes = new Uint8Array(1 + (last >> 3));
  for (const bit of at) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return der(tags.bitString, Uint8Array.of(7 - (last & 7)), bytes);
}

function constraints(value: string): Uint8Array {
  const fields = new Map(
    value.split(',').map(
      (each) =>
        each
          .trim()
          .split(/:(.*)/s)
          .map((part) => part.trim().toLowerCase()) as [string, string],
    ),
  );
  const path = fields.get('pathlen');
  const isCa = fields.get('ca') === 'true';
  return sequence(...(isCa ? [der(tags.boolean, Uint8Array.of(0xff))] : []), ...(path === undefined ? [] : [integer(Uint8Array.of(Number(path)))]));
}

/** `DNS:a,IP:1.2.3.4`, or `@section`. */
function subjectAltNameValue(value: string, config: Config): Uint8Array {
  const section = value.startsWith('@') ? config.get(value.slice(1)) : undefined;
  const names = section ? [...section].map(([name, each]) => `${name.replace(/\.\d+$/, '')}:${each}`).join(',') : value;
  return altNames(names);
}
