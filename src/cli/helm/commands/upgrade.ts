import type { Routine } from '../../../sim/routine.ts';
import { type Obj, obj } from '../../kubectl/json.ts';
import type { Call, HelmCommand } from '../call.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { adoptable, built, failing, type Item, isRefusal, keyOf, marked, removed, updated } from '../cluster.ts';
import { HelmError } from '../error.ts';
import { flagLines, outputFlag, renderFlags } from '../flag-lines.ts';
import { floats } from '../functions/types.ts';
import { runHooks } from '../hooks.ts';
import { manifestsOf, manifestText } from '../manifest.ts';
import { nameProblem } from '../names.ts';
import { waitStrategy, warnOfWait } from '../ready.ts';
import { chartOfRelease, isPending, ownLabels, type Release, Storage, storedChart, timeText } from '../release.ts';
import { clusterCapabilities, renderChart } from '../rendering.ts';
import { locateChart } from '../source.ts';
import { releaseData, statusText } from '../status-text.ts';
import { coalesced, mergeMaps, valuesOf } from '../values.ts';
import { dryReleased, installChart, installCrds, refuse, waited } from './install.ts';
import { rolledBack } from './rollback.ts';

/** helm pkg/cmd/upgrade.go. */
export const upgrade: HelmCommand = {
  name: 'upgrade',
  usage: '[RELEASE] [CHART]',
  short: 'upgrade a release',
  flags: flagLines(`${renderFlags.replace('server-side=true[true]', 'server-side=auto')}${outputFlag}
    cleanup-on-fail:bool delete what was made new when it fails
    history-max:int=10 how many revisions are kept; 0 for all
    i,install:bool install the release if there is none of that name
    reset-then-reuse-values:bool the chart's values, the last release's over them, and those of this line
    reset-values:bool the chart's values and those of this line
    reuse-values:bool the last release's values and those of this line
  `),
  takes: [2, 2],
  *run(call): Routine {
    const dryRun = call.dryRun;
    const { args, flags } = call;
    const [name = '', path = ''] = args;
    refuse(call);
    waitStrategy(call);
    yield* warnOfWait(call);
    const history = flags.bool('install') ? yield* new Storage(call).history(name) : [];
    const last = history.at(-1);
    const fresh = flags.bool('install') && (!last || last.info.status === 'uninstalled');
    if (fresh && call.format === 'table') yield* call.print(`Release "${name}" does not exist. Installing it now.\n`);
    const chart = yield* locateChart(call, path);
    const values = yield* valuesOf(call.process, flags);
    const release = fresh
      ? yield* installChart(call, { name, chart, values, dryRun })
      : yield* failing('UPGRADE FAILED', upgraded(call, name, { chart, values, dryRun }));
    if (!fresh && call.format === 'table') yield* call.print(`Release "${name}" has been upgraded. Happy Helming!\n`);
    yield* call.show(releaseData(release), () => statusText(release, { hideNotes: flags.bool('hide-notes') }));
  },
};

type Wanted = { readonly chart: ReturnType<typeof chartOfRelease>; readonly values: Obj; readonly dryRun: string };

/** The release that is replaced, and the last one. Throws HelmError. */
function* currentOf(storage: Storage, name: string): Routine<{ readonly current: Release; readonly last: Release }> {
  if (nameProblem(name) !== undefined) throw new HelmError(`release name is invalid: ${name}`);
  const history = yield* storage.history(name);
  const last = history.at(-1);
  if (!last) throw new HelmError(`"${name}" has no deployed releases`);
  if (isPending(last)) throw new HelmError('another operation (install/upgrade/rollback) is in progress');
  const deployed = history.findLast(({ info }) => info.status === 'deployed');
  const current = deployed ?? (['failed', 'superseded'].includes(last.info.status) ? last : undefined);
  if (!current) throw new HelmError(`"${name}" has no deployed releases`);
  return { current, last };
}

/** helm pkg/action/upgrade.go reuseValues. */
function reused({ flags }: Call, current: Release, chart: Wanted['chart'], given: Obj): { readonly chart: Wanted['chart']; readonly values: Obj } {
  const before = obj(floats(current.config ?? {}));
  if (flags.bool('reset-values')) return { chart, values: given };
  if (flags.bool('reuse-values')) {
    const old = coalesced(chartOfRelease(current), before);
    return { chart: { ...chart, values: old }, values: mergeMaps(before, given) };
  }
  if (flags.bool('reset-then-reuse-values')) return { chart, values: mergeMaps(before, given) };
  return { chart, values: Object.keys(given).length === 0 ? before : given };
}

