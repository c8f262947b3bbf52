/** auth can-i, whoami: kubernetes kubectl/pkg/cmd/auth. */
import type { ExitCode } from '../../../../linux/program.ts';
import type { Routine } from '../../../../sim/routine.ts';
import type { CommandEntry } from '../../command.ts';
import { ruleRows } from '../../describe/rules.ts';
import { KubectlError } from '../../errors.ts';
import { at, defined, entriesOf, type Obj, obj, objs, text, texts } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { objectPrinter } from '../../printers/object-printer.ts';
import { alignRows } from '../../printers/tab-writer.ts';

export const auth: CommandEntry = { path: 'auth', short: 'Inspect authorization' };

const wrongCall = "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.";

export const authCanI: CommandEntry = {
  path: 'auth can-i',
  short: 'Check whether an action is allowed',
  long: 'VERB is one of the API, such as get, list, watch, create, delete. TYPE is a resource, or a path that begins with a slash.',
  examples:
    '# May I create pods?\nkubectl auth can-i create pods\n\n# May a service account?\nkubectl auth can-i list secrets --as=system:serviceaccount:default:robot\n\n# What may I do here?\nkubectl auth can-i --list -n team-a',
  *run(k) {
    if (k.flags.bool('list')) return yield* listRules(k);
    if (k.args.length !== 2) throw new KubectlError(wrongCall);
    const [verb = '', what = ''] = k.args;
    if (what.startsWith('/') && k.flags.text('subresource') !== '') throw new KubectlError('--subresource can not be used with NonResourceURL');
    if (what.startsWith('/')) yield* warnOfVerb(k, verb, urlVerbs);
    const attributes = what.startsWith('/')
      ? { nonResourceAttributes: { path: what, verb } }
      : { resourceAttributes: yield* resourceAttributes(k, verb, what) };
    const body = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: attributes, status: { allowed: false } };
    const status = obj(at(yield* k.api.request({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body }), 'status'));
    const allowed = status['allowed'] === true;
    if (!k.flags.bool('quiet'))
      yield* k.print(
        allowed
          ? 'yes\n'
          : `no${status['reason'] ? ` - ${text(status['reason'])}` : ''}${status['evaluationError'] ? ` - ${text(status['evaluationError'])}` : ''}\n`,
      );
    return allowed ? 0 : 1;
  },
};

const resourceVerbs: ReadonlySet<string> = new Set(
  'get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest'.split(' '),
);
const urlVerbs: ReadonlySet<string> = new Set('get put post head options delete patch *'.split(' '));

function* warnOfVerb(k: Kubectl, verb: string, known: ReadonlySet<string>): Routine {
  if (!known.has(verb)) yield* k.printError(`Warning: verb '${verb}' is not a known verb\n\n`);
}

/** What is only there to be impersonated. */
const virtual: ReadonlySet<string> = new Set(['users', 'groups']);

function* resourceAttributes(k: Kubectl, verb: string, what: string): Routine<Obj> {
  const [word = '', inline] = what.split('/');
  const found = word === '*' ? undefined : yield* k.findResource(word);
  const [bare = '', ...group] = word.split('.');
  if (word !== '*' && !found && !virtual.has(word))
    yield* k.printError(`Warning: the server doesn't have a resource type '${bare}'${group.length > 0 ? ` in group '${group.join('.')}'` : ''}\n\n`);
  else if (found && !found.namespaced && !k.flags.bool('all-namespaces'))
    yield* k.printError(`Warning: resource '${found.resource}' is not namespace scoped${found.group === '' ? '' : ` in group '${found.group}'`}\n\n`);
  const subresource = k.flags.text('subresource');
  const name = inline ?? '';
  if (!k.flags.bool('all-namespaces')) yield* warnOfVerb(k, verb, resourceVerbs);
  return {
    namespace: k.flags.bool('all-namespaces') ? '' : k.namespace,
    verb,
    group: found?.group ?? (word === '*' ? '*' : group.join('.')),
    resource: found?.resource ?? bare,
    ...(subresource && { subresource }),
    ...(name && { name }),
  };
}

function* listRules(k: Kubectl): Routine<ExitCode> {
  if (k.args.length > 0) throw new KubectlError('list option must be specified with no arguments');
  if (k.flags.bool('quiet') || k.flags.bool('all-namespaces') || k.flags.text('subresource') !== '')
    throw new KubectlError("list option can't be specified with neither quiet, all-namespaces nor subresource options");
  const body = {
    kind: 'SelfSubjectRulesReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: { namespace: k.namespace },
    status: { resourceRules: null, nonResourceRules: null, incomplete: false },
  };
  const status = obj(at(yield* k.api.request({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', body }), 'status'));
  if (status['incomplete'] === true) yield* k.printError(`warning: the list may be incomplete: ${text(status['evaluationError'])}\n`);
  const rows = ruleRows([
    ...objs(status['resourceRules']),
    ...objs(status['nonResourceRules']).map((rule): Obj => ({ verbs: rule['verbs'], nonResourceURLs: rule['nonResourceURLs'] })),
  ]);
  const head = k.flags.bool('no-headers') ? [] : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']];
  yield* k.print(alignRows([...head, ...rows]));
  return 0;
}

export const authWhoAmI: CommandEntry = {
  path: 'auth whoami',
  short: 'Experimental: Check self subject attributes',
  examples: '# Who the server takes me for\nkubectl auth whoami',
  *run(k) {
    const printer = objectPrinter(k, { typed: true });
    const body = { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status: { userInfo: {} } };
    const answer = obj(yield* k.api.request({ method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', body }));
    const user = obj(at(answer, 'status.userInfo'));
    const { username, uid, groups, extra } = user;
    if (printer)
      return yield* k.print(
        printer({
          kind: answer['kind'],
          apiVersion: answer['apiVersion'],
          metadata: answer['metadata'],
          status: { userInfo: defined({ username, uid, groups, extra }) },
        }),
      );
    const rows = [['ATTRIBUTE', 'VALUE']];
    if (user['username']) rows.push(['Username', text(user['username'])]);
    if (user['uid']) rows.push(['UID', text(user['uid'])]);
    if (texts(user['groups']).length > 0) rows.push(['Groups', `[${texts(user['groups']).join(' ')}]`]);
    for (const [key] of entriesOf(user['extra'])) rows.push([`Extra: ${key}`, `[${texts(obj(user['extra'])[key]).join(' ')}]`]);
    yield* k.print(alignRows(rows));
  },
};
