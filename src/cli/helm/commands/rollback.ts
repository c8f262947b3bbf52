import type { Routine } from '../../../sim/routine.ts';
import type { Call, HelmCommand } from '../call.ts';
import { built, isRefusal, marked, updated } from '../cluster.ts';
import { HelmError, notSimulated } from '../error.ts';
import { flagLines, waitFlags } from '../flag-lines.ts';
import { runHooks } from '../hooks.ts';
import { manifestsOf } from '../manifest.ts';
import { waitStrategy, warnOfWait } from '../ready.ts';
import { isPending, type Release, Storage, timeText } from '../release.ts';
import { waited } from './install.ts';

/** helm pkg/cmd/rollback.go. */
export const rollback: HelmCommand = {
  name: 'rollback',
  usage: '<RELEASE> [REVISION]',
  short: 'roll back a release to a previous revision',
  flags: flagLines(`${waitFlags}
    cleanup-on-fail:bool delete what was made new when it fails
    dry-run=none[unset] only show what would be done: none, client or server
    force-conflicts:bool take over fields of other managers
    ~force:bool use --force-replace instead
    force-replace:bool replace objects instead of changing them
    history-max:int=10 how many revisions are kept; 0 for all
    no-hooks:bool run no hooks
    server-side=auto objects are merged by the server
  `),
  takes: [1, 2],
  *run(call): Routine {
    const [name = '', revision = '0'] = call.args;
    if (!/^[+-]?\d+$/.test(revision))
      throw new HelmError(`could not convert revision to a number: strconv.Atoi: parsing ${JSON.stringify(revision)}: invalid syntax`);
    if (call.flags.text('server-side') === 'false') throw notSimulated('--server-side=false');
    waitStrategy(call);
    yield* warnOfWait(call);
    yield* rolledBack(call, name, Number(revision), call.dryRun !== 'none');
    yield* call.print('Rollback was a success! Happy Helming!\n');
  },
};

/** helm pkg/action/rollback.go. Throws HelmError. */
export function* rolledBack(call: Call, name: string, revision: number, dryRun = false): Routine {
  const storage = new Storage(call);
  if (revision < 0) throw new HelmError('invalid release revision');
  const last = yield* storage.get(name);
  if (isPending(last)) throw new HelmError('another operation (install/upgrade/rollback) is in progress');
  const wanted = revision === 0 ? last.version - 1 : revision;
  const history = yield* storage.history(name);
  const previous = history.find(({ version }) => version === wanted);
  if (!previous) throw new HelmError(`release has no ${wanted} version`);
  if (dryRun) return;
  const { namespace } = last;
  const release: Release = {
    ...previous,
    info: {
      ...previous.info,
      first_deployed: last.info.first_deployed,
      last_deployed: timeText(call.now),
      status: 'pending-rollback',
      description: `Rollback to ${wanted}`,
    },
    version: last.version + 1,
    hooks: previous.hooks.map((hook) => ({ ...hook, last_run: { phase: '' } })),
  };
  yield* storage.create(release, call.flags.number('history-max'));
  const old = yield* built(call, manifestsOf(last.manifest), namespace);
  const target = (yield* built(call, manifestsOf(previous.manifest), namespace)).map((item) => marked(item, name, namespace));
  try {
    yield* runHooks(call, storage, release, 'pre-rollback');
    yield* updated(call, old, target);
    yield* waited(call, target);
    yield* runHooks(call, storage, release, 'post-rollback');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const description = `Rollback "${name}" failed: ${error.message}`;
    yield* call.log('WARN', description);
    release.info = { ...release.info, status: 'failed', description };
    yield* storage.update({ ...last, info: { ...last.info, status: 'superseded' } });
    yield* storage.update(release);
    throw error;
  }
  for (const each of history) if (each.info.status === 'deployed') yield* storage.update({ ...each, info: { ...each.info, status: 'superseded' } });
  yield* storage.update({ ...release, info: { ...release.info, status: 'deployed' } });
}
