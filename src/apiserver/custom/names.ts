/** Which names a definition gets (apiextensions-apiserver/pkg/controller/{status/naming_controller,establish}.go); here at once, in reality within a moment. */
import { quote } from '../../apimachinery/go-text.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { StrategyContext } from '../registry/strategy.ts';
import type { Crd } from './definition.ts';

type Names = Crd['spec']['names'];
type Condition = NonNullable<NonNullable<Crd['status']>['conditions']>[number];

/** Where definitions are stored. */
export const definitionsPrefix = '/registry/apiextensions.k8s.io/customresourcedefinitions/';

/** Served are only those whose names were accepted once. */
export const isEstablished = ({ status }: Crd): boolean => status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;

/** The status with the names that nobody else in the group has. */
export function withNames(crd: Crd, { sim, storage }: Pick<StrategyContext, 'sim' | 'storage'>): Crd {
  const others = storage.list<Crd>(definitionsPrefix).filter((other) => other.spec.group === crd.spec.group && other.metadata.name !== crd.metadata.name);
  const { accepted, conflict } = accept(
    crd,
    others.map(({ status }) => status?.acceptedNames ?? {}),
  );
  const now = rfc3339(sim.now);
  const was = crd.status?.conditions ?? [];
  const condition = (type: string, status: string, reason: string, message: string): Condition => {
    const before = was.find((each) => each.type === type);
    return { lastTransitionTime: before?.status === status ? before.lastTransitionTime : now, message, reason, status, type };
  };
  const named = conflict ? condition('NamesAccepted', 'False', ...conflict) : condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found');
  const established = was.find(({ type, status }) => type === 'Established' && status === 'True');
  const first = conflict
    ? condition('Established', 'False', 'NotAccepted', 'not all names are accepted')
    : condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted');
  const rest = was.filter(({ type }) => type !== 'NamesAccepted' && type !== 'Established');
  return { ...crd, status: { ...crd.status, acceptedNames: accepted, conditions: [named, established ?? first, ...rest] } };
}

type Accepted = { readonly accepted: Partial<Names>; readonly conflict: [string, string] | undefined };

function accept({ spec, status }: Crd, others: readonly Partial<Names>[]): Accepted {
  const resources = new Set(others.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]));
  const kinds = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]));
  const before = status?.acceptedNames ?? {};
  const accepted: Record<string, unknown> = { ...before };
  let conflict: [string, string] | undefined;
  const take = (name: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<unknown>): void => {
    const wanted = spec.names[name];
    if (wanted !== before[name] && taken.has(wanted))
      conflict = [`${name[0]?.toUpperCase()}${name.slice(1)}Conflict`, `${quote(wanted ?? '')} is already in use`];
    else accepted[name] = wanted;
  };
  take('plural', resources);
  take('singular', resources);
  const { shortNames = [], categories } = spec.names;
  const clashes = shortNames.filter((name) => !before.shortNames?.includes(name) && resources.has(name)).map((name) => `${quote(name)} is already in use`);
  if (clashes.length > 0) conflict = ['ShortNamesConflict', clashes.length === 1 ? String(clashes[0]) : `[${clashes.join(', ')}]`];
  else accepted.shortNames = spec.names.shortNames;
  take('kind', kinds);
  take('listKind', kinds);
  accepted.categories = categories;
  return { accepted: Object.fromEntries(Object.entries(accepted).filter(([, value]) => value !== undefined)) as Partial<Names>, conflict };
}

/** A definition that goes sets its names free for others of its group. */
export function reconsider(gone: Crd, context: Pick<StrategyContext, 'sim' | 'storage'>): void {
  for (const { key, value, modRevision } of context.storage.range(definitionsPrefix).kvs) {
    const crd = value as Crd;
    if (crd.spec.group !== gone.spec.group || !crd.status?.conditions?.some(({ type, status }) => type === 'NamesAccepted' && status === 'False')) continue;
    context.storage.update(key, withNames(crd, context), modRevision);
  }
}
