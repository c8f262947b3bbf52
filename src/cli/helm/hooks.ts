/** Hooks of a release: helm pkg/action/hooks.go. */
import type { Routine } from '../../sim/routine.ts';
import type { Call } from './call.ts';
import { applied, built, type Item, isRefusal, removed } from './cluster.ts';
import { HelmError } from './error.ts';
import type { Hook } from './manifest.ts';
import { waitGone, waitReady } from './ready.ts';
import { type Release, type Storage, timeText } from './release.ts';

/** Runs those of an event, lightest first. Throws HelmError when one fails. */
export function* runHooks(call: Call, storage: Storage, release: Release, event: string): Routine {
  if (call.flags.spec('no-hooks') && call.flags.bool('no-hooks')) return;
  const chosen = release.hooks.filter(({ events }) => events.includes(event));
  chosen.sort((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const [i, hook] of chosen.entries()) {
    hook.delete_policies = hook.delete_policies?.length ? hook.delete_policies : ['before-hook-creation'];
    yield* deleteFor(call, release, hook, 'before-hook-creation');
    const items = yield* itemsOf(call, release, hook);
    hook.last_run = { started_at: timeText(call.now), phase: 'Running' };
    yield* storage.update(release);
    try {
      for (const item of items) yield* applied(call, item);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      hook.last_run = { ...hook.last_run, completed_at: timeText(call.now), phase: 'Failed' };
      throw new HelmError(`warning: Hook ${event} ${hook.path} failed: ${error.message}`);
    }
    try {
      yield* waitReady(call, items, ['Job', 'Pod']);
      hook.last_run = { ...hook.last_run, completed_at: timeText(call.now), phase: 'Succeeded' };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      hook.last_run = { ...hook.last_run, completed_at: timeText(call.now), phase: 'Failed' };
      yield* deleteFor(call, release, hook, 'hook-failed');
      for (const before of chosen.slice(0, i)) yield* deleteFor(call, release, before, 'hook-succeeded');
      throw error;
    }
  }
  for (const hook of chosen.reverse()) yield* deleteFor(call, release, hook, 'hook-succeeded');
}

function* itemsOf(call: Call, release: Release, hook: Hook): Routine<Item[]> {
  return yield* built(call, [{ name: hook.path, content: hook.manifest, kind: hook.kind }], release.namespace);
}

function* deleteFor(call: Call, release: Release, hook: Hook, policy: string): Routine {
  if (hook.kind === 'CustomResourceDefinition' || !hook.delete_policies?.includes(policy)) return;
  const items = yield* itemsOf(call, release, hook);
  for (const item of items) yield* removed(call, item);
  yield* waitGone(call, items);
}
