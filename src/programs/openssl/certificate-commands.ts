/** req, x509, verify. */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readDer, toPem } from '../../apimachinery/der.ts';
import { verify as verifyCertificate } from '../../apimachinery/pki.ts';
import { certificatesIn } from '../../apimachinery/tls.ts';
import type { Routine } from '../../sim/routine.ts';
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';
import { newCertificate, newRequest, type Parsed, parseCertificate, parseRequest } from './build.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { type Config, extension, extensionsOfSection, parseConfig } from './config.ts';
import { curveOf, newEcKey } from './ec.ts';
import { loadKey } from './key-commands.ts';
import { keyPem, newEd25519Key, newRsaKey } from './keys.ts';
import { encodeName, type NamePart, parseSubject, printName } from './names.ts';
import { certificateText, date, extensionLines, fingerprint, requestText, serialHex, timeOf } from './print.ts';
import { askedPassphrase, encryptedPem } from './secrets.ts';

const day = 24 * 3600 * 1000;

/** The file of `-config`; undefined: openssl's own. */
const configOf = (call: Call): Config | undefined => {
  const path = call.value('config');
  return path === undefined ? undefined : parseConfig(call.read(path, 'configuration'));
};

/** What `req` asks, and what it offers. */
const questions: readonly (readonly [type: string, question: string, otherwise: string])[] = [
  ['C', 'Country Name (2 letter code)', 'AU'],
  ['ST', 'State or Province Name (full name)', 'Some-State'],
  ['L', 'Locality Name (eg, city)', ''],
  ['O', 'Organization Name (eg, company)', 'Internet Widgits Pty Ltd'],
  ['OU', 'Organizational Unit Name (eg, section)', ''],
  ['CN', 'Common Name (e.g. server FQDN or YOUR name)', ''],
  ['emailAddress', 'Email Address', ''],
];
const longNames: Readonly<Record<string, string>> = {
  countryName: 'C',
  stateOrProvinceName: 'ST',
  localityName: 'L',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  commonName: 'CN',
};

function* subjectOf(call: Call, config: Config | undefined): Routine<readonly NamePart[]> {
  const given = call.value('subj');
  if (given !== undefined) {
    const parsed = parseSubject(given);
    if (typeof parsed === 'string') throw new Failure(`${parsed}\nreq: Error making certificate request\n`);
    return parsed;
  }
  const main = config?.get('req');
  const fields = config?.get(main?.get('distinguished_name') ?? '');
  if (main && !fields) throw new Failure("Unable to find 'distinguished_name' in config\nproblems making Certificate Request\n");
  if (main?.get('prompt') === 'no' || call.has('batch'))
    return [...(fields ?? [])].flatMap(([name, value]) => {
      const type = name.replace(/^\d+\./, '');
      return /_(default|min|max)$/.test(type) ? [] : [{ type: longNames[type] ?? type, value }];
    });
  return yield* ask(call);
}

function* ask(call: Call): Routine<readonly NamePart[]> {
  const say = (text: string): Routine => call.process.printError(text);
  yield* say(
    "You are about to be asked to enter information that will be incorporated\ninto your certificate request.\nWhat you are about to enter is what is called a Distinguished Name or a DN.\nThere are quite a few fields but you can leave some blank\nFor some fields there will be a default value,\nIf you enter '.', the field will be left blank.\n-----\n",
  );
  const parts: NamePart[] = [];
  for (const [type, question, otherwise] of questions) {
    yield* say(`${question} [${otherwise}]:`);
    const typed = (yield* call.line()).trim();
    const value = typed === '.' ? '' : typed || otherwise;
    if (type === 'C' && value.length > 2) throw new Failure('String too long, must be at most 2 bytes long\nproblems making Certificate Request\n');
    if (value !== '') parts.push({ type, value });
  }
  if (!call.has('x509')) {
    yield* say("\nPlease enter the following 'extra' attributes\nto be sent with your certificate request\n");
    for (const question of ['A challenge password', 'An optional company name']) {
      yield* say(`${question} []:`);
      yield* call.line();
    }
  }
  return parts;
}

