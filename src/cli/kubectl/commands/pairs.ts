/** `key=value` and `key-` arguments of label, annotate, taint and set. */
import { KubectlError } from '../errors.ts';

/** `resources` are the arguments before the first pair. */
export type Pairs = { readonly resources: readonly string[]; readonly set: ReadonlyMap<string, string>; readonly remove: readonly string[] };

/** Splits arguments where the first change stands: kubernetes kubectl/pkg/cmd/util/helpers.go GetResourcesAndPairs. */
export function splitPairs(args: readonly string[], what: string): Pairs {
  const isPair = (arg: string): boolean => /^[^=]+=/.test(arg) || (arg.endsWith('-') && arg !== '-');
  const first = args.findIndex(isPair);
  const resources = first < 0 ? args : args.slice(0, first);
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const arg of first < 0 ? [] : args.slice(first)) {
    if (!isPair(arg)) throw new KubectlError(`all resources must be specified before ${what} changes: ${arg}`);
    const equals = arg.indexOf('=');
    if (equals > 0) set.set(arg.slice(0, equals), arg.slice(equals + 1));
    else remove.push(arg.slice(0, -1));
  }
  const both = remove.filter((key) => set.has(key));
  if (both.length > 0)
    throw new KubectlError(
      what === 'label'
        ? 'can not both modify and remove a label in the same command'
        : `can not both modify and remove the following annotation(s) in the same command: ${both.join(', ')}`,
    );
  return { resources, set, remove };
}
