/** genrsa, genpkey, rsa, pkey, rand, dgst, base64, version. */
import { createHash, createPublicKey, type KeyExportOptions, type KeyObject } from 'node:crypto';
import { readAll } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { keyPem, newEd25519Key, newRsaKey, readKey, traditionalPem } from './keys.ts';

function* genrsa(call: Call): Routine<number> {
  const bits = Number(call.operands[0] ?? 2048);
  if (!Number.isInteger(bits) || bits < 512) throw new Failure(`genrsa: Error, RSA key size ${call.operands[0]} is too small. Recommended min 2048 bits\n`);
  if (bits > 4096) throw new Failure(`k8s-lab: RSA keys of more than 4096 bits are not simulated\n`, 70);
  yield* call.process.work(bits / 20);
  const key = newRsaKey(call.process.sim.random, bits);
  yield* call.output(call.has('traditional') ? traditionalPem(key) : keyPem(key), 'out', 0o600);
  return 0;
}

function* genpkey(call: Call): Routine<number> {
  const algorithm = (call.value('algorithm') ?? '').toUpperCase();
  if (algorithm === 'ED25519') yield* call.output(keyPem(newEd25519Key(call.process.sim.random)), 'out', 0o600);
  else if (algorithm === 'RSA') {
    const bits = Number(/rsa_keygen_bits:(\d+)/.exec(call.value('pkeyopt') ?? '')?.[1] ?? 2048);
    yield* call.process.work(bits / 20);
    yield* call.output(keyPem(newRsaKey(call.process.sim.random, bits)), 'out', 0o600);
  } else if (algorithm === '') throw new Failure('genpkey: Use -help for summary.\n');
  else throw new Failure(`genpkey: Error initializing ${call.value('algorithm')} context\n`);
  return 0;
}

/** `rsa` and `pkey`: a key, its public part, whether it is whole. The lab's cluster keys are Ed25519; `rsa` takes them as it would kubeadm's. */
function* pkey(call: Call): Routine<number> {
  const text = yield* call.input();
  const source = call.value('in') ?? '<stdin>';
  const key = call.has('pubin') ? publicKey(text) : readKey(text);
  if (!key) throw new Failure(`Could not find ${call.has('pubin') ? 'public key of Public Key' : 'private key'} from ${source}\n`);
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
  if (call.name === 'rsa') yield* call.process.printError('writing RSA key\n');
  const der = /^der$/i.test(call.value('outform') ?? '');
  const shown = call.has('pubout') || call.has('pubin') ? (key.type === 'public' ? key : createPublicKey(key)) : key;
  const type = shown.type === 'public' ? 'spki' : 'pkcs8';
  if (der) yield* call.output(decodeUtf8(shown.export({ type, format: 'der' } as KeyExportOptions<'der'>)), 'out', 0o600);
  else yield* call.output(shown.type === 'public' ? String(shown.export({ type: 'spki', format: 'pem' })) : keyPem(shown), 'out', 0o600);
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

const digests = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'];

function* dgst(call: Call): Routine<number> {
  const digest = digests.find((name) => call.has(name)) ?? (digests.includes(call.name) ? call.name : 'sha256');
  const files = call.operands.length > 0 ? call.operands : [undefined];
  for (const file of files) {
    const bytes = encodeUtf8(file === undefined ? yield* readAll(call.process.stdin) : call.read(file));
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

function* base64(call: Call): Routine<number> {
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

const digest: OpensslCommand = { values: [], switches: [...digests, 'binary', 'r', 'hex'], run: dgst };
const key: OpensslCommand = {
  values: ['in', 'out', 'inform', 'outform', 'passin'],
  switches: ['noout', 'check', 'modulus', 'pubout', 'pubin', 'text', 'traditional'],
  run: pkey,
};

export const keyCommands: Readonly<Record<string, OpensslCommand>> = {
  genrsa: { values: ['out', 'rand'], switches: ['traditional', 'verbose', 'quiet', 'F4', '3'], run: genrsa },
  genpkey: { values: ['algorithm', 'out', 'pkeyopt', 'outform'], switches: ['quiet'], run: genpkey },
  rsa: key,
  pkey: key,
  rand: { values: ['out'], switches: ['hex', 'base64'], run: rand },
  dgst: digest,
  ...Object.fromEntries(digests.map((name) => [name, digest])),
  base64: { values: ['in', 'out'], switches: ['d', 'A', 'e'], run: base64 },
  enc: { values: ['in', 'out'], switches: ['base64', 'd', 'A', 'e', 'a'], run: base64 },
  version: { values: [], switches: ['a', 'v'], run: version },
};
