/** What all `set` commands on pod templates share: kubernetes kubectl/pkg/cmd/set/helper.go. */

import { typeOf } from '../../../../api/schema.ts';
import { createTwoWayMergePatch } from '../../../../apimachinery/patch/strategic-diff.ts';
import { StatusError } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { type Info, manifestInfos, visit } from '../../builder.ts';
import { recorded } from '../../change-cause.ts';
import { ErrorList, KubectlError } from '../../errors.ts';
import { at, type Obj, obj, objs, text, withPath } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';

/** Where the pod spec stands in an object of a kind. */
export function podSpecPath(kind: string): readonly string[] | undefined {
  if (kind === 'Pod') return ['spec'];
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController', 'PodTemplate'].includes(kind)
    ? ['spec', 'template', 'spec']
    : undefined;
}

/** `path` leads to the pod spec of the kind. */
export const podSpecOf = (object: Obj, path: readonly string[]): Obj => obj(at(object, path.join('.')));

type SetPlan = {
  readonly args: readonly string[];
  /** `image updated`. */
  readonly operation: string;
  /** `image` in the error of a refused patch. */
  readonly what: string;
  /** The new object; the same one for no change. Throws KubectlError; what is said with `problem` does not keep the rest from being done. */
  readonly change: (info: Info, problem: (message: string) => void) => Obj | Routine<Obj>;
  /** Refusals do not name the object. */
  readonly nameless?: boolean;
  /** Sent though nothing differs. */
  readonly always?: boolean;
  /** What is wrong with the call is said only when everything named was found. */
  readonly validate?: () => void;
  /** The patch is refused in these words. */
  readonly failure?: string;
};

/** Changes every object and sends what differs. */
export function* setAll(k: Kubectl, plan: SetPlan): Routine {
  const dryRun = yield* k.dryRun();
  const print = operationPrinter(k, dryRun);
  const local = k.flags.bool('local');
  const { infos, errors } = local ? { infos: yield* manifestInfos(k, plan.args), errors: [] } : yield* visit(k, { args: plan.args, all: k.flags.bool('all') });
  if (errors.length > 0) throw new ErrorList(errors);
  plan.validate?.();
  const failures: unknown[] = [];
  for (const info of infos) {
    try {
      const result = plan.change(info, (message) => void failures.push(new KubectlError(`error: ${message}`)));
      const plain = Symbol.iterator in result ? yield* result as Routine<Obj> : result;
      const changed = plain === info.object ? plain : recorded(k, plain);
      const patch = createTwoWayMergePatch(info.object, changed, typeOf(text(info.object['apiVersion']), info.resource.kind));
      if (Object.keys(patch).length === 0 && !plan.always) continue;
      const done = local ? asTyped(info, changed) : dryRun === 'client' ? changed : yield* send(k, info, patch, dryRun === 'server');
      yield* print(done, plan.operation);
    } catch (error) {
      if (error instanceof StatusError) failures.push(plan.failure === undefined ? error : new KubectlError(`${plan.failure} ${error.message}`));
      else if (error instanceof KubectlError) failures.push(plan.nameless ? error : new KubectlError(`error: ${objectName(info, local)} ${error.message}\n`));
      else throw error;
    }
  }
  if (failures.length > 0) throw new ErrorList(failures);
}

/** Without a mapping the kind stands there, and a line break too many: cli-runtime/pkg/resource/visitor.go ObjectName. */
function objectName({ resource: { resource, kind, group }, name }: Info, local: boolean): string {
  if (!local) return `${resource}/${name}`;
  return group === '' ? `${kind.toLowerCase()}/${name}` : `${kind.toLowerCase()}.${group}/${name}\n`;
}

/** Structs that Go writes though they are empty. */
const strategies: Readonly<Record<string, string>> = { Deployment: 'strategy', DaemonSet: 'updateStrategy', StatefulSet: 'updateStrategy' };

/** What Go's types write though nothing was given: empty resources, an empty status. */
function asTyped(info: Info, object: Obj): Obj {
  if (info.resource.kind === 'Service') {
    const ports = objs(at(object, 'spec.ports')).map((port): Obj => ({ targetPort: 0, ...port }));
    return { ...(ports.length > 0 ? withPath(object, ['spec', 'ports'], ports) : object), status: { loadBalancer: {}, ...obj(object['status']) } };
  }
  const path = podSpecPath(info.resource.kind);
  if (!path) return object;
  const spec = podSpecOf(object, path);
  const full = (key: string): Obj =>
    spec[key] === undefined ? {} : { [key]: objs(spec[key]).map((container) => ({ ...container, resources: container['resources'] ?? {} })) };
  const typed = withPath(object, path, { ...spec, ...full('containers'), ...full('initContainers') });
  const strategy = strategies[info.resource.kind];
  const whole = strategy === undefined ? typed : withPath(typed, ['spec', strategy], at(typed, `spec.${strategy}`) ?? {});
  return { ...whole, status: object['status'] ?? {} };
}

function* send(k: Kubectl, info: Info, patch: Obj, dryRun: boolean): Routine<Obj> {
  const query = { ...(dryRun && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
  const contentType = 'application/strategic-merge-patch+json';
  return obj(yield* k.api.request({ method: 'PATCH', path: pathOf(info.resource, info.namespace, info.name), query, body: patch, contentType }));
}

/** The object with another pod spec. */
export function withPodSpec(info: Info, change: (spec: Obj) => Obj): Obj {
  const path = podSpecPath(info.resource.kind);
  if (!path) throw new KubectlError(`the object is not a pod or does not have a pod template: *${info.resource.version}.${info.resource.kind}`);
  return withPath(info.object, path, change(podSpecOf(info.object, path)));
}

/** Whether a container's name fits `*`, `web*` or a plain name. */
export const fits = (pattern: string, name: string): boolean => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name);

/** In the order in which commands go through them. */
export const groups = ['initContainers', 'containers'] as const;

/** A pod spec with the containers of a name changed, those that initialize too; and whether there were any. */
export function withContainers(spec: Obj, pattern: string, change: (container: Obj) => Obj): { readonly spec: Obj; readonly found: boolean } {
  let found = false;
  const each = (container: Obj): Obj => {
    if (!fits(pattern, text(container['name']))) return container;
    found = true;
    return change(container);
  };
  const changed = Object.fromEntries(groups.flatMap((group) => (spec[group] === undefined ? [] : [[group, objs(spec[group]).map(each)]])));
  return { spec: { ...spec, ...changed }, found };
}
