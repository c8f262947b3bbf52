import { resourceName } from '../../../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { type Info, visit } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { ErrorList, KubectlError, prefixed } from '../../errors.ts';
import { at, defined, type Obj, text } from '../../json.ts';
import type { DryRun, Kubectl } from '../../kubectl.ts';
import { cascadeOf, deleteOne, waitForDeletion } from './deleter.ts';

/** kubernetes kubectl/pkg/cmd/delete/delete.go. */
export const deleteCommand: CommandEntry = {
  path: 'delete',
  short: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  long: 'Pods get time to end (--grace-period, 30 seconds unless they say otherwise). --force with --grace-period=0 forgets them at once,\nwhether their processes have ended or not.',
  examples: '# By name\nkubectl delete pod web\n\n# By label\nkubectl delete pods,services -l app=web\n\n# At once\nkubectl delete pod web --now',
  *run(k) {
    const dryRun = yield* k.dryRun();
    const output = k.flags.text('output');
    const cascade = yield* cascadeOf(k);
    if (output !== '' && output !== 'name') throw new KubectlError(`unexpected -o output mode: ${output}. We only support '-o name'`);
    if (k.flags.text('raw') !== '') {
      yield* k.api.request({ method: 'DELETE', path: k.flags.text('raw') });
      return;
    }
    const grace = gracePeriod(k);
    if (k.flags.bool('all') && (k.flags.text('selector') !== '' || k.flags.text('field-selector') !== ''))
      throw new KubectlError("setting 'all' parameter but found a non empty selector. ");
    if (k.flags.bool('force') && grace === 0 && dryRun === 'none') yield* warnForce(k);
    const bySelector = k.flags.bool('all') || k.flags.text('selector') !== '' || k.flags.text('field-selector') !== '';
    const { infos, errors } = yield* visit(k, { args: k.args, all: k.flags.bool('all'), allOrNames: true, fetch: false });
    if (k.config.namespaceGiven && infos.some(({ resource }) => !resource.namespaced))
      yield* k.printError('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n');
    const chosen = k.flags.bool('interactive') ? yield* confirmed(k, infos) : infos;
    if (!chosen) return;
    yield* deleteAll(k, chosen, { cascade, grace, dryRun, failures: [...errors], bySelector });
  },
};

/** -1 stands for what the objects say themselves. */
function gracePeriod(k: Kubectl): number {
  const given = k.flags.has('grace-period') ? k.flags.number('grace-period') : -1;
  const force = k.flags.bool('force');
  if (k.flags.bool('now')) {
    if (given !== -1) throw new KubectlError('--now and --grace-period cannot be specified together');
    if (force) throw new KubectlError('--force and --grace-period greater than 0 cannot be specified together');
    return 1;
  }
  if (given === 0 && !force) return 1;
  if (force && given < 0) return 0;
  if (force && given > 0) throw new KubectlError('--force and --grace-period greater than 0 cannot be specified together');
  return given;
}

function* warnForce(k: Kubectl): Routine {
  yield* k.printError(
    'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
  );
}

function* confirmed(k: Kubectl, infos: readonly Info[]): Routine<readonly Info[] | undefined> {
  if (infos.length === 0) return infos;
  yield* k.print(
    `You are about to delete the following ${infos.length} resource(s):\n${infos.map(({ resource, name }) => `${resourceName({ group: resource.group, resource: resource.kind.toLowerCase() })}/${name}\n`).join('')}Do you want to continue? (y/N): `,
  );
  const answer = (yield* k.process.stdin.read()) ?? '';
  if (/^(y|Y)/.test(answer.trim())) return infos;
  yield* k.print('deletion is cancelled\n');
  return undefined;
}

type Plan = { readonly cascade: string; readonly grace: number; readonly dryRun: DryRun; readonly failures: unknown[]; readonly bySelector: boolean };

function* deleteAll(k: Kubectl, infos: readonly Info[], plan: Plan): Routine {
  const deleted: { readonly info: Info; readonly uid: string }[] = [];
  const errors = plan.failures.filter((error) => !(isReason(error, 'NotFound') && ignores(k, plan)));
  const options = defined({
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: plan.cascade,
    gracePeriodSeconds: plan.grace >= 0 ? plan.grace : undefined,
  });
  let found = 0;
  for (const info of infos) {
    try {
      const answer: Obj = plan.dryRun === 'client' ? {} : yield* deleteOne(k, info, options, plan.dryRun === 'server');
      found++;
      yield* k.print(doneText(k, info, plan));
      deleted.push({ info, uid: text(at(answer, 'details.uid') ?? at(answer, 'metadata.uid')) });
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
      if (isReason(error, 'NotFound') && ignores(k, plan)) continue;
      errors.push(info.source === '' ? error : prefixed(error, `error when deleting "${info.source}": `));
    }
  }
  if (found === 0 && errors.length === 0 && infos.length === 0) yield* k.print('No resources found\n');
  if (k.flags.bool('wait') && plan.dryRun === 'none' && !(k.flags.bool('force') && plan.grace === 0)) yield* waitForAll(k, deleted);
  if (errors.length > 0) throw new ErrorList(errors);
}

const ignores = (k: Kubectl, plan: Plan): boolean => k.flags.bool('ignore-not-found') || (plan.bySelector && !k.flags.has('ignore-not-found'));

function doneText(k: Kubectl, info: Info, plan: Plan): string {
  const kind = resourceName({ group: info.resource.group, resource: info.resource.singular || info.resource.kind.toLowerCase() });
  if (k.flags.text('output') === 'name') return `${kind}/${info.name}\n`;
  const operation = plan.grace === 0 && k.flags.bool('force') ? 'force deleted' : 'deleted';
  const where = info.resource.namespaced ? ` from ${info.namespace} namespace` : '';
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[plan.dryRun];
  return `${kind} "${info.name}" ${operation}${where}${suffix}\n`;
}

function* waitForAll(k: Kubectl, deleted: readonly { readonly info: Info; readonly uid: string }[]): Routine {
  const timeout = k.flags.duration('timeout');
  const until = timeout > 0 ? k.now + timeout : Number.POSITIVE_INFINITY;
  for (const { info, uid } of deleted) {
    if (!info.resource.verbs.includes('watch')) continue;
    try {
      if (!(yield* waitForDeletion(k, info, uid, until)))
        throw new KubectlError(`timed out waiting for the condition on ${info.resource.resource}/${info.name}`);
    } catch (error) {
      // Who may not look cannot wait: kubectl leaves it at that.
      if (!isReason(error, 'Forbidden') && !isReason(error, 'MethodNotAllowed')) throw error;
    }
  }
}
