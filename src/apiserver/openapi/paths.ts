/** The operations on one resource: what clients look for is the kind, the action, and which query parameters and patches a path takes. */
import type { ServedResource } from '../resource-table.ts';
import { reference } from './schemas.ts';

type Shared = { readonly deleteOptions: string; readonly status: string };
type Operation = Readonly<Record<string, unknown>>;

const queryParameter = (name: string, description: string, type = 'string'): Operation => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});

const pretty = queryParameter('pretty', "If 'true', then the output is pretty printed.");
const writing: readonly Operation[] = [
  queryParameter('dryRun', 'When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be processed'),
  queryParameter('fieldManager', 'fieldManager is a name associated with the actor or entity that is making these changes.'),
  queryParameter(
    'fieldValidation',
    'fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields. Valid values are: - Ignore - Warn - Strict',
  ),
];
const reading: readonly Operation[] = [
  queryParameter('allowWatchBookmarks', 'allowWatchBookmarks requests watch events with type "BOOKMARK".', 'boolean'),
  queryParameter('continue', 'The continue option should be set when retrieving more results from the server.'),
  queryParameter('fieldSelector', 'A selector to restrict the list of returned objects by their fields.'),
  queryParameter('labelSelector', 'A selector to restrict the list of returned objects by their labels.'),
  queryParameter('limit', 'limit is a maximum number of responses to return for a list call.', 'integer'),
  queryParameter('resourceVersion', 'resourceVersion sets a constraint on what resource versions a request may be served from.'),
  queryParameter('resourceVersionMatch', 'resourceVersionMatch determines how resourceVersion is applied to list calls.'),
  queryParameter('sendInitialEvents', '`sendInitialEvents=true` may be set together with `watch=true`.', 'boolean'),
  queryParameter('timeoutSeconds', 'Timeout for the list/watch call.', 'integer'),
  queryParameter('watch', 'Watch for changes to the described resources and return them as a stream of add, update, and remove notifications.', 'boolean'),
];
const deleting: readonly Operation[] = [
  writing[0] as Operation,
  queryParameter('gracePeriodSeconds', 'The duration in seconds before the object should be deleted.', 'integer'),
  queryParameter('orphanDependents', 'Deprecated: please use the PropagationPolicy.', 'boolean'),
  queryParameter('propagationPolicy', 'Whether and how garbage collection will be performed.'),
];
const force = queryParameter('force', 'Force is going to "force" Apply requests.', 'boolean');

const pathParameter = (name: string, description: string): Operation => ({
  name,
  in: 'path',
  description,
  required: true,
  schema: { type: 'string', uniqueItems: true },
});

/** All paths of a resource, by path. */
export function pathsOf(served: ServedResource, schema: string, shared: Shared): Readonly<Record<string, Operation>> {
  const { api, group, version, kind } = served;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = api.namespaced ? `${root}/namespaces/{namespace}` : root;
  const gvk = { group, kind, version };
  const context = { gvk, schema, shared, verbs: new Set(api.verbs), custom: served.custom };
  const listSchema = schema.replace(/[^.]+$/, api.listKind);
  const parameters = (named: boolean): Operation[] => [
    ...(named ? [pathParameter('name', `name of the ${kind}`)] : []),
    ...(api.namespaced ? [pathParameter('namespace', 'object name and auth scope, such as for teams and projects')] : []),
    pretty,
  ];
  const collection = operations(context, [
    ['get', 'list', reading, listSchema],
    ['post', 'create', writing, schema],
    ['delete', 'deletecollection', deleting, shared.status],
  ]);
  const item = operations(context, [
    ['get', 'get', [], schema],
    ['put', 'update', writing, schema],
    ['patch', 'patch', [...writing, force], schema],
    ['delete', 'delete', deleting, shared.status],
  ]);
  const subs = api.subresources
    .filter(({ kind: own }) => own === undefined)
    .map(({ name, verbs }) => [
      `${scope}/${api.resource}/{name}/${name}`,
      {
        ...operations({ ...context, verbs: new Set(verbs) }, [
          ['get', 'get', [], schema],
          ['put', 'update', writing, schema],
          ['patch', 'patch', [...writing, force], schema],
        ]),
        parameters: parameters(true),
      },
    ]);
  return {
    [`${scope}/${api.resource}`]: { ...collection, parameters: parameters(false) },
    ...(Object.keys(item).length > 0 && { [`${scope}/${api.resource}/{name}`]: { ...item, parameters: parameters(true) } }),
    ...(api.namespaced && api.verbs.includes('list') && { [`${root}/${api.resource}`]: operations(context, [['get', 'list', reading, listSchema]]) }),
    ...Object.fromEntries(subs),
  };
}

type Context = { readonly gvk: object; readonly schema: string; readonly shared: Shared; readonly verbs: ReadonlySet<string>; readonly custom: boolean };
type Row = readonly [method: string, verb: string, parameters: readonly Operation[], answer: string];

const actions: Readonly<Record<string, string>> = { create: 'post', update: 'put' };

function operations(context: Context, rows: readonly Row[]): Record<string, Operation> {
  return Object.fromEntries(
    rows
      .filter(([, verb]) => context.verbs.has(verb))
      .map(([method, verb, parameters, answer]) => [
        method,
        {
          ...(parameters.length > 0 && { parameters }),
          ...bodyOf(context, verb),
          responses: {
            '200': { description: 'OK', content: contents(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'], answer) },
          },
          'x-kubernetes-action': actions[verb] ?? verb,
          'x-kubernetes-group-version-kind': context.gvk,
        },
      ]),
  );
}

const contents = (types: readonly string[], schema: string): Operation => Object.fromEntries(types.map((type) => [type, { schema: reference(schema) }]));

const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];

function bodyOf({ schema, shared, custom }: Context, verb: string): Operation {
  if (verb === 'create' || verb === 'update') return { requestBody: { content: contents(['*/*'], schema), required: true } };
  if (verb === 'delete' || verb === 'deletecollection') return { requestBody: { content: contents(['*/*'], shared.deleteOptions) } };
  if (verb !== 'patch') return {};
  const types = custom ? patchTypes : [...patchTypes, 'application/strategic-merge-patch+json'];
  return { requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'object' } }])), required: true } };
}
