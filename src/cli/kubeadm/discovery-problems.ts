/** What is wrong with the way to a cluster that `kubeadm join` is told (cmd/kubeadm/app/apis/kubeadm/validation/validation.go). */
import { Fatal } from './fatal.ts';

const unsafe =
  'using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue';

const invalid = (field: string, value: string, why: string): string => `discovery.${field}: Invalid value: ${JSON.stringify(value)}: ${why}`;

/** Throws Fatal with all that is wrong. `trusting`: it knows the authority, or does not want to. */
export function checkDiscovery(endpoint: string, token: string, trusting: boolean): void {
  const ofToken = (field: string): string => (/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token) ? '' : invalid(field, token, 'the bootstrap token is invalid'));
  const problems = [
    trusting ? '' : invalid('bootstrapToken.caCertHashes', '', unsafe),
    ofToken('bootstrapToken.token'),
    /:\d*$/.test(endpoint) ? '' : invalid('bootstrapToken.apiServerEndpoint', endpoint, `address ${endpoint}: missing port in address`),
    ofToken('tlsBootstrapToken'),
  ].filter((problem) => problem !== '');
  if (problems.length > 0) throw new Fatal(problems.length === 1 ? problems.join('') : `[${problems.join(', ')}]`, 3);
}
