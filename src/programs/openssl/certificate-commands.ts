/** x509, verify. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { readDer, toPem } from '../../apimachinery/der.ts';
import { verify as verifyCertificate } from '../../apimachinery/pki.ts';
import { certificatesIn } from '../../apimachinery/tls.ts';
import type { Routine } from '../../sim/routine.ts';
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';
import { newCertificate, type Parsed, parseCertificate, parseRequest } from './build.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { extensionsOfSection, parseConfig } from './config.ts';
import { loadKey } from './key-commands.ts';
import { printName } from './names.ts';
import { certificateText, date, extensionLines, fingerprint, serialHex, timeOf } from './print.ts';

const day = 24 * 3600 * 1000;

function* x509(call: Call): Routine<number> {
  const text = yield* call.input('in', call.has('req') ? '' : 'certificate');
  if (call.has('req')) return yield* signRequest(call, text);
  const isBinary = /^der$/i.test(call.value('inform') ?? '') || !text.includes('-----BEGIN');
  const parsed = parseCertificate(isBinary ? encodeUtf8(text) : text);
  if (!parsed) {
    const from = call.value('in') ?? '<stdin>';
    throw new Failure(`Could not find certificate from ${from}\nUnable to load certificate\n`);
  }
  const refused = notSimulated.find((option) => call.has(option));
  if (refused) throw new Failure(`k8s-lab: openssl x509 -${refused} is not simulated\n`, 70);
  for (const option of call.options) yield* call.process.print(Object.hasOwn(shows, option) ? (shows[option]?.(parsed, call) ?? '') : '');
  const limit = call.value('checkend');
  if (limit !== undefined) {
    const ends = timeOf(parsed.validity?.children[1]) < call.process.now + Number(limit) * 1000;
    yield* call.process.print(ends ? 'Certificate will expire\n' : 'Certificate will not expire\n');
    return ends ? 1 : 0;
  }
  for (const [option, what] of [
    ['checkhost', 'Hostname'],
    ['checkip', 'IP'],
  ] as const) {
    const name = call.value(option);
    if (name === undefined) continue;
    const made = new X509Certificate(parsed.whole);
    const does = option === 'checkip' ? made.checkIP(name) : made.checkHost(name);
    yield* call.process.print(`${what} ${name} does ${does === undefined ? 'NOT' : ''}${does === undefined ? ' ' : ''}match certificate\n`);
  }
  if (call.has('noout')) return 0;
  const isDer = /^der$/i.test(call.value('outform') ?? '');
  yield* call.output(isDer ? decodeUtf8(parsed.whole) : toPem('CERTIFICATE', parsed.whole));
  return 0;
}

const notSimulated = ['hash', 'subject_hash', 'issuer_hash', 'purpose', 'email', 'ocsp_uri', 'next_serial', 'x509toreq'];

/** What each option prints, where it stands on the command line. */
const shows: Readonly<Record<string, (parsed: Parsed, call: Call) => string>> = {
  serial: (parsed) => `serial=${serialHex(parsed)}\n`,
  issuer: ({ issuer }, call) => `issuer=${issuer ? printName(issuer, call.value('nameopt')) : ''}\n`,
  subject: ({ subject }, call) => `subject=${printName(subject, call.value('nameopt'))}\n`,
  dates: ({ validity }) => `notBefore=${date(timeOf(validity?.children[0]))}\nnotAfter=${date(timeOf(validity?.children[1]))}\n`,
  startdate: ({ validity }) => `notBefore=${date(timeOf(validity?.children[0]))}\n`,
  enddate: ({ validity }) => `notAfter=${date(timeOf(validity?.children[1]))}\n`,
  fingerprint: (parsed, call) => {
    const digest = ['sha1', 'sha256', 'sha512', 'md5'].find((name) => call.has(name));
    return `${digest ?? 'SHA1'} Fingerprint=${fingerprint(parsed, digest ?? 'sha1')}\n`;
  },
  ext: (parsed, call) => extensionLines(parsed.extensions, '', (call.value('ext') ?? '').split(',')) || `No extensions matched with ${call.value('ext')}\n`,
  pubkey: ({ publicKey }) => toPem('PUBLIC KEY', publicKey.whole),
  modulus: ({ publicKey }) => {
    const raw = publicKey.children[1]?.content.subarray(1);
    const modulus = raw && raw[0] === 0x30 ? readDer(raw).children[0]?.content : undefined;
    return modulus ? `Modulus=${Buffer.from(modulus).toString('hex').replace(/^00/, '').toUpperCase()}\n` : 'Modulus=No modulus for this public key type\n';
  },
  text: (parsed) => certificateText(parsed),
};

function* signRequest(call: Call, pem: string): Routine<number> {
  const request = parseRequest(pem);
  if (!request) throw new Failure(`Unable to load X509 request from ${call.value('in') ?? '<stdin>'}\n`);
  yield* call.process.printError(`Certificate request self-signature ok\nsubject=${printName(request.subject)}\n`);
  const self = call.value('signkey') ?? call.value('key');
  const issuerPath = call.value('CA');
  const keyPath = self ?? call.value('CAkey') ?? issuerPath;
  if (keyPath === undefined) throw new Failure('x509: Must provide -CA or -key to sign a request\n');
  const issuerKey = yield* loadKey(call, call.read(keyPath, 'CA private key'));
  if (!issuerKey) throw new Failure(`Could not find CA private key from ${keyPath}\n`);
  const issuer = issuerPath === undefined ? undefined : parseCertificate(call.read(issuerPath, 'CA certificate'));
  if (issuerPath !== undefined && !issuer) throw new Failure(`Could not find CA certificate from ${issuerPath}\n`);
  if (issuer && !matches(call.read(issuerPath ?? ''), issuerKey)) throw new Failure('CA certificate and CA private key do not match\n');
  const now = call.process.now;
  const days = Number(call.value('days') ?? 30);
  const certificate = newCertificate({
    subject: request.subject.whole,
    publicKey: request.publicKey.whole,
    issuer: issuer?.subject.whole ?? request.subject.whole,
    issuerKey,
    isCa: false,
    notBefore: now,
    notAfter: now + days * day,
    extensions: [
      ...extensionsOf(call, request.publicKey.whole, issuer?.publicKey.whole),
      ...(/^copy(all)?$/.test(call.value('copy_extensions') ?? '') ? request.extensions.map(({ whole }) => whole) : []),
    ],
  });
  yield* call.output(certificate);
  return 0;
}

