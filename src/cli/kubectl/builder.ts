/** What a command is about: kubernetes cli-runtime/pkg/resource/builder.go. */
import { quote } from '../../apimachinery/go-text.ts';
import { matches, parseSelector } from '../../apimachinery/labels.ts';
import type { ApiResource } from '../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Discovery } from './discovery.ts';
import { ErrorList, KubectlError, prefixed } from './errors.ts';
import { getObject, mustBeTyped } from './fetch.ts';
import { at, nameOf, namespaceOf, type Obj, obj, objs, text, withPath } from './json.ts';
import { type Kubectl, pathOf } from './kubectl.ts';
import { type Manifest, manifestsOfText, readManifests } from './manifests.ts';

/** One object that a command works on. `object` is as the server or the manifest has it. */
export type Info = { readonly resource: ApiResource; readonly namespace: string; readonly name: string; readonly object: Obj; readonly source: string };

type BuildOptions = {
  readonly args: readonly string[];
  /** --all: every object of the types. */
  readonly all?: boolean;
  /** Names beside --all are a mistake. */
  readonly allOrNames?: boolean;
  /** Types may stand alone: all their objects are meant (get, describe). */
  readonly selectAll?: boolean;
  /** Whether to ask the server for what manifests and names mean. */
  readonly fetch?: boolean;
  /** Only one type and the names after it (run, logs). */
  readonly defaultType?: string;
  /** --selector is the command's own and chooses nothing. */
  readonly ownSelector?: boolean;
  readonly validate?: boolean;
  /** --subresource: what is asked for of each. */
  readonly subresource?: string;
};

/** What the arguments name before anybody is asked. */
export type Target =
  | { readonly kind: 'list'; readonly resource: ApiResource; readonly namespace: string }
  | { readonly kind: 'name'; readonly resource: ApiResource; readonly namespace: string; readonly name: string }
  | { readonly kind: 'manifest'; readonly resource: ApiResource; readonly namespace: string; readonly manifest: Manifest; readonly own: string };

const nothingGiven = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;
const mixed =
  "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/** As `targetsOf`; what cannot be read of files is then one error among others, without `error: ` (get, describe). */
export function* readTargets(k: Kubectl, args: readonly string[]): Routine<readonly Target[]> {
  try {
    return yield* targetsOf(k, { args, selectAll: true });
  } catch (error) {
    const ofFiles = error instanceof ErrorList || (error instanceof KubectlError && k.flags.text('kustomize') !== '' && args.length === 0);
    throw ofFiles ? new ErrorList([error instanceof ErrorList ? error : new ErrorList([error])]) : error;
  }
}

/** Reads flags and arguments. Throws KubectlError with the builder's texts. */
export function* targetsOf(k: Kubectl, options: BuildOptions): Routine<readonly Target[]> {
  const filenames = k.flags.list('filename');
  const kustomize = k.flags.text('kustomize');
  if (filenames.length > 0 || kustomize !== '') {
    const byFile = options.ownSelector || options.fetch ? '' : k.flags.text('selector');
    if (options.args.length > 0) throw new KubectlError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
    const manifests = yield* readManifests(k, { filenames, kustomize, recursive: k.flags.bool('recursive'), validate: options.validate ?? false });
    const targets: Target[] = [];
    for (const manifest of manifests) {
      try {
        if (manifest.problem !== undefined) throw new KubectlError(manifest.problem);
        if (!isSelected(byFile, manifest.object)) continue;
        targets.push(yield* manifestTarget(k, manifest));
      } catch (error) {
        if (!(error instanceof KubectlError)) throw error;
        k.problems.push(error);
      }
    }
    if (targets.length === 0 && k.problems.length > 0) throw new ErrorList(k.problems.splice(0));
    return targets;
  }
  const byFlag = (!options.ownSelector && k.flags.text('selector') !== '') || k.flags.text('field-selector') !== '';
  const selector = byFlag || (options.all ?? false);
  const chosen = byFlag || ((options.allOrNames && options.all) ?? false);
  if (options.args.length === 0 && options.defaultType === undefined)
    throw new KubectlError(byFlag ? 'at least one resource must be specified to use a selector' : nothingGiven);
  checkShape(options.args);
  const slash = options.args.some((arg) => arg.includes('/'));
  const words = slash ? options.args.map((arg) => arg.split('/')[0] ?? '') : (options.defaultType ?? options.args[0] ?? '').split(',');
  const discovery = yield* k.discovery((known) => words.every((word) => known.knows(word)));
  const namespace = k.flags.bool('all-namespaces') ? '' : k.namespace;
  if (slash) {
    const targets = options.args.flatMap((arg) => slashed(discovery, arg, namespace));
    if (chosen) throw new KubectlError('selectors and the all flag cannot be used when passing resource/name arguments');
    return targets;
  }
  const names = options.defaultType === undefined ? options.args.slice(1) : options.args;
  const resources = [...new Set(words.flatMap((word) => expand(discovery, word, names)))];
  if (names.length > 0) return named(k, resources, names, { namespace, selector: chosen });
  if (!selector && !options.selectAll) throw new KubectlError('resource(s) were provided, but no name was specified');
  return resources.map((resource) => ({ kind: 'list', resource, namespace: resource.namespaced ? namespace : '' }));
}

