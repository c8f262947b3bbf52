import { isReason } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { Obj } from '../../kubectl/json.ts';
import type { Call, HelmCommand } from '../call.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Chart } from '../chart.ts';
import { adoptable, applied, built, failing, type Item, isRefusal, marked } from '../cluster.ts';
import { HelmError, notSimulated } from '../error.ts';
import { flagLines, outputFlag, renderFlags } from '../flag-lines.ts';
import { runHooks } from '../hooks.ts';
import { manifestText } from '../manifest.ts';
import { checkName, nameAndChart, nameProblem } from '../names.ts';
import { waitReady, waitStrategy, warnOfWait } from '../ready.ts';
import { type Release, Storage, storedChart, timeText } from '../release.ts';
import { clusterCapabilities, type Rendered, renderChart } from '../rendering.ts';
import { locateChart } from '../source.ts';
import { releaseData, statusText } from '../status-text.ts';
import { valuesOf } from '../values.ts';
import { crdsOf } from './template.ts';
import { uninstalled } from './uninstall.ts';

/** helm pkg/cmd/install.go. */
export const install: HelmCommand = {
  name: 'install',
  usage: '[NAME] [CHART]',
  short: 'install a chart',
  flags: flagLines(`${renderFlags}${outputFlag}
    g,generate-name:bool make up a name
    name-template template of the release's name
    replace:bool take a name that was used before
  `),
  takes: [1, Number.POSITIVE_INFINITY],
  *run(call): Routine {
    const dryRun = call.dryRun;
    const release = yield* failing('INSTALLATION FAILED', installed(call, dryRun));
    yield* call.show(releaseData(release), () => statusText(release, { hideNotes: call.flags.bool('hide-notes') }));
  },
};

/** Flags without effect here. Throws HelmError. */
export function refuse({ flags }: Call): void {
  if (flags.text('server-side') === 'false') throw notSimulated('--server-side=false');
  if (flags.bool('dependency-update')) throw notSimulated('--dependency-update: run helm dependency update first');
}

export function* installed(call: Call, dryRun: string): Routine<Release> {
  const { name, chart: path } = nameAndChart(call);
  refuse(call);
  waitStrategy(call);
  yield* warnOfWait(call);
  const chart = yield* locateChart(call, path);
  const values = yield* valuesOf(call.process, call.flags);
  return yield* installChart(call, { name, chart, values, dryRun });
}

type Wanted = { readonly name: string; readonly chart: Chart; readonly values: Obj; readonly dryRun: string };

/** helm pkg/action/install.go. Throws HelmError. */
export function* installChart(call: Call, { name, chart, values, dryRun }: Wanted): Routine<Release> {
  const { flags, namespace } = call;
  const server = dryRun !== 'client';
  const storage = new Storage(call);
  if (server) yield* call.k.api.request({ method: 'GET', path: '/version' });
  if (flags.bool('hide-secret') && dryRun === 'none') throw new HelmError('hiding Kubernetes secrets requires a dry-run mode');
  const problem = nameProblem(name);
  if (problem !== undefined) yield* checkName(call, name);
  const before = dryRun === 'none' ? (yield* storage.history(name)).at(-1) : undefined;
  const replaces = flags.spec('replace') === undefined || flags.bool('replace'); // upgrade --install does.
  const reuses = replaces && ['uninstalled', 'failed'].includes(before?.info.status ?? '');
  if (before && !reuses) {
    const used = 'cannot reuse a name that is still in use';
    yield* call.log('ERROR', 'release name check failed', { error: used });
    throw new HelmError(`release name check failed: ${used}`);
  }
  if (dryRun === 'none' && !flags.bool('skip-crds')) yield* installCrds(call, chart);
  const capabilities = server ? yield* clusterCapabilities(call) : capabilitiesOf();
  const rendered = yield* renderChart(call, chart, { values, server, capabilities, release: { name, namespace, revision: 1, isUpgrade: false } });
  const release = newRelease(call, name, rendered, values);
  if (dryRun !== 'none' && !server) return dryReleased(call, release);
  const items = (yield* failing('unable to build kubernetes objects from release manifest', built(call, rendered.manifests, namespace))).map((item) =>
    marked(item, name, namespace),
  );
  yield* failing('unable to continue with install', adoptable(call, items, name, namespace));
  if (dryRun !== 'none') return dryReleased(call, release);
  if (flags.bool('create-namespace')) yield* makeNamespace(call);
  if (before) {
    release.version = before.version + 1;
    if (before.info.status !== 'failed')
      yield* storage.update({ ...before, info: { ...before.info, status: 'superseded', description: 'superseded by new release' } });
  }
  yield* storage.create(release);
  try {
    yield* failing('failed pre-install', runHooks(call, storage, release, 'pre-install'));
    for (const item of items) yield* applied(call, item, flags.bool('force-conflicts'));
    yield* waited(call, items);
    yield* failing('failed post-install', runHooks(call, storage, release, 'post-install'));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return yield* installFailed(call, storage, release, error);
  }
  release.info = { ...release.info, status: 'deployed', description: flags.text('description') || 'Install complete' };
  yield* storage.update(release);
  return release;
}

