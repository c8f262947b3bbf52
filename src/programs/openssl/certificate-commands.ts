/** req, x509, verify. */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { der, objectId, readDer, sequence, tags, toPem } from '../../apimachinery/der.ts';
import { verify as verifyCertificate } from '../../apimachinery/pki.ts';
import { oids } from '../../apimachinery/pki-read.ts';
import { certificatesIn } from '../../apimachinery/tls.ts';
import type { Routine } from '../../sim/routine.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { newCertificate, newRequest, type Parsed, parseCertificate, parseRequest, subjectAltName } from './build.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { keyPem, newEd25519Key, newRsaKey, readKey } from './keys.ts';
import { encodeName, type NamePart, parseSubject, printName } from './names.ts';
import { certificateText, date, extensionLines, fingerprint, requestText, serialHex, timeOf } from './print.ts';

const day = 24 * 3600 * 1000;

const subjectOf = (call: Call): readonly NamePart[] => {
  const given = call.value('subj');
  if (given === undefined) throw new Failure('k8s-lab: openssl req asks no questions here: give -subj "/CN=name"\n', 70);
  const parsed = parseSubject(given);
  if (typeof parsed === 'string') throw new Failure(`${parsed}\nreq: Error making certificate request\n`);
  return parsed;
};

/** The key of `-key`, or a new one (`-newkey rsa:2048`), which goes to `-keyout`. */
function* requestKey(call: Call): Routine<KeyObject> {
  const path = call.value('key');
  if (path !== undefined) {
    const key = readKey(call.read(path, 'private key'));
    if (!key) throw new Failure(`Could not find private key from ${path}\n`);
    return key;
  }
  const wanted = call.value('newkey') ?? 'rsa:2048';
  const bits = Number(/^rsa:(\d+)$/.exec(wanted)?.[1] ?? 2048);
  yield* call.process.work(bits / 20);
  const key = wanted === 'ed25519' ? newEd25519Key(call.process.sim.random) : newRsaKey(call.process.sim.random, bits);
  yield* call.output(keyPem(key), call.has('keyout') ? 'keyout' : 'out', 0o600);
  return key;
}

function* req(call: Call): Routine<number> {
  const isNew = call.has('new') || call.has('newkey') || call.has('x509');
  if (!isNew) return yield* showRequest(call);
  const subject = subjectOf(call);
  const key = yield* requestKey(call);
  const names = /^subjectAltName\s*=\s*(.*)$/.exec(call.value('addext') ?? '')?.[1];
  if (!call.has('x509')) {
    yield* call.output(newRequest(subject, key, names));
    return 0;
  }
  const name = encodeName(subject);
  const now = call.process.now;
  const publicKey = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const days = Number(call.value('days') ?? 30);
  const extensions = names ? [subjectAltName(names)] : [];
  yield* call.output(
    newCertificate({ subject: name, publicKey, issuer: name, issuerKey: key, isCa: true, notBefore: now, notAfter: now + days * day, extensions }),
  );
  return 0;
}

function* showRequest(call: Call): Routine<number> {
  const pem = yield* call.input();
  const parsed = parseRequest(pem);
  if (!parsed) throw new Failure(`Unable to load X509 request from ${call.value('in') ?? '<stdin>'}\n`);
  if (call.has('verify')) yield* call.process.printError('Certificate request self-signature verify OK\n');
  if (call.has('text')) yield* call.output(requestText(parsed));
  if (call.has('subject')) yield* call.process.print(`subject=${printName(parsed.subject)}\n`);
  if (call.has('pubkey')) yield* call.process.print(toPem('PUBLIC KEY', parsed.publicKey.whole));
  if (!call.has('noout')) yield* call.output(pem);
  return 0;
}

function* x509(call: Call): Routine<number> {
  const text = yield* call.input('in', call.has('req') ? '' : 'certificate');
  if (call.has('req')) return yield* signRequest(call, text);
  const parsed = parseCertificate((call.value('inform') ?? 'PEM').toUpperCase() === 'DER' ? encodeUtf8(text) : text);
  if (!parsed) {
    const from = call.value('in') ?? '<stdin>';
    throw new Failure(`Could not find certificate from ${from}\nUnable to load certificate\n`);
  }
  for (const [option, show] of Object.entries(shows)) if (call.has(option)) yield* call.process.print(show(parsed, call));
  const limit = call.value('checkend');
  if (limit !== undefined) {
    const ends = timeOf(parsed.validity?.children[1]) < call.process.now + Number(limit) * 1000;
    yield* call.process.print(ends ? 'Certificate will expire\n' : 'Certificate will not expire\n');
    if (ends) return 1;
  }
  if (call.has('noout')) return 0;
  yield* call.output(toPem('CERTIFICATE', parsed.whole));
  return 0;
}

