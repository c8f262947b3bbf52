/** cosign's keys: Ed25519 here, the private one under a password (sigstore pkg/cosign/keys.go). */
import { Buffer } from 'node:buffer';
import { createCipheriv, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readAll } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { prompt } from '../docker-config.ts';
import { type Call, CosignError } from './call.ts';

const head = '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----';
const tail = '-----END ENCRYPTED SIGSTORE PRIVATE KEY-----';

/** Asks before it replaces a key; throws CosignError where that is refused. */
export function* generateKeyPair({ process, flags }: Call): Routine<number> {
  const prefix = flags.text('output-key-prefix') || 'cosign';
  const [own, open] = [`${prefix}.key`, `${prefix}.pub`];
  if (process.fs.exists(process.path(own)) && !(yield* agreed(process, `File ${own} already exists. Overwrite (y/n)? `)))
    throw new CosignError('user denied overwriting');
  const secret = yield* password(process, true);
  const { random } = process.sim;
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: Buffer.from(random.hex(64), 'hex').toString('base64url'), x: '' }, format: 'jwk' });
  const salt = random.hex(64);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const body = {
    kdf: { name: 'scrypt', params: { N: 65_536, r: 8, p: 1 }, salt },
    cipher: { name: 'nacl/secretbox', nonce: check(secret, salt) },
    ciphertext: crypt(der, secret, salt).toString('base64'),
  };
  const lines = Buffer.from(JSON.stringify(body))
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd();
  process.fs.write(process.path(own), `${head}\n${lines}\n${tail}\n`, { mode: 0o600 });
  process.fs.write(process.path(open), publicPem(key), { mode: 0o644 });
  yield* process.printError(`Private key written to ${own}\nPublic key written to ${open}\n`);
  return 0;
}

/** To --outfile or to stdout. */
export function* publicKey({ process, flags }: Call): Routine<number> {
  const pem = publicPem(yield* privateKey(process, flags.text('key')));
  const out = flags.text('outfile');
  if (out === '') yield* process.print(pem);
  else process.fs.write(process.path(out), pem);
  return 0;
}

const publicPem = (key: KeyObject): string => String(createPublicKey(key).export({ type: 'spki', format: 'pem' }));

/** Asks for the password where the environment does not say it. */
export function* privateKey(process: Process, path: string): Routine<KeyObject> {
  const text = read(process, path);
  if (!text.startsWith(head))
    throw new CosignError(`signing: getting signer: reading key: unsupported pem type: ${/-----BEGIN (.*)-----/.exec(text)?.[1] ?? ''}`);
  const body = JSON.parse(Buffer.from(text.slice(head.length, text.indexOf(tail)), 'base64').toString()) as {
    readonly kdf: { readonly salt: string };
    readonly cipher: { readonly nonce: string };
    readonly ciphertext: string;
  };
  const secret = yield* password(process, false);
  if (check(secret, body.kdf.salt) !== body.cipher.nonce) throw new CosignError('signing: getting signer: reading key: decrypt: encrypted: decryption failed');
  return createPrivateKey({ key: crypt(Buffer.from(body.ciphertext, 'base64'), secret, body.kdf.salt), type: 'pkcs8', format: 'der' });
}

/** A public key from a file; throws CosignError. */
export function verifier(process: Process, path: string): KeyObject {
  const text = read(process, path);
  if (!/BEGIN PUBLIC KEY/.test(text)) throw new CosignError(`loading public key: unsupported pem type: ${/-----BEGIN (.*)-----/.exec(text)?.[1] ?? ''}`);
  return createPublicKey(text);
}

function read(process: Process, path: string): string {
  if (!process.fs.exists(process.path(path))) throw new CosignError(`reading key: open ${path}: no such file or directory`);
  return process.fs.read(process.path(path));
}

const check = (secret: string, salt: string): string => createHash('sha256').update(`${salt}\0${secret}`).digest('base64').slice(0, 32);

/** The key's own cipher, there and back. */
function crypt(data: Buffer, secret: string, salt: string): Buffer {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(`key\0${salt}\0${secret}`).digest(), Buffer.alloc(16));
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function* password(process: Process, twice: boolean): Routine<string> {
  const known = process.env['COSIGN_PASSWORD'];
  if (known !== undefined) return known;
  if (!process.stdin.tty) return (yield* readAll(process.stdin)).split('\n')[0] ?? '';
  const first = yield* prompt(process, 'Enter password for private key: ', true);
  if (!twice) return first;
  if ((yield* prompt(process, 'Enter password for private key again: ', true)) !== first) throw new CosignError('passwords do not match');
  return first;
}

/** A question that y answers. */
export function* agreed(process: Process, question: string): Routine<boolean> {
  yield* process.printError(question);
  const answer = process.stdin.tty ? ((yield* process.stdin.read()) ?? '') : '';
  return /^y(es)?$/i.test(answer.trim());
}