function newRelease(call: Call, name: string, rendered: Rendered, values: Obj): Release {
  const time = timeText(call.now);
  return {
    name,
    info: {
      first_deployed: time,
      last_deployed: time,
      description: 'Initial install underway',
      status: 'pending-install',
      ...(rendered.notes !== '' && { notes: rendered.notes }),
    },
    chart: storedChart(rendered.chart),
    config: values,
    manifest: manifestText(rendered.manifests),
    hooks: rendered.hooks,
    version: 1,
    namespace: call.namespace,
    apply_method: 'ssa',
    labels: call.flags.map('labels'),
  };
}

export function dryReleased(call: Call, release: Release): Release {
  release.info.description = call.flags.text('description') || 'Dry run complete';
  if (call.flags.bool('hide-secret'))
    release.manifest = release.manifest.replace(
      /---\n(# Source: .*)\n(?:(?!---\n)[\s\S])*?\bkind: Secret\b(?:(?!---\n)[\s\S])*/g,
      '---\n$1\n# HIDDEN: The Secret output has been suppressed\n',
    );
  return release;
}

function* installFailed(call: Call, storage: Storage, release: Release, error: Error): Routine<never> {
  release.info = { ...release.info, status: 'failed', description: `Release "${release.name}" failed: ${error.message}` };
  if (call.flags.bool('rollback-on-failure') || call.flags.bool('atomic')) {
    yield* uninstalled(call, release.name, { keepHistory: false });
    throw new HelmError(`release ${release.name} failed, and has been uninstalled due to rollback-on-failure being set: ${error.message}`);
  }
  yield* storage.update(release);
  throw error;
}

/** As long as --wait and --wait-for-jobs say. */
export function* waited(call: Call, items: readonly Item[]): Routine {
  if (waitStrategy(call) === 'watcher') yield* waitReady(call, items, call.flags.bool('wait-for-jobs') ? ['Job'] : []);
}

/** What is in crds/ and not in the cluster yet. */
export function* installCrds(call: Call, chart: Chart): Routine {
  const files = crdsOf(chart);
  if (files.length === 0) return;
  const items = yield* failing(
    'failed to install CRD',
    built(
      call,
      files.map((file) => ({ ...file, kind: '' })),
      call.namespace,
    ),
  );
  for (const { object } of items) {
    try {
      yield* call.k.api.request({
        method: 'POST',
        path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        body: object,
        query: { fieldManager: 'helm' },
      });
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error;
    }
  }
  yield* waitReady(call, items, []);
  yield* call.k.discoveryAnew();
}

function* makeNamespace(call: Call): Routine {
  const { namespace } = call;
  try {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { name: namespace } } };
    yield* call.k.api.request({ method: 'POST', path: '/api/v1/namespaces', body, query: { fieldManager: 'helm' } });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}
