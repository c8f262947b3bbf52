import { relaxedJsonPath } from '../../../../apimachinery/jsonpath.ts';
import { type ApiResource, formatGroupVersion } from '../../../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../../../apimachinery/status.ts';
import { isConnectPath } from '../../../../interfaces/rest.ts';
import { isSession, wholeText } from '../../../../interfaces/streams.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { listInfos, listPage, readTargets, type Target } from '../../builder.ts';
import { ErrorList, KubectlError } from '../../errors.ts';
import { getObject } from '../../fetch.ts';
import { at, nameOf, type Obj, objs, text } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { columnsText, customColumns } from '../../printers/custom-columns.ts';
import { objectPrinter, splitFormat, unknownFormat } from '../../printers/object-printer.ts';
import { tableText } from '../../printers/table.ts';
import { plainTable } from './plain-table.ts';
import { sortObjects, sortTable, wrongPath } from './sort.ts';
import { tableAccept, tableOptions } from './table-options.ts';
import { watchTarget } from './watch.ts';

const ownFormats = ['custom-columns', 'custom-columns-file', 'wide'];

/** kubernetes kubectl/pkg/cmd/get/get.go. */
export function* get(k: Kubectl): Routine {
  if (k.flags.text('raw') !== '') return yield* raw(k, k.flags.text('raw'));
  const output = k.flags.text('output');
  if (k.flags.bool('show-labels') && output !== '' && output !== 'wide') throw new KubectlError(`--show-labels option cannot be used with ${output} printer`);
  if (k.flags.bool('output-watch-events') && !k.flags.bool('watch') && !k.flags.bool('watch-only'))
    throw new KubectlError('--output-watch-events option can only be used with --watch or --watch-only');
  const subject = k.flags.list('filename').length > 0 || k.flags.text('kustomize') !== '';
  if (k.args.length === 0 && !subject) throw yield* nothingToGet(k);
  const { format, argument } = splitFormat(k);
  const columns = format.startsWith('custom-columns') ? customColumns(k, format, argument) : undefined;
  const human = format === '' || format === 'wide';
  const printer = human || columns ? undefined : objectPrinter(k, { more: ownFormats });
  if (!human && !columns && !printer) throw unknownFormat(format, ownFormats);
  if (k.flags.text('subresource') !== '' && k.args.length === 1 && !k.args[0]?.includes('/'))
    throw new KubectlError('subresource cannot be used when bulk resources are specified');
  const targets = yield* readTargets(k, k.args);
  if (k.flags.bool('watch') || k.flags.bool('watch-only')) return yield* watchTarget(k, targets, { wide: format === 'wide', printer, columns });
  if (human) return yield* printTables(k, targets, format === 'wide');
  const { objects, errors } = yield* fetchObjects(k, targets);
  const single = targets.length === 1 && targets[0]?.kind !== 'list';
  const sorted = sortObjects(k.process, objects, k.flags.text('sort-by'));
  if (sorted === undefined) throw noSuchField(k);
  if (!(single && errors.length > 0) && !(single && objects.length === 0)) {
    const only = sorted[0];
    if (columns) yield* k.print(columnsText(columns, sorted, k.flags.bool('no-headers')));
    else if (printer && (!single || only)) yield* k.print(printer(single && only ? only : asList(sorted)));
  }
  if (errors.length > 0) throw new ErrorList([new ErrorList(errors)]);
}

const noSuchField = (k: Kubectl): KubectlError =>
  wrongPath(k.flags.text('sort-by')) ??
  new KubectlError(`couldn't find any field with path "${relaxedJsonPath(k.flags.text('sort-by'))}" in the list of objects`);

const asList = (items: readonly Obj[]): Obj => ({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });

function* raw(k: Kubectl, url: string): Routine {
  if (k.flags.list('filename').length > 0 || k.flags.has('watch') || k.flags.has('watch-only') || k.flags.text('selector') !== '' || k.args.length > 0)
    throw new KubectlError('arguments may not be passed when --raw is specified');
  if (k.flags.text('output') !== '') throw new KubectlError('--raw and --output are mutually exclusive');
  if (!/^(\/|[a-z]+:\/\/)/.test(url)) throw new KubectlError(`--raw must be a valid URL path: parse ${JSON.stringify(url)}: invalid URI for request`);
  const [path = '', search = ''] = url.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  const answer = isConnectPath(path) ? yield* k.api.connect({ method: 'GET', path, query }) : { body: yield* k.api.request({ method: 'GET', path, query }) };
  const body = isSession(answer) ? yield* wholeText(answer) : answer.body;
  yield* k.print(typeof body === 'string' ? body : path === '/version' ? JSON.stringify(body, null, 2) : `${JSON.stringify(body)}\n`);
}

/** The error for a command that needs a type of resource. */
function* nothingToGet(k: Kubectl): Routine<KubectlError> {
  yield* k.printError(`You must specify the type of resource to ${k.path}. Use "kubectl api-resources" for a complete list of supported resources.\n\n`);
  return k.usage('Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).');
}

