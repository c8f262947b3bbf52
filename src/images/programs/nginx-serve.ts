/** What nginx answers to a request, by its configuration and files. */
import type { Process } from '../../linux/process.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { argsOf, type Directive } from './nginx-config.ts';
import { forward } from './proxy.ts';
import { httpDate } from './service.ts';

/** One `server` block with what it inherits from `http`. */
export type Site = {
  readonly port: number;
  readonly names: readonly string[];
  readonly isDefault: boolean;
  readonly directives: readonly Directive[];
  readonly http: readonly Directive[];
};

const reasons: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** The servers of a configuration, one entry a port that each listens on. */
export function sitesOf(directives: readonly Directive[]): Site[] {
  const http = directives.find(({ name }) => name === 'http')?.block ?? [];
  return http
    .filter(({ name }) => name === 'server')
    .flatMap(({ block = [] }) => {
      const listens = block.filter(({ name }) => name === 'listen');
      const ports = new Map<number, boolean>();
      for (const { args } of listens) ports.set(Number(/(\d+)$/.exec((args[0] ?? '80').replace(/^\[.*\]$/, '80'))?.[1] ?? 80), args.includes('default_server'));
      if (listens.length === 0) ports.set(80, false);
      return [...ports].map(([port, isDefault]) => ({ port, isDefault, names: argsOf(block, 'server_name') ?? [''], directives: block, http }));
    });
}

/** Picks the server and the location, and answers. */
export function* answer(process: Process, sites: readonly Site[], request: HttpRequest, version: string): Routine<HttpResponse> {
  const host = request.host.split(':')[0] ?? '';
  const site = sites.find(({ names }) => names.includes(host)) ?? sites.find(({ isDefault }) => isDefault) ?? sites[0];
  if (!site) return errorPage(404, version);
  const path = decode(request.path.split('?')[0] ?? '/');
  const location = pickLocation(site.directives, path);
  const scope = [...(location?.block ?? []), ...site.directives, ...site.http];
  const response = yield* locate(process, scope, location, request, path, version);
  const headers: Record<string, string> = { Server: `nginx/${version}`, Date: httpDate(process.now), ...response.headers };
  for (const each of scope) if (each.name === 'add_header' && response.status < 400) headers[each.args[0] ?? ''] = each.args[1] ?? '';
  return { ...response, headers: { ...headers, Connection: 'keep-alive' } };
}