function* upgraded(call: Call, name: string, wanted: Wanted): Routine<Release> {
  const { flags } = call;
  const storage = new Storage(call);
  yield* call.k.api.request({ method: 'GET', path: '/version' });
  const { current, last } = yield* currentOf(storage, name);
  const { chart, values } = reused(call, current, wanted.chart, wanted.values);
  const server = wanted.dryRun !== 'client';
  const capabilities = server ? yield* clusterCapabilities(call) : capabilitiesOf();
  if (wanted.dryRun === 'none' && flags.bool('install') && !flags.bool('skip-crds')) yield* installCrds(call, chart);
  const { namespace } = current;
  const version = last.version + 1;
  const rendered = yield* renderChart(call, chart, { values, server, capabilities, release: { name, namespace, revision: version, isUpgrade: true } });
  const release: Release = {
    name,
    info: {
      first_deployed: current.info.first_deployed,
      last_deployed: timeText(call.now),
      description: 'Preparing upgrade',
      status: 'pending-upgrade',
      ...(rendered.notes !== '' && { notes: rendered.notes }),
    },
    ...{ chart: storedChart(rendered.chart), config: values, manifest: manifestText(rendered.manifests), hooks: rendered.hooks, version, namespace },
    apply_method: 'ssa',
    labels: Object.fromEntries(Object.entries({ ...ownLabels(last.labels), ...flags.map('labels') }).filter(([, value]) => value !== 'null')),
  };
  const old = yield* built(call, manifestsOf(current.manifest), namespace);
  const target = (yield* failing('unable to build kubernetes objects from new release manifest', built(call, rendered.manifests, namespace))).map((item) =>
    marked(item, name, namespace),
  );
  const known = new Set(old.map(keyOf));
  const adopted = yield* failing(
    'unable to continue with update',
    adoptable(
      call,
      target.filter((item) => !known.has(keyOf(item))),
      name,
      namespace,
    ),
  );
  if (wanted.dryRun !== 'none') return dryReleased(call, release);
  yield* storage.create(release, flags.number('history-max'));
  let made: Item[] = [];
  try {
    yield* failing('pre-upgrade hooks failed', runHooks(call, storage, release, 'pre-upgrade'));
    made = yield* updated(call, [...old, ...adopted], target);
    yield* waited(call, target);
    yield* failing('post-upgrade hooks failed', runHooks(call, storage, release, 'post-upgrade'));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return yield* upgradeFailed(call, storage, release, made, error);
  }
  yield* storage.update({ ...current, info: { ...current.info, status: 'superseded' } });
  release.info = { ...release.info, status: 'deployed', description: flags.text('description') || 'Upgrade complete' };
  yield* storage.update(release);
  return release;
}

function* upgradeFailed(call: Call, storage: Storage, release: Release, made: readonly Item[], error: Error): Routine<never> {
  const { flags } = call;
  yield* call.log('WARN', 'upgrade failed', { name: release.name, error: error.message });
  release.info = { ...release.info, status: 'failed', description: `Upgrade "${release.name}" failed: ${error.message}` };
  yield* storage.update(release);
  if (flags.bool('cleanup-on-fail')) for (const item of made) yield* removed(call, item);
  if (!flags.bool('rollback-on-failure') && !flags.bool('atomic')) throw error;
  const good = (yield* storage.history(release.name)).findLast(({ info }) => ['superseded', 'deployed'].includes(info.status));
  if (!good) throw new HelmError(`unable to find a previously successful release when attempting to rollback. original upgrade error: ${error.message}`);
  try {
    yield* rolledBack(call, release.name, good.version);
  } catch (problem) {
    if (!isRefusal(problem)) throw problem;
    throw new HelmError(`an error occurred while rolling back the release. original upgrade error: ${error.message}: ${problem.message}`);
  }
  throw new HelmError(`release ${release.name} failed, and has been rolled back due to rollback-on-failure being set: ${error.message}`);
}
