/** What notation keeps under ~/.config/notation: signing keys, trusted certificates, the trust policy (notaryproject notation-go dir, config, verifier/trustpolicy). */
import type { Process } from '../../linux/process.ts';

/** Ends the run with `Error: …` and status 1. */
export class NotationError extends Error {}

type SigningKey = { readonly name: string; readonly keyPath: string; readonly certPath: string };
type SigningKeys = { readonly default?: string; readonly keys: readonly SigningKey[] };

/** One statement of the policy: whose signatures count in which repositories. */
export type Statement = {
  readonly name: string;
  readonly registryScopes?: readonly string[];
  readonly signatureVerification?: { readonly level?: string };
  readonly trustStores?: readonly string[];
  readonly trustedIdentities?: readonly string[];
};

/** A path below notation's folder. */
export const inConfig = ({ env }: Process, path: string): string => `${env['XDG_CONFIG_HOME'] || `${env['HOME'] ?? '/root'}/.config`}/notation/${path}`;

export function writeBelow(process: Process, path: string, text: string, mode = 0o600): string {
  const whole = inConfig(process, path);
  process.fs.mkdir(whole.slice(0, whole.lastIndexOf('/')), { mode: 0o700, parents: true });
  process.fs.write(whole, text, { mode });
  return whole;
}

export function signingKeys(process: Process): SigningKeys {
  const path = inConfig(process, 'signingkeys.json');
  return process.fs.exists(path) ? (JSON.parse(process.fs.read(path)) as SigningKeys) : { keys: [] };
}

/** The key of `--key`, or the default one. */
export function signingKey(process: Process, name: string): SigningKey {
  const { default: usual, keys } = signingKeys(process);
  const wanted = name || usual;
  if (wanted === undefined) throw new NotationError('default signing key not set. Please set default signing key or specify a key name');
  const found = keys.find((each) => each.name === wanted);
  if (!found) throw new NotationError(`signing key not found`);
  return found;
}

/** Certificates by store and file name. */
export function trusted(process: Process): readonly { readonly type: string; readonly store: string; readonly file: string; readonly pem: string }[] {
  const root = inConfig(process, 'truststore/x509');
  const folders = (path: string): string[] => (process.fs.exists(path) ? process.fs.list(path).map(([name]) => name) : []);
  return folders(root).flatMap((type) =>
    folders(`${root}/${type}`).flatMap((store) =>
      folders(`${root}/${type}/${store}`).map((file) => ({ type, store, file, pem: process.fs.read(`${root}/${type}/${store}/${file}`) })),
    ),
  );
}

/** The text of the policy; throws where there is none. */
export function policyText(process: Process): string {
  const path = ['trustpolicy.oci.json', 'trustpolicy.json'].map((name) => inConfig(process, name)).find((each) => process.fs.exists(each));
  if (path === undefined)
    throw new NotationError('trust policy is not present. To create a trust policy, see: https://notaryproject.dev/docs/quickstart/#create-a-trust-policy');
  return process.fs.read(path);
}

/** Throws what makes a document no policy. */
export function parsePolicy(text: string): readonly Statement[] {
  let document: { readonly version?: string; readonly trustPolicies?: readonly Statement[] };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    throw new NotationError('malformed trust policy. To create a trust policy, see: https://notaryproject.dev/docs/quickstart/#create-a-trust-policy');
  }
  if (document.version !== '1.0')
    throw new NotationError(
      document.version
        ? `trust policy document uses unsupported version "${document.version}"`
        : 'trust policy document has empty version, version must be specified',
    );
  const statements = document.trustPolicies ?? [];
  if (statements.length === 0) throw new NotationError('trust policy document can not have zero trust policy statements');
  for (const { name, signatureVerification, trustStores, trustedIdentities } of statements) {
    const level = signatureVerification?.level ?? '';
    if (!['strict', 'permissive', 'audit', 'skip'].includes(level))
      throw new NotationError(`trust policy statement "${name}" has invalid signatureVerification: invalid signature verification level "${level}"`);
    if (level !== 'skip' && (!trustStores?.length || !trustedIdentities?.length))
      throw new NotationError(`trust policy statement "${name}" is either missing trust stores or trusted identities, both must be specified`);
  }
  return statements;
}

/** The statement for a repository: one that names it, else one for all. */
export function statementFor(statements: readonly Statement[], repository: string, ref: string): Statement {
  const scoped = (scope: string) => statements.find(({ registryScopes }) => registryScopes?.includes(scope));
  const found = scoped(repository) ?? scoped('*');
  if (found) return found;
  throw new NotationError(
    `signature verification failed: artifact "${ref}" has no applicable oci trust policy statement. Trust policy applicability for a given artifact is determined by registryScopes. To create a trust policy, see: https://notaryproject.dev/docs/quickstart/#create-a-trust-policy`,
  );
}
