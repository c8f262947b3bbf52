/** Service account tokens as text: JSON Web Tokens, signed with the cluster's key (kubernetes pkg/serviceaccount). */
import { createHmac } from 'node:crypto';
import { remembered } from '../sim/remembered.ts';

const signature = remembered((key = '', text = '') => createHmac('sha256', key).update(text).digest('base64url'));
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** HMAC with SHA-256, where a real cluster signs with RSA: `key` is the content of sa.key, and whoever has it can make tokens. */
export function signToken(key: string, claims: object): string {
  const text = `${encode({ alg: 'HS256', kid: 'k8s-lab' })}.${encode(claims)}`;
  return `${text}.${signature(key, text)}`;
}

/** The claims of a token that was signed with the key. */
export function readToken(key: string, token: string): object | undefined {
  const [header, body, given, ...rest] = token.split('.');
  if (!header || !body || !given || rest.length > 0 || signature(key, `${header}.${body}`) !== given) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as object;
}

/** The `iss` claim of tokens in Secrets, which do not expire (legacy_serviceaccount.go). */
export const legacyIssuer = 'kubernetes/serviceaccount';

/** What a token says that lives in a Secret: it has no end (legacy.go). */
export type LegacyClaims = {
  readonly iss: typeof legacyIssuer;
  readonly 'kubernetes.io/serviceaccount/namespace': string;
  readonly 'kubernetes.io/serviceaccount/secret.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string;
  readonly sub: string;
};