const isSelected = (selector: string, object: Obj): boolean =>
  selector === '' || matches(parseSelector(selector), obj(at(object, 'metadata.labels')) as Readonly<Record<string, string>>);

function checkShape(args: readonly string[]): void {
  const slashes = args.filter((arg) => arg.includes('/')).length;
  if (slashes > 0 && slashes < args.length) throw new KubectlError(mixed);
}

function slashed(discovery: Discovery, arg: string, namespace: string): Target[] {
  const [word = '', name = '', ...more] = arg.split('/');
  if (more.length > 0) throw new KubectlError('arguments in resource/name form may not have more than one slash');
  if (word === '' || name === '') throw new KubectlError('arguments in resource/name form must have a single resource and name');
  if (word.includes(',')) throw new KubectlError('arguments in resource/name form may not have more than one resource');
  const resource = discovery.require(word);
  if (resource.namespaced && namespace === '') throw new KubectlError('a resource cannot be retrieved by name across all namespaces');
  return [{ kind: 'name', resource, namespace: resource.namespaced ? namespace : '', name }];
}

function expand(discovery: Discovery, word: string, names: readonly string[]): readonly ApiResource[] {
  const category = discovery.find(word) ? [] : discovery.category(word);
  if (category.length === 0) return [discovery.require(word)];
  if (names.length > 0) throw new KubectlError('you must specify only one resource');
  return category;
}

function named(
  k: Kubectl,
  resources: readonly ApiResource[],
  names: readonly string[],
  how: { readonly namespace: string; readonly selector: boolean },
): readonly Target[] {
  if (how.selector) throw new KubectlError('name cannot be provided when a selector is specified');
  return resources.flatMap((resource) => {
    if (resource.namespaced && k.flags.bool('all-namespaces')) throw new KubectlError('a resource cannot be retrieved by name across all namespaces');
    return names.map((name) => ({ kind: 'name' as const, resource, namespace: resource.namespaced ? how.namespace : '', name }));
  });
}

