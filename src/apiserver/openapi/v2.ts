/** The documents of OpenAPI v3 as the one of Swagger 2.0 that /openapi/v2 serves (kube-openapi/pkg/handler, openapiconv). */

type Json = Readonly<Record<string, unknown>>;

/** One document of all. */
export function swaggerOf(documents: readonly Json[], version: string): object {
  const paths: Record<string, unknown> = {};
  const definitions: Record<string, unknown> = {};
  for (const { paths: given, components } of documents) {
    for (const [path, item] of Object.entries((given ?? {}) as Json)) paths[path] = pathItem(item as Json);
    for (const [name, schema] of Object.entries(((components as Json)['schemas'] ?? {}) as Json)) definitions[name] ??= converted(schema);
  }
  const sorted = (map: Json): object => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: sorted(paths),
    definitions: sorted(definitions),
    securityDefinitions: { BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  };
}

const methods = new Set(['get', 'put', 'post', 'delete', 'patch', 'options', 'head']);

const pathItem = (item: Json): object =>
  Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (key === 'parameters') return [key, (value as readonly Json[]).map(parameter)];
      return [key, methods.has(key) ? operation(value as Json) : value];
    }),
  );

function operation({ requestBody, responses, parameters, ...rest }: Json): object {
  const body = requestBody === undefined ? [] : [bodyParameter(requestBody as Json)];
  const given = ((parameters ?? []) as readonly Json[]).map(parameter);
  const consumes = Object.keys(((requestBody as Json | undefined)?.['content'] ?? { '*/*': {} }) as Json);
  const first = Object.values((responses ?? {}) as Json)[0] as Json | undefined;
  return {
    ...rest,
    consumes,
    produces: Object.keys((first?.['content'] ?? { 'application/json': {} }) as Json),
    schemes: ['https'],
    ...(body.length + given.length > 0 && { parameters: [...body, ...given] }),
    responses: Object.fromEntries(Object.entries((responses ?? {}) as Json).map(([code, response]) => [code, responseOf(response as Json)])),
  };
}

const schemaOf = (content: unknown): unknown => converted((Object.values((content ?? {}) as Json)[0] as Json | undefined)?.['schema']);

const bodyParameter = ({ content, required }: Json): object => ({ name: 'body', in: 'body', ...(required ? { required } : {}), schema: schemaOf(content) });

/** A parameter's schema stands in the parameter itself. */
const parameter = ({ schema, ...rest }: Json): object => ({ ...rest, ...(converted(schema) as object | undefined) });

function responseOf({ content, ...rest }: Json): object {
  const schema = schemaOf(content);
  return schema === undefined ? rest : { ...rest, schema };
}

/** References without `allOf` around them, no defaults, unions as what they are written as. */
function converted(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(converted);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { allOf, default: _default, oneOf, nullable: _nullable, ...rest } = schema as Json;
  const fields = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' ? String(value).replace('#/components/schemas/', '#/definitions/') : key === 'properties' ? mapped(value as Json) : converted(value),
    ]),
  );
  const [only] = (allOf ?? []) as readonly Json[];
  return { ...fields, ...(only && (converted(only) as object)), ...(oneOf !== undefined && { type: 'string' }) };
}

const mapped = (properties: Json): object => Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, converted(schema)]));
