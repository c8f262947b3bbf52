/** Admission webhooks: other servers that may change or refuse a request (apiserver/pkg/admission/plugin/webhook). */
import type { KubeObject, Service } from '../../api/types.ts';
import { type JsonPatchOperation, jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { failure, StatusError, type StatusReason } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import { CelError } from './cel/environment.ts';
import type { AdmissionPlugin, Operation } from './chain.ts';
import { isMatched, type Subject } from './matching.ts';
import { scopeOf } from './validating-policy.ts';
import type { Webhook } from './webhook-types.ts';

const own = 'admissionregistration.k8s.io';

/** Each in turn, by the names of their configurations; a patch counts for those that follow. */
export const mutatingWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  admit(context, operation, object, old) {
    const { mutatingWebhooks } = context.core.admission;
    if (mutatingWebhooks.size === 0 || context.served.group === own) return object;
    let admitted = object;
    for (const webhook of webhooksOf(mutatingWebhooks)) {
      const response = ask(context, { operation, object: admitted, old }, webhook);
      if (response?.patch === undefined || response.patch === '') continue;
      try {
        const patched = jsonPatch(admitted, JSON.parse(Buffer.from(response.patch, 'base64').toString()) as JsonPatchOperation[]) as KubeObject;
        admitted = context.served.strategy.defaults ? context.served.strategy.defaults(patched) : patched;
      } catch (error) {
        if (!(error instanceof SyntaxError || error instanceof StatusError)) throw error;
        throw internal((error as Error).message);
      }
    }
    return admitted;
  },
};

/** Runs after all mutating plugins; any refusal refuses the request. */
export const validatingWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(context, operation, object, old) {
    const { validatingWebhooks } = context.core.admission;
    if (validatingWebhooks.size === 0 || context.served.group === own) return;
    for (const webhook of webhooksOf(validatingWebhooks)) ask(context, { operation, object, old }, webhook);
  },
};

function* webhooksOf(configurations: ReadonlyMap<string, { readonly webhooks?: readonly Webhook[] }>): Generator<Webhook, void, void> {
  for (const name of [...configurations.keys()].sort()) yield* configurations.get(name)?.webhooks ?? [];
}

type Response = {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly patch?: string;
  readonly status?: { readonly message?: string; readonly reason?: string; readonly code?: number };
  readonly warnings?: readonly string[];
};

/** The webhook's answer; undefined when it is not for this request, or failed and may. Throws StatusError when it refuses. */
function ask(context: RequestContext, subject: Subject, webhook: Webhook): Response | undefined {
  const { rules, namespaceSelector, objectSelector } = webhook;
  if (!isMatched(context, subject, { ...(rules && { rules }), ...(namespaceSelector && { namespaceSelector }), ...(objectSelector && { objectSelector }) }))
    return undefined;
  const fails = (webhook.failurePolicy ?? 'Fail') === 'Fail';
  try {
    if (!conditionsHold(context, subject, webhook)) return undefined;
    const response = call(context, subject, webhook);
    for (const text of response.warnings ?? []) context.warn(text);
    if (response.allowed === true) return response;
    throw denied(webhook, response);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (!fails) return undefined;
    throw internal(`failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`);
  }
}

function conditionsHold(context: RequestContext, subject: Subject, { matchConditions = [] }: Webhook): boolean {
  if (matchConditions.length === 0) return true;
  const scope = scopeOf(context, subject, null);
  try {
    return matchConditions.every(({ expression }) => context.core.admission.cel.compile(expression)(scope) === true);
  } catch (error) {
    if (error instanceof CelError) throw new CallError(error.message);
    throw error;
  }
}

/** Why a webhook could not be asked. */
class CallError extends Error {}

const internal = (message: string): StatusError => failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/** webhook/errors ToStatusErr: what the webhook says, or 400. */
function denied({ name }: Webhook, { status }: Response): StatusError {
  const why = status?.message ? `: ${status.message}` : status?.reason ? `: ${status.reason}` : ' without explanation';
  const code = status?.code && status.code >= 400 ? status.code : 400;
  return failure(code, (status?.reason ?? '') as StatusReason, `admission webhook ${JSON.stringify(name)} denied the request${why}`);
}

function call(context: RequestContext, subject: Subject, webhook: Webhook): Response {
  const { service, url: fixed } = webhook.clientConfig;
  const seconds = webhook.timeoutSeconds ?? 10;
  const path = service?.path ?? '';
  const base = service ? `https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${path}` : (fixed ?? '');
  const url = `${base}${base.includes('?') ? '&' : '?'}timeout=${seconds}s`;
  const failed = (why: string): CallError => new CallError(`failed to call webhook: Post "${url}": ${why}`);
  const post = context.core.options.postToWebhook;
  if (!post) throw failed('no route to webhooks');
  const target = service ? { address: addressOf(context, service, failed), port: service.port ?? 443 } : hostOf(fixed ?? '');
  const trusted = webhook.clientConfig.caBundle !== undefined && webhook.clientConfig.caBundle !== '';
  const answer = post({
    ...target,
    path: `${service ? path || '/' : pathOf(fixed ?? '')}?timeout=${seconds}s`,
    trusted,
    seconds,
    body: JSON.stringify(reviewOf(context, subject)),
  });
  if ('error' in answer) throw failed(answer.error);
  if (answer.status !== 200)
    throw new CallError(`failed to call webhook: ${answer.body.trim() || `the server responded with the status code ${answer.status}`}`);
  return responseOf(answer.body);
}

function responseOf(body: string): Response {
  let review: { readonly kind?: string; readonly response?: Response };
  try {
    review = JSON.parse(body) as typeof review;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CallError("failed to call webhook: couldn't get version/kind; json parse error: invalid character in the webhook's answer");
  }
  if (review.response === undefined) throw new CallError('webhook response was absent');
  return review.response;
}

function addressOf(
  { core }: RequestContext,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  failed: (why: string) => CallError,
): string {
  const service = core.storage.get<Service>(`/registry/services/specs/${namespace}/${name}`)?.object;
  if (!service) throw failed(`service "${name}" not found`);
  return service.spec.clusterIP ?? '';
}

function hostOf(url: string): { readonly address: string; readonly port: number } {
  const [, host = '', port] = /^https?:\/\/([^:/?]+)(?::(\d+))?/.exec(url) ?? [];
  return { address: host, port: Number(port ?? 443) };
}

const pathOf = (url: string): string => /^https?:\/\/[^/]+(\/[^?]*)?/.exec(url)?.[1] ?? '/';

const operations: Readonly<Record<Operation, string>> = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', connect: 'CONNECT' };

function reviewOf({ core, served, info, user, dryRun }: RequestContext, { operation, object, old }: Subject): object {
  const kind = { group: served.group, version: served.version, kind: served.kind };
  const resource = { group: served.group, version: served.version, resource: served.resource };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: core.sim.random.uuid(),
      kind,
      resource,
      ...(info.subresource !== '' && { subResource: info.subresource }),
      requestKind: kind,
      requestResource: resource,
      name: object?.metadata.name ?? old?.metadata.name ?? info.name,
      ...(info.namespace !== '' && { namespace: info.namespace }),
      operation: operations[operation],
      userInfo: { username: user.name, ...(user.uid && { uid: user.uid }), groups: user.groups, ...(user.extra && { extra: user.extra }) },
      object: operation === 'delete' ? null : (object ?? null),
      oldObject: old ?? null,
      dryRun,
      options: { kind: `${operations[operation][0]}${operation.slice(1)}Options`, apiVersion: 'meta.k8s.io/v1' },
    },
  };
}
