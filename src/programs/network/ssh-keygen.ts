/** ssh-keygen and ssh-copy-id (OpenSSH 10.0): keys in OpenSSH's own format (PROTOCOL.key), and where they let one in. */
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { run } from '../execute.ts';
import { LineReader } from '../input.ts';
import { newEd25519Key, newRsaKey } from '../openssl/keys.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { userName } from '../users.ts';

const kinds: Readonly<Record<string, { readonly name: string; readonly bits: number; readonly file: string }>> = {
  rsa: { name: 'ssh-rsa', bits: 3072, file: 'id_rsa' },
  ed25519: { name: 'ssh-ed25519', bits: 256, file: 'id_ed25519' },
};

const sized = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
/** RFC 4251's mpint: a first bit that is set gets a byte before it. */
const whole = (text = ''): Buffer => {
  const bytes = Buffer.from(text, 'base64url');
  return sized((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
};

/** A key's public part as the protocol has it, and its private fields. */
function blobs(key: KeyObject): { readonly name: string; readonly bits: number; readonly open: Buffer; readonly secret: Buffer } {
  const { n, e, d, p, q, qi, x } = key.export({ format: 'jwk' });
  if (key.asymmetricKeyType === 'rsa') {
    const open = Buffer.concat([sized('ssh-rsa'), whole(e), whole(n)]);
    return {
      name: 'ssh-rsa',
      bits: key.asymmetricKeyDetails?.modulusLength ?? 0,
      open,
      secret: Buffer.concat([sized('ssh-rsa'), ...[n, e, d, qi, p, q].map(whole)]),
    };
  }
  const point = Buffer.from(x ?? '', 'base64url');
  const open = Buffer.concat([sized('ssh-ed25519'), sized(point)]);
  return { name: 'ssh-ed25519', bits: 256, open, secret: Buffer.concat([open, sized(Buffer.concat([Buffer.from(d ?? '', 'base64url'), point]))]) };
}

function privateText(key: KeyObject, comment: string, check: Buffer): string {
  const { open, secret } = blobs(key);
  const plain = Buffer.concat([check, check, secret, sized(comment)]);
  const padded = Buffer.concat([plain, Buffer.from(Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, i) => i + 1))]);
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sized('none'),
    sized('none'),
    sized(''),
    Buffer.from([0, 0, 0, 1]),
    sized(open),
    sized(padded),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64').replace(/.{1,70}/g, '$&\n')}-----END OPENSSH PRIVATE KEY-----\n`;
}

/** The words of a public key's line; undefined where it is none. */
function publicParts(line: string): { readonly open: Buffer; readonly bits: number; readonly label: string; readonly comment: string } | undefined {
  const [, name = '', text = '', comment = 'no comment'] = /^(ssh-rsa|ssh-ed25519) ([\w+/=]+)(?: (.*))?$/.exec(line.trim()) ?? [];
  if (name === '') return undefined;
  const open = Buffer.from(text, 'base64');
  // An RSA key's text ends with its modulus, which a byte may stand before.
  const modulus = open.length - 4 - 7 - 8 - open.readUInt32BE(11);
  const bits = name === 'ssh-rsa' ? modulus - (modulus % 2) : 32;
  return { open, bits: bits * 8, label: name.slice(4).toUpperCase(), comment };
}

const fingerprint = (open: Buffer): string => `SHA256:${createHash('sha256').update(open).digest('base64').replace(/=+$/, '')}`;

/** sshkey.c fingerprint_randomart: where a bishop goes that the hash's bits drive. */
function randomart(open: Buffer, title: string): string {
  const [width, height, letters] = [17, 9, ' .o+=*BOX@%&#/^SE'];
  const field = new Array<number>(width * height).fill(0);
  let [x, y] = [8, 4];
  for (const byte of createHash('sha256').update(open).digest())
    for (let bits = byte, i = 0; i < 4; i++, bits >>= 2) {
      x = Math.min(width - 1, Math.max(0, x + (bits & 1 ? 1 : -1)));
      y = Math.min(height - 1, Math.max(0, y + (bits & 2 ? 1 : -1)));
      const at = y * width + x;
      field[at] = Math.min(letters.length - 3, (field[at] ?? 0) + 1);
    }
  field[4 * width + 8] = letters.length - 2;
  field[y * width + x] = letters.length - 1;
  const edge = (text: string): string => `+${`${'-'.repeat(Math.floor((width - text.length) / 2))}${text}`.padEnd(width, '-')}+`;
  const rows = Array.from(
    { length: height },
    (_, row) =>
      `|${field
        .slice(row * width, (row + 1) * width)
        .map((each) => letters[each])
        .join('')}|`,
  );
  return [edge(`[${title}]`), ...rows, edge('[SHA256]')].join('\n');
}

