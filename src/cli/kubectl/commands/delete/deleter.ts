/** Deleting and waiting until it is done: kubernetes kubectl/pkg/cmd/delete/delete.go, cmd/wait. */
import type { Routine } from '../../../../sim/routine.ts';
import type { Info } from '../../builder.ts';
import { KubectlError } from '../../errors.ts';
import { listedOne } from '../../fetch.ts';
import { at, type Obj, obj, text } from '../../json.ts';
import { type Kubectl, objectPath, pathOf } from '../../kubectl.ts';

const policies: Readonly<Record<string, string>> = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' };

/** What --cascade says; as truth or falsehood it is an older word for one of the three (cmd/delete/delete_flags.go). */
export function* cascadeOf(k: Kubectl): Routine<string> {
  const given = k.flags.text('cascade');
  const truth = /^(1|t|T|TRUE|true|True)$/.test(given);
  const known = truth || /^(0|f|F|FALSE|false|False)$/.test(given) ? (truth ? 'background' : 'orphan') : given;
  if (known !== given) yield* k.printError(`warning: --cascade=${given} is deprecated (boolean value) and can be replaced with --cascade=${known}.\n`);
  const policy = policies[known];
  if (policy === undefined) throw new KubectlError(`invalid cascade value (${given}). Must be "background", "foreground", or "orphan"`);
  return policy;
}

/** Sends the DELETE; gives what the server answered. */
export function* deleteOne(k: Kubectl, info: Info, options: Obj, dryRun = false): Routine<Obj> {
  return obj(
    yield* k.api.request({
      method: 'DELETE',
      path: objectPath(info.resource, info.namespace, info.name),
      body: options,
      ...(dryRun && { query: { dryRun: 'All' } }),
    }),
  );
}

/** Waits until the object, or at least that one of its name, is gone; false when time ran out first. */
export function* waitForDeletion(k: Kubectl, info: Info, uid: string, until: number): Routine<boolean> {
  const path = pathOf(info.resource, info.namespace);
  for (;;) {
    const { object: live, query } = yield* listedOne(k, path, info.name);
    if (live === undefined || (uid !== '' && text(at(live, 'metadata.uid')) !== uid)) return true;
    const channel = yield* k.api.watch({ method: 'GET', path, query });
    try {
      for (;;) {
        const event = channel.take();
        if (event?.type === 'DELETED') return true;
        if (event) continue;
        if (channel.closed) break;
        const left = until - k.now;
        if (left <= 0) return false;
        yield { on: [channel.changed], ...(Number.isFinite(left) && { timeout: left }) };
      }
    } finally {
      channel.break();
    }
  }
}

/** Used by replace --force and apply --force. */
export function* deleteAndWait(k: Kubectl, info: Info, options: Obj): Routine {
  const answer = yield* deleteOne(k, info, { propagationPolicy: 'Background', ...options });
  const uid = text(at(answer, 'details.uid') ?? at(answer, 'metadata.uid'));
  const timeout = k.flags.duration('timeout');
  if (!(yield* waitForDeletion(k, info, uid, timeout > 0 ? k.now + timeout : Number.POSITIVE_INFINITY))) {
    throw new KubectlError(`timed out waiting for the condition on ${info.resource.resource}/${info.name}`);
  }
}
