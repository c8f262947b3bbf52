/** What a failed check says: the facts of each kind of check, and the command that shows them. */
import type { Check, CheckSource } from '../lessons/lesson.ts';
import type { Expressions } from './cel.ts';
import { explain } from './explain.ts';
import { fieldName, type Scope } from './expression-words.ts';
import type { Failed, Told } from './verdict.ts';
import { type Wording, wordings } from './wording.ts';

/** Words are made only where they are said: most looks pass, or are looks at what has not been tried. */
export type Failure = {
  readonly state: 'failure';
  readonly tell: (words: Wording) => Told;
  readonly untold?: boolean;
  /** It may yet hold: the command still runs. */
  readonly open?: boolean;
};

type Saying = (words: Wording) => string;

/** The words are only made when somebody reads them. */
export const failure = (check: Check, expected: Saying, found: Saying): Failure => ({
  state: 'failure',
  tell: (words) => ({ expected: expected(words), found: found(words), where: whereToLook(check, words) }),
});

/** Nobody answers for the API: kubectl would not show why, the runtime of the control plane does. */
export const unreachable: Failure = {
  state: 'failure',
  tell: (words) => ({ expected: words.apiAnswer, found: words.unreachable, where: criCommands.containers }),
};

/** An expression that does not hold; `not`: one that does, and should not. */
export const expressionFailure = (
  check: CheckSource,
  that: string,
  context: Readonly<Record<string, unknown>>,
  expressions: Expressions,
  not = false,
): Failure => ({
  state: 'failure',
  tell: (words) => {
    const scope: Scope = { words, expressions, variables: context, items: listed(check), loop: [] };
    const { expected, found, about } = explain(expressions.get(that).ast, scope, not);
    const named = about === undefined || about === '' || about.length > 30 || expected.startsWith(about) ? found : words.about(about, found);
    const alone = about && ![words.missing, words.there, words.notInIt].includes(found) ? words.about(fieldName(about), found) : found;
    return { expected, found: named, alone, where: whereToLook(check, words) };
  },
});

/** The same in each language. Most looks are followed by the next before anybody reads what this one found. */
export function failedVerdict({ tell, untold }: Failure): Failed {
  let told: { readonly en: Told; readonly ko: Told } | undefined;
  const words = () => {
    told ??= { en: tell(wordings.en), ko: tell(wordings.ko) };
    return told;
  };
  return {
    state: 'failed',
    get expected() {
      return words().en.expected;
    },
    get found() {
      return words().en.found;
    },
    get alone() {
      return words().en.alone ?? words().en.found;
    },
    get where() {
      return words().en.where;
    },
    get ko() {
      return words().ko;
    },
    ...(untold ? { untold } : {}),
  };
}

/** What `items` are. */
function listed(check: CheckSource): string {
  if ('objects' in check) return check.objects.resource.replace(/\..*/s, '');
  if ('cri' in check) return check.cri.events ?? check.cri.list ?? 'containers';
  if ('containerd' in check) return check.containerd.list;
  return 'node' in check ? check.node.list : 'entries';
}

const namespaced = (namespace: string | undefined): string => (namespace ? ` -n ${namespace}` : '');
const criCommands = { containers: 'crictl ps -a', sandboxes: 'crictl pods', images: 'crictl images', status: 'crictl info' } as const;
const containerdCommands: Readonly<Record<string, string>> = { snapshots: 'snapshots ls', content: 'content ls' };
const nodeCommands = { processes: 'ps -ef', units: 'systemctl list-units --all', mounts: 'mount', listeners: 'ss -tln' } as const;

/** The command that shows what the check looks at. */
function whereToLook(check: Check, words: Wording): string {
  if ('object' in check) return `kubectl get ${check.object.resource} ${check.object.name}${namespaced(check.object.namespace)} -o yaml`;
  if ('objects' in check) {
    const { resource, namespace, labels } = check.objects;
    return `kubectl get ${resource}${namespace ? ` -n ${namespace}` : ''}${labels ? ` -l ${labels}` : ''}`;
  }
  if ('cri' in check) return words.onMachine(check.cri.node, criCommands[check.cri.events ?? check.cri.list ?? 'containers']);
  if ('containerd' in check) {
    const { node, namespace, list } = check.containerd;
    return words.onMachine(node, `ctr -n ${namespace} ${containerdCommands[list] ?? `${list} ls`}`);
  }
  if ('access' in check) {
    const { as, verb, resource, subresource, name, namespace } = check.access;
    const what = `${resource}${name ? `/${name}` : ''}${subresource ? ` --subresource=${subresource}` : ''}`;
    return `kubectl auth can-i ${verb} ${what}${namespaced(namespace)} --as=${as}`;
  }
  if ('file' in check) return words.onMachine(check.file.node, `cat ${check.file.path}`);
  if ('node' in check) return words.onMachine(check.node.node, nodeCommands[check.node.list]);
  if ('probe' in check) {
    const { from, http, dns, tcp } = check.probe;
    return words.onMachine(
      from,
      http !== undefined ? `curl ${http}` : dns !== undefined ? `nslookup ${dns.replace('@', ' ')}` : `nc -z ${(tcp ?? '').replace(':', ' ')}`,
    );
  }
  return '';
}