const homeOf = ({ process }: Call): string => process.env['HOME'] ?? '/root';

const keygen = tool({
  usage: '[-q] [-b bits] [-C comment] [-f output_keyfile] [-N new_passphrase] [-t ed25519 | rsa]',
  summary: 'OpenSSH authentication key utility.',
  options: [
    ['t=type', ''],
    ['b=bits', ''],
    ['f=file', ''],
    ['N=passphrase', ''],
    ['P=passphrase', ''],
    ['C=comment', ''],
    ['q', ''],
    ['y', ''],
    ['l', ''],
    ['m=format', ''],
    ['R=host', ''],
    ['F=host', ''],
    ['p', ''],
  ],
  *run(call) {
    const { process } = call;
    const other = ['R', 'F', 'p', 'm'].find((key) => call.has(key));
    if (other) throw new Failure(`k8s-lab: ssh-keygen -${other} is not simulated`, 70, true);
    if (call.has('y') || call.has('l')) return yield* shown(call);
    const type = call.value('t') ?? 'ed25519';
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (!kind)
      throw new Failure(
        /^(ecdsa|dsa|ecdsa-sk|ed25519-sk)$/.test(type) ? `k8s-lab: ssh-keygen -t ${type} is not simulated` : `unknown key type ${type}`,
        /^(ec|d|ed)/.test(type) ? 70 : 255,
        true,
      );
    const bits = type === 'rsa' ? Number(call.value('b') ?? kind.bits) : kind.bits;
    if (type === 'rsa' && !(bits >= 1024 && bits <= 16_384))
      throw new Failure(bits < 1024 ? 'Invalid RSA key length: minimum is 1024 bits' : 'Bits has bad value', 255, true);
    const say = (text: string) => (call.has('q') ? process.print('') : process.print(text));
    const lines = new LineReader(process.stdin, { memory: call.memory });
    const ask = function* (question: string) {
      yield* process.print(question);
      return ((yield* lines.next()) ?? '').replace(/\n$/, '');
    };
    yield* say(`Generating public/private ${type} key pair.\n`);
    const usual = `${homeOf(call)}/.ssh/${kind.file}`;
    const file = call.value('f') ?? ((yield* ask(`Enter file in which to save the key (${usual}): `)) || usual);
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
    if (folder === `${homeOf(call)}/.ssh` && !process.fs.exists(folder)) {
      process.fs.mkdir(folder, { parents: true, mode: 0o700 });
      yield* say(`Created directory '${folder}'.\n`);
    }
    if (process.fs.exists(file) && !/^y/i.test(yield* ask(`${file} already exists.\nOverwrite (y/n)? `))) return 1;
    const first = call.value('N') ?? (yield* ask(`Enter passphrase for "${file}" (empty for no passphrase): `));
    if (!call.has('N') && (yield* ask('Enter same passphrase again: ')) !== first) throw new Failure('Passphrases do not match.  Try again.', 1, true);
    if (first !== '') throw new Failure('k8s-lab: a passphrase of a key is not simulated', 70, true);
    const key = type === 'rsa' ? newRsaKey(process.sim, bits) : newEd25519Key(process.sim.random);
    const comment = call.value('C') ?? `${userName(process, process.uid)}@${process.namespaces.uts.hostname}`;
    const { name, open } = blobs(key);
    try {
      process.fs.write(file, privateText(key, comment, Buffer.from(process.sim.random.hex(8), 'hex')), { mode: 0o600 });
    } catch {
      throw new Failure(`Saving key "${file}" failed: No such file or directory`, 1, true);
    }
    process.fs.chmod(file, 0o600);
    process.fs.write(`${file}.pub`, `${name} ${open.toString('base64')} ${comment}\n`);
    yield* say(
      `Your identification has been saved in ${file}\nYour public key has been saved in ${file}.pub\nThe key fingerprint is:\n${fingerprint(open)} ${comment}\nThe key's randomart image is:\n${randomart(open, `${type.toUpperCase()} ${bits}`)}\n`,
    );
    return 0;
  },
});

