import { createHash } from 'node:crypto';
import { typeOf } from '../../api/schema.ts';
import { unknownPath } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { type Core, jsonResponse } from '../context.ts';
import { deepFreeze } from '../objects.ts';
import type { ResourceTable, ServedResource } from '../resource-table.ts';
import { pathsOf } from './paths.ts';
import { Schemas } from './schemas.ts';
import { swaggerOf } from './v2.ts';

type Document = { readonly hash: string; readonly document: unknown };

const documentResponse = ({ hash, document }: Document): RestResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json', etag: `"${hash}"`, 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' },
  body: document,
});

/** What this server serves, as documents of OpenAPI v3, one a group and version (kube-openapi/pkg/handler3). Made when asked for. */
export class OpenApi {
  readonly #table: ResourceTable;
  readonly #version: string;
  readonly #documents = new Map<string, Document>();

  constructor(table: ResourceTable, version: string) {
    this.#table = table;
    this.#version = version;
  }

  /** The answer for /openapi/v3 and what is below it. */
  answer(path: string): RestResponse {
    if (path === '/openapi/v3') return jsonResponse(200, { paths: this.#index() });
    if (path === '/openapi/v2') return documentResponse(this.#swagger());
    const key = path.slice('/openapi/v3/'.length);
    const resources = this.#resources().get(key);
    if (!resources) throw unknownPath();
    const hash = hashOf(this.#version, resources);
    let made = this.#documents.get(key);
    if (made?.hash !== hash) {
      made = { hash, document: deepFreeze(documentOf(resources, this.#version)) };
      this.#documents.set(key, made);
    }
    return documentResponse(made);
  }

  /** Made anew each time: few ask, and it is large. */
  #swagger(): Document {
    const documents = [...this.#resources().values()].map((resources) => documentOf(resources, this.#version));
    return { hash: hashOf(this.#version, [...this.#table.all()]), document: swaggerOf(documents as never, this.#version) };
  }

  #index(): object {
    const entries = [...this.#resources()].map(([key, resources]) => [
      key,
      { serverRelativeURL: `/openapi/v3/${key}?hash=${hashOf(this.#version, resources)}` },
    ]);
    return Object.fromEntries(entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
  }

  /** By `api/v1`, `apis/apps/v1`. */
  #resources(): Map<string, ServedResource[]> {
    const groups = new Map<string, ServedResource[]>();
    for (const served of this.#table.all()) {
      const key = served.group === '' ? `api/${served.version}` : `apis/${served.apiVersion}`;
      const list = groups.get(key);
      if (list) list.push(served);
      else groups.set(key, [served]);
    }
    return groups;
  }
}

/** Clients keep documents by their hash: it changes with the server's version, and with custom kinds. */
const hashOf = (version: string, resources: readonly ServedResource[]): string =>
  createHash('sha256')
    .update(JSON.stringify([version, resources.map(({ api, strategy }) => [api, strategy.schema])]))
    .digest('hex')
    .toUpperCase();

function documentOf(resources: readonly ServedResource[], version: string): object {
  const [first] = resources;
  const schemas = new Schemas({ group: first?.group ?? '', version: first?.version ?? '' });
  const options = typeOf('v1', 'DeleteOptions');
  const status = typeOf('v1', 'Status');
  const shared = { deleteOptions: options ? schemas.addType(options) : '', status: status ? schemas.addType(status) : '' };
  const paths = Object.assign({}, ...resources.map((served) => pathsOf(served, schemas.addKind(served), shared)));
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version }, paths, components: { schemas: schemas.all } };
}

/** The document tree of a server. */
export const newOpenApi = (core: Pick<Core, 'table' | 'options'>): OpenApi => new OpenApi(core.table, core.options.version?.gitVersion ?? 'v1.35.6');