/** Those of `-addext`, and those of the configuration's section. */
function requestExtensions(call: Call, config: Config | undefined, publicKey: Uint8Array): Uint8Array[] {
  const isX509 = call.has('x509');
  const section =
    call.value(isX509 ? 'extensions' : 'reqexts') ?? call.value('extensions') ?? config?.get('req')?.get(isX509 ? 'x509_extensions' : 'req_extensions');
  const all = config ?? new Map();
  const added = call.all('addext').flatMap((each) => {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(.*)$/.exec(each) ?? [];
    return extension(name, value, all, { publicKey });
  });
  return [...(section === undefined ? [] : extensionsOfSection(section, all, { publicKey })), ...added];
}

/** The key of `-key`, or a new one (`-newkey rsa:2048`), which goes to `-keyout`. */
function* requestKey(call: Call): Routine<KeyObject> {
  const path = call.value('key');
  if (path !== undefined) {
    const key = yield* loadKey(call, call.read(path, 'private key'));
    if (!key) throw new Failure(`Could not find private key from ${path}\n`);
    return key;
  }
  const wanted = call.value('newkey') ?? `rsa:${configOf(call)?.get('req')?.get('default_bits') ?? 2048}`;
  const bits = Number(/^rsa:(\d+)$/.exec(wanted)?.[1] ?? 2048);
  yield* call.process.work(bits / 20);
  const curve = curveOf(/ec_paramgen_curve:(\S+)/.exec(call.all('pkeyopt').join(' '))?.[1] ?? 'prime256v1');
  const { random } = call.process.sim;
  const key = wanted === 'ed25519' ? newEd25519Key(random) : wanted === 'ec' && curve ? newEcKey(random, curve) : newRsaKey(random, bits);
  const open = call.has('nodes') || call.has('noenc') || configOf(call)?.get('req')?.get('encrypt_key') === 'no';
  const pem = open ? keyPem(key) : encryptedPem(call, key, yield* askedPassphrase(call, 'passout', true));
  yield* call.output(pem, call.has('keyout') ? 'keyout' : 'out', 0o600);
  return key;
}

function* req(call: Call): Routine<number> {
  const isNew = call.has('new') || call.has('newkey') || call.has('x509');
  if (!isNew) return yield* showRequest(call);
  const config = configOf(call);
  const key = yield* requestKey(call);
  const subject = yield* subjectOf(call, config);
  const publicKey = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const extensions = requestExtensions(call, config, publicKey);
  if (!call.has('x509')) {
    yield* call.output(newRequest(subject, key, extensions));
    return 0;
  }
  const name = encodeName(subject);
  const now = call.process.now;
  const days = Number(call.value('days') ?? 30);
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
  const isBinary = /^der$/i.test(call.value('inform') ?? '') || !text.includes('-----BEGIN');
  const parsed = parseCertificate(isBinary ? encodeUtf8(text) : text);
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
    values: [
      'in',
      'out',
      'key',
      'subj',
      'newkey',
      'keyout',
      'days',
      'addext',
      'config',
      'inform',
      'outform',
      'reqexts',
      'extensions',
      'pkeyopt',
      'passin',
      'passout',
      'set_serial',
      'nameopt',
      'section',
      'CA',
      'CAkey',
    ],
    switches: [
      'new',
      'nodes',
      'noenc',
      'x509',
      'text',
      'noout',
      'verify',
      'subject',
      'pubkey',
      'batch',
      'sha256',
      'sha384',
      'sha512',
      'utf8',
      'verbose',
      'quiet',
    ],
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
    ],
    run: x509,
  },
  verify: {
    values: ['CAfile', 'CApath', 'untrusted', 'purpose', 'verify_hostname', 'verify_ip', 'trusted'],
    switches: ['verbose', 'show_chain', 'partial_chain', 'no-CAfile', 'x509_strict'],
    run: verify,
  },
};
