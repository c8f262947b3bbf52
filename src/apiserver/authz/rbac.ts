import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/types.ts';
import { type EtcdApi, prefixEnd, type WatchResponse } from '../../interfaces/etcd.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { Channel } from '../../sim/channel.ts';
import type { Storage } from '../storage.ts';
import type { Attributes } from './authorizer.ts';

/** A rule that holds for a user; `namespace` undefined: everywhere. */
type Grant = { readonly rule: PolicyRule; readonly namespace: string | undefined; readonly binding: Binding };
type Binding = RoleBinding | ClusterRoleBinding;

const folders = ['/registry/roles/', '/registry/rolebindings/', '/registry/clusterroles/', '/registry/clusterrolebindings/'] as const;

/** RBAC from the stored roles and bindings (kubernetes plugin/pkg/auth/authorizer/rbac), with an index that is made anew after they change. */
export class Rbac {
  readonly #storage: Storage;
  readonly #changes: readonly Channel<WatchResponse>[];
  #bySubject: Map<string, Binding[]> | undefined;
  readonly #grants = new Map<string, readonly Grant[]>();
  readonly #decisions = new Map<string, Map<string, boolean>>();

  constructor(etcd: EtcdApi, storage: Storage) {
    this.#storage = storage;
    this.#changes = folders.map((key) => etcd.watch({ key, rangeEnd: prefixEnd(key) }));
  }

  allows(user: UserInfo, attributes: Attributes): boolean {
    this.#refresh();
    const who = userKey(user);
    let decisions = this.#decisions.get(who);
    if (decisions === undefined) {
      decisions = new Map();
      this.#decisions.set(who, decisions);
    }
    const grants = this.#grantsOf(user, who);
    const question = questionKey(attributes);
    let answer = decisions.get(question);
    if (answer === undefined) {
      answer = grants.some((grant) => covers(grant, attributes, ''));
      decisions.set(question, answer);
    }
    // Rules with resourceNames are rare and cannot be remembered by the question without the name.
    return answer || (attributes.name !== '' && grants.some((grant) => grant.rule.resourceNames?.length && covers(grant, attributes, attributes.name)));
  }

  /** Which binding allows something, as upstream words it. */
  reason(user: UserInfo, attributes: Attributes): string {
    const grant = this.#grantsOf(user, userKey(user)).find((each) => covers(each, attributes, attributes.name));
    if (grant === undefined) return '';
    const { kind, metadata, roleRef, subjects = [] } = grant.binding;
    const subject = subjects.find(({ kind: type, name }) =>
      type === 'Group' ? user.groups.includes(name) : user.name === name || user.name.endsWith(`:${name}`),
    );
    const account = subject?.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || metadata.namespace}` : subject?.name;
    const name = kind === 'RoleBinding' ? `${metadata.name}/${metadata.namespace}` : metadata.name;
    return `RBAC: allowed by ${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${subject?.kind} "${account}"`;
  }

  /** All rules of a user in a namespace: SelfSubjectRulesReview, and the check that nobody gives more than they have. */
  rulesFor(user: UserInfo, namespace: string): PolicyRule[] {
    this.#refresh();
    return this.#grantsOf(user, userKey(user))
      .filter((grant) => grant.namespace === undefined || grant.namespace === namespace)
      .map((grant) => grant.rule);
  }

  /** The rules of the role that a binding names. */
  rulesOf(kind: string, name: string, namespace: string): readonly PolicyRule[] | undefined {
    const key = kind === 'ClusterRole' ? `/registry/clusterroles/${name}` : `/registry/roles/${namespace}/${name}`;
    const found = this.#storage.get<Role | ClusterRole>(key);
    return found === undefined ? undefined : (found.object.rules ?? []);
  }

  #refresh(): void {
    let changed = false;
    for (const channel of this.#changes) for (let next = channel.take(); next !== undefined; next = channel.take()) changed = true;
    if (!changed) return;
    this.#bySubject = undefined;
    this.#grants.clear();
    this.#decisions.clear();
  }

  #grantsOf(user: UserInfo, who: string): readonly Grant[] {
    let grants = this.#grants.get(who);
    if (grants === undefined) {
      this.#bySubject ??= this.#indexBindings();
      const subjects = [`User/${user.name}`, ...user.groups.map((group) => `Group/${group}`)];
      // Upstream asks the cluster role bindings first, then those of the namespace.
      const bindings = [...new Set(subjects.flatMap((subject) => this.#bySubject?.get(subject) ?? []))].sort(clusterFirst);
      grants = bindings.flatMap((binding) => this.#grantsIn(binding));
      this.#grants.set(who, grants);
    }
    return grants;
  }

  #grantsIn(binding: Binding): Grant[] {
    const namespace = binding.kind === 'RoleBinding' ? (binding.metadata.namespace ?? '') : undefined;
    const rules = this.rulesOf(binding.roleRef.kind, binding.roleRef.name, namespace ?? '') ?? [];
    return rules.map((rule) => ({ rule, namespace, binding }));
  }

  #indexBindings(): Map<string, Binding[]> {
    const index = new Map<string, Binding[]>();
    for (const binding of [...this.#storage.list<Binding>(folders[3]), ...this.#storage.list<Binding>(folders[1])]) {
      for (const subject of binding.subjects ?? []) {
        const account = `system:serviceaccount:${subject.namespace || binding.metadata.namespace}:${subject.name}`;
        const key = subject.kind === 'ServiceAccount' ? `User/${account}` : `${subject.kind}/${subject.name}`;
        const bindings = index.get(key);
        if (bindings === undefined) index.set(key, [binding]);
        else bindings.push(binding);
      }
    }
    return index;
  }
}

const clusterFirst = (a: Binding, b: Binding): number => Number(a.kind === 'RoleBinding') - Number(b.kind === 'RoleBinding');

const userKey = (user: UserInfo): string => (user.groups.length === 0 ? user.name : `${user.name}\n${user.groups.join('\n')}`);

const questionKey = (a: Attributes): string => (a.isResource ? `${a.verb}|${a.group}|${a.resource}/${a.subresource}|${a.namespace}` : `${a.verb}|${a.path}`);

function covers({ rule, namespace }: Grant, attributes: Attributes, name: string): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResource) return namespace === undefined && (rule.nonResourceURLs ?? []).some((url) => pathMatches(url, attributes.path));
  if (namespace !== undefined && namespace !== attributes.namespace) return false;
  if (!has(rule.apiGroups, attributes.group) || !resourceMatches(rule.resources ?? [], attributes)) return false;
  return !rule.resourceNames?.length || rule.resourceNames.includes(name);
}

const has = (list: readonly string[] | undefined, value: string): boolean => list !== undefined && (list.includes(value) || list.includes('*'));

/** rbacv1.ResourceMatches: `pods/log`, all with an asterisk, or a subresource of any resource. */
function resourceMatches(resources: readonly string[], { resource, subresource }: Attributes): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((rule) => rule === '*' || rule === combined || (subresource !== '' && rule === `*/${subresource}`));
}

const pathMatches = (rule: string, path: string): boolean => rule === '*' || rule === path || (rule.endsWith('*') && path.startsWith(rule.replace(/\*+$/, '')));
