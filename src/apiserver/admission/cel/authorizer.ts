/** `authorizer` in CEL: what the one who asks, or a service account, may do (apiserver/pkg/cel/library authz.go). */
import type { UserInfo } from '../../../interfaces/rest.ts';
import type { Attributes, Authorizer } from '../../authz/authorizer.ts';
import type { RequestInfo } from '../../request-info.ts';

type Asked = Omit<Attributes, 'verb'>;

/** Somebody, whose rights can be asked. */
export class AuthorizerValue {
  readonly authorizer: Authorizer;
  readonly user: UserInfo;
  /** What the request at hand asks for. */
  readonly requestResource: ResourceCheck;

  constructor(authorizer: Authorizer, user: UserInfo, info: RequestInfo) {
    this.authorizer = authorizer;
    this.user = user;
    this.requestResource = new ResourceCheck(this, info);
  }
}

class PathCheck {
  readonly of: AuthorizerValue;
  readonly asked: Asked;
  constructor(of: AuthorizerValue, asked: Asked) {
    this.of = of;
    this.asked = asked;
  }
}
class GroupCheck extends PathCheck {}
class ResourceCheck extends PathCheck {}

class Decision {
  readonly allowed: boolean;
  readonly reason: string;
  constructor(allowed: boolean, reason: string) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

const prefix = 'kubernetes.authorization';
export const authorizerTypes = [
  [`${prefix}.Decision`, Decision, {}],
  [`${prefix}.PathCheck`, PathCheck, {}],
  [`${prefix}.GroupCheck`, GroupCheck, {}],
  [`${prefix}.ResourceCheck`, ResourceCheck, {}],
  [`${prefix}.Authorizer`, AuthorizerValue, { requestResource: `${prefix}.ResourceCheck` }],
] as const;

const nothing: Asked = { group: '', resource: '', subresource: '', namespace: '', name: '', isResource: true, path: '' };

function check({ of, asked }: PathCheck, verb: string): Decision {
  const attributes = { ...asked, verb };
  const allowed = of.authorizer.allows(of.user, attributes);
  return new Decision(allowed, allowed ? of.authorizer.reason(of.user, attributes) : '');
}

const narrowed =
  (field: 'subresource' | 'namespace' | 'name') =>
  ({ of, asked }: ResourceCheck, value: string) =>
    new ResourceCheck(of, { ...asked, [field]: value });

function serviceAccount({ authorizer, requestResource }: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return new AuthorizerValue(authorizer, { name: `system:serviceaccount:${namespace}:${name}`, groups }, { ...requestResource.asked, verb: '' } as RequestInfo);
}

type Functions = readonly (readonly [signature: string, handler: (...values: never[]) => unknown])[];

const resource = `${prefix}.ResourceCheck`;
export const authorizerFunctions: Functions = [
  [`${prefix}.Authorizer.path(string): ${prefix}.PathCheck`, (of: AuthorizerValue, path: string) => new PathCheck(of, { ...nothing, isResource: false, path })],
  [`${prefix}.Authorizer.group(string): ${prefix}.GroupCheck`, (of: AuthorizerValue, group: string) => new GroupCheck(of, { ...nothing, group })],
  [`${prefix}.Authorizer.serviceAccount(string, string): ${prefix}.Authorizer`, serviceAccount],
  [`${prefix}.GroupCheck.resource(string): ${resource}`, ({ of, asked }: GroupCheck, name: string) => new ResourceCheck(of, { ...asked, resource: name })],
  ...(['subresource', 'namespace', 'name'] as const).map((field) => [`${resource}.${field}(string): ${resource}`, narrowed(field)] as const),
  [`${prefix}.PathCheck.check(string): ${prefix}.Decision`, check],
  [`${resource}.check(string): ${prefix}.Decision`, check],
  [`${prefix}.Decision.allowed(): bool`, ({ allowed }: Decision) => allowed],
  [`${prefix}.Decision.reason(): string`, ({ reason }: Decision) => reason],
  [`${prefix}.Decision.errored(): bool`, () => false],
  [`${prefix}.Decision.error(): string`, () => ''],
];