function* locate(
  process: Process,
  scope: readonly Directive[],
  location: Directive | undefined,
  request: HttpRequest,
  path: string,
  version: string,
): Routine<HttpResponse> {
  const given = (location?.block ?? []).find(({ name }) => name === 'return') ?? scope.find(({ name, block }) => name === 'return' && !block && !location);
  if (given) return returned(given.args, scope, version, request);
  const proxy = argsOf(location?.block, 'proxy_pass');
  if (proxy) return (yield* proxied(process, scope, proxy[0] ?? '', location?.args.at(-1) ?? '/', request)) ?? errorPage(502, version);
  if (location?.block?.some(({ name }) => name === 'stub_status'))
    return plain(200, 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n', 'text/plain');
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(405, version);
  return file(process, scope, location, path, version);
}

/** Whose turn it is among the servers of an `upstream` block. */
const turns = new WeakMap<Directive, number>();

/** proxy_pass to a host, or in turn to the servers of an `upstream` block, where the next is asked when one does not answer. */
function* proxied(process: Process, scope: readonly Directive[], target: string, prefix: string, request: HttpRequest): Routine<HttpResponse | undefined> {
  const name = /^https?:\/\/([^/:]+)/.exec(target)?.[1] ?? '';
  const group = scope.find((each) => each.name === 'upstream' && each.args[0]?.toLowerCase() === name.toLowerCase());
  if (!group) return yield* forward(process, target, prefix, request);
  const servers = (group.block ?? []).filter((each) => each.name === 'server');
  const turn = turns.get(group) ?? 0;
  turns.set(group, turn + 1);
  for (const i of servers.keys()) {
    const response = yield* forward(process, target.replace(name, servers[(turn + i) % servers.length]?.args[0] ?? ''), prefix, request);
    if (response) return response;
  }
  return undefined;
}

/** `=` first, then the longest prefix; regular expressions are tried as suffixes only (`\.php$`). */
function pickLocation(directives: readonly Directive[], path: string): Directive | undefined {
  let best: Directive | undefined;
  for (const each of directives) {
    if (each.name !== 'location') continue;
    const [modifier, pattern] = each.args.length > 1 ? each.args : ['', each.args[0]];
    if (modifier === '=' && pattern === path) return each;
    if ((modifier === '' || modifier === '^~') && path.startsWith(pattern ?? '') && (pattern ?? '').length > (best?.args.at(-1)?.length ?? -1)) best = each;
  }
  return best;
}

function returned(args: readonly string[], scope: readonly Directive[], version: string, request: HttpRequest): HttpResponse {
  const status = Number(args[0] ?? 200);
  const text = args[1]
    ?.replace(/\$hostname/g, '')
    .replace(/\$request_uri|\$uri/g, request.path)
    .replace(/\$host/g, request.host);
  if (status >= 300 && status < 400) return { ...errorPage(status, version), headers: { 'Content-Type': 'text/html', Location: text ?? '/' } };
  if (text === undefined) return status >= 400 ? errorPage(status, version) : plain(status, '', 'text/plain');
  return plain(status, text, argsOf(scope, 'default_type')?.[0] ?? 'text/plain');
}

function file(process: Process, scope: readonly Directive[], location: Directive | undefined, path: string, version: string): HttpResponse {
  const alias = argsOf(location?.block, 'alias')?.[0];
  const root = argsOf(scope, 'root')?.[0] ?? '/etc/nginx/html';
  const base = alias === undefined ? `${root}${path}` : `${alias}${path.slice((location?.args.at(-1) ?? '').length)}`;
  const tries = argsOf(scope, 'try_files');
  const candidates = tries
    ? tries.map((each) => (each.startsWith('=') ? each : each.startsWith('$uri') ? `${base}${each.slice(4)}` : `${root}${each}`))
    : [base];
  for (const candidate of candidates) {
    if (candidate.startsWith('=')) return errorPage(Number(candidate.slice(1)), version);
    const found = fileAt(process, scope, candidate);
    if (found) return found === 'forbidden' ? errorPage(403, version) : found === 'directory' ? redirect(path, version) : found;
  }
  const page = scope.find(({ name, args }) => name === 'error_page' && args.includes('404'))?.args.at(-1);
  const own = page === undefined ? undefined : fileAt(process, scope, `${root}${page}`);
  return typeof own === 'object' ? { ...own, status: 404 } : errorPage(404, version);
}

function fileAt(process: Process, scope: readonly Directive[], path: string): HttpResponse | 'forbidden' | 'directory' | undefined {
  const inode = process.fs.find(path);
  if (inode?.type === 'directory') {
    if (!path.endsWith('/')) return 'directory';
    for (const index of argsOf(scope, 'index') ?? ['index.html']) {
      const page = fileAt(process, scope, `${path}${index}`);
      if (page) return page;
    }
    if (argsOf(scope, 'autoindex')?.[0] !== 'on') return 'forbidden';
    const names = process.fs.list(path).map(([name, each]) => (each.type === 'directory' ? `${name}/` : name));
    return plain(
      200,
      `<html>\n<head><title>Index</title></head>\n<body>\n<hr><pre><a href="../">../</a>\n${names.map((name) => `<a href="${name}">${name}</a>\n`).join('')}</pre><hr></body>\n</html>\n`,
      'text/html',
    );
  }
  if (inode?.type !== 'file') return undefined;
  if (!process.fs.may(inode, 4)) return 'forbidden';
  const type = mimeType(scope, path);
  const response = plain(200, inode.read(), type);
  return {
    ...response,
    headers: {
      ...response.headers,
      'Last-Modified': httpDate(inode.mtime),
      ETag: `"${Math.floor(inode.mtime / 1000).toString(16)}-${inode.size.toString(16)}"`,
      'Accept-Ranges': 'bytes',
    },
  };
}

function mimeType(scope: readonly Directive[], path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  const types = scope.find(({ name }) => name === 'types')?.block ?? [];
  return types.find(({ args }) => args.includes(extension))?.name ?? argsOf(scope, 'default_type')?.[0] ?? 'text/plain';
}

const redirect = (path: string, version: string): HttpResponse => ({
  ...errorPage(301, version),
  headers: { 'Content-Type': 'text/html', Location: `${path}/` },
});

const plain = (status: number, body: string, type: string): HttpResponse => ({
  status,
  headers: { 'Content-Type': type, 'Content-Length': String(body.length) },
  body,
});

function errorPage(status: number, version: string): HttpResponse {
  const title = `${status} ${reasons[status] ?? 'Error'}`;
  return plain(
    status,
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`,
    'text/html',
  );
}

function decode(path: string): string {
  return path.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
