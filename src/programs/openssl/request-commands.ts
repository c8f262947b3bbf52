/** req: requests for certificates, and certificates that sign themselves. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { toPem } from '../../apimachinery/der.ts';
import type { Routine } from '../../sim/routine.ts';
import { newCertificate, newRequest, parseRequest } from './build.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { type Config, extension, extensionsOfSection, parseConfig } from './config.ts';
import { curveOf, newEcKey } from './ec.ts';
import { loadKey } from './key-commands.ts';
import { keyPem, newEd25519Key, newRsaKey } from './keys.ts';
import { encodeName, type NamePart, parseSubject, printName } from './names.ts';
import { requestText } from './print.ts';
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
  const key = wanted === 'ed25519' ? newEd25519Key(random) : wanted === 'ec' && curve ? newEcKey(random, curve) : newRsaKey(call.process.sim, bits);
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

export const requestCommands: Readonly<Record<string, OpensslCommand>> = {
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
};
