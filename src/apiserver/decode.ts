import { typeOf } from '../api/schema.ts';
import type { KubeObject } from '../api/types.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { RequestContext } from './context.ts';
import { throughGo } from './go-values.ts';
import { isObject, tidy } from './objects.ts';
import { decodingError, fieldValidation, strictErrors, withoutUnknown } from './schema.ts';

/** A request's body as an object of the resource's kind. Its fields are checked as the client asks for it with fieldValidation. */
export function decode(context: RequestContext, body: unknown): KubeObject {
  if (!isObject(body)) throw badRequest('the body of the request was empty or no object');
  checkKind(context, body);
  return asObject(context, checkFields(context, body));
}

/** A tidied object of the resource's kind. */
export function asObject(context: RequestContext, body: Readonly<Record<string, unknown>>): KubeObject {
  const object = throughGo(ownVersion(context, body));
  return context.served.conversion?.toStorage(object) ?? object;
}

function ownVersion({ served }: RequestContext, body: Readonly<Record<string, unknown>>): KubeObject {
  const tidied = withStructs(served, tidy(body));
  const metadata = isObject(tidied['metadata']) ? tidied['metadata'] : {};
  if (tidied['apiVersion'] === served.apiVersion && tidied['kind'] === served.kind && tidied['metadata'] === metadata) return tidied as unknown as KubeObject;
  return { ...tidied, apiVersion: served.apiVersion, kind: served.kind, metadata } as KubeObject;
}

/** Structs that Go's types always have, though nothing was said of them. */
const structs = ['spec', 'roleRef'] as const;

function withStructs({ apiVersion, kind, custom }: RequestContext['served'], object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const missing = custom ? [] : structs.filter((name) => object[name] === undefined && typeOf(apiVersion, kind)?.field(name) !== undefined);
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing.map((name) => [name, {}])) };
}

function checkKind({ served }: RequestContext, body: Readonly<Record<string, unknown>>): void {
  const kind = body['kind'] ?? served.kind;
  const apiVersion = body['apiVersion'] ?? served.apiVersion;
  if (kind !== served.kind) {
    const version = String(apiVersion).split('/').at(-1);
    const internal = served.group === '' ? 'core' : served.group.split('.')[0];
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${served.kind}: converting (${version}.${kind}) to (${internal}.${served.kind}): unknown conversion`,
    );
  }
  if (apiVersion !== served.apiVersion)
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${served.apiVersion})`);
}

/** Warns of unknown fields or refuses them; the body without them. */
function checkFields(context: RequestContext, body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const mode = fieldValidation(context.request);
  if (mode === undefined) return body;
  const { served } = context;
  const cannot = `${served.kind} in version "${served.version}" cannot be handled as a ${served.kind}`;
  const wrong = decodingError(body, served);
  if (wrong !== undefined) throw badRequest(`${cannot}: ${wrong}`);
  const errors = strictErrors(body, served);
  if (errors.length === 0) return body;
  if (mode === 'Strict') throw badRequest(`${cannot}: strict decoding error: ${errors.join(', ')}`);
  if (mode !== 'Ignore') for (const error of errors) context.warn(error);
  return withoutUnknown(body, served);
}
