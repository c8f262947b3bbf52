/** genrsa, genpkey, ecparam, rsa, ec, pkey, pkcs8, rand, dgst, base64, enc, version. */
import { createHash, createPublicKey, type KeyExportOptions, type KeyObject, sign, verify } from 'node:crypto';
import { objectId, toPem } from '../../apimachinery/der.ts';
import { readAll } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { curveOf, newEcKey, signEc } from './ec.ts';
import { keyPem, newEd25519Key, newRsaKey, readKey, traditionalPem } from './keys.ts';
import { askedPassphrase, encrypt, encryptedPem, hmac } from './secrets.ts';

function* genrsa(call: Call): Routine<number> {
  const bits = Number(call.operands[0] ?? 2048);
  if (!Number.isInteger(bits) || bits < 512) throw new Failure(`genrsa: Error, RSA key size ${call.operands[0]} is too small. Recommended min 2048 bits\n`);
  if (bits > 4096) throw new Failure(`k8s-lab: RSA keys of more than 4096 bits are not simulated\n`, 70);
  yield* call.process.work(bits / 20);
  yield* save(call, newRsaKey(call.process.sim, bits), 'passout');
  return 0;
}

/** Under a passphrase when a cipher is named. */
function* save(call: Call, key: KeyObject, option: string): Routine {
  const sealed = ciphers.some((name) => call.has(name));
  const text = sealed ? encryptedPem(call, key, yield* askedPassphrase(call, option, true)) : call.has('traditional') ? traditionalPem(key) : keyPem(key);
  yield* call.output(text, 'out', 0o600);
}

/** The key in a text; asks for the passphrase that it is under. Throws Failure for a wrong one. */
export function* loadKey(call: Call, text: string): Routine<KeyObject | undefined> {
  if (!/ENCRYPTED/.test(text)) return readKey(text);
  const key = readKey(text, yield* askedPassphrase(call, 'passin', false));
  if (key) return key;
  throw new Failure(
    `Could not find private key from ${call.value('in') ?? call.value('key') ?? '<stdin>'}\n40${call.process.pid.toString(16).padStart(6, '0')}7F0000:error:1C800064:Provider routines:ossl_cipher_unpadblock:bad decrypt:../providers/implementations/ciphers/ciphercommon_block.c:107:\n`,
  );
}

/** `ecparam -name prime256v1 -genkey`. */
function* ecparam(call: Call): Routine<number> {
  if (call.has('list_curves')) {
    yield* call.process.print('  secp384r1 : NIST/SECG curve over a 384 bit prime field\n  prime256v1: X9.62/SECG curve over a 256 bit prime field\n');
    return 0;
  }
  const name = call.value('name') ?? '';
  const curve = curveOf(name);
  if (!curve)
    throw new Failure(
      /^(secp|sect|prime|brainpool)/.test(name) ? `k8s-lab: the curve ${name} is not simulated\n` : `ecparam: unknown curve name (${name})\n`,
      name === '' ? 1 : 70,
    );
  const id = curve.name === 'prime256v1' ? objectId('1.2.840.10045.3.1.7') : objectId('1.3.132.0.34');
  const parameters = call.has('noout') ? '' : toPem('EC PARAMETERS', id);
  const key = call.has('genkey') ? String(newEcKey(call.process.sim.random, curve).export({ type: 'sec1', format: 'pem' })) : '';
  yield* call.output(`${parameters}${key}`, 'out', 0o600);
  return 0;
}

function* genpkey(call: Call): Routine<number> {
  const algorithm = (call.value('algorithm') ?? '').toUpperCase();
  if (algorithm === 'ED25519') yield* save(call, newEd25519Key(call.process.sim.random), 'pass');
  else if (algorithm === 'RSA') {
    const bits = Number(/rsa_keygen_bits:(\d+)/.exec(call.value('pkeyopt') ?? '')?.[1] ?? 2048);
    yield* call.process.work(bits / 20);
    yield* save(call, newRsaKey(call.process.sim, bits), 'pass');
  } else if (algorithm === 'EC') {
    const curve = curveOf(/ec_paramgen_curve:(\S+)/.exec(call.all('pkeyopt').join(' '))?.[1] ?? '');
    if (!curve) throw new Failure('genpkey: Error generating EC key\nerror:0800007C:elliptic curve routines:pkey_ec_keygen:no parameters set\n');
    yield* save(call, newEcKey(call.process.sim.random, curve), 'pass');
  } else if (algorithm === '') throw new Failure('genpkey: Use -help for summary.\n');
  else throw new Failure(`genpkey: Error initializing ${call.value('algorithm')} context\n`);
  return 0;
}

