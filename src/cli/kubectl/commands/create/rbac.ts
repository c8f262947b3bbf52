/** create role, clusterrole, rolebinding, clusterrolebinding: kubernetes kubectl/pkg/cmd/create. */
import type { Routine } from '../../../../sim/routine.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { defined, type Obj } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { createObject } from './generator.ts';

const api = 'rbac.authorization.k8s.io';

export const createRole: CommandEntry = {
  path: 'create role',
  short: 'Create a role with single rule',
  examples: '# May read pods\nkubectl create role pod-reader --verb=get,list,watch --resource=pods',
  *run(k) {
    const name = k.requireName();
    const verbs = verbsOf(k);
    if (verbs.length === 0) throw new KubectlError('at least one verb must be specified');
    if (k.flags.list('resource').length === 0) throw new KubectlError('at least one resource must be specified');
    yield* warnOfVerbs(k, verbs);
    const rules = yield* rulesOf(k, verbs);
    yield* createObject(k, () => ({ kind: 'Role', apiVersion: `${api}/v1`, metadata: { name }, rules }));
  },
};

export const createClusterRole: CommandEntry = {
  path: 'create clusterrole',
  short: 'Create a cluster role',
  examples:
    '# May read nodes\nkubectl create clusterrole node-reader --verb=get,list --resource=nodes\n\n# May ask for health\nkubectl create clusterrole health --verb=get --non-resource-url=/healthz',
  *run(k) {
    const name = k.requireName();
    const aggregation = k.flags.list('aggregation-rule');
    const urls = k.flags.list('non-resource-url');
    const resources = k.flags.list('resource');
    const verbs = verbsOf(k);
    if (aggregation.length > 0) {
      if (urls.length > 0 || verbs.length > 0 || resources.length > 0 || k.flags.list('resource-name').length > 0) {
        throw new KubectlError('aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames');
      }
      const matchLabels = Object.fromEntries(aggregation.map((pair) => pair.split('=', 2)));
      yield* createObject(
        k,
        () => ({ kind: 'ClusterRole', apiVersion: `${api}/v1`, metadata: { name }, rules: null, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } }),
        { namespaced: false },
      );
      return;
    }
    if (verbs.length === 0) throw new KubectlError('at least one verb must be specified');
    if (urls.length === 0 && resources.length === 0) throw new KubectlError('one of resource or nonResourceURL must be specified');
    if (resources.length > 0) yield* warnOfVerbs(k, verbs);
    checkUrls(urls, verbs);
    const rules = [...(resources.length > 0 ? yield* rulesOf(k, verbs) : []), ...(urls.length > 0 ? [{ verbs, nonResourceURLs: urls }] : [])];
    yield* createObject(k, () => ({ kind: 'ClusterRole', apiVersion: `${api}/v1`, metadata: { name }, rules }), { namespaced: false });
  },
};

const resourceVerbs = new Set('* get delete list create update patch watch proxy deletecollection use bind escalate impersonate'.split(' '));
const urlVerbs = new Set('* get post put patch delete head options'.split(' '));

function* warnOfVerbs(k: Kubectl, verbs: readonly string[]): Routine {
  for (const verb of verbs) if (!resourceVerbs.has(verb)) yield* k.printError(`Warning: '${verb}' is not a standard resource verb\n`);
}

function checkUrls(urls: readonly string[], verbs: readonly string[]): void {
  if (urls.length === 0) return;
  const verb = verbs.find((each) => !urlVerbs.has(each));
  if (verb !== undefined) throw new KubectlError(`invalid verb: '${verb}' for nonResourceURL`);
  for (const url of urls) {
    if (url === '*') continue;
    if (url === '' || !url.startsWith('/')) throw new KubectlError('nonResourceURL should start with /');
    if (url.slice(0, -1).includes('*')) throw new KubectlError("nonResourceURL only supports wildcard matches when '*' is at the end");
  }
}

/** `*` swallows all other verbs. */
function verbsOf(k: Kubectl): readonly string[] {
  const verbs = [...new Set(k.flags.list('verb'))];
  return verbs.includes('*') ? ['*'] : verbs;
}

