import { validateEnvVarName } from '../../../../apimachinery/names.ts';
import { tryParseQuantity } from '../../../../apimachinery/quantity.ts';
import { StatusError } from '../../../../apimachinery/status.ts';
import { readAll } from '../../../../linux/open-file.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { type Info, visitAll } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { at, defined, entriesOf, type Obj, obj, objs, text } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { fits, podSpecOf, podSpecPath, setAll, withContainers, withPodSpec } from './workload.ts';

/** kubernetes kubectl/pkg/cmd/set/set_env.go. */
export const setEnv: CommandEntry = {
  path: 'set env',
  short: 'Update environment variables on a pod template',
  examples:
    '# Set one\nkubectl set env deployment/web MODE=prod\n\n# Take it away\nkubectl set env deployment/web MODE-\n\n# All keys of a config map\nkubectl set env deployment/web --from=configmap/app',
  *run(k) {
    const { resources, changes } = splitChanges(k.args);
    const { set, remove } = yield* readChanges(k, [...k.flags.list('env'), ...changes]);
    if (resources.length === 0 && k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '')
      throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    if (k.flags.bool('list') && k.flags.text('output') !== '') throw new KubectlError('--list and --output may not be specified together');
    if (k.flags.list('keys').length > 0 && k.flags.text('from') === '')
      throw new KubectlError('when specifying --keys, a configmap or secret must be provided with --from');
    if (k.flags.bool('list')) return yield* listEnv(k, resources);
    const added: Obj[] = [...set, ...(yield* fromSource(k))];
    const pattern = k.flags.text('containers') || '*';
    const unmatched: string[] = [];
    yield* setAll(k, {
      args: resources,
      operation: 'env updated',
      what: 'env',
      failure: 'failed to patch env update to pod template:',
      change: (info) =>
        withPodSpec(info, (spec) => {
          const { found, spec: next } = withContainers(spec, pattern, (container) => changed(container, added, remove, !k.flags.bool('overwrite')));
          if (!found) unmatched.push(`${info.resource.kind}/${info.name}`);
          return next;
        }),
    });
    for (const subject of unmatched) yield* k.printError(`Warning: ${subject} does not have any containers matching "${pattern}"\n`);
  },
};

/** Arguments from the first change on: kubectl/pkg/cmd/set/env/env_parse.go SplitEnvironmentFromResources. */
function splitChanges(args: readonly string[]): { readonly resources: readonly string[]; readonly changes: readonly string[] } {
  const isChange = (arg: string): boolean => /^[^=]+=/s.test(arg) || arg.endsWith('-');
  const first = args.findIndex(isChange);
  const changes = first < 0 ? [] : args.slice(first);
  const late = changes.find((arg) => !isChange(arg));
  if (late !== undefined) throw new KubectlError(`all resources must be specified before environment changes: ${late}`);
  return { resources: first < 0 ? args : args.slice(0, first), changes };
}

