/** Secrets: passphrases of keys, encrypted files, hashes of passwords. */
import { createCipheriv, createDecipheriv, createHash, createHmac, type KeyObject, pbkdf2Sync } from 'node:crypto';
import { der, integer, objectId, sequence, tags, toPem } from '../../apimachinery/der.ts';
import type { Routine } from '../../sim/routine.ts';
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { cryptSha, md5Crypt } from './crypt.ts';

/** What `-passin`, `-passout`, `-pass` mean: `pass:x`, `file:x`, `env:X`, `stdin`. */
export function* passphrase(call: Call, option: string): Routine<string | undefined> {
  const given = call.value(option);
  if (given === undefined) return undefined;
  const [, kind = '', value = ''] = /^(pass|file|env|stdin)(?::(.*))?$/s.exec(given) ?? [];
  if (kind === 'pass') return value;
  if (kind === 'file') return call.read(value).split('\n')[0] ?? '';
  if (kind === 'env') return call.process.env[value] ?? '';
  if (kind === 'stdin') return yield* call.line();
  throw new Failure(`Invalid password argument, missing ':' within the first 6 chars\nError getting password\n`);
}

/** From the option, or asked for; twice when it is a new one. */
export function* askedPassphrase(call: Call, option: string, isNew: boolean, what = 'PEM pass phrase'): Routine<string> {
  const given = yield* passphrase(call, option);
  if (given !== undefined) return given;
  yield* call.process.printError(`Enter ${what}:`);
  const first = yield* call.line();
  yield* call.process.printError('\n');
  if (!isNew) return first;
  yield* call.process.printError(`Verifying - Enter ${what}:`);
  const second = yield* call.line();
  yield* call.process.printError('\n');
  if (first !== second) throw new Failure('Verify failure\nUser interface error\n');
  return first;
}

/** PKCS #8 under a passphrase: PBES2 with PBKDF2 and AES-256. */
export function encryptedPem(call: Call, key: KeyObject, phrase: string): string {
  const [salt, iv] = [16, 16].map((length) => Buffer.from(call.process.sim.random.hex(length * 2), 'hex')) as [Buffer, Buffer];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(phrase, salt, 2048, 32, 'sha256'), iv);
  const sealed = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const derivation = sequence(
    objectId('1.2.840.113549.1.5.12'),
    sequence(der(tags.octetString, salt), integer(Uint8Array.of(8, 0)), sequence(objectId('1.2.840.113549.2.9'), der(0x05))),
  );
  const scheme = sequence(objectId('2.16.840.1.101.3.4.1.42'), der(tags.octetString, iv));
  return toPem('ENCRYPTED PRIVATE KEY', sequence(sequence(objectId('1.2.840.113549.1.5.13'), sequence(derivation, scheme)), der(tags.octetString, sealed)));
}

/** Key and vector of a password: PBKDF2, or the old way of EVP_BytesToKey. */
function derive(call: Call, password: string, salt: Buffer, keyLength: number): [Buffer, Buffer] {
  const length = keyLength + 16;
  let bytes: Buffer = Buffer.alloc(0);
  if (call.has('pbkdf2') || call.has('iter')) bytes = pbkdf2Sync(password, salt, Number(call.value('iter') ?? 10_000), length, 'sha256');
  else
    for (let last = Buffer.alloc(0); bytes.length < length; bytes = Buffer.concat([bytes, last]))
      last = createHash('sha256')
        .update(Buffer.concat([last, Buffer.from(password), salt]))
        .digest();
  return [bytes.subarray(0, keyLength), bytes.subarray(keyLength, length)];
}

/** `enc -aes-256-cbc`. */
export function* encrypt(call: Call, cipher: string): Routine<number> {
  const decrypts = call.has('d');
  const given = yield* passphrase(call, 'pass');
  const password =
    given ?? call.value('k') ?? (yield* askedPassphrase(call, 'pass', !decrypts, `${cipher.toUpperCase()} ${decrypts ? 'decryption' : 'encryption'} password`));
  if (!call.has('pbkdf2') && !call.has('iter'))
    yield* call.process.printError('*** WARNING : deprecated key derivation used.\nUsing -iter or -pbkdf2 would be better.\n');
  const text = yield* call.input();
  const keyLength = Number(/aes-(\d+)/.exec(cipher)?.[1]) / 8;
  const coded = call.has('a') || call.has('base64');
  if (!decrypts) {
    const salt = Buffer.from(call.process.sim.random.hex(16), 'hex');
    const [key, iv] = derive(call, password, salt, keyLength);
    const made = createCipheriv(cipher, key, iv);
    const whole = Buffer.concat([Buffer.from('Salted__'), salt, made.update(encodeUtf8(text)), made.final()]);
    yield* call.output(coded ? `${(whole.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n` : decodeUtf8(whole));
    return 0;
  }
  const bytes = coded ? Buffer.from(text, 'base64') : Buffer.from(encodeUtf8(text));
  if (bytes.subarray(0, 8).toString() !== 'Salted__') throw new Failure('bad magic number\n');
  const [key, iv] = derive(call, password, bytes.subarray(8, 16), keyLength);
  const made = createDecipheriv(cipher, key, iv);
  try {
    yield* call.output(decodeUtf8(Buffer.concat([made.update(bytes.subarray(16)), made.final()])));
  } catch {
    throw new Failure('bad decrypt\n');
  }
  return 0;
}

/** `passwd -6`. */
function* passwd(call: Call): Routine<number> {
  const kind = ['1', 'apr1', '5', '6'].find((each) => call.has(each)) ?? '1';
  const typed = call.has('stdin') ? [yield* call.line()] : [...call.operands];
  if (typed.length === 0) typed.push(yield* askedPassphrase(call, 'in', true, 'Password'));
  const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  for (const password of typed) {
    const salt = call.value('salt') ?? call.process.sim.random.text(alphabet, kind === '5' || kind === '6' ? 16 : 8);
    yield* call.process.print(`${kind === '5' || kind === '6' ? cryptSha(kind, password, salt) : md5Crypt(kind, password, salt)}\n`);
  }
  return 0;
}

/** HMAC of a text, in hexadecimal. */
export const hmac = (digest: string, key: string, bytes: Uint8Array): string => createHmac(digest, key).update(bytes).digest('hex');

export const secretCommands: Readonly<Record<string, OpensslCommand>> = {
  passwd: { values: ['salt', 'in'], switches: ['1', '5', '6', 'apr1', 'stdin', 'noverify', 'quiet', 'table', 'reverse'], run: passwd },
};
