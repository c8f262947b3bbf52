/** --verify: signatures are checked by programs that a plain node does not have (pkg/signutil). */

import type { Routine } from '../../sim/routine.ts';
import { missingProgram, runChild } from '../child.ts';
import { absent } from '../flags.ts';
import { type Context, NerdctlError, text } from './context.ts';

/** Of pull, run and create. */
export const verifyFlags = [
  text('verify', 'Verify the image (none|cosign|notation)', 'none'),
  text('cosign-key', 'Path to the public key file, KMS, URI or Kubernetes Secret for --verify=cosign'),
  ...absent([
    text('cosign-certificate-identity', 'The identity expected in a valid Fulcio certificate for --verify=cosign.'),
    text('cosign-certificate-oidc-issuer', 'The OIDC issuer expected in a valid Fulcio certificate for --verify=cosign'),
  ]),
  text('ipfs-address', 'multiaddr of IPFS API (default uses $IPFS_PATH env variable if defined or local directory ~/.ipfs)'),
];

const help: Readonly<Record<string, string>> = {
  cosign: 'https://docs.sigstore.dev/cosign/installation',
  notation: 'https://notaryproject.dev/docs/installation/cli/',
};

/** --verify before a pull. */
export const checkVerify = (context: Context, name: string): Routine => sigstore(context, 'verify', name);

/** --sign after a push. */
export const signImage = (context: Context, name: string, digest: string): Routine => sigstore(context, 'sign', `${name}@${digest}`);

function* sigstore(context: Context, verb: 'sign' | 'verify', ref: string): Routine {
  const { flags, process } = context;
  const tool = flags.text(verb);
  if (tool === 'none' || tool === '') return;
  const url = help[tool];
  if (url === undefined) throw new NerdctlError(`no ${verb === 'verify' ? 'verifiers' : 'signers'} found: ${tool}`);
  const missing = missingProgram(process, tool);
  if (missing !== undefined) {
    yield* context.log('error', `${tool} executable not found in path $PATH`, { error: missing });
    yield* context.log('info', `you might consider installing ${tool} from: ${url}`);
    throw new NerdctlError(missing);
  }
  const args = tool === 'cosign' ? cosignArgs(context, verb, ref) : notationArgs(context, verb, ref);
  const { status, stdout, stderr } = yield* runChild(process, [tool, verb, ...args], { stderr: 'take' });
  for (const line of [...stderr.split('\n'), ...stdout.split('\n')]) if (line !== '') yield* context.log('info', `${tool}: ${line}`);
  if (status !== 0) throw new NerdctlError(`exit status ${status}`);
}

function notationArgs({ flags }: Context, verb: 'sign' | 'verify', ref: string): readonly string[] {
  const key = verb === 'sign' ? flags.text('notation-key-name') : '';
  return [...(key === '' ? [] : ['--key', key]), ref];
}

function cosignArgs({ flags }: Context, verb: 'sign' | 'verify', ref: string): readonly string[] {
  const key = flags.text('cosign-key');
  const identity = ['certificate-identity', 'certificate-oidc-issuer'].filter((name) => verb === 'verify' && key === '' && flags.text(`cosign-${name}`) !== '');
  return [...(key === '' ? identity.map((name) => `--${name}=${flags.text(`cosign-${name}`)}`) : ['--key', key]), ...(verb === 'sign' ? ['--yes'] : []), ref];
}