const matches = (pem: string, key: KeyObject): boolean => {
  try {
    return new X509Certificate(pem).checkPrivateKey(key);
  } catch {
    return false; // No certificate that OpenSSL can read.
  }
};

/** Those of `-extfile`: its section, or what stands before any. */
function extensionsOf(call: Call, publicKey: Uint8Array, issuerKey: Uint8Array | undefined): Uint8Array[] {
  const path = call.value('extfile');
  if (path === undefined) return [];
  const config = parseConfig(call.read(path, 'extension file'));
  const section = call.value('extensions') ?? config.get('default')?.get('extensions') ?? 'default';
  return extensionsOfSection(section, config, { publicKey, ...(issuerKey ? { issuerKey } : {}) });
}

function* verify(call: Call): Routine<number> {
  const bundle = call.value('CAfile');
  const authorities = bundle === undefined ? [] : certificatesIn(call.read(bundle, 'certificates'));
  let status = 0;
  for (const path of call.operands) {
    const pem = call.read(path, 'certificate');
    const parsed = parseCertificate(pem);
    if (!parsed) throw new Failure(`Could not find certificate from ${path}\nUnable to load certificate file\n`);
    const { now } = call.process;
    // One that nobody trusts yet is trusted when its own issuer is.
    const between = call.all('untrusted').flatMap((each) => certificatesIn(call.read(each, 'certificates')));
    const trusted = [...authorities, ...between.filter((each) => authorities.some((ca) => verifyCertificate(each, ca, now).ok))];
    const found = trusted.map((ca) => verifyCertificate(pem, ca, now));
    const host = call.value('verify_hostname');
    const wrongHost = host !== undefined && new X509Certificate(parsed.whole).checkHost(host) === undefined;
    if (wrongHost && found.some(({ ok }) => ok)) {
      yield* call.process.printError(`${printName(parsed.subject)}\nerror 62 at 0 depth lookup: hostname mismatch\nerror ${path}: verification failed\n`);
      status = 2;
      continue;
    }
    const by = found.findIndex(({ ok }) => ok);
    if (by >= 0) {
      yield* call.process.print(`${path}: OK\n${call.has('show_chain') ? chainText(parsed, trusted.slice(by), authorities) : ''}`);
      continue;
    }
    const expired = found.some((each) => !each.ok && each.message.includes('expired'));
    const itself = parsed.issuer && printName(parsed.issuer) === printName(parsed.subject);
    const [code, text] = expired ? [10, 'certificate has expired'] : itself ? [18, 'self-signed certificate'] : [20, 'unable to get local issuer certificate'];
    yield* call.process.printError(`${printName(parsed.subject)}\nerror ${code} at 0 depth lookup: ${text}\nerror ${path}: verification failed\n`);
    status = 2;
  }
  return status;
}

/** From the certificate up to one that is trusted as it is. */
function chainText(leaf: Parsed, [issuer = '', ...others]: readonly string[], authorities: readonly string[]): string {
  const chain = [leaf, parseCertificate(issuer)];
  if (!authorities.includes(issuer))
    chain.push(
      [...others, ...authorities].map(parseCertificate).find((each) => each && chain[1]?.issuer && printName(each.subject) === printName(chain[1].issuer)),
    );
  const line = (each: Parsed | undefined, depth: number): string =>
    each ? `depth=${depth}: ${printName(each.subject)}${depth < chain.length - 1 ? ' (untrusted)' : ''}\n` : '';
  return `Chain:\n${chain.map(line).join('')}`;
}

export const certificateCommands: Readonly<Record<string, OpensslCommand>> = {
  x509: {
    values: [
      'in',
      'out',
      'inform',
      'outform',
      'CA',
      'CAkey',
      'CAserial',
      'days',
      'signkey',
      'key',
      'extfile',
      'extensions',
      'checkend',
      'ext',
      'copy_extensions',
      'checkhost',
      'checkip',
      'passin',
      'not_before',
      'not_after',
      'certopt',
      'nameopt',
      'set_serial',
    ],
    switches: [
      'noout',
      'text',
      'dates',
      'subject',
      'issuer',
      'enddate',
      'startdate',
      'fingerprint',
      'serial',
      'pubkey',
      'modulus',
      'req',
      'CAcreateserial',
      'sha1',
      'sha256',
      'sha512',
      'md5',
      'new',
      ...notSimulated,
    ],
    run: x509,
  },
  verify: {
    values: ['CAfile', 'CApath', 'untrusted', 'purpose', 'verify_hostname', 'verify_ip', 'trusted'],
    switches: ['verbose', 'show_chain', 'partial_chain', 'no-CAfile', 'x509_strict'],
    run: verify,
  },
};