/** `rsa` and `pkey`: a key, its public part, whether it is whole. The lab's cluster keys are Ed25519; `rsa` takes them as it would kubeadm's. */
function* pkey(call: Call): Routine<number> {
  const text = yield* call.input();
  const source = call.value('in') ?? '<stdin>';
  const key = call.has('pubin') ? publicKey(text) : yield* loadKey(call, text);
  if (!key) throw new Failure(`Could not find ${call.has('pubin') ? 'public key of Public Key' : 'private key'} from ${source}\n`);
  if (call.has('text')) yield* call.process.print(keyText(key));
  if (call.has('check')) yield* call.process.print(call.name === 'rsa' ? 'RSA key ok\n' : 'Key is valid\n');
  if (call.has('modulus')) {
    const { n } = key.export({ format: 'jwk' });
    yield* call.process.print(
      `Modulus=${Buffer.from(n ?? '', 'base64url')
        .toString('hex')
        .toUpperCase()}\n`,
    );
  }
  if (call.has('noout')) return 0;
  if (call.name === 'rsa' || call.name === 'ec')
    yield* call.process.printError(`${call.name === 'ec' ? 'read EC key\n' : ''}writing ${call.name.toUpperCase()} key\n`);
  const der = /^der$/i.test(call.value('outform') ?? '');
  const shown = call.has('pubout') || call.has('pubin') ? (key.type === 'public' ? key : createPublicKey(key)) : key;
  const type = shown.type === 'public' ? 'spki' : 'pkcs8';
  if (der) yield* call.output(decodeUtf8(shown.export({ type, format: 'der' } as KeyExportOptions<'der'>)), 'out', 0o600);
  else if (shown.type === 'public') yield* call.output(String(shown.export({ type: 'spki', format: 'pem' })), 'out', 0o600);
  else yield* save(call, shown, 'passout');
  return 0;
}

