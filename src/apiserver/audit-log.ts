/** The audit log of `--audit-policy-file` and `--audit-log-path`: apiserver/pkg/audit/policy, plugin/pkg/audit/log. */
import type { RestRequest, RestResponse, UserInfo } from '../interfaces/rest.ts';
import type { Sim } from '../sim/sim.ts';
import type { RequestInfo } from './request-info.ts';

type Level = 'None' | 'Metadata' | 'Request' | 'RequestResponse';
type PolicyRule = {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly resources?: readonly { readonly group?: string; readonly resources?: readonly string[]; readonly resourceNames?: readonly string[] }[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly string[];
  readonly omitManagedFields?: boolean;
};
/** audit.k8s.io/v1 Policy as it was read; the first rule that fits a request gives its level. */
export type AuditPolicy = { readonly rules?: readonly PolicyRule[]; readonly omitStages?: readonly string[]; readonly omitManagedFields?: boolean };

type AuditLogOptions = { readonly sim: Sim; readonly policy: AuditPolicy; readonly write: (line: string) => void };

/** One JSON line an event. */
export class AuditLog {
  readonly #options: AuditLogOptions;

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** A request that was answered. */
  record(request: RestRequest, info: RequestInfo, user: UserInfo, response: RestResponse, annotations: Readonly<Record<string, string>> | undefined): void {
    const { policy, sim, write } = this.#options;
    const rule = policy.rules?.find((each) => matches(each, info, user));
    if (rule === undefined || rule.level === 'None') return;
    const omitted = new Set([...(policy.omitStages ?? []), ...(rule.omitStages ?? [])]);
    const auditID = sim.random.uuid();
    const now = `${new Date(sim.now).toISOString().slice(0, -1)}${String(Math.floor((sim.now % 1) * 1000)).padStart(3, '0')}Z`;
    const common = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: rule.level,
      auditID,
      stage: 'RequestReceived',
      requestURI: uriOf(request),
      verb: info.verb,
      user: { username: user.name, ...(user.uid && { uid: user.uid }), groups: user.groups, ...(user.extra && { extra: user.extra }) },
      ...(request.remoteAddress !== undefined && { sourceIPs: [request.remoteAddress] }),
      userAgent: request.headers?.['user-agent'] ?? '',
      ...(info.isResource && { objectRef: objectRef(info, request) }),
      requestReceivedTimestamp: now,
    };
    if (!omitted.has('RequestReceived')) write(JSON.stringify({ ...common, stageTimestamp: now }));
    const stage = response.watch === undefined ? 'ResponseComplete' : 'ResponseStarted';
    if (omitted.has(stage)) return;
    const bodies =
      rule.level === 'Metadata'
        ? {}
        : {
            ...(request.body !== undefined && { requestObject: request.body }),
            ...(rule.level === 'RequestResponse' && response.body !== undefined && { responseObject: response.body }),
          };
    const allowed = response.status === 401 || response.status === 403 ? {} : { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' };
    write(
      JSON.stringify({ ...common, stage, responseStatus: statusOf(response), ...bodies, stageTimestamp: now, annotations: { ...allowed, ...annotations } }),
    );
  }
}

const statusOf = ({ status, body }: RestResponse): object => {
  const said = body as { readonly kind?: string; readonly status?: string; readonly message?: string; readonly reason?: string } | undefined;
  return said?.kind === 'Status' && said.status === 'Failure'
    ? { metadata: {}, status: 'Failure', message: said.message, reason: said.reason, code: status }
    : { metadata: {}, code: status };
};

function uriOf({ path, query }: RestRequest): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => `${key}=${encodeURIComponent(each)}`),
  );
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

function objectRef(info: RequestInfo, request: RestRequest): object {
  const name = info.name || (request.body as { readonly metadata?: { readonly name?: string } } | undefined)?.metadata?.name;
  return {
    resource: info.resource,
    ...(info.namespace !== '' && { namespace: info.namespace }),
    ...(name && { name }),
    ...(info.group !== '' && { apiGroup: info.group }),
    apiVersion: info.version,
    ...(info.subresource !== '' && { subresource: info.subresource }),
  };
}

/** policy/checker.go: what a rule does not speak of, it takes. */
function matches(rule: PolicyRule, info: RequestInfo, user: UserInfo): boolean {
  if (rule.users?.length && !rule.users.includes(user.name)) return false;
  if (rule.userGroups?.length && !rule.userGroups.some((group) => user.groups.includes(group))) return false;
  if (rule.verbs?.length && !rule.verbs.includes(info.verb) && !rule.verbs.includes('*')) return false;
  if (!rule.namespaces?.length && !rule.resources?.length && !rule.nonResourceURLs?.length) return true;
  return info.isResource
    ? matchesResource(rule, info)
    : (rule.nonResourceURLs?.some((url) => url === '*' || url === info.path || (url.endsWith('*') && info.path.startsWith(url.slice(0, -1)))) ?? false);
}

function matchesResource({ namespaces, resources, nonResourceURLs }: PolicyRule, info: RequestInfo): boolean {
  if (nonResourceURLs?.length && !resources?.length && !namespaces?.length) return false;
  if (namespaces?.length && !namespaces.includes(info.namespace)) return false;
  if (!resources?.length) return true;
  const asked = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  return resources.some(({ group = '', resources: names, resourceNames }) => {
    if (group !== info.group) return false;
    if (resourceNames?.length && !resourceNames.includes(info.name)) return false;
    if (!names?.length) return true;
    return names.some(
      (each) => each === '*' || each === asked || (each === `*/${info.subresource}` && info.subresource !== '') || each === `${info.resource}/*`,
    );
  });
}
