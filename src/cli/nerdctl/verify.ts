/** --verify: signatures are checked by programs that a plain node does not have (pkg/signutil). */
import type { Routine } from '../../sim/routine.ts';
import { missingProgram } from '../child.ts';
import { type Context, NerdctlError, NotSimulated, text } from './context.ts';

export const verifyFlags = [
  text('verify', 'Verify the image (none|cosign|notation)', 'none'),
  text('cosign-key', 'Path to the public key file, KMS, URI or Kubernetes Secret for --verify=cosign'),
  text('cosign-certificate-identity', 'The identity expected in a valid Fulcio certificate for --verify=cosign.'),
  text('cosign-certificate-oidc-issuer', 'The OIDC issuer expected in a valid Fulcio certificate for --verify=cosign'),
  text('ipfs-address', 'multiaddr of IPFS API (default uses $IPFS_PATH env variable if defined or local directory ~/.ipfs)'),
];

const help: Readonly<Record<string, string>> = {
  cosign: 'https://docs.sigstore.dev/cosign/installation',
  notation: 'https://notaryproject.dev/docs/installation/cli/',
};

export function* checkVerify(context: Context, flag = 'verify'): Routine {
  const tool = context.flags.text(flag);
  if (tool === 'none' || tool === '') return;
  const url = help[tool];
  if (url === undefined) throw new NerdctlError(`no ${flag === 'verify' ? 'verifiers' : 'signers'} found: ${tool}`);
  const missing = missingProgram(context.process, tool);
  if (missing === undefined) throw new NotSimulated(`nerdctl with ${tool}`);
  yield* context.log('error', `${tool} executable not found in path $PATH`, { error: missing });
  yield* context.log('info', `you might consider installing ${tool} from: ${url}`);
  throw new NerdctlError(missing);
}