/** What is set and what is taken away; `-` reads standard input (env_parse.go ParseEnv). */
function* readChanges(k: Kubectl, changes: readonly string[]): Routine<{ readonly set: readonly Obj[]; readonly remove: readonly string[] }> {
  const set: Obj[] = [];
  const remove: string[] = [];
  for (const change of changes) {
    const equals = change.indexOf('=');
    if (change === '-') {
      const lines = (yield* readAll(k.process.stdin)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      set.push(
        ...(yield* readChanges(
          k,
          lines.filter((line) => line.includes('=')),
        )).set,
      );
    } else if (equals < 0 && change.endsWith('-')) remove.push(change.slice(0, -1));
    else if (equals < 0) throw new KubectlError(`unknown environment variable: ${change}`);
    else {
      const name = change.slice(0, equals);
      const problems = validateEnvVarName(name);
      if (problems.length > 0) throw new KubectlError(`"${name}" is not a valid key name: ${problems.join(';')}`);
      set.push({ name, value: change.slice(equals + 1) });
    }
  }
  if (remove.some((name) => set.some((each) => each['name'] === name)))
    throw new KubectlError('can not both modify and remove the same environment variable in the same command');
  return { set, remove };
}

function changed(container: Obj, added: readonly Obj[], remove: readonly string[], keep: boolean): Obj {
  const before = objs(container['env']);
  if (keep) {
    const taken = added.find((each) => before.some((old) => old['name'] === each['name']));
    if (taken)
      throw new KubectlError(
        `'${text(taken['name'])}' already has a value (${text(before.find((old) => old['name'] === taken['name'])?.['value'])}), and --overwrite is false`,
      );
  }
  const kept = before.map((old) => added.find((each) => each['name'] === old['name']) ?? old).filter((each) => !remove.includes(text(each['name'])));
  const fresh = added.filter((each) => !before.some((old) => old['name'] === each['name']));
  const env = [...kept, ...fresh];
  return defined({ ...container, env: env.length === 0 && container['env'] === undefined ? undefined : env });
}

/** --from: a variable for each key, in capitals. */
function* fromSource(k: Kubectl): Routine<readonly Obj[]> {
  const from = k.flags.text('from');
  if (from === '') return [];
  const [word = '', name = ''] = from.split('/');
  const resource = yield* k.resource(word);
  const source = obj(yield* k.api.request({ method: 'GET', path: pathOf(resource, resource.namespaced ? k.namespace : '', name) }));
  if (resource.kind !== 'ConfigMap' && resource.kind !== 'Secret') throw new KubectlError(`unsupported resource specified in --from`);
  const wanted = k.flags.list('keys');
  const ref = resource.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  const out: Obj[] = [];
  for (const [key] of entriesOf(source['data'])) {
    if (wanted.length > 0 && !wanted.includes(key)) continue;
    const variable = key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
    if (variable !== key) yield* k.printError(`Warning: key ${key} transferred to ${variable}\n`);
    out.push({ name: `${k.flags.text('prefix')}${variable}`, valueFrom: { [ref]: { name, key } } });
  }
  return out;
}

function* listEnv(k: Kubectl, resources: readonly string[]): Routine {
  const pattern = k.flags.text('containers') || '*';
  for (const info of yield* visitAll(k, { args: resources, all: k.flags.bool('all') })) {
    for (const container of containersOf(info)) {
      if (!fits(pattern, text(container['name']))) continue;
      yield* k.print(`# ${info.resource.kind} ${info.name}, container ${text(container['name'])}\n`);
      for (const variable of objs(container['env']))
        yield* k.flags.bool('resolve') ? printResolved(k, info, container, variable) : k.print(`${variableText(variable)}\n`);
    }
  }
}

function containersOf(info: Info): readonly Obj[] {
  const spec = podSpecOf(info.object, podSpecPath(info.resource.kind) ?? ['spec']);
  return [...objs(spec['containers']), ...objs(spec['initContainers'])];
}

/** --resolve: what stands behind a reference (kubectl/pkg/cmd/set/env/env_resolve.go). */
function* printResolved(k: Kubectl, info: Info, container: Obj, variable: Obj): Routine {
  const name = text(variable['name']);
  if (variable['valueFrom'] === undefined) return yield* k.print(`${variableText(variable)}\n`);
  try {
    yield* k.print(`${name}=${yield* resolved(k, info, container, obj(variable['valueFrom']))}\n`);
  } catch (error) {
    if (!(error instanceof KubectlError || error instanceof StatusError)) throw error;
    yield* k.printError(`error retrieving reference for ${name}: ${error.message}\n`);
    yield* k.print(`${variableText(variable)}\n`);
  }
}

function* resolved(k: Kubectl, info: Info, container: Obj, from: Obj): Routine<string> {
  for (const [kind, plural] of [
    ['secretKeyRef', 'secrets'],
    ['configMapKeyRef', 'configmaps'],
  ] as const) {
    const ref = obj(from[kind]);
    if (from[kind] === undefined) continue;
    const source = obj(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${info.namespace}/${plural}/${text(ref['name'])}` }));
    const value = obj(source['data'])[text(ref['key'])];
    if (value === undefined)
      throw new KubectlError(`key ${text(ref['key'])} not found in ${plural === 'secrets' ? 'secret' : 'config map'} ${text(ref['name'])}`);
    return plural === 'secrets' ? Buffer.from(text(value), 'base64').toString('utf8') : text(value);
  }
  if (from['fieldRef'] !== undefined) {
    const path = text(obj(from['fieldRef'])['fieldPath']);
    const simple = ['metadata.name', 'metadata.namespace', 'metadata.uid'].includes(path);
    if (!simple) throw new KubectlError(`unsupported fieldPath: ${path}`);
    return text(at(info.object, path));
  }
  const resource = text(obj(from['resourceFieldRef'])['resource']);
  const quantity = tryParseQuantity(text(at(container, `resources.${resource}`)));
  return quantity ? String(Math.ceil(quantity.value())) : '0';
}

function variableText(variable: Obj): string {
  const name = text(variable['name']);
  const from = obj(variable['valueFrom']);
  const [field, secret, configMap, resource] = [from['fieldRef'], from['secretKeyRef'], from['configMapKeyRef'], from['resourceFieldRef']].map((each) =>
    each === undefined ? undefined : obj(each),
  );
  if (field) return `# ${name} from field path ${text(field['fieldPath'])}`;
  if (secret) return `# ${name} from secret ${text(secret['name'])}, key ${text(secret['key'])}`;
  if (configMap) return `# ${name} from configmap ${text(configMap['name'])}, key ${text(configMap['key'])}`;
  if (resource) return `# ${name} from resource field ${text(resource['resource'])}`;
  return `${name}=${text(variable['value'])}`;
}
