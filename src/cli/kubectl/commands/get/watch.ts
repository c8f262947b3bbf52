/** get -w: kubernetes kubectl/pkg/cmd/get/get.go, watch. */
import { sortedJson } from '../../../../apimachinery/json.ts';
import type { ApiResource } from '../../../../apimachinery/resources.ts';
import { isStatus, StatusError } from '../../../../apimachinery/status.ts';
import type { WatchEvent } from '../../../../interfaces/rest.ts';
import type { Channel } from '../../../../sim/channel.ts';
import { type Routine, sleep } from '../../../../sim/routine.ts';
import { listPage, listQuery, type Target } from '../../builder.ts';
import { KubectlError } from '../../errors.ts';
import { getObject } from '../../fetch.ts';
import { at, nameOf, type Obj, obj, objs, text } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { type Column, columnsText } from '../../printers/custom-columns.ts';
import type { ObjectPrinter } from '../../printers/object-printer.ts';
import { tableText } from '../../printers/table.ts';
import { plainTable } from './plain-table.ts';
import { sortTable } from './sort.ts';
import { tableAccept, tableOptions } from './table-options.ts';

type WatchPrinters = { readonly wide: boolean; readonly printer: ObjectPrinter | undefined; readonly columns: readonly Column[] | undefined };

/** Shows what there is, then every change until it is stopped. */
export function* watchTarget(k: Kubectl, targets: readonly Target[], printers: WatchPrinters): Routine {
  const target = targets[0];
  const kinds = new Set(targets.map(({ resource }) => resource));
  if (!target || (kinds.size > 1 && target.kind !== 'manifest')) throw new KubectlError('you may only specify a single resource type');
  if (targets.length > 1) return yield* watchNone(k, targets, printers);
  if (k.flags.text('sort-by') !== '') yield* k.printError('warning: --watch requested, --sort-by will be ignored for watch events received\n');
  const human = printers.printer === undefined && printers.columns === undefined;
  const accept = human ? tableAccept : 'application/json';
  const name = target.kind === 'list' ? '' : target.kind === 'name' ? target.name : nameOf(target.manifest.object);
  if (name !== '') yield* getObject(k, target.resource, target.namespace, name);
  const byName: Readonly<Record<string, string>> = name === '' ? {} : { fieldSelector: `metadata.name=${name}` };
  const first = yield* listPage(k, target.resource, target.namespace, { accept, query: byName });
  const show = shower(k, target, printers);
  if (!k.flags.bool('watch-only')) {
    const found = human
      ? first
      : {
          ...first,
          items: objs(first['items']).map((item) => ({
            ...item,
            apiVersion: item['apiVersion'] ?? first['apiVersion'],
            kind: item['kind'] ?? target.resource.kind,
          })),
        };
    yield* show(found, 'ADDED');
  }
  const query = { ...listQuery(k), ...byName, resourceVersion: text(at(first, 'metadata.resourceVersion')) };
  const { limit: _limit, ...watchQuery } = query as Record<string, string>;
  const channel = yield* k.api.watch({ method: 'GET', path: pathOf(target.resource, target.namespace), query: watchQuery, accept });
  endInTime(k, channel);
  try {
    for (let event = yield* channel.receive(); event; event = yield* channel.receive()) {
      if (event.type === 'ERROR') throw isStatus(event.object) ? new StatusError(event.object) : new KubectlError('watch ended');
      if (event.type !== 'BOOKMARK') yield* show(obj(event.object), event.type);
    }
  } finally {
    channel.break();
  }
}

/** Several objects are shown, but not watched. */
function* watchNone(k: Kubectl, targets: readonly Target[], printers: WatchPrinters): Routine {
  const accept = printers.printer === undefined && printers.columns === undefined ? tableAccept : 'application/json';
  const shows = new Map<ApiResource, ReturnType<typeof shower>>();
  for (const target of k.flags.bool('watch-only') ? [] : targets) {
    const path = pathOf(target.resource, target.namespace, target.kind === 'list' ? '' : target.kind === 'name' ? target.name : nameOf(target.manifest.object));
    const show = shows.get(target.resource) ?? shower(k, target, printers);
    shows.set(target.resource, show);
    yield* show(obj(yield* k.api.request({ method: 'GET', path, accept })), 'ADDED');
  }
  throw new KubectlError('you may only watch a single resource or type of resource at a time');
}

/** --request-timeout ends a watch, too. */
export function endInTime(k: Kubectl, channel: Channel<WatchEvent>): void {
  if (k.flags.text('request-timeout') !== '0' && k.flags.text('request-timeout') !== '') k.process.sim.go(closeLater(channel, k), 'request-timeout');
}

function* closeLater(channel: Channel<WatchEvent>, k: Kubectl): Routine {
  const value = k.flags.text('request-timeout');
  yield* sleep(/^\d+$/.test(value) ? Number(value) * 1000 : k.flags.duration('request-timeout'));
  channel.close();
}

/** A name is that of the object; JSON tells the event in one line, as it came. */
function eventText(k: Kubectl, printer: ObjectPrinter, event: { readonly type: string; readonly object: Obj }): string {
  const output = k.flags.text('output');
  if (output === 'name') return printer(event.object);
  return output === 'json' ? `{"type":${JSON.stringify(event.type)},"object":${sortedJson(event.object)}}\n` : printer(event);
}

function shower(k: Kubectl, target: Target, { wide, printer, columns }: WatchPrinters): (answer: Obj, type: string) => Routine {
  const widths: number[] = [];
  let headed = false;
  let definitions: unknown;
  const events = k.flags.bool('output-watch-events');
  const options = tableOptions(k, target.resource, { wide, withKind: false });
  return function* (answer, type) {
    if (printer) {
      for (const object of Array.isArray(answer['items']) ? objs(answer['items']) : [answer])
        yield* k.print(events ? eventText(k, printer, { type, object }) : printer(object));
      return;
    }
    if (columns) {
      const items = Array.isArray(answer['items']) ? objs(answer['items']) : [answer];
      yield* k.print(columnsText(columns, items, headed || k.flags.bool('no-headers')));
      headed = true;
      return;
    }
    const table = plainTable(answer, k.now);
    if (objs(table['columnDefinitions']).length > 0) definitions = table['columnDefinitions'];
    const whole: Obj = { ...table, columnDefinitions: definitions };
    const shown = k.flags.text('sort-by') === '' ? whole : (sortTable(k.process, whole, k.flags.text('sort-by')) ?? whole);
    if (objs(shown['rows']).length === 0) return;
    yield* k.print(tableText(shown, { ...options, noHeaders: headed || options.noHeaders }, widths, events ? { header: 'EVENT', cell: type } : undefined));
    headed = true;
  };
}
