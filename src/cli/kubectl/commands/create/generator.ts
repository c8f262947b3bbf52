/** What all `create <kind>` commands share: kubernetes kubectl/pkg/cmd/create/create.go. */
import { goJson } from '../../../../apimachinery/go-text.ts';
import { StatusError } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { KubectlError } from '../../errors.ts';
import { type Obj, obj, text, withPath } from '../../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';

/** What `apply` compares with the next time. */
export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

type GeneratorOptions = {
  readonly namespaced?: boolean;
  /** `deployment`: errors of the server begin with "failed to create deployment: ". */
  readonly failure?: string;
  /** What stands after that word; a colon if nothing is said. */
  readonly separator?: string;
};

/** Sends a made object, or only shows it, and prints what was done. */
export function* createObject(k: Kubectl, make: () => Obj | Routine<Obj>, options: GeneratorOptions = {}): Routine {
  const dryRun = yield* k.dryRun();
  fieldValidation(k.flags.text('validate'));
  const print = operationPrinter(k, dryRun, { typed: true });
  const made = make();
  const plain = Symbol.iterator in made ? yield* made as Routine<Obj> : made;
  const object = withSavedConfig(k, inNamespace(k, plain, options.namespaced ?? true));
  yield* print(dryRun === 'client' ? object : yield* post(k, object, dryRun, options), 'created');
}

/** A namespace given with -n stands in the object; the context's does not. */
const inNamespace = (k: Kubectl, object: Obj, namespaced: boolean): Obj => {
  if (!namespaced || !k.config.namespaceGiven) return object;
  const { name, ...rest } = obj(object['metadata']);
  return { ...object, metadata: { ...(name !== undefined && { name }), namespace: k.namespace, ...rest } };
};

/** --save-config: what apply compares with the next time. */
export const withSavedConfig = (k: Kubectl, object: Obj, said: Obj = object): Obj =>
  k.flags.bool('save-config') ? withPath(object, ['metadata', 'annotations', lastApplied], `${goJson(said)}\n`) : object;

function* post(k: Kubectl, object: Obj, dryRun: DryRun, options: GeneratorOptions): Routine<Obj> {
  const resource = yield* k.resourceOfKind(text(object['apiVersion']), text(object['kind']));
  if (!resource) throw new KubectlError(`no matches for kind "${text(object['kind'])}" in version "${text(object['apiVersion'])}"`);
  const path = pathOf(resource, resource.namespaced ? text(obj(object['metadata'])['namespace']) || k.namespace : '');
  try {
    return obj(yield* k.api.request({ method: 'POST', path, query: writeQuery(k, dryRun), body: object }));
  } catch (error) {
    if (!(error instanceof StatusError) || options.failure === undefined) throw error;
    throw new KubectlError(`failed to create ${options.failure}${options.separator ?? ': '}${error.message}`);
  }
}

/** fieldManager, fieldValidation and dryRun of a write. */
export function writeQuery(k: Kubectl, dryRun: DryRun): Record<string, string> {
  const manager = k.flags.text('field-manager');
  return {
    ...(dryRun === 'server' && { dryRun: 'All' }),
    ...(manager !== '' && { fieldManager: manager }),
    fieldValidation: fieldValidation(k.flags.text('validate')),
  };
}

/** --validate as the server takes it. */
function fieldValidation(value: string): string {
  const words: Readonly<Record<string, string>> = { strict: 'Strict', true: 'Strict', warn: 'Warn', ignore: 'Ignore', false: 'Ignore' };
  const found = words[value.toLowerCase()];
  if (found === undefined) throw new KubectlError(`invalid - validate option "${value}"; must be one of: strict (or true), warn, ignore (or false)`);
  return found;
}