function publicKey(text: string): KeyObject | undefined {
  const [pem] = /-----BEGIN (?:RSA )?PUBLIC KEY-----[\s\S]*?-----END (?:RSA )?PUBLIC KEY-----/.exec(text) ?? [];
  try {
    return pem === undefined ? undefined : createPublicKey(pem);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function* rand(call: Call): Routine<number> {
  const count = Number(call.operands[0]);
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000) throw new Failure('rand: Use -help for summary.\n');
  const bytes = Buffer.from(call.process.sim.random.hex(count * 2), 'hex');
  const wrapped = (bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n');
  yield* call.output(call.has('hex') ? `${bytes.toString('hex')}\n` : call.has('base64') ? `${wrapped}\n` : decodeUtf8(bytes));
  return 0;
}

/** As `-text` prints it: which kind, and the public part. */
function keyText(key: KeyObject): string {
  const { kty, crv = '', n = '', x = '', y = '' } = key.export({ format: 'jwk' });
  const hex = (fields: readonly string[]): string =>
    Buffer.concat(fields.map((field) => Buffer.from(field, 'base64url')))
      .toString('hex')
      .replace(/(..)(?!$)/g, '$1:')
      .replace(/(.{45})(?=.)/g, '$1\n    ');
  const kind = key.type === 'private' ? 'Private' : 'Public';
  if (kty === 'RSA')
    return `${kind}-Key: (${Buffer.from(n, 'base64url').length * 8} bit${key.type === 'private' ? ', 2 primes' : ''})\nmodulus:\n    00:${hex([n])}\npublicExponent: 65537 (0x10001)\n`;
  if (kty === 'EC')
    return `${kind}-Key: (${crv === 'P-384' ? 384 : 256} bit)\npub:\n    04:${hex([x, y])}\nASN1 OID: ${crv === 'P-384' ? 'secp384r1' : 'prime256v1'}\nNIST CURVE: ${crv}\n`;
  return `ED25519 ${kind}-Key:\npub:\n    ${hex([x])}\n`;
}

const digests = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'];

function* dgst(call: Call): Routine<number> {
  const digest = digests.find((name) => call.has(name)) ?? (digests.includes(call.name) ? call.name : 'sha256');
  const files = call.operands.length > 0 ? call.operands : [undefined];
  for (const file of files) {
    const bytes = encodeUtf8(file === undefined ? yield* readAll(call.process.stdin) : call.read(file));
    if (call.has('sign') || call.has('verify')) return yield* signature(call, digest, bytes);
    const secret = call.value('hmac');
    if (secret !== undefined) {
      yield* call.process.print(`HMAC-${digest.toUpperCase().replace(/^(SHA)(\d{3})$/, 'SHA2-$2')}(${file ?? 'stdin'})= ${hmac(digest, secret, bytes)}\n`);
      continue;
    }
    const hex = createHash(digest).update(bytes);
    if (call.has('binary')) yield* call.process.print(decodeUtf8(hex.digest()));
    else
      yield* call.process.print(
        call.has('r')
          ? `${hex.digest('hex')} *${file ?? 'stdin'}\n`
          : `${digest.toUpperCase().replace(/^(SHA)(\d{3})$/, 'SHA2-$2')}(${file ?? 'stdin'})= ${hex.digest('hex')}\n`,
      );
  }
  return 0;
}

/** `dgst -sign KEY`, `dgst -verify KEY -signature FILE`. */
function* signature(call: Call, digest: string, bytes: Uint8Array): Routine<number> {
  const path = call.value('sign');
  if (path !== undefined) {
    const key = yield* loadKey(call, call.read(path, 'private key'));
    if (!key) throw new Failure(`Could not find private key from ${path}\n`);
    yield* call.output(decodeUtf8(key.asymmetricKeyType === 'ec' ? signEc(key, bytes) : sign(digest, bytes, key)));
    return 0;
  }
  const other = call.value('verify') ?? '';
  const key = publicKey(call.read(other, 'public key'));
  if (!key) throw new Failure(`Could not find public key from ${other}\n`);
  const good = verify(digest, bytes, key, encodeUtf8(call.read(call.value('signature') ?? '')));
  yield* call.process.print(good ? 'Verified OK\n' : 'Verification failure\n');
  return good ? 0 : 1;
}

function* base64(call: Call): Routine<number> {
  const cipher = call.name === 'enc' ? ciphers.find((name) => call.has(name)) : undefined;
  if (cipher !== undefined) return yield* encrypt(call, cipher.replace(/^aes(\d+)$/, 'aes-$1-cbc'));
  const text = yield* call.input();
  if (call.has('d')) yield* call.output(decodeUtf8(new Uint8Array(Buffer.from(text, 'base64'))));
  else {
    const coded = Buffer.from(encodeUtf8(text)).toString('base64');
    yield* call.output(call.has('A') ? coded : `${(coded.match(/.{1,64}/g) ?? []).join('\n')}\n`);
  }
  return 0;
}

function* version(call: Call): Routine<number> {
  yield* call.process.print('OpenSSL 3.5.4 30 Sep 2025 (Library: OpenSSL 3.5.4 30 Sep 2025)\n');
  return 0;
}

const ciphers = ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'aes128', 'aes192', 'aes256'];
const digest: OpensslCommand = {
  values: ['sign', 'verify', 'signature', 'hmac', 'out', 'passin'],
  switches: [...digests, 'binary', 'r', 'hex', 'c'],
  run: dgst,
};
const key: OpensslCommand = {
  values: ['in', 'out', 'inform', 'outform', 'passin', 'passout'],
  switches: ['noout', 'check', 'modulus', 'pubout', 'pubin', 'text', 'traditional', 'topk8', 'nocrypt', ...ciphers],
  run: pkey,
};

export const keyCommands: Readonly<Record<string, OpensslCommand>> = {
  genrsa: { values: ['out', 'rand', 'passout'], switches: [...ciphers, 'traditional', 'verbose', 'quiet', 'F4', '3'], run: genrsa },
  genpkey: { values: ['algorithm', 'out', 'pkeyopt', 'outform', 'pass'], switches: [...ciphers, 'quiet'], run: genpkey },
  ecparam: { values: ['name', 'out', 'conv_form', 'param_enc'], switches: ['genkey', 'noout', 'list_curves'], run: ecparam },
  rsa: key,
  ec: key,
  pkcs8: key,
  pkey: key,
  rand: { values: ['out'], switches: ['hex', 'base64'], run: rand },
  dgst: digest,
  ...Object.fromEntries(digests.map((name) => [name, digest])),
  base64: { values: ['in', 'out'], switches: ['d', 'A', 'e'], run: base64 },
  enc: { values: ['in', 'out', 'pass', 'k', 'iter', 'md'], switches: [...ciphers, 'base64', 'd', 'A', 'e', 'a', 'salt', 'pbkdf2'], run: base64 },
  version: { values: [], switches: ['a', 'v'], run: version },
};