/** In the order in which openssl prints them. */
const shows: Readonly<Record<string, (parsed: Parsed, call: Call) => string>> = {
  serial: (parsed) => `serial=${serialHex(parsed)}\n`,
  issuer: ({ issuer }) => `issuer=${issuer ? printName(issuer) : ''}\n`,
  subject: ({ subject }) => `subject=${printName(subject)}\n`,
  dates: ({ validity }) => `notBefore=${date(timeOf(validity?.children[0]))}\nnotAfter=${date(timeOf(validity?.children[1]))}\n`,
  startdate: ({ validity }) => `notBefore=${date(timeOf(validity?.children[0]))}\n`,
  enddate: ({ validity }) => `notAfter=${date(timeOf(validity?.children[1]))}\n`,
  fingerprint: (parsed, call) => {
    const digest = ['sha1', 'sha256', 'sha512', 'md5'].find((name) => call.has(name)) ?? 'sha1';
    return `${digest} Fingerprint=${fingerprint(parsed, digest)}\n`;
  },
  ext: (parsed, call) => extensionLines(parsed.extensions, '', (call.value('ext') ?? '').split(',')),
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
  const issuerKey = readKey(call.read(keyPath, 'CA private key'));
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
    extensions: [...extensionsOf(call), ...(call.value('copy_extensions') === 'copyall' ? request.extensions.map(({ whole }) => whole) : [])],
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

/** What of `-extfile` matters for a cluster: names and purposes. */
function extensionsOf(call: Call): Uint8Array[] {
  const path = call.value('extfile');
  if (path === undefined) return [];
  const text = call.read(path, 'extension file');
  const section = call.value('extensions');
  const body = section === undefined ? text : (text.split(/^\[\s*/m).find((part) => part.startsWith(section)) ?? '');
  const field = (name: string): string | undefined =>
    new Map([...body.matchAll(/^\s*(\w+)\s*=\s*(.*)$/gm)].map((match) => [match[1], match[2]])).get(name)?.trim();
  const names = field('subjectAltName')?.startsWith('@') ? altNames(text, field('subjectAltName')?.slice(1) ?? '') : field('subjectAltName');
  const usages = (field('extendedKeyUsage') ?? '')
    .split(',')
    .flatMap((each) => (each.trim() === 'serverAuth' ? [oids.serverAuth] : each.trim() === 'clientAuth' ? [oids.clientAuth] : []));
  return [
    ...(usages.length > 0 ? [sequence(objectId(oids.extendedKeyUsage), der(tags.octetString, sequence(...usages.map(objectId))))] : []),
    ...(names ? [subjectAltName(names)] : []),
  ];
}

function altNames(text: string, section: string): string {
  const body = text.split(/^\[\s*/m).find((part) => part.startsWith(section)) ?? '';
  return [...body.matchAll(/^\s*(DNS|IP)(?:\.\d+)?\s*=\s*(\S+)/gm)].map((match) => `${match[1]}:${match[2]}`).join(',');
}

function* verify(call: Call): Routine<number> {
  const bundle = call.value('CAfile');
  const authorities = bundle === undefined ? [] : certificatesIn(call.read(bundle, 'certificates'));
  let status = 0;
  for (const path of call.operands) {
    const pem = call.read(path, 'certificate');
    const parsed = parseCertificate(pem);
    if (!parsed) throw new Failure(`Could not find certificate from ${path}\nUnable to load certificate file\n`);
    const found = authorities.map((ca) => verifyCertificate(pem, ca, call.process.now));
    if (found.some(({ ok }) => ok)) {
      yield* call.process.print(`${path}: OK\n`);
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

export const certificateCommands: Readonly<Record<string, OpensslCommand>> = {
  req: {
    values: ['in', 'out', 'key', 'subj', 'newkey', 'keyout', 'days', 'addext', 'config', 'inform', 'outform', 'reqexts', 'extensions'],
    switches: ['new', 'nodes', 'noenc', 'x509', 'text', 'noout', 'verify', 'subject', 'pubkey', 'batch', 'sha256', 'sha512'],
    run: req,
  },
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
    ],
    run: x509,
  },
  verify: { values: ['CAfile', 'CApath', 'untrusted', 'purpose'], switches: ['verbose', 'show_chain'], run: verify },
};
