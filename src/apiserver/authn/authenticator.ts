import { createHash } from 'node:crypto';
import { verify } from '../../apimachinery/pki.ts';
import { unauthorized } from '../../apimachinery/status.ts';
import type { Credentials, UserInfo } from '../../interfaces/rest.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Storage } from '../storage.ts';
import { byBootstrapToken, isBootstrapToken } from './bootstrap-tokens.ts';
import type { TokenAuthenticator } from './service-account-tokens.ts';

type Known = { readonly user: UserInfo; readonly notBefore: number; readonly notAfter: number };

/** Who a request without credentials is from. */
const anonymous: UserInfo = Object.freeze({ name: 'system:anonymous', groups: Object.freeze(['system:unauthenticated']) });

/** What is told by flags: `--anonymous-auth=false`, `--token-auth-file`; `--enable-bootstrap-token-auth` left out. */
export type AuthenticationOptions = {
  readonly noAnonymous?: boolean;
  readonly noBootstrapTokens?: boolean;
  /** The machine's, by which certificates are judged; true time unless told. */
  readonly clock?: () => number;
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
};

/** Who a request is from: client certificates, service account tokens, anonymous (kubernetes pkg/kubeapiserver/authenticator). */
export class Authenticator {
  readonly #sim: Sim;
  readonly #caPem: string;
  readonly #tokens: TokenAuthenticator;
  readonly #storage: Storage;
  readonly #options: AuthenticationOptions;
  /** Certificates that were verified once. */
  readonly #certificates = new Map<string, Known>();

  constructor(sim: Sim, caPem: string, tokens: TokenAuthenticator, storage: Storage, options: AuthenticationOptions = {}) {
    this.#options = options;
    this.#storage = storage;
    this.#sim = sim;
    this.#caPem = caPem;
    this.#tokens = tokens;
  }

  readonly #now = (): number => this.#options.clock?.() ?? this.#sim.now;

  /** Throws 401 for credentials that are given and wrong. */
  authenticate(credentials: Credentials | undefined): UserInfo {
    if (credentials?.clientCertificate !== undefined) return this.#byCertificate(credentials.clientCertificate);
    const known = this.#options.staticTokens?.get(credentials?.token ?? '');
    if (known) return known;
    if (credentials?.token !== undefined && !this.#options.noBootstrapTokens && isBootstrapToken(credentials.token))
      return byBootstrapToken(credentials.token, this.#storage, this.#sim);
    if (credentials?.token !== undefined) return this.#tokens.authenticate(credentials.token);
    if (this.#options.noAnonymous) throw unauthorized();
    return anonymous;
  }

  #byCertificate(pem: string): UserInfo {
    const now = this.#now();
    const known = this.#certificates.get(pem) ?? this.#verify(pem);
    if (now < known.notBefore || now > known.notAfter) throw unauthorized();
    return known.user;
  }

  #verify(pem: string): Known {
    const result = verify(pem, this.#caPem, this.#now());
    if (!result.ok) throw unauthorized();
    const { subject, notBefore, notAfter } = result.info;
    const user: UserInfo = {
      name: subject.commonName,
      groups: [...subject.organizations, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint(pem)}`] },
    };
    const known = { user, notBefore, notAfter };
    this.#certificates.set(pem, known);
    return known;
  }
}

function fingerprint(pem: string): string {
  const base64 = pem.replace(/-----[^-]*-----/g, '').replace(/\s/g, '');
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
}
