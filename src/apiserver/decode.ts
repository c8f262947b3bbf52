import type { KubeObject } from '../api/types.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { RequestContext } from './context.ts';
import { isObject, tidy } from './objects.ts';

/** A request's body as an object of the resource's kind. Its own fields are checked when the client asks for it with fieldValidation. */
export function decode(context: RequestContext, body: unknown, _given: unknown = body): KubeObject {
  const { served } = context;
  if (!isObject(body)) throw badRequest('the body of the request was empty or no object');
  const tidied = tidy(body) as Readonly<Record<string, unknown>>;
  const kind = tidied['kind'] ?? served.kind;
  const apiVersion = tidied['apiVersion'] ?? served.apiVersion;
  if (kind !== served.kind) {
    const version = String(apiVersion).split('/').at(-1);
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${served.kind}: converting (${version}.${kind}) to (${served.group === '' ? 'core' : served.group.split('.')[0]}.${served.kind}): unknown conversion`,
    );
  }
  if (apiVersion !== served.apiVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${served.apiVersion})`);
  }
  const metadata = isObject(tidied['metadata']) ? tidied['metadata'] : {};
  return { ...tidied, apiVersion: served.apiVersion, kind: served.kind, metadata } as KubeObject;
}