/** What manifests say, without a word to the server: --local. */
export function* manifestInfos(k: Kubectl, args: readonly string[]): Routine<readonly Info[]> {
  if (args.length > 0 && k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '')
    throw new KubectlError(
      k.path === 'set env'
        ? nothingGiven
        : "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
  const targets = yield* targetsOf(k, { args });
  return targets.flatMap((target) => {
    if (target.kind !== 'manifest') return [];
    const { object, source } = target.manifest;
    return [{ resource: target.resource, namespace: target.namespace, name: nameOf(object), object, source }];
  });
}

function* resourceOf(k: Kubectl, manifest: Manifest): Routine<ApiResource> {
  const apiVersion = text(manifest.object['apiVersion']);
  const kind = text(manifest.object['kind']);
  const unversioned = apiVersion === '' ? yield* k.resourceOfKind('v1', kind) : undefined;
  const resource = unversioned ? { ...unversioned, version: '' } : yield* k.resourceOfKind(apiVersion, kind);
  if (resource) return resource;
  throw new KubectlError(
    `resource mapping not found for name: "${nameOf(manifest.object)}" namespace: "${namespaceOf(manifest.object)}" from "${manifest.source}": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
  );
}

/** The objects of a text as they stand in it. Throws KubectlError, or ErrorList for several mistakes. */
export function* infosOfText(k: Kubectl, content: string, source: string): Routine<readonly Info[]> {
  const infos: Info[] = [];
  const problems: KubectlError[] = [];
  for (const manifest of manifestsOfText(content, source)) {
    try {
      if (manifest.problem !== undefined) throw new KubectlError(manifest.problem);
      infos.push(toInfo(yield* resourceOf(k, manifest), manifest.object, source));
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems.length === 1 ? problems[0] : new ErrorList(problems);
  return infos;
}

function* manifestTarget(k: Kubectl, manifest: Manifest): Routine<Target> {
  const resource = yield* resourceOf(k, manifest);
  mustBeTyped(k, resource, manifest.source);
  const own = namespaceOf(manifest.object);
  if (resource.namespaced && k.config.namespaceGiven && own !== '' && own !== k.namespace) {
    throw new KubectlError(
      `the namespace from the provided object "${own}" does not match the namespace "${k.namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  const namespace = resource.namespaced ? own || k.namespace : '';
  // With --local nothing is filled in.
  const object =
    resource.namespaced && own === '' && !k.flags.bool('local') ? withPath(manifest.object, ['metadata', 'namespace'], namespace) : manifest.object;
  return { kind: 'manifest', resource, namespace, own, manifest: { ...manifest, object } };
}

type Visited = { readonly infos: readonly Info[]; readonly errors: readonly unknown[] };

/** Finds what the targets mean; what cannot be found is an error among the results, in order. */
export function* visit(k: Kubectl, options: BuildOptions): Routine<Visited> {
  const fetch = options.fetch ?? true;
  const targets = yield* targetsOf(k, { ...options, fetch });
  const infos: Info[] = [];
  const errors: unknown[] = [];
  for (const target of targets) {
    try {
      const selector = target.kind === 'manifest' && !options.ownSelector ? k.flags.text('selector') : '';
      infos.push(...(yield* resolve(k, target, fetch)).filter(({ object }) => isSelected(selector, object)));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      errors.push(error);
    }
  }
  return { infos, errors };
}

/** As `visit`, but the first error ends it. */
export function* visitAll(k: Kubectl, options: BuildOptions): Routine<readonly Info[]> {
  const targets = yield* targetsOf(k, options);
  const infos: Info[] = [];
  for (const target of targets) infos.push(...(yield* resolve(k, target, options.fetch ?? true, options.subresource)));
  return infos;
}

function* resolve(k: Kubectl, target: Target, fetch: boolean, subresource = ''): Routine<readonly Info[]> {
  const { resource, namespace } = target;
  if (target.kind === 'list') return yield* listInfos(k, resource, namespace);
  const name = target.kind === 'name' ? target.name : nameOf(target.manifest.object);
  const source = target.kind === 'name' ? '' : target.manifest.source;
  if (fetch) return [toInfo(resource, yield* getObject(k, resource, namespace, name, { subresource }), source)];
  return [{ resource, namespace, name, object: target.kind === 'manifest' ? target.manifest.object : {}, source }];
}

/** All objects of a type that the selectors choose, page by page. */
export function* listInfos(k: Kubectl, resource: ApiResource, namespace: string): Routine<readonly Info[]> {
  const infos: Info[] = [];
  let next = '';
  do {
    const answer = yield* listPage(k, resource, namespace, { query: next === '' ? {} : { continue: next } });
    const apiVersion = text(answer['apiVersion']);
    for (const item of objs(answer['items']))
      infos.push(toInfo(resource, { ...item, apiVersion: item['apiVersion'] ?? apiVersion, kind: item['kind'] ?? resource.kind }, ''));
    next = text(at(answer, 'metadata.continue'));
  } while (next !== '');
  return infos;
}

/** One page of a list; a refused selector is named in the error (resource/selector.go). */
export function* listPage(
  k: Kubectl,
  resource: ApiResource,
  namespace: string,
  more: { readonly query?: Readonly<Record<string, string>>; readonly accept?: string } = {},
): Routine<Obj> {
  try {
    return obj(
      yield* k.api.request({
        method: 'GET',
        path: pathOf(resource, namespace),
        query: { ...listQuery(k), ...more.query },
        ...(more.accept !== undefined && { accept: more.accept }),
      }),
    );
  } catch (error) {
    if (!isReason(error, 'BadRequest') && !isReason(error, 'NotFound')) throw error;
    const [labels, fields] = [k.flags.text('selector'), k.flags.text('field-selector')];
    const what = `"${resource.group}/${resource.version}, Resource=${resource.resource}"`;
    throw prefixed(
      error,
      labels === '' && fields === ''
        ? `Unable to list ${what}: `
        : `Unable to find ${what} that match label selector ${quote(labels)}, field selector ${quote(fields)}: `,
    );
  }
}

const toInfo = (resource: ApiResource, object: Obj, source: string): Info => ({
  resource,
  object,
  source,
  name: nameOf(object),
  namespace: namespaceOf(object),
});

/** labelSelector, fieldSelector and limit of a list. */
export function listQuery(k: Kubectl): Record<string, string> {
  const chunk = k.flags.text('chunk-size');
  return {
    ...(k.flags.text('field-selector') !== '' && { fieldSelector: k.flags.text('field-selector') }),
    ...(k.flags.text('selector') !== '' && { labelSelector: k.flags.text('selector') }),
    ...(chunk !== '' && chunk !== '0' && { limit: chunk }),
  };
}
