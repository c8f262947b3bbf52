import type { PolicyRule } from '../../api/types.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { RestResponse, UserInfo } from '../../interfaces/rest.ts';
import type { Attributes } from '../authz/authorizer.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { isObject } from '../objects.ts';

type Review = { readonly spec: Readonly<Record<string, unknown>>; readonly whole: Readonly<Record<string, unknown>> };

/** Questions to the server that are asked by a POST and stored nowhere: who am I, may I, is this token good. */
export const reviews: Readonly<Record<string, (context: RequestContext) => RestResponse>> = {
  'selfsubjectreviews.authentication.k8s.io': whoAmI,
  'tokenreviews.authentication.k8s.io': reviewToken,
  'selfsubjectaccessreviews.authorization.k8s.io': (context) => reviewAccess(context, context.user),
  'subjectaccessreviews.authorization.k8s.io': (context) => reviewAccess(context, subjectOf(reviewOf(context))),
  'localsubjectaccessreviews.authorization.k8s.io': (context) => reviewAccess(context, subjectOf(reviewOf(context))),
  'selfsubjectrulesreviews.authorization.k8s.io': listRules,
};

function reviewOf({ request }: RequestContext): Review {
  const { body } = request;
  if (!isObject(body)) throw badRequest('the body of the request was empty or no object');
  return { whole: body, spec: isObject(body['spec']) ? body['spec'] : {} };
}

const answer = ({ served }: RequestContext, spec: unknown, status: unknown): RestResponse =>
  jsonResponse(201, { kind: served.kind, apiVersion: served.apiVersion, metadata: {}, ...(spec !== undefined && { spec }), status });

function whoAmI(context: RequestContext): RestResponse {
  const { name, uid, groups, extra } = context.user;
  return answer(context, undefined, { userInfo: { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) } });
}

function reviewToken(context: RequestContext): RestResponse {
  const { spec } = reviewOf(context);
  const token = typeof spec['token'] === 'string' ? spec['token'] : '';
  const claims = context.core.tokens.claims(token);
  if (claims === undefined) return answer(context, spec, { user: {}, error: '[invalid bearer token, token lookup failed]' });
  const asked = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const audiences = asked.length === 0 ? claims.aud : claims.aud.filter((audience) => asked.includes(audience));
  if (audiences.length === 0) return answer(context, spec, { user: {}, error: 'invalid bearer token, token audiences are not accepted' });
  const { name, uid, groups, extra } = context.core.tokens.authenticate(token);
  return answer(context, spec, { authenticated: true, user: { username: name, uid, groups, ...(extra && { extra }) }, audiences });
}

function subjectOf({ spec }: Review): UserInfo {
  return {
    name: String(spec['user'] ?? ''),
    groups: Array.isArray(spec['groups']) ? spec['groups'].map(String) : [],
    ...(spec['uid'] ? { uid: String(spec['uid']) } : {}),
  };
}

function reviewAccess(context: RequestContext, user: UserInfo): RestResponse {
  const { spec } = reviewOf(context);
  const attributes = attributesOf(spec);
  const allowed = context.core.authorizer.allows(user, attributes);
  const reason = allowed ? context.core.authorizer.reason(user, attributes) : '';
  return answer(context, spec, { allowed, ...(reason !== '' && { reason }) });
}

function attributesOf(spec: Readonly<Record<string, unknown>>): Attributes {
  const resource = spec['resourceAttributes'];
  if (isObject(resource)) {
    const text = (name: string): string => String(resource[name] ?? '');
    return {
      verb: text('verb'),
      group: text('group'),
      resource: text('resource'),
      subresource: text('subresource'),
      namespace: text('namespace'),
      name: text('name'),
      isResource: true,
      path: '',
    };
  }
  const path = spec['nonResourceAttributes'];
  if (!isObject(path)) throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  return {
    verb: String(path['verb'] ?? ''),
    path: String(path['path'] ?? ''),
    group: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    isResource: false,
  };
}

function listRules(context: RequestContext): RestResponse {
  const { spec } = reviewOf(context);
  const namespace = String(spec['namespace'] ?? '');
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = context.core.authorizer.rulesFor(context.user, namespace);
  const resourceRules = rules.filter((rule) => !rule.nonResourceURLs?.length).map(resourceRule);
  const nonResourceRules = rules.filter((rule) => rule.nonResourceURLs?.length).map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
  return answer(context, {}, { resourceRules, nonResourceRules, incomplete: false });
}

const resourceRule = ({ verbs, apiGroups, resources, resourceNames }: PolicyRule): object => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames && { resourceNames }),
});