function* fetchObjects(k: Kubectl, targets: readonly Target[]): Routine<{ readonly objects: readonly Obj[]; readonly errors: readonly unknown[] }> {
  const objects: Obj[] = [];
  const errors: unknown[] = [];
  for (const target of targets) {
    try {
      if (target.kind === 'list')
        objects.push(...(yield* listInfos(k, target.resource, target.namespace)).map((info) => withKind(info.object, target.resource)));
      else objects.push(withKind(yield* getTarget(k, target), target.resource));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!(isReason(error, 'NotFound') && k.flags.bool('ignore-not-found'))) errors.push(error);
    }
  }
  return { objects, errors };
}

const withKind = (object: Obj, resource: ApiResource): Obj => ({
  ...object,
  apiVersion: object['apiVersion'] ?? formatGroupVersion(resource),
  kind: object['kind'] ?? resource.kind,
});

function getTarget(
  k: Kubectl,
  target: Exclude<Target, { kind: 'list' }>,
  more: { readonly query?: Record<string, string>; readonly accept?: string } = {},
): Routine<Obj> {
  const name = target.kind === 'name' ? target.name : nameOf(target.manifest.object);
  return getObject(k, target.resource, target.namespace, name, { subresource: k.flags.text('subresource'), ...more });
}

type Part = { readonly resource: ApiResource; readonly namespace: string; table: Obj };

/** Consecutive answers about one resource share a table. */
function* printTables(k: Kubectl, targets: readonly Target[], wide: boolean): Routine {
  const parts: Part[] = [];
  const errors: unknown[] = [];
  for (const target of targets) {
    try {
      const table = yield* fetchTable(k, target);
      const last = parts.at(-1);
      if (last && last.resource === target.resource && target.kind !== 'list' && k.flags.text('sort-by') === '')
        last.table = { ...last.table, rows: [...objs(last.table['rows']), ...objs(table['rows'])] };
      else parts.push({ resource: target.resource, namespace: target.namespace, table });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!(isReason(error, 'NotFound') && k.flags.bool('ignore-not-found'))) errors.push(error);
    }
  }
  if (sortParts(k, parts)) yield* printParts(k, parts, wide);
  else if (targets.length > 1) throw noSuchField(k);
  else return yield* nothingFound(k, targets);
  const empty = parts.every((part) => objs(part.table['rows']).length === 0);
  if (empty && errors.length === 0 && !k.flags.bool('ignore-not-found')) yield* nothingFound(k, targets);
  if (errors.length > 0) throw new ErrorList([new ErrorList(errors)]);
}

function sortParts(k: Kubectl, parts: readonly Part[]): boolean {
  const by = k.flags.text('sort-by');
  if (by === '') return true;
  if (parts.length > 1) return false;
  for (const part of parts) {
    const sorted = sortTable(k.process, part.table, by);
    if (!sorted) return false;
    part.table = sorted;
  }
  return true;
}

function* printParts(k: Kubectl, parts: readonly Part[], wide: boolean): Routine {
  const several = new Set(parts.map((part) => part.resource)).size > 1;
  let written = false;
  for (const { resource, table } of parts) {
    if (objs(table['rows']).length === 0) continue;
    if (written && !k.flags.bool('no-headers')) yield* k.print('\n');
    yield* k.print(tableText(table, tableOptions(k, resource, { wide, withKind: several })));
    written = true;
  }
}

function* fetchTable(k: Kubectl, target: Target): Routine<Obj> {
  const include: Record<string, string> = k.flags.text('sort-by') === '' ? {} : { includeObject: 'Object' };
  const accept = k.flags.bool('server-print') ? tableAccept : 'application/json';
  if (target.kind !== 'list') return plainTable(yield* getTarget(k, target, { query: include, accept }), k.now);
  let table: Obj | undefined;
  let next = '';
  do {
    const page = plainTable(
      yield* listPage(k, target.resource, target.namespace, { query: { ...include, ...(next !== '' && { continue: next }) }, accept }),
      k.now,
    );
    table = table ? { ...table, rows: [...objs(table['rows']), ...objs(page['rows'])] } : page;
    next = text(at(page, 'metadata.continue'));
  } while (next !== '');
  return table;
}

/** kubectl says where it looked, unless it looked everywhere or the server's empty table is one of cluster-scoped resources. */
function* nothingFound(k: Kubectl, targets: readonly Target[]): Routine {
  const namespaced = !k.flags.bool('all-namespaces') && (!k.flags.bool('server-print') || targets.every((target) => target.resource.namespaced));
  const namespace = targets.find((target) => target.kind === 'manifest')?.namespace ?? k.namespace;
  yield* k.printError(namespaced ? `No resources found in ${namespace} namespace.\n` : 'No resources found\n');
}
