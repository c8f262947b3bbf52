/** What templates made: cut into documents, sorted by kind, hooks apart; helm pkg/release/v1/util. */
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { isObj, type Obj, obj, text } from '../kubectl/json.ts';
import { HelmError } from './error.ts';

/** As it is stored in a release (helm pkg/release/v1/hook.go). */
export type Hook = {
  name: string;
  kind: string;
  path: string;
  manifest: string;
  events: readonly string[];
  last_run: { started_at?: string; completed_at?: string; phase: string };
  weight?: number;
  delete_policies?: readonly string[];
};

/** One document; `name` is the path of its template. */
export type Manifest = { readonly name: string; readonly content: string; readonly kind: string };

const installOrder =
  'PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress APIService MutatingWebhookConfiguration ValidatingWebhookConfiguration'.split(
    ' ',
  );
const uninstallOrder =
  'ValidatingWebhookConfiguration MutatingWebhookConfiguration APIService Ingress IngressClass Service CronJob Job StatefulSet HorizontalPodAutoscaler Deployment ReplicaSet ReplicationController Pod DaemonSet RoleBindingList RoleBinding RoleList Role ClusterRoleBindingList ClusterRoleBinding ClusterRoleList ClusterRole CustomResourceDefinition PersistentVolumeClaim PersistentVolume StorageClass ConfigMap SecretList Secret ServiceAccount PodDisruptionBudget PodSecurityPolicy LimitRange ResourceQuota NetworkPolicy Namespace PriorityClass'.split(
    ' ',
  );

const events: ReadonlySet<string> = new Set(
  'pre-install post-install pre-delete post-delete pre-upgrade post-upgrade pre-rollback post-rollback test'.split(' '),
);

/** The documents of a text, blanks around them taken off (SplitManifests). */
export const documentsOf = (content: string): string[] =>
  content
    .trim()
    .split(/(?:^|\s*\n)---\s*/)
    .filter((document) => document.trim() !== '')
    .map((document) => document.trim());

/** Kinds that are not in the order come last, by their names; equal ones stay as they were. */
function byKind<T extends { readonly kind: string }>(all: readonly T[], order: readonly string[]): T[] {
  const place = (kind: string): number => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return [...all].sort((a, b) => place(a.kind) - place(b.kind) || (place(a.kind) === order.length ? (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) : 0));
}

export const forUninstall = (all: readonly Manifest[]): Manifest[] => byKind(all, uninstallOrder);

/** Hooks and the rest, in the order of an installation. Throws HelmError for what is no YAML. */
export function sortManifests(rendered: ReadonlyMap<string, string>): { readonly hooks: Hook[]; readonly manifests: Manifest[] } {
  const hooks: Hook[] = [];
  const manifests: Manifest[] = [];
  for (const [path, content] of [...rendered].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (/(^|\/)_[^/]*$/.test(path)) continue;
    for (const document of documentsOf(content)) {
      const head = headOf(document, path);
      const metadata = obj(head['metadata']);
      const annotations = obj(metadata['annotations']);
      const kind = text(head['kind']);
      const hook = annotations['helm.sh/hook'];
      if (hook === undefined) manifests.push({ name: path, content: document, kind });
      else {
        const words = commaWords(hook).map((word) => (word === 'test-success' ? 'test' : word));
        if (words.every((word) => events.has(word))) hooks.push(hookOf(document, path, kind, text(metadata['name']), annotations, words));
      }
    }
  }
  return { hooks: byKind(hooks, installOrder), manifests: byKind(manifests, installOrder) };
}

const commaWords = (value: unknown): string[] =>
  text(value)
    .split(',')
    .map((word) => word.trim().toLowerCase());

function hookOf(manifest: string, path: string, kind: string, name: string, annotations: Obj, words: readonly string[]): Hook {
  const weight = /^[+-]?\d+$/.test(text(annotations['helm.sh/hook-weight'])) ? Number(annotations['helm.sh/hook-weight']) : 0;
  const policies = annotations['helm.sh/hook-delete-policy'];
  return {
    ...{ name, kind, path, manifest, events: words, last_run: { phase: '' } },
    ...(weight !== 0 && { weight }),
    ...(policies !== undefined && { delete_policies: commaWords(policies) }),
  };
}

function headOf(document: string, path: string): Obj {
  try {
    const value = parseYaml(document);
    if (isObj(value) || value === null) return obj(value);
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw new YamlError(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type util.SimpleHead`);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new HelmError(`YAML parse error on ${path}: ${error.message}`);
  }
}

/** The text that a release keeps. */
export const manifestText = (manifests: readonly Manifest[]): string => manifests.map(({ name, content }) => `---\n# Source: ${name}\n${content}\n`).join('');

/** The documents of such a text, with their places. */
export const manifestsOf = (stored: string): Manifest[] =>
  documentsOf(stored).map((content) => ({ content, name: /^# Source: (.*)/.exec(content)?.[1] ?? '', kind: text(headOf(content, '')['kind']) }));
