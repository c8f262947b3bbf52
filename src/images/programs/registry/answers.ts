/** Answers of the registry: headers that all have, and errors as JSON (distribution registry/api/errcode). */
import type { HttpRequest, HttpResponse } from '../../../linux/protocols.ts';
import type { Storage } from './storage.ts';

/** What a handler has at hand. */
export type Call = {
  readonly storage: Storage;
  readonly request: HttpRequest;
  readonly repository: string;
  /** Tag, digest or upload. */
  readonly object: string;
  readonly query: URLSearchParams;
  readonly deletes: boolean;
  readonly newId: () => string;
};

type Headers = Readonly<Record<string, string>>;

const always = { 'Docker-Distribution-Api-Version': 'registry/2.0', 'X-Content-Type-Options': 'nosniff' };

/** Body and Content-Length, which Go's server adds below the others where the handler itself does not tell it: with JSON of its own. */
export function answer(status: number, body: string, headers: Headers = {}): HttpResponse {
  const length = { 'Content-Length': String(body.length) };
  const isOwn = headers['Content-Type']?.endsWith('charset=utf-8') && body !== '{}';
  return { status, headers: isOwn ? { ...headers, ...always, ...length } : { ...length, ...headers, ...always }, body };
}

/** 200 with a JSON body and its newline. */
export const json = (value: object, headers: Headers = {}): HttpResponse =>
  answer(200, `${JSON.stringify(value)}\n`, { 'Content-Type': 'application/json; charset=utf-8', ...headers });

const table = {
  UNAUTHORIZED: [401, 'authentication required'],
  UNSUPPORTED: [405, 'The operation is unsupported.'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_BLOB_UNKNOWN: [400, 'blob unknown to registry'],
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
  UNKNOWN: [500, 'unknown error'],
} as const;

type ErrorCode = keyof typeof table;

/** One error; `message` in place of the code's own. */
export function bad(code: ErrorCode, detail?: unknown, message?: string, headers: Headers = {}): HttpResponse {
  const [status, usual] = table[code];
  const error = { code, message: message ?? usual, ...(detail === undefined ? {} : { detail }) };
  return answer(status, `${JSON.stringify({ errors: [error] })}\n`, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
}

/** Go's http.NotFound, for paths that no route matches. */
export const noRoute = (): HttpResponse => ({
  status: 404,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', 'Content-Length': '19' },
  body: '404 page not found\n',
});

/** Whatever its case; undefined where it was not sent. */
export const headerOf = ({ headers }: { readonly headers: Headers }, name: string): string | undefined =>
  Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