/** One rule for each API group among the resources, in the order of their first mention. */
function* rulesOf(k: Kubectl, verbs: readonly string[]): Routine<readonly Obj[]> {
  const byGroup = new Map<string, string[]>();
  for (const word of k.flags.list('resource')) {
    const [name = '', subresource] = word.split('/');
    if (name === '') throw new KubectlError('resource must be specified if apiGroup/subresource specified');
    const { group, resource } = name.startsWith('*') ? { group: name.slice(2), resource: '*' } : yield* lookUp(k, name, verbs);
    const full = subresource === undefined ? resource : `${resource}/${subresource}`;
    const known = byGroup.get(group) ?? [];
    if (!known.includes(full)) byGroup.set(group, [...known, full]);
  }
  const names = k.flags.list('resource-name');
  return [...byGroup].map(([group, resources]) => defined({ verbs, apiGroups: [group], resources, resourceNames: names.length > 0 ? names : undefined }));
}

/** Verbs for certain things only, which need not be resources. */
const specialVerbs: Readonly<Record<string, readonly string[]>> = {
  use: ['policy/podsecuritypolicies', 'extensions/podsecuritypolicies'],
  bind: [`${api}/roles`, `${api}/clusterroles`],
  escalate: [`${api}/roles`, `${api}/clusterroles`],
  impersonate: ['/users', '/serviceaccounts', '/groups', 'authentication.k8s.io/userextras'],
};

function* lookUp(k: Kubectl, word: string, verbs: readonly string[]): Routine<{ readonly group: string; readonly resource: string }> {
  const dot = word.indexOf('.');
  const asked = dot < 0 ? { group: '', resource: word } : { group: word.slice(dot + 1), resource: word.slice(0, dot) };
  const known = yield* k.findResource(word);
  const found = known && (dot < 0 || known.group === asked.group) ? known : undefined;
  const { group, resource } = found ?? asked;
  for (const verb of verbs) {
    const things = specialVerbs[verb];
    if (!things) continue;
    if (!things.includes(`${group}/${resource}`)) throw new KubectlError(`can not perform '${verb}' on '${resource}' in group '${group}'`);
    return { group, resource };
  }
  const what = dot < 0 ? `"${word}"` : `"${word.slice(0, dot)}" in group "${word.slice(dot + 1)}"`;
  if (!found) throw new KubectlError(`the server doesn't have a resource type ${what}`, { bare: true });
  return found;
}

export const createRoleBinding: CommandEntry = {
  path: 'create rolebinding',
  short: 'Create a role binding for a particular role or cluster role',
  examples: '# A role for a user\nkubectl create rolebinding jane-reads --role=pod-reader --user=jane',
  *run(k) {
    const name = k.requireName();
    const [role, clusterRole] = [k.flags.text('role'), k.flags.text('clusterrole')];
    if ((role === '') === (clusterRole === '')) throw new KubectlError('exactly one of clusterrole or role must be specified');
    const roleRef = { apiGroup: api, kind: role === '' ? 'ClusterRole' : 'Role', name: role || clusterRole };
    const subjects = subjectsOf(k);
    yield* createObject(k, () => defined({ kind: 'RoleBinding', apiVersion: `${api}/v1`, metadata: { name }, subjects, roleRef }), { failure: 'rolebinding' });
  },
};

export const createClusterRoleBinding: CommandEntry = {
  path: 'create clusterrolebinding',
  short: 'Create a cluster role binding for a particular cluster role',
  examples: '# A cluster role for a group\nkubectl create clusterrolebinding ops-view --clusterrole=view --group=ops',
  required: ['clusterrole'],
  *run(k) {
    const name = k.requireName();
    const roleRef = { apiGroup: api, kind: 'ClusterRole', name: k.flags.text('clusterrole') };
    const subjects = subjectsOf(k);
    yield* createObject(k, () => defined({ kind: 'ClusterRoleBinding', apiVersion: `${api}/v1`, metadata: { name }, subjects, roleRef }), {
      namespaced: false,
      failure: 'clusterrolebinding',
    });
  },
};

/** --user, --group, --serviceaccount as subjects; undefined when there is none. */
export function subjectsOf(k: Kubectl): readonly Obj[] | undefined {
  const subjects: Obj[] = [
    ...k.flags.list('user').map((name) => ({ kind: 'User', apiGroup: api, name })),
    ...k.flags.list('group').map((name) => ({ kind: 'Group', apiGroup: api, name })),
    ...k.flags.list('serviceaccount').map((word) => serviceAccount(word, k.path === 'set subject' ? k.namespace : '')),
  ];
  return subjects.length === 0 ? undefined : subjects;
}

function serviceAccount(word: string, home: string): Obj {
  const [given = '', name = '', ...more] = word.split(':');
  const namespace = given || home;
  if (namespace === '' || name === '' || more.length > 0) throw new KubectlError('serviceaccount must be <namespace>:<name>');
  return { kind: 'ServiceAccount', name, namespace };
}
