import { isReason, StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, listInfos, readTargets, type Target } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { describers } from '../describe/describers.ts';
import { describeEvents, eventsOf } from '../describe/events.ts';
import { describeGeneric } from '../describe/generic.ts';
import { Writer } from '../describe/writer.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { getObject } from '../fetch.ts';
import { at, nameOf, type Obj, obj, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';

/** kubernetes kubectl/pkg/cmd/describe/describe.go. */
export const describe: CommandEntry = {
  path: 'describe',
  short: 'Show details of a specific resource or group of resources',
  long: 'Puts together what belongs to an object, its events too. A name that does not exist stands for all names that begin with it.',
  examples: '# A node\nkubectl describe nodes node01\n\n# All pods of a label\nkubectl describe pods -l app=web',
  *run(k) {
    if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '')
      throw new KubectlError('You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.');
    const targets = yield* readTargets(k, k.args);
    const { found, errors } = yield* resolveAll(k, targets);
    let count = 0;
    for (const { infos, byPrefix } of found) {
      try {
        for (const info of infos) {
          const text = yield* page(k, info);
          yield* k.print(byPrefix ? `${text}\n` : count > 0 ? `\n\n${text}` : text);
          count++;
        }
      } catch (error) {
        if (!(error instanceof StatusError || error instanceof KubectlError)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new ErrorList(errors.length > 1 ? [new ErrorList(errors)] : errors);
    if (count === 0) yield* k.printError(k.flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${k.namespace} namespace.\n`);
  },
};

type Found = { readonly infos: readonly Info[]; readonly byPrefix: boolean };

function* resolveAll(k: Kubectl, targets: readonly Target[]): Routine<{ readonly found: readonly Found[]; readonly errors: unknown[] }> {
  const found: Found[] = [];
  const errors: unknown[] = [];
  for (const target of targets) {
    try {
      found.push(yield* resolve(k, target));
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof KubectlError)) throw error;
      errors.push(error);
    }
  }
  // Names that begin so would be looked for next, and that goes with one type only.
  if (targets.length > 1 && k.args.length === 2 && !k.args[0]?.includes('/') && errors.length === 1 && isReason(errors[0], 'NotFound'))
    throw new KubectlError('you may only specify a single resource type');
  return { found, errors };
}

/** One object, all of a kind, or those whose names begin so (asked for as TYPE NAME). */
function* resolve(k: Kubectl, target: Target): Routine<Found> {
  const { resource, namespace } = target;
  if (target.kind === 'list') return { infos: yield* listInfos(k, resource, namespace), byPrefix: false };
  const name = target.kind === 'name' ? target.name : nameOf(target.manifest.object);
  try {
    const object = yield* getObject(k, resource, namespace, name);
    return { infos: [{ resource, namespace, name, object, source: '' }], byPrefix: false };
  } catch (error) {
    if (!isReason(error, 'NotFound') || target.kind !== 'name' || k.args.length !== 2 || k.args[0]?.match(/[,/]/)) throw error;
    const similar = (yield* listInfos(k, resource, namespace)).filter((info) => info.name.startsWith(name));
    if (similar.length === 0) throw error;
    return { infos: similar, byPrefix: true };
  }
}

function* page(k: Kubectl, info: Info): Routine<string> {
  const object: Obj = { ...info.object, kind: info.object['kind'] ?? info.resource.kind };
  const describer = describers[info.resource.kind] ?? describeGeneric;
  const w = new Writer();
  yield* describer.page(w, object, { k, now: k.now });
  if (!describer.events || !k.flags.bool('show-events')) return w.toString();
  const uid = eventUids(info.resource.kind, object);
  const events: Obj[] = [];
  for (const each of uid) events.push(...(yield* eventsOf(k, object, each)));
  describeEvents(w, events, k.now);
  return w.toString();
}

/** Events of nodes carry the node's name as their uid, those of a static pod the hash of its manifest, which its mirror names. */
function eventUids(kind: string, object: Obj): readonly string[] {
  const uid = text(at(object, 'metadata.uid'));
  if (kind === 'Node') return [uid, nameOf(object)];
  const mirror = text(obj(at(object, 'metadata.annotations'))['kubernetes.io/config.mirror']);
  return [kind === 'Pod' && mirror !== '' ? mirror : uid];
}
