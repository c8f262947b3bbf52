import type { PolicyRule } from '../../api/types.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { EtcdApi } from '../../interfaces/etcd.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { Storage } from '../storage.ts';
import { nodeRefusal } from './node.ts';
import { Rbac } from './rbac.ts';

/** What is asked for: authorizer.Attributes. */
export type Attributes = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly isResource: boolean;
  readonly path: string;
  readonly ofNode?: string;
};

/** `--authorization-mode`, in its order. */
export type AuthorizationMode = 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny';

/** May they? The first of the modes that says yes, after the superusers of system:masters. */
export class Authorizer {
  readonly rbac: Rbac;
  readonly #storage: Storage;

  readonly #minor: number;
  readonly #modes: ReadonlySet<AuthorizationMode>;

  constructor(etcd: EtcdApi, storage: Storage, minor: number, modes: readonly AuthorizationMode[] = ['Node', 'RBAC']) {
    this.#modes = new Set(modes);
    this.rbac = new Rbac(etcd, storage);
    this.#storage = storage;
    this.#minor = minor;
  }

  allows(user: UserInfo, attributes: Attributes): boolean {
    if (user.groups.includes('system:masters') || this.#modes.has('AlwaysAllow')) return true;
    return (this.#modes.has('Node') && this.#ofNode(user, attributes) === undefined) || (this.#modes.has('RBAC') && this.rbac.allows(user, attributes));
  }

  /** Why the Node authorizer says nothing for it; undefined: it allows it. */
  #ofNode(user: UserInfo, attributes: Attributes): string | undefined {
    return user.groups.includes('system:nodes') ? nodeRefusal(user, attributes, this.#storage, this.#minor) : '';
  }

  /** Why somebody may: the text of SubjectAccessReview. */
  reason(user: UserInfo, attributes: Attributes): string {
    return user.groups.includes('system:masters') ? '' : this.rbac.reason(user, attributes);
  }

  /** All rules that hold for a user in a namespace. */
  rulesFor(user: UserInfo, namespace: string): PolicyRule[] {
    const superuser = [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
    return [...(user.groups.includes('system:masters') ? superuser : []), ...this.rbac.rulesFor(user, namespace)];
  }

  /** Throws 403 in the words of kubernetes apiserver/pkg/endpoints/handlers/responsewriters/errors.go. */
  require(user: UserInfo, attributes: Attributes): void {
    if (this.allows(user, attributes)) return;
    const reason = this.#modes.has('AlwaysDeny') ? 'Everything is forbidden.' : this.#modes.has('Node') ? this.#ofNode(user, attributes) : '';
    throw forbidden(
      attributes.isResource ? attributes : { group: '', resource: '' },
      attributes.isResource ? attributes.name : '',
      refusalText(user, attributes) + (reason ? `: ${reason}` : ''),
    );
  }
}

/** `User "jane" cannot list resource "pods" in API group "" in the namespace "default"` */
function refusalText(user: UserInfo, attributes: Attributes): string {
  const { verb, group, resource, subresource, namespace, isResource, path } = attributes;
  const who = `User "${user.name}" cannot ${verb}`;
  if (!isResource) return `${who} path "${path}"`;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${who} resource "${what}" in API group "${group}" ${where}`;
}
