/** From bytes on a socket to a request for the apiserver: path, query, headers, who asks, and the body as plain values. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { toPem } from '../apimachinery/der.ts';
import { JsonError, parseJson } from '../apimachinery/json.ts';
import { badRequest, methodNotSupported, requestEntityTooLarge, type StatusError, unauthorized, unsupportedMediaType } from '../apimachinery/status.ts';
import { parseYamlDocuments, YamlError } from '../apimachinery/yaml.ts';
import type { Credentials, Method, RestRequest } from '../interfaces/rest.ts';
import { decodeProtobuf, ProtobufError } from './protobuf.ts';

/** Whom the token of the kubeconfig stands for. */
export type Door = { readonly token: string; readonly administrator: Credentials };

/** `--max-request-body-bytes` of the apiserver. */
const bodyLimit = 3 * 1024 * 1024;
const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** All of a request but its body. Throws StatusError. */
export function readHead(message: IncomingMessage, door: Door): RestRequest {
  const method = message.method === 'HEAD' ? 'GET' : (message.method ?? '');
  if (!methods.has(method)) throw methodNotSupported({ group: '', resource: '' }, method.toLowerCase());
  const url = new URL(message.url ?? '/', 'https://localhost');
  const query: Record<string, string | string[]> = {};
  for (const [key, value] of url.searchParams) {
    const before = query[key];
    query[key] = before === undefined ? value : [before, value].flat();
  }
  return { method: method as Method, path: decodedPath(url.pathname), query, headers: headersOf(message), credentials: credentialsOf(message, door) };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) throw badRequest('the path is no valid URL');
    throw error;
  }
}

/** Names come in lower case; what repeats is joined by commas. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    if (name === 'authorization') continue;
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
}

function credentialsOf(message: IncomingMessage, { token, administrator }: Door): Credentials {
  const given = /^bearer +(\S+)$/i.exec(message.headers.authorization ?? socketToken(message) ?? '')?.[1];
  if (given !== undefined) return given === token ? administrator : { token: given };
  if (message.headers.authorization !== undefined) throw unauthorized();
  const certificate = (message.socket as TLSSocket).getPeerCertificate?.();
  return certificate?.raw ? { clientCertificate: toPem('CERTIFICATE', certificate.raw) } : {};
}

/** Where a browser cannot set headers: a WebSocket subprotocol with the token in base64url (apiserver/pkg/authentication/request/websocket). */
function socketToken({ headers }: IncomingMessage): string | undefined {
  const protocol = headers['sec-websocket-protocol']?.split(',').find((each) => each.trim().startsWith('base64url.bearer.authorization.k8s.io.'));
  return protocol && `Bearer ${Buffer.from(protocol.trim().split('.').at(-1) ?? '', 'base64url').toString()}`;
}

/** The whole body; what is too long is read to its end and refused, as a client that still writes would not see an answer. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of message) {
    length += (part as Buffer).length;
    if (length <= bodyLimit) parts.push(part as Buffer);
  }
  if (length > bodyLimit) throw requestEntityTooLarge(`limit is ${bodyLimit}`);
  return Buffer.concat(parts);
}

const json = 'application/json';
const patches = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];
const bodies = [json, 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The body as plain values, by its content type. Throws StatusError. */
export function decodeBody(bytes: Buffer, { method, headers }: RestRequest): unknown {
  if (bytes.length === 0) return undefined;
  const type = (headers?.['content-type'] ?? json).split(';')[0]?.trim().toLowerCase() ?? '';
  const accepted = method === 'PATCH' ? patches : bodies;
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  try {
    if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(bytes);
    const text = bytes.toString('utf8');
    if (type.endsWith('yaml') && !text.trimStart().startsWith('{')) return parseYamlDocuments(text)[0];
    return parseJson(text);
  } catch (error) {
    throw decodingRefusal(error, method);
  }
}

function decodingRefusal(error: unknown, method: string): StatusError | unknown {
  if (error instanceof JsonError) return badRequest(method === 'PATCH' ? error.message : `couldn't get version/kind; json parse error: ${error.message}`);
  if (error instanceof YamlError || error instanceof ProtobufError) return badRequest(error.message);
  return error;
}
