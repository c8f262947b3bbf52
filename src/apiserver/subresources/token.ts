import type { KubeObject, Node, Pod, Secret, ServiceAccount } from '../../api/types.ts';
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts';
import { badRequest, conflict, invalid, notFound } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { isObject } from '../objects.ts';
import { keyOf } from '../resource-table.ts';

type BoundObject = { readonly kind?: string; readonly name?: string; readonly uid?: string };
type TokenRequestSpec = { readonly audiences?: readonly string[]; readonly expirationSeconds?: number; readonly boundObjectRef?: BoundObject };

/** POST serviceaccounts/token: TokenRequest (kubernetes pkg/registry/core/serviceaccount/storage/token.go). */
export function createToken(context: RequestContext): RestResponse {
  const { served, info, core, request } = context;
  const account = core.storage.get<ServiceAccount>(keyOf(served, info.namespace, info.name));
  if (account === undefined) throw notFound(served, info.name);
  const spec = (isObject(request.body) && isObject(request.body['spec']) ? request.body['spec'] : {}) as TokenRequestSpec;
  const expirationSeconds = spec.expirationSeconds ?? 3600;
  const errors: FieldError[] = [];
  if (expirationSeconds < 600) errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 10 minutes'));
  if (expirationSeconds > 2 ** 32)
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  if (errors.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors);
  const audiences = spec.audiences?.length ? spec.audiences : core.tokens.defaultAudiences;
  const bound = spec.boundObjectRef ? boundObjects(context, spec.boundObjectRef) : {};
  const { token, expiration } = core.tokens.issue(account.object, { audiences, expirationSeconds, ...bound });
  return jsonResponse(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: info.name, namespace: info.namespace, creationTimestamp: rfc3339(core.sim.now) },
    spec: { audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: rfc3339(expiration) },
  });
}

/** What the token is tied to: it ends when that goes. */
function boundObjects({ core, info }: RequestContext, reference: BoundObject): { pod?: Pod; node?: Node; secret?: Secret } {
  const { kind, name = '', uid } = reference;
  const find = <T extends KubeObject>(key: string, resource: string): T => {
    const found = core.storage.get<T>(key);
    if (found === undefined) throw notFound({ group: '', resource }, name);
    if (uid && uid !== found.object.metadata.uid) {
      throw conflict(
        { group: '', resource },
        name,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    }
    return found.object;
  };
  if (kind === 'Secret') return { secret: find<Secret>(`/registry/secrets/${info.namespace}/${name}`, 'secrets') };
  if (kind === 'Node') return { node: find<Node>(`/registry/minions/${name}`, 'nodes') };
  if (kind !== 'Pod') throw badRequest(`cannot bind token to object of type ${kind}`);
  const pod = find<Pod>(`/registry/pods/${info.namespace}/${name}`, 'pods');
  if (pod.spec.serviceAccountName !== info.name)
    throw badRequest(`cannot bind token for serviceaccount "${info.name}" to pod running with different serviceaccount name.`);
  const node = pod.spec.nodeName ? core.storage.get<Node>(`/registry/minions/${pod.spec.nodeName}`)?.object : undefined;
  return { pod, ...(node && { node }) };
}
