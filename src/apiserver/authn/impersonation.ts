import { forbidden } from '../../apimachinery/status.ts';
import type { RestRequest, UserInfo } from '../../interfaces/rest.ts';
import type { Authorizer } from '../authz/authorizer.ts';

/** `--as`, `--as-group`, `--as-uid`: kubernetes apiserver/pkg/endpoints/filters/impersonation. The user must be allowed to. */
export function impersonate(user: UserInfo, request: RestRequest, authorizer: Authorizer): UserInfo {
  const { headers } = request;
  const name = headers?.['impersonate-user'];
  if (name === undefined) return user;
  const groups = (headers?.['impersonate-group'] ?? '').split(',').filter((group) => group !== '');
  const uid = headers?.['impersonate-uid'];
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account) allow(user, authorizer, 'serviceaccounts', account[2] as string, account[1] as string);
  else allow(user, authorizer, 'users', name, '');
  for (const group of groups) allow(user, authorizer, 'groups', group, '');
  if (uid) allow(user, authorizer, 'uids', uid, '');
  return { name, groups: allGroups(name, groups, account?.[1]), ...(uid && { uid }) };
}

function allGroups(name: string, asked: readonly string[], namespace: string | undefined): string[] {
  const groups = asked.length > 0 || namespace === undefined ? [...asked] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const standard = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return groups.includes(standard) ? groups : [...groups, standard];
}

function allow(user: UserInfo, authorizer: Authorizer, resource: string, name: string, namespace: string): void {
  const group = resource === 'uids' ? 'authentication.k8s.io' : '';
  const attributes = { verb: 'impersonate', group, resource, subresource: '', namespace, name, isResource: true, path: '' };
  if (authorizer.allows(user, attributes)) return;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw forbidden({ group, resource }, name, `User "${user.name}" cannot impersonate resource "${resource}" in API group "${group}" ${scope}`);
}
