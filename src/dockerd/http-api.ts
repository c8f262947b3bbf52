/** The Engine API over HTTP, for curl on the socket (moby daemon/server/router): what people ask for by hand. */
import { goJson } from '../apimachinery/go-text.ts';
import { type DockerApi, DockerError } from '../interfaces/docker.ts';
import type { HttpRequest, HttpResponse, HttpServer } from '../linux/protocols.ts';
import type { Routine } from '../sim/routine.ts';
import { type Asked, parse } from './http-bodies.ts';
import { routes } from './http-routes.ts';

/** Serves on the daemon's socket. */
export class HttpApi implements HttpServer {
  readonly #api: DockerApi;

  constructor(api: DockerApi) {
    this.#api = api;
  }

  *handle(request: HttpRequest): Routine<HttpResponse> {
    const url = new URL(request.path, 'http://docker');
    const [, version, path = url.pathname] = /^\/v(\d+\.\d+)(\/.*)$/.exec(url.pathname) ?? [];
    try {
      if (version !== undefined) this.#check(version);
      if (path === '/_ping') return this.#answer(200, request.method === 'HEAD' ? '' : 'OK', 'text/plain; charset=utf-8');
      for (const route of routes) {
        const [, name = ''] = route.path.exec(path) ?? [];
        if (route.method !== request.method || !route.path.test(path)) continue;
        const body = request.body === '' ? {} : (parse(request.body) as Asked['body']);
        const result = yield* route.answer(this.#api, { query: url.searchParams, body, name: decodeURIComponent(name) });
        if (result === undefined) return this.#answer(204, '', '');
        return typeof result === 'string' ? this.#answer(200, result, 'text/plain; charset=utf-8') : this.#json(route.status ?? 200, result);
      }
      return this.#json(404, { message: 'page not found' });
    } catch (error) {
      if (error instanceof DockerError) return this.#json(error.status, { message: error.message });
      throw error;
    }
  }

  #check(version: string): void {
    const number = (text: string): number => Number(text.split('.')[0]) * 1000 + Number(text.split('.')[1]);
    const { ApiVersion } = this.#api.version();
    const least = this.#old() ? '1.12' : '1.40';
    if (number(version) < number(least))
      throw new DockerError(
        400,
        `client version ${version} is too old. Minimum supported API version is ${least}, please upgrade your client to a newer version`,
      );
    if (number(version) > number(ApiVersion))
      throw new DockerError(400, `client version ${version} is too new. Maximum supported API version is ${ApiVersion}`);
  }

  #old(): boolean {
    return Number.parseInt(this.#api.version().Version, 10) < 23;
  }

  #json(status: number, value: object): HttpResponse {
    return this.#answer(status, `${goJson(value)}\n`, 'application/json');
  }

  #answer(status: number, body: string, type: string): HttpResponse {
    const { Version, ApiVersion } = this.#api.version();
    const headers = {
      'Api-Version': ApiVersion,
      ...(type === '' ? {} : { 'Content-Type': type }),
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `Docker/${Version} (linux)`,
    };
    return { status, headers, body };
  }
}
