/** kubectl auth reconcile: kubernetes kubectl/pkg/cmd/auth/reconcile.go, component-helpers/auth/rbac/reconciliation. */
import { sortedJson } from '../../../../apimachinery/json.ts';
import { isReason } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { targetsOf } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { at, nameOf, type Obj, obj, objs, text, texts } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';

export const authReconcile: CommandEntry = {
  path: 'auth reconcile',
  short: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
  long: 'Missing objects are created, and missing rules and subjects are added to existing ones; with --remove-extra-permissions and --remove-extra-subjects what is too much goes.',
  examples: '# Bring roles up to a file\nkubectl auth reconcile -f my-rbac-rules.yaml',
  *run(k) {
    if (k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '') throw new KubectlError('must specify one of -f and -k');
    const dryRun = yield* k.dryRun();
    if (dryRun === 'server') throw new KubectlError('--dry-run=server for command reconcile is not supported yet');
    const print = operationPrinter(k, dryRun);
    for (const target of yield* targetsOf(k, { args: [] })) {
      if (target.kind !== 'manifest') continue;
      const wanted = target.manifest.object;
      const field = fields[text(wanted['kind'])];
      if (field === undefined) continue;
      // Its namespace is what the file says, and no other.
      const nowhere = target.resource.namespaced && target.own === '';
      if (nowhere && dryRun === 'none') throw new KubectlError('resource name may not be empty');
      const path = nowhere ? undefined : pathOf(target.resource, target.namespace, nameOf(wanted));
      const { object, report } = yield* reconcileOne(k, { wanted, field, path, write: dryRun === 'none' });
      yield* print(object, 'reconciled');
      if (report !== '') yield* k.printError(report);
    }
  },
};

/** What is reconciled of each kind. */
const fields: Readonly<Record<string, 'rules' | 'subjects'>> = { Role: 'rules', ClusterRole: 'rules', RoleBinding: 'subjects', ClusterRoleBinding: 'subjects' };

type Work = { readonly wanted: Obj; readonly field: 'rules' | 'subjects'; readonly path: string | undefined; readonly write: boolean };

function* reconcileOne(k: Kubectl, { wanted, field, path, write }: Work): Routine<{ readonly object: Obj; readonly report: string }> {
  const live = path === undefined ? undefined : yield* existing(k, path);
  const covers = field === 'rules' ? ruleCovers : subjectCovers;
  const parts = field === 'rules' ? ruleParts : (each: Obj): readonly Obj[] => [each];
  // A binding's role cannot be changed: another one is made.
  const recreate = live !== undefined && ['kind', 'name'].some((each) => at(live, `roleRef.${each}`) !== at(wanted, `roleRef.${each}`));
  const want = objs(wanted[field]);
  const have = live ? objs(live[field]) : [];
  const missing = live ? want.flatMap(parts).filter((each) => !have.some((other) => covers(other, each))) : want;
  const extra = have.flatMap(parts).filter((each) => !want.some((other) => covers(other, each)));
  const remove = k.flags.bool(field === 'rules' ? 'remove-extra-permissions' : 'remove-extra-subjects');
  if (live === undefined || path === undefined) {
    const object = write && path ? obj(yield* k.api.request({ method: 'POST', path: path.slice(0, path.lastIndexOf('/')), body: wanted })) : wanted;
    return { object, report: report('create', field, missing, [], false) };
  }
  if (recreate) {
    if (write) yield* k.api.request({ method: 'DELETE', path });
    const object = write ? obj(yield* k.api.request({ method: 'POST', path: path.slice(0, path.lastIndexOf('/')), body: wanted })) : wanted;
    return { object, report: report('recreate', field, [], [], false) };
  }
  // What the file says of labels and annotations is added; what stands there already stays.
  const metadata = { ...obj(live['metadata']) };
  for (const key of ['labels', 'annotations']) {
    const merged = { ...obj(at(wanted, `metadata.${key}`)), ...obj(metadata[key]) };
    if (Object.keys(merged).length > 0) metadata[key] = merged;
  }
  const marked = sortedJson(metadata) !== sortedJson(live['metadata']);
  if (!marked && missing.length === 0 && (extra.length === 0 || !remove)) return { object: live, report: '' };
  const next = {
    ...live,
    metadata,
    [field]: !remove ? [...have, ...missing] : field === 'rules' ? want : [...have.filter((each) => !extra.includes(each)), ...missing],
  };
  const object = write ? obj(yield* k.api.request({ method: 'PUT', path, body: next })) : next;
  return { object, report: report('update', field, missing, extra, remove) };
}

function* existing(k: Kubectl, path: string): Routine<Obj | undefined> {
  try {
    return obj(yield* k.api.request({ method: 'GET', path }));
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

function report(what: 'create' | 'update' | 'recreate', field: 'rules' | 'subjects', missing: readonly Obj[], extra: readonly Obj[], removed: boolean): string {
  const list = (title: string, items: readonly Obj[]): string =>
    items.length === 0 ? '' : `\t${title}:\n${items.map((each) => `\t\t${field === 'rules' ? ruleText(each) : subjectText(each)}\n`).join('')}`;
  return `\treconciliation required ${what}\n${list(`missing ${field} added`, missing)}${list(`extra ${field} ${removed ? 'removed' : 'ignored'}`, removed ? extra : [])}`;
}

const words = (value: unknown): string => `[${texts(value).join(' ')}]`;
const ruleText = (rule: Obj): string =>
  `{Verbs:${words(rule['verbs'])} APIGroups:${words(rule['apiGroups'])} Resources:${words(rule['resources'])} ResourceNames:${words(rule['resourceNames'])} NonResourceURLs:${words(rule['nonResourceURLs'])}}`;
const subjectText = (subject: Obj): string =>
  `{Kind:${text(subject['kind'])} APIGroup:${text(subject['apiGroup'])} Name:${text(subject['name'])} Namespace:${text(subject['namespace'])}}`;

/** One verb on one resource each: kubernetes component-helpers/auth/rbac/validation/policy_comparator.go BreakdownRule. */
function ruleParts(rule: Obj): readonly Obj[] {
  const [verbs, names] = [texts(rule['verbs']), texts(rule['resourceNames'])];
  return [
    ...texts(rule['apiGroups']).flatMap((group) =>
      texts(rule['resources']).flatMap((resource) =>
        verbs.flatMap((verb) => {
          const one = { apiGroups: [group], resources: [resource], verbs: [verb] };
          return names.length === 0 ? [one] : names.map((name) => ({ ...one, resourceNames: [name] }));
        }),
      ),
    ),
    ...texts(rule['nonResourceURLs']).flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ];
}

/** Whether one rule grants all that another asks for. */
function ruleCovers(owner: Obj, asked: Obj): boolean {
  const all = (field: string): boolean => {
    const has = texts(owner[field]);
    return has.includes('*') || texts(asked[field]).every((each) => has.includes(each));
  };
  const names = texts(owner['resourceNames']);
  const askedNames = texts(asked['resourceNames']);
  const namesFit = names.length === 0 || (askedNames.length > 0 && askedNames.every((each) => names.includes(each)));
  return all('verbs') && all('apiGroups') && all('resources') && all('nonResourceURLs') && namesFit;
}

const subjectCovers = (a: Obj, b: Obj): boolean => ['kind', 'name', 'namespace'].every((field) => text(a[field]) === text(b[field]));
