/** Answers on their way out: as JSON or YAML, compressed where it is worth it, with the headers that clients look at. */
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { notAcceptable } from '../apimachinery/status.ts';
import { dumpYaml } from '../apimachinery/yaml.ts';
import type { RestRequest, RestResponse } from '../interfaces/rest.ts';

/** apiserver/pkg/endpoints/handlers/responsewriters/writers.go: smaller answers are sent as they are. */
const gzipFrom = 128 * 1024;
const compress = promisify(gzip);

const json = 'application/json';
const yaml = 'application/yaml';

/** The type that the client likes best among what there is. Throws StatusError 406. */
export function negotiate(accept: string | undefined): string {
  const wanted = (accept ?? '*/*').split(',').map((each) => each.split(';')[0]?.trim().toLowerCase() ?? '');
  for (const type of wanted) {
    if (type === json || type === '*/*' || type === 'application/*' || type === '') return json;
    if (type === yaml) return yaml;
  }
  throw notAcceptable([json, yaml, 'application/vnd.kubernetes.protobuf']);
}

/** Sends a whole answer. */
export async function send(to: ServerResponse, request: RestRequest, response: RestResponse): Promise<void> {
  const { type, text } = encode(request, response);
  writeHeaders(to, response);
  to.setHeader('content-type', type);
  let body = Buffer.from(text, 'utf8');
  if (body.length >= gzipFrom && request.headers?.['accept-encoding']?.includes('gzip')) {
    body = await compress(body, { level: 1 });
    to.setHeader('content-encoding', 'gzip');
    to.setHeader('vary', 'Accept-Encoding');
  }
  to.setHeader('content-length', body.length);
  to.writeHead(response.status);
  to.end(body);
}

/** The headers of an answer; texts of warnings each in a header of its own. */
export function writeHeaders(to: ServerResponse, { headers }: RestResponse): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'warning')
      to.setHeader(
        name,
        value.split('\n').map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`),
      );
    else to.setHeader(name, value);
  }
  to.setHeader('audit-id', crypto.randomUUID());
  to.setHeader('cache-control', 'no-cache, private');
}

function encode({ path, query, headers }: RestRequest, { body, headers: own }: RestResponse): { readonly type: string; readonly text: string } {
  const type = own['content-type'] ?? json;
  if (typeof body === 'string' || body === undefined) return { type, text: body ?? '' };
  if (negotiate(headers?.['accept']) === yaml) return { type: yaml, text: dumpYaml(body) };
  const forPeople =
    query?.['pretty'] !== undefined ? query['pretty'] !== 'false' && query['pretty'] !== '0' : /^(curl|Wget|Mozilla\/5\.0)/.test(headers?.['user-agent'] ?? '');
  if (forPeople || path === '/version') return { type, text: JSON.stringify(body, null, 2) };
  return { type, text: `${JSON.stringify(body)}\n` };
}
