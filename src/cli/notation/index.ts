/** notation: signatures of images by certificates, and the policy whose signatures count (notaryproject/notation cmd/notation). Keys are Ed25519 here, as all of the lab's. */
import { newCa } from '../../apimachinery/pki.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { FlagError, type FlagSpec, parseFlags } from '../flags.ts';
import { tabwriter } from '../tabwriter.ts';
import { type Call, list, sign, verify } from './signatures.ts';
import { inConfig, NotationError, parsePolicy, policyText, signingKeys, trusted, writeBelow } from './stores.ts';

type Command = { readonly short: string; readonly flags?: readonly FlagSpec[]; readonly args?: number; readonly run: (call: Call) => Routine<number> };

const day = 24 * 3600_000;
const named = (name: string, usage: string, short?: string): FlagSpec => ({ name, type: 'string', usage, ...(short === undefined ? {} : { short }) });
const on = (name: string, usage: string): FlagSpec => ({ name, type: 'bool', usage });

const commands: Readonly<Record<string, Command>> = {
  'certificate add': {
    short: 'Add certificates to the trust store',
    flags: [named('type', 'specify trust store type', 't'), named('store', 'specify named store', 's')],
    run: addCertificates,
  },
  'certificate generate-test': {
    short: 'Generate a test RSA key and a corresponding self-signed certificate',
    flags: [on('default', 'mark as default signing key')],
    args: 1,
    run: generateTest,
  },
  'certificate list': { short: 'List certificates in the trust store', run: listCertificates },
  'key list': { short: 'List keys used for signing', run: listKeys },
  list: { short: 'List signatures of the signed artifact', args: 1, run: list },
  'policy import': {
    short: 'Import trust policy configuration from a JSON file',
    flags: [on('force', 'override the existing trust policy configuration, never prompt')],
    args: 1,
    run: importPolicy,
  },
  'policy show': { short: 'Show trust policy configuration', run: showPolicy },
  sign: { short: 'Sign artifacts', flags: [named('key', "signing key name, for a key previously added to notation's key list", 'k')], args: 1, run: sign },
  verify: { short: 'Verify OCI artifacts', args: 1, run: verify },
  version: { short: 'Show the notation version information', run: version },
};
const aliases: Readonly<Record<string, string>> = { cert: 'certificate', ls: 'list' };
const absent = [
  'blob',
  'inspect',
  'login',
  'logout',
  'plugin',
  'certificate cleanup-test',
  'certificate delete',
  'certificate show',
  'key add',
  'key delete',
  'key update',
  'policy init',
];

export const notation: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(20, 40));
  const words = argv.slice(1).map((word, i) => (i < 2 ? (aliases[word] ?? word) : word));
  const path = [words.slice(0, 2).join(' '), words[0] ?? ''].find((each) => Object.hasOwn(commands, each) || absent.includes(each));
  if (path === undefined) {
    if (words[0] !== undefined && !/^(--help|-h|help)$/.test(words[0])) return yield* failed(`unknown command ${JSON.stringify(words[0])} for "notation"`);
    yield* process.print(help());
    return 0;
  }
  const command = commands[path];
  if (!command) {
    yield* process.printError(`k8s-lab: notation ${path} is not simulated\n`);
    return 70;
  }
  try {
    const { flags, args } = parseFlags(words.slice(path.split(' ').length), command.flags ?? [], { env: (name) => process.env[name] });
    if (command.args !== undefined && args.length < command.args) throw new NotationError(`missing argument: notation ${path} needs ${command.args}`);
    return yield* command.run({ process, flags, args });
  } catch (error) {
    if (error instanceof FlagError && error.kind === 'help') {
      yield* process.print(`${command.short}\n\nUsage:\n  notation ${path} [flags]\n`);
      return 0;
    }
    if (error instanceof NotationError || error instanceof FlagError) return yield* failed(error.message);
    throw error;
  }

  function* failed(message: string): Routine<number> {
    yield* process.printError(`Error: ${message}\n`);
    return 1;
  }
};

const help = (): string =>
  `Notation - a tool to sign and verify artifacts\n\nUsage:\n  notation [command]\n\nAvailable Commands:\n${Object.entries(commands)
    .map(([name, { short }]) => `  ${name.padEnd(28)}${short}\n`)
    .join('')}\nUse "notation [command] --help" for more information about a command.\n`;

