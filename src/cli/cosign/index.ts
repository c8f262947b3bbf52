/** cosign: key pairs, signatures that lie beside an image in its registry, and their verification (sigstore/cosign). */
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { absent, FlagError, type FlagSpec, parseFlags, refuseAbsent } from '../flags.ts';
import { type Call, CosignError } from './call.ts';
import { generateKeyPair, publicKey } from './keys.ts';
import { sign, tree, triangulate, verify } from './signatures.ts';

type Subcommand = { readonly short: string; readonly flags: readonly FlagSpec[]; readonly run: (call: Call) => Routine<number> };

const key: FlagSpec = { name: 'key', type: 'string', usage: 'path to the key file, KMS URI or Kubernetes Secret' };
const on = (name: string, usage: string, short?: string): FlagSpec => ({ name, type: 'bool', usage, ...(short === undefined ? {} : { short }) });
const registry = [
  on('allow-insecure-registry', 'whether to allow insecure connections to registries'),
  on('allow-http-registry', 'whether to allow using HTTP protocol'),
];
const named = (name: string, usage: string): FlagSpec => ({ name, type: 'string', usage });

const commands: Readonly<Record<string, Subcommand>> = {
  'generate-key-pair': {
    short: 'Generates a key-pair.',
    flags: [named('output-key-prefix', 'name used for generated .pub and .key files (defaults to `cosign`)')],
    run: generateKeyPair,
  },
  'public-key': {
    short: 'Gets a public key from the key-pair.',
    flags: [key, named('outfile', 'path to a file where the public key is written')],
    run: publicKey,
  },
  sign: {
    short: 'Sign the supplied container image.',
    flags: [
      key,
      on('yes', 'skip confirmation prompts for non-destructive operations', 'y'),
      on('recursive', 'sign all platforms', 'r'),
      { name: 'annotations', short: 'a', type: 'stringSlice', usage: 'extra key=value pairs to sign' },
      { ...on('tlog-upload', 'whether or not to upload to the tlog'), default: 'true' },
      ...registry,
    ],
    run: sign,
  },
  verify: {
    short: 'Verify a signature on the supplied container image',
    flags: [
      key,
      on('insecure-ignore-tlog', 'ignore transparency log verification'),
      named('certificate-identity', 'the identity expected in a valid Fulcio certificate'),
      ...absent([named('certificate-oidc-issuer', 'the OIDC issuer expected in a valid Fulcio certificate')]),
      { ...named('output', 'output format for the signing image information (json|text)'), short: 'o', default: 'json' },
      ...registry,
    ],
    run: verify,
  },
  tree: { short: 'Display supply chain security related artifacts for an image such as signatures, SBOMs and attestations', flags: registry, run: tree },
  triangulate: { short: 'Outputs the located cosign image reference.', flags: registry, run: triangulate },
  version: { short: 'Prints the version', flags: [], run: version },
};
const missing = [
  'attach',
  'attest',
  'clean',
  'copy',
  'dockerfile',
  'download',
  'initialize',
  'load',
  'login',
  'save',
  'sign-blob',
  'upload',
  'verify-attestation',
  'verify-blob',
];

export const cosign: Program = function* (argv, process) {
  yield* sleep(process.sim.random.between(20, 40));
  const [name, ...rest] = argv.slice(1);
  const command = name === undefined ? undefined : commands[name];
  if (command === undefined) {
    if (name !== undefined && missing.includes(name)) {
      yield* process.printError(`k8s-lab: cosign ${name} is not simulated\n`);
      return 70;
    }
    if (name === undefined || /^(--help|-h|help)$/.test(name)) {
      yield* process.print(help());
      return 0;
    }
    return yield* failed(`unknown command ${JSON.stringify(name)} for "cosign"`, 1);
  }
  try {
    const { flags, args } = parseFlags(rest, command.flags, { env: (each) => process.env[each] });
    refuseAbsent(flags, `cosign ${name}`);
    return yield* command.run({ process, flags, args });
  } catch (error) {
    if (error instanceof FlagError && error.kind === 'help') {
      yield* process.print(`${command.short}\n\nUsage:\n  cosign ${name} [flags]\n`);
      return 0;
    }
    if (error instanceof CosignError) return yield* failed(error.message, error.status);
    if (error instanceof FlagError && error.kind === 'absent') {
      yield* process.printError(`${error.message}\n`);
      return 70;
    }
    if (error instanceof FlagError) return yield* failed(error.message, 1);
    throw error;
  }

  function* failed(message: string, status: number): Routine<number> {
    yield* process.printError(`Error: ${message}\nerror during command execution: ${message}\n`);
    return status;
  }
};

const help = (): string =>
  `A tool for Container Signing, Verification and Storage in an OCI registry.\n\nUsage:\n  cosign [command]\n\nAvailable Commands:\n${Object.entries(commands)
    .map(([name, { short }]) => `  ${name.padEnd(24)}${short}\n`)
    .join('')}\nUse "cosign [command] --help" for more information about a command.\n`;

function* version({ process }: Call): Routine<number> {
  yield* process.print(
    'cosign: A tool for Container Signing, Verification and Storage in an OCI registry.\n\nGitVersion:    v3.0.2\nGitTreeState:  clean\nPlatform:      linux/amd64\n\n',
  );
  return 0;
}