/** -l: the fingerprint of a public key; -y: the public part of a private one. */
function* shown(call: Call) {
  const { fs } = call.process;
  const file = call.value('f') ?? `${homeOf(call)}/.ssh/id_ed25519`;
  if (!fs.exists(file)) throw new Failure(`${file}: No such file or directory`, 255, true);
  const text = fs.read(file);
  const parts = publicParts(text) ?? publicParts(fs.exists(`${file}.pub`) ? fs.read(`${file}.pub`) : '');
  const private_ = privateParts(text);
  if (call.has('y')) {
    if (!private_) throw new Failure(`Load key "${file}": error in libcrypto`, 255, true);
    yield* call.print(`${private_}\n`);
    return 0;
  }
  const of = parts ?? publicParts(private_ ?? '');
  if (!of) throw new Failure(`${file} is not a public key file.`, 255, true);
  yield* call.print(`${of.bits} ${fingerprint(of.open)} ${of.comment} (${of.label})\n`);
  return 0;
}

/** The public line of a private key's text, of OpenSSH's format or of PEM. */
function privateParts(text: string): string | undefined {
  const [, base64] = /BEGIN OPENSSH PRIVATE KEY-----([^-]*)/.exec(text) ?? [];
  if (base64 === undefined) {
    try {
      const { name, open } = blobs(createPrivateKey(text));
      return `${name} ${open.toString('base64')}`;
    } catch {
      return undefined;
    }
  }
  const bytes = Buffer.from(base64, 'base64');
  const at = 15 + 8 + 8 + 4 + 4;
  const open = bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
  const rest = bytes.subarray(at + 4 + open.length + 4);
  // The comment is the last text before the padding.
  const comment = /([\x20-\x7e]*)[\x01-\x07]*$/.exec(rest.toString('latin1'))?.[1] ?? '';
  return `${open.subarray(4, 4 + open.readUInt32BE(0)).toString()} ${open.toString('base64')}${comment === '' ? '' : ` ${comment}`}`;
}

const copyId = tool({
  usage: '[-h|-?|-f|-n|-s|-x] [-i [identity_file]] [-t target_path] [-F ssh_config] [[-o ssh_option] ...] [-p port] [user@]hostname',
  summary: "Install your public key in a remote machine's authorized_keys.",
  options: [
    ['i=identity_file', ''],
    ['f', ''],
    ['n', ''],
    ['p=port', ''],
    ['o=ssh_option', ''],
  ],
  *run(call) {
    const { fs } = call.process;
    const [target] = call.operands;
    if (target === undefined) throw new UsageError('', false);
    const given = call.value('i');
    const usual = ['id_rsa', 'id_ed25519'].map((name) => `${homeOf(call)}/.ssh/${name}.pub`).filter((path) => fs.exists(path));
    const file = given === undefined ? usual.at(-1) : given.endsWith('.pub') ? given : `${given}.pub`;
    const say = (text: string) => call.process.printError(`/usr/bin/ssh-copy-id: ${text}\n`);
    if (file === undefined || !fs.exists(file)) {
      yield* call.process.printError(
        `\n/usr/bin/ssh-copy-id: ERROR: ${file === undefined ? 'No identities found' : `failed to open ID file '${given}': No such file`}\n\n`,
      );
      return 1;
    }
    yield* say(`INFO: Source of key(s) to be installed: "${file}"`);
    if (call.has('n')) throw new Failure('k8s-lab: ssh-copy-id -n is not simulated', 70, true);
    yield* say('INFO: attempting to log in with the new key(s), to filter out any that are already installed');
    const key = fs.read(file).trim();
    const options = [...(call.has('p') ? ['-p', call.value('p') ?? ''] : []), ...call.all('o').flatMap((each) => ['-o', each])];
    const there = yield* run(call, ['ssh', ...options, target, `grep -qxF '${key}' .ssh/authorized_keys 2>/dev/null`]);
    if (there === 255) return 1;
    if (there === 0 && !call.has('f')) {
      yield* call.process.printError(
        `\n/usr/bin/ssh-copy-id: WARNING: All keys were skipped because they already exist on the remote system.\n\t\t(if you think this is a mistake, you may want to use -f option)\n\n`,
      );
      return 0;
    }
    yield* say('INFO: 1 key(s) remain to be installed -- if you are prompted now it is to install the new keys');
    const status = yield* run(call, ['ssh', ...options, target, `umask 077; mkdir -p .ssh && echo '${key}' >> .ssh/authorized_keys`]);
    if (status !== 0) return 1;
    const words = [...options.map((each) => (each.startsWith('-') ? each : `'${each}'`)), `'${target}'`].join(' ');
    yield* call.print(
      `\nNumber of key(s) added: 1\n\nNow try logging into the machine, with: "ssh ${words}"\nand check to make sure that only the key(s) you wanted were added.\n\n`,
    );
    return 0;
  },
});

export const sshKeyPrograms = { 'ssh-keygen': keygen, 'ssh-copy-id': copyId };
