/** Who asks a component's own port, and whether that is allowed: the apiserver is asked (apiserver/pkg/authentication and authorization, delegating). */
import { verify } from '../../apimachinery/pki.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import type { Client } from '../client.ts';

/** `now` in virtual milliseconds, for certificates. */
export type Delegation = {
  readonly client: Client;
  /** The CA of client certificates (`clientCAFile`), when there is one. */
  readonly clientCa?: string;
  readonly now: number;
};

/** Attributes of a SubjectAccessReview. */
export type Attributes = { readonly resourceAttributes: object } | { readonly nonResourceAttributes: { readonly path: string; readonly verb: string } };

/** By a client certificate, else by a bearer token; `unauthorized` for wrong ones, undefined for none. */
export function requestUser({ client, clientCa, now }: Delegation, { headers, clientCertificate }: HttpRequest): UserInfo | 'unauthorized' | undefined {
  if (clientCertificate !== undefined && clientCa !== undefined) {
    const found = verify(clientCertificate, clientCa, now);
    if (!found.ok) return 'unauthorized';
    return { name: found.info.subject.commonName, groups: [...found.info.subject.organizations, 'system:authenticated'] };
  }
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token === undefined) return undefined;
  const { authenticated, user } = (ask(client, 'authentication.k8s.io/v1/tokenreviews', 'TokenReview', { token }) ?? {}) as {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string; readonly groups?: readonly string[] };
  };
  return authenticated ? { name: user?.username ?? '', groups: user?.groups ?? [] } : 'unauthorized';
}

/** A SubjectAccessReview; a member of system:masters needs none. */
export function mayDo({ client }: Delegation, user: UserInfo, attributes: Attributes): boolean {
  if (user.groups.includes('system:masters')) return true;
  const review = ask(client, 'authorization.k8s.io/v1/subjectaccessreviews', 'SubjectAccessReview', { user: user.name, groups: user.groups, ...attributes });
  return (review as { readonly allowed?: boolean } | undefined)?.allowed === true;
}

function ask(client: Client, path: string, kind: string, spec: object): unknown {
  const body = { apiVersion: path.slice(0, path.lastIndexOf('/')), kind, metadata: {}, spec };
  return (client.raw({ method: 'POST', path: `/apis/${path}`, body }).body as { readonly status?: unknown } | undefined)?.status;
}

const jsonHeaders = { 'content-type': 'application/json' };
const refusal = (code: number, reason: string, message: string, details?: object): HttpResponse => ({
  status: code,
  headers: jsonHeaders,
  body: `${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code }, null, 2)}\n`,
});

/** A generic server's answer to a path that is not for everybody; undefined: let it through. */
export function refusePath(delegation: Delegation, request: HttpRequest): HttpResponse | undefined {
  const user = requestUser(delegation, request);
  if (user === 'unauthorized') return refusal(401, 'Unauthorized', 'Unauthorized');
  const path = request.path.split('?')[0] ?? '';
  const known = user ?? { name: 'system:anonymous', groups: ['system:unauthenticated'] };
  if (mayDo(delegation, known, { nonResourceAttributes: { path, verb: request.method.toLowerCase() } })) return undefined;
  return refusal(403, 'Forbidden', `forbidden: User "${known.name}" cannot ${request.method.toLowerCase()} path "${path}"`, {});
}
