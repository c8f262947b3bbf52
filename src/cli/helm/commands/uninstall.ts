import type { Routine } from '../../../sim/routine.ts';
import type { Call, HelmCommand } from '../call.ts';
import { built, isKept, removed } from '../cluster.ts';
import { HelmError } from '../error.ts';
import { flagLines, waitFlags } from '../flag-lines.ts';
import { runHooks } from '../hooks.ts';
import { forUninstall, manifestsOf } from '../manifest.ts';
import { waitGone, waitStrategy, warnOfWait } from '../ready.ts';
import { Storage, timeText } from '../release.ts';

/** helm pkg/cmd/uninstall.go. */
export const uninstall: HelmCommand = {
  name: 'uninstall',
  aliases: ['del', 'delete', 'un'],
  usage: 'RELEASE_NAME [...]',
  short: 'uninstall a release',
  flags: flagLines(`
    cascade=background how what belongs to the objects is deleted: background, orphan or foreground
    description what to note about it
    dry-run:bool change nothing
    ignore-not-found:bool a release that is not there is no mistake
    keep-history:bool delete the objects, but not the record of the release
    no-hooks:bool run no hooks
    ${waitFlags.replace(/\n.*wait-for-jobs.*/, '')}
  `),
  takes: [1, Number.POSITIVE_INFINITY],
  *run(call): Routine {
    waitStrategy(call);
    yield* warnOfWait(call);
    for (const name of call.args) {
      const kept = yield* uninstalled(call, name, { keepHistory: call.flags.bool('keep-history'), dryRun: call.flags.bool('dry-run') });
      if (kept) yield* call.print(`${kept}\n`);
      yield* call.print(`release "${name}" uninstalled\n`);
    }
  },
};

type How = { readonly keepHistory: boolean; readonly dryRun?: boolean };

/** Gives what is said of objects that stay; undefined where there was nothing. helm pkg/action/uninstall.go. Throws HelmError. */
export function* uninstalled(call: Call, name: string, { keepHistory, dryRun = false }: How): Routine<string | undefined> {
  const { flags } = call;
  const own = (flag: string): boolean => flags.spec(flag) !== undefined && flags.bool(flag);
  const storage = new Storage(call);
  const all = yield* storage.history(name);
  const release = all.at(-1);
  if (!release) {
    if (own('ignore-not-found')) return undefined;
    throw new HelmError(dryRun ? 'release: not found' : `uninstall: Release not loaded: ${name}: release: not found`);
  }
  const items = yield* built(call, forUninstall(manifestsOf(release.manifest)), release.namespace);
  const kept = items.filter(isKept);
  const said =
    kept.length === 0 ? '' : `These resources were kept due to the resource policy:\n${kept.map((item) => `[${item.resource.kind}] ${item.name}\n`).join('')}`;
  if (dryRun) return said;
  if (release.info.status === 'uninstalled') {
    if (keepHistory) throw new HelmError(`the release named "${name}" is already deleted`);
    for (const each of all) yield* storage.delete(each);
    return '';
  }
  release.info = { ...release.info, status: 'uninstalling', deleted: timeText(call.now), description: 'Deletion in progress (or silently failed)' };
  yield* runHooks(call, storage, release, 'pre-delete');
  yield* storage.update(release);
  const gone = items.filter((item) => !isKept(item));
  const cascade = (flags.spec('cascade') && flags.text('cascade')) || 'background';
  for (const item of gone) yield* removed(call, item, cascade.charAt(0).toUpperCase() + cascade.slice(1));
  if (flags.spec('keep-history') && waitStrategy(call) === 'watcher') yield* waitGone(call, gone);
  yield* runHooks(call, storage, release, 'post-delete');
  release.info = { ...release.info, status: 'uninstalled', description: flags.text('description') || 'Uninstallation complete' };
  if (keepHistory) yield* storage.update(release);
  else for (const each of all) yield* storage.delete(each);
  return said;
}
