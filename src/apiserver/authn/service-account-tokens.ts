import type { Node, Pod, Secret, ServiceAccount } from '../../api/types.ts';
import { type LegacyClaims, readToken, signToken } from '../../apimachinery/service-account-token.ts';
import { unauthorized } from '../../apimachinery/status.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Storage } from '../storage.ts';

type Bound = { readonly name: string; readonly uid: string };
/** Times are seconds since 1970; without `exp` a token does not expire. */
type Claims = {
  readonly aud: readonly string[];
  readonly exp?: number;
  readonly iat?: number;
  readonly iss: string;
  readonly jti?: string;
  readonly nbf?: number;
  readonly sub: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: Bound;
    readonly pod?: Bound;
    readonly node?: Bound;
    readonly secret?: Bound;
  };
};

/** What a token is bound to: it is refused once that object is gone or another has its name. */
type TokenOptions = {
  readonly audiences?: readonly string[];
  readonly expirationSeconds: number;
  readonly pod?: Pod;
  readonly node?: Node;
  readonly secret?: Secret;
};

/** Makes and reads service account tokens: JSON Web Tokens as kubernetes pkg/serviceaccount makes them, signed with the cluster's key. */
export class TokenAuthenticator {
  readonly #sim: Sim;
  readonly #storage: Storage;
  readonly #key: string;
  readonly #issuer: string;
  readonly #read = new Map<string, Claims>();

  /** `issuer`: --service-account-issuer, kubeadm's unless told. */
  constructor(sim: Sim, storage: Storage, key: string, issuer = 'https://kubernetes.default.svc.cluster.local') {
    this.#issuer = issuer;
    this.#sim = sim;
    this.#storage = storage;
    this.#key = key;
  }

  /** Audiences of a token that names none. */
  get defaultAudiences(): readonly string[] {
    return [this.#issuer];
  }

  issue(account: ServiceAccount, options: TokenOptions): { readonly token: string; readonly expiration: number } {
    const now = Math.floor(this.#sim.now / 1000);
    const { namespace = '', name = '', uid = '' } = account.metadata;
    const claims: Claims = {
      aud: options.audiences?.length ? options.audiences : this.defaultAudiences,
      exp: now + options.expirationSeconds,
      iat: now,
      iss: this.#issuer,
      jti: this.#sim.random.uuid(),
      'kubernetes.io': {
        namespace,
        ...bound('node', options.node),
        ...bound('pod', options.pod),
        ...bound('secret', options.secret),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    return { token: this.#sign(claims), expiration: (now + options.expirationSeconds) * 1000 };
  }

  /** The account a token speaks for; 401 when it is forged, over, or what it was bound to has gone. */
  authenticate(token: string): UserInfo {
    const claims = this.claims(token);
    if (claims === undefined) throw unauthorized();
    const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
    const extra: Record<string, readonly string[]> = {};
    if (claims.jti) extra['authentication.kubernetes.io/credential-id'] = [`JTI=${claims.jti}`];
    if (node) Object.assign(extra, { 'authentication.kubernetes.io/node-name': [node.name], 'authentication.kubernetes.io/node-uid': [node.uid] });
    if (pod) Object.assign(extra, { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] });
    return serviceAccountUser(namespace, serviceaccount, extra);
  }

  /** The claims of a token that holds now. */
  claims(token: string): Claims | undefined {
    const claims = this.#read.get(token) ?? this.#verify(token);
    if (claims === undefined) return undefined;
    const now = this.#sim.now / 1000;
    if ((claims.exp !== undefined && now >= claims.exp) || (claims.nbf !== undefined && now < claims.nbf)) return undefined;
    return this.#boundExists(claims) ? claims : undefined;
  }

  #boundExists(claims: Claims): boolean {
    const { namespace, serviceaccount, pod, secret } = claims['kubernetes.io'];
    const exists = (key: string, uid: string): boolean => this.#storage.get(key)?.object.metadata.uid === uid;
    if (!exists(`/registry/serviceaccounts/${namespace}/${serviceaccount.name}`, serviceaccount.uid)) return false;
    if (pod && !exists(`/registry/pods/${namespace}/${pod.name}`, pod.uid)) return false;
    return !secret || exists(`/registry/secrets/${namespace}/${secret.name}`, secret.uid);
  }

  #sign(claims: Claims): string {
    return signToken(this.#key, claims);
  }

  #verify(token: string): Claims | undefined {
    const read = readToken(this.#key, token) as Claims | LegacyClaims | undefined;
    // A token of another issuer is nobody's here.
    if (!read || ('kubernetes.io' in read && read.iss !== this.#issuer)) return undefined;
    const claims = 'kubernetes.io' in read ? read : this.#ofSecret(read, token);
    if (claims) this.#read.set(token, claims);
    return claims;
  }

  /** A token of a Secret holds as long as that Secret holds it. */
  #ofSecret(legacy: LegacyClaims, token: string): Claims | undefined {
    const namespace = legacy['kubernetes.io/serviceaccount/namespace'];
    const name = legacy['kubernetes.io/serviceaccount/secret.name'];
    const secret = this.#storage.get<Secret>(`/registry/secrets/${namespace}/${name}`)?.object;
    if (!secret || Buffer.from(secret.data?.['token'] ?? '', 'base64').toString() !== token) return undefined;
    const serviceaccount = {
      name: legacy['kubernetes.io/serviceaccount/service-account.name'],
      uid: legacy['kubernetes.io/serviceaccount/service-account.uid'],
    };
    const inside = { namespace, serviceaccount, secret: { name, uid: secret.metadata.uid ?? '' } };
    return { aud: this.defaultAudiences, iss: legacy.iss, sub: legacy.sub, 'kubernetes.io': inside };
  }
}

const bound = (kind: string, object: Pod | Node | Secret | undefined): Readonly<Record<string, Bound>> =>
  object ? { [kind]: { name: object.metadata.name ?? '', uid: object.metadata.uid ?? '' } } : {};

/** The user that a service account is. */
const serviceAccountUser = (namespace: string, account: Bound, extra?: UserInfo['extra']): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${account.name}`,
  uid: account.uid,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  ...(extra && Object.keys(extra).length > 0 && { extra }),
});