function* version({ process }: Call): Routine<number> {
  yield* process.print('Notation - a tool to sign and verify artifacts.\n\nVersion:     1.3.2\nGo version:  go1.24.2\n');
  return 0;
}

function* generateTest({ process, flags, args: [name = ''] }: Call): Routine<number> {
  const { default: usual, keys } = signingKeys(process);
  if (keys.some((each) => each.name === name)) throw new NotationError(`signing key with name "${name}" already exists`);
  const notAfter = process.now + day;
  const salt = process.sim.random.hex(16);
  const { certificate, key } = newCa({ commonName: name, organizations: ['Notary'], notBefore: process.now, notAfter, salt });
  const keyPath = writeBelow(process, `localkeys/${name}.key`, key);
  const certPath = writeBelow(process, `localkeys/${name}.crt`, certificate, 0o644);
  writeBelow(process, `truststore/x509/ca/${name}/${name}.crt`, certificate, 0o644);
  const isDefault = flags.bool('default');
  const chosen = isDefault ? name : usual;
  const document = { ...(chosen === undefined ? {} : { default: chosen }), keys: [...keys, { name, keyPath, certPath }] };
  writeBelow(process, 'signingkeys.json', `${JSON.stringify(document, null, 4)}\n`);
  const lines = [
    'generating RSA Key with 2048 bits',
    `generated certificate expiring on ${rfc3339(notAfter)}`,
    `wrote key: ${keyPath}`,
    `wrote certificate: ${certPath}`,
    `Successfully added ${name}.crt to named store ${name} of type ca`,
    `${name}: added to the key list`,
    ...(isDefault ? [`${name}: mark as default signing key`] : []),
  ];
  yield* process.print(`${lines.join('\n')}\n`);
  return 0;
}

function* addCertificates({ process, flags, args }: Call): Routine<number> {
  const [type, store] = [flags.text('type'), flags.text('store')];
  if (type === '' || store === '')
    throw new NotationError(`required flag(s) ${[type === '' && '"type"', store === '' && '"store"'].filter(Boolean).reverse().join(', ')} not set`);
  for (const path of args) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!process.fs.exists(process.path(path)))
      throw new NotationError(`failed to add following certificates to named store ${store} of type ${type}:\nopen ${path}: no such file or directory`);
    writeBelow(process, `truststore/x509/${type}/${store}/${name}`, process.fs.read(process.path(path)), 0o644);
    yield* process.print(`Successfully added following certificates to named store ${store} of type ${type}:\n${path}\n`);
  }
  return 0;
}

function* listCertificates({ process }: Call): Routine<number> {
  yield* process.print(
    tabwriter([['STORE TYPE', 'STORE NAME', 'CERTIFICATE'], ...trusted(process).map(({ type, store, file }) => [type, store, file])], { padding: 3 }),
  );
  return 0;
}

function* listKeys({ process }: Call): Routine<number> {
  const { default: usual, keys } = signingKeys(process);
  const rows = keys.map(({ name, keyPath, certPath }) => [name === usual ? `* ${name}` : name, keyPath, certPath, '', '']);
  yield* process.print(tabwriter([['NAME', 'KEY PATH', 'CERTIFICATE PATH', 'ID', 'PLUGIN NAME'], ...rows], { padding: 3 }));
  return 0;
}

function* importPolicy({ process, flags, args: [path = ''] }: Call): Routine<number> {
  if (!process.fs.exists(process.path(path))) throw new NotationError(`failed to read trust policy file: open ${path}: no such file or directory`);
  const text = process.fs.read(process.path(path));
  parsePolicy(text);
  if (process.fs.exists(inConfig(process, 'trustpolicy.json')) && !flags.bool('force'))
    throw new NotationError('an existing trust policy configuration was found: give --force to replace it');
  writeBelow(process, 'trustpolicy.json', text);
  yield* process.print(`Successfully imported trust policy configuration to ${inConfig(process, 'trustpolicy.json')}.\n`);
  return 0;
}

function* showPolicy({ process }: Call): Routine<number> {
  const text = policyText(process);
  yield* process.print(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
