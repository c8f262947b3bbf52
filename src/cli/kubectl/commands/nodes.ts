/** cordon, uncordon, taint: kubernetes kubectl/pkg/cmd/drain, cmd/taint. */
import { validateLabelValue, validateQualifiedName } from '../../../apimachinery/names.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, visit, visitAll } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import type { Discovery } from '../discovery.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { at, type Obj, obj, objs, text, withoutPath, withPath } from '../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';

/** The nodes that a command names, or that -l chooses. */
export function* nodesOf(k: Kubectl): Routine<readonly Info[]> {
  const selector = k.flags.text('selector');
  if (k.args.length === 0 && selector === '') throw k.usage(`USAGE: ${k.path} NODE [flags]`);
  if (k.args.length > 0 && selector !== '') throw k.usage('error: cannot specify both a node name and a --selector option');
  const nodes = yield* visitAll(k, { args: k.args, defaultType: 'nodes' });
  const other = nodes.find(({ resource }) => resource.kind !== 'Node')?.resource;
  if (other) throw new KubectlError(`expected resource of type node, got "${other.group}/${other.version}, Resource=${other.resource}"`);
  return nodes;
}

/** Marks nodes; gives those that could not be. */
export function* mark(k: Kubectl, nodes: readonly Info[], unschedulable: boolean, dryRun: DryRun): Routine {
  const verb = unschedulable ? 'cordon' : 'uncordon';
  const print = operationPrinter(k, dryRun);
  for (const node of nodes) {
    if ((at(node.object, 'spec.unschedulable') === true) === unschedulable) {
      yield* print(node.object, `already ${verb}ed`);
      continue;
    }
    try {
      if (dryRun !== 'client') {
        const query: Readonly<Record<string, string>> = dryRun === 'server' ? { dryRun: 'All' } : {};
        yield* k.api.request({
          method: 'PATCH',
          path: pathOf(node.resource, '', node.name),
          query,
          body: { spec: { unschedulable: unschedulable ? true : null } },
          contentType: 'application/strategic-merge-patch+json',
        });
      }
      yield* print(node.object, `${verb}ed`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      yield* k.printError(`error: unable to ${verb} node "${node.name}": ${error.message}\n`);
    }
  }
}

export const cordon: CommandEntry = {
  path: 'cordon',
  short: 'Mark node as unschedulable',
  examples: '# No new pods on a node\nkubectl cordon node01',
  *run(k) {
    const dryRun = yield* k.dryRun();
    yield* mark(k, yield* nodesOf(k), true, dryRun);
  },
};

export const uncordon: CommandEntry = {
  path: 'uncordon',
  short: 'Mark node as schedulable',
  examples: '# New pods again\nkubectl uncordon node01',
  *run(k) {
    const dryRun = yield* k.dryRun();
    yield* mark(k, yield* nodesOf(k), false, dryRun);
  },
};

type Taint = { readonly key: string; readonly value: string; readonly effect: string };

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const taint: CommandEntry = {
  path: 'taint',
  short: 'Update the taints on one or more nodes',
  long: 'A taint is a key, a value that may be empty, and an effect: NoSchedule, PreferNoSchedule or NoExecute.',
  examples:
    '# Keep pods off\nkubectl taint nodes node01 dedicated=db:NoSchedule\n\n# Take it away\nkubectl taint nodes node01 dedicated=db:NoSchedule-\n\n# All taints of a key\nkubectl taint nodes node01 dedicated-',
  *run(k) {
    const dryRun = yield* k.dryRun();
    const { resources, add, remove } = parseArguments(k, yield* k.discovery((known) => known.find(k.args[0] ?? '') !== undefined));
    // Dry or not, the words are the same.
    const print = operationPrinter(k);
    const { infos, errors } = yield* visit(k, { args: resources, all: k.flags.bool('all') });
    const failures = [...errors];
    for (const info of infos) {
      try {
        const { taints, operation } = change(info, add, remove, k.flags.bool('overwrite'));
        const spec = withPath(info.object, ['spec', 'taints'], taints);
        const changed = dryRun === 'client' ? (taints.length > 0 ? spec : withoutPath(info.object, ['spec', 'taints'])) : yield* send(k, info, taints, dryRun);
        yield* print(changed, operation);
      } catch (error) {
        if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new ErrorList(failures);
  },
};

function* send(k: Kubectl, info: Info, taints: readonly Obj[], dryRun: DryRun): Routine<Obj> {
  const query = { ...(dryRun === 'server' && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
  const body = { metadata: { resourceVersion: text(at(info.object, 'metadata.resourceVersion')) }, spec: { taints: taints.length === 0 ? null : taints } };
  return obj(yield* k.api.request({ method: 'PATCH', path: pathOf(info.resource, '', info.name), query, body, contentType: 'application/merge-patch+json' }));
}

function parseArguments(
  k: Kubectl,
  discovery: Discovery,
): { readonly resources: readonly string[]; readonly add: readonly Taint[]; readonly remove: readonly Taint[] } {
  const isTaint = (arg: string): boolean => arg.includes('=') || arg.includes(':') || arg.endsWith('-');
  const first = k.args.findIndex(isTaint);
  const resources = first < 0 ? k.args : k.args.slice(0, first);
  const specs = first < 0 ? [] : k.args.slice(first);
  if (resources.length === 0) throw new KubectlError('one or more resources must be specified as <resource> <name>');
  if (specs.length === 0) throw new KubectlError('at least one taint update is required');
  const word = resources[0] ?? '';
  if (!discovery.find(word)) throw new KubectlError(`the server doesn't have a resource type "${word}"`, { bare: true });
  if (!['node', 'nodes', 'no'].includes(word.toLowerCase())) throw new KubectlError(`invalid resource type ${word}, only node types are supported`);
  if (resources.length === 1 && !k.flags.bool('all') && k.flags.text('selector') === '')
    throw new KubectlError("at least one resource name must be specified since 'all' parameter is not set");
  if (k.flags.bool('all') && k.flags.text('selector') !== '') throw new KubectlError("setting 'all' parameter with a non empty selector is prohibited");
  const parse = (spec: string): Taint => parseTaint(k, spec);
  const add = specs.filter((spec) => !spec.endsWith('-')).map(parse);
  const remove = specs.filter((spec) => spec.endsWith('-')).map((spec) => parse(spec.slice(0, -1)));
  for (const [i, { key, value, effect }] of add.entries())
    if (add.slice(0, i).some((each) => each.key === key && each.effect === effect))
      throw k.usage(`duplicated taints with the same key and effect: {${key} ${value} ${effect} <nil>}`);
  const both = remove.filter((taint) => add.some((each) => each.key === taint.key && (taint.effect === '' || taint.effect === each.effect)));
  if (both.length > 0)
    throw new KubectlError(
      `can not both modify and remove the following taint(s) in the same command: ${both.map(({ key, effect }) => `${key}=${effect}`).join(', ')}`,
    );
  return { resources, add, remove };
}

function parseTaint(k: Kubectl, spec: string): Taint {
  const [pair = '', effect = '', ...more] = spec.split(':');
  // Without an effect all of it is the key.
  const [key = '', value = '', ...rest] = spec.includes(':') ? pair.split('=') : [pair];
  if (more.length > 0 || rest.length > 0 || spec === '') throw k.usage(`invalid taint spec: ${spec}`);
  const wrong = [...validateQualifiedName(key), ...validateLabelValue(value)];
  if (wrong.length > 0) throw k.usage(`invalid taint spec: ${spec}, ${wrong.join('; ')}`);
  if (spec.includes(':') && !effects.includes(effect)) throw k.usage(`invalid taint effect: ${effect}, unsupported taint effect`);
  return { key, value, effect };
}

function change(
  info: Info,
  add: readonly Taint[],
  remove: readonly Taint[],
  overwrite: boolean,
): { readonly taints: readonly Obj[]; readonly operation: string } {
  const before = objs(at(info.object, 'spec.taints'));
  const same = (each: Obj, taint: Taint): boolean => each['key'] === taint.key && (taint.effect === '' || each['effect'] === taint.effect);
  const there = add.filter((taint) => before.some((each) => same(each, taint)));
  if (there.length > 0 && !overwrite)
    throw new KubectlError(`node ${info.name} already has ${there.map((taint) => taint.key).join(', ')} taint(s) with same effect(s) and --overwrite is false`);
  for (const taint of remove) {
    if (!before.some((each) => same(each, taint))) throw new KubectlError(`taint "${taint.key}${taint.effect === '' ? '' : `:${taint.effect}`}" not found`);
  }
  const kept = before.filter((each) => !remove.some((taint) => same(each, taint)) && !add.some((taint) => same(each, taint)));
  const fresh = add.map(({ key, value, effect }) => ({ effect, key, ...(value !== '' && { value }) }));
  const operation = add.length === 0 ? 'untainted' : there.length > 0 || remove.length > 0 ? 'modified' : 'tainted';
  return { taints: [...fresh, ...kept], operation };
}
