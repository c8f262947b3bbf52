/** Releases as Secrets `sh.helm.release.v1.NAME.vN`: helm pkg/storage, pkg/release/v1. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339Nano } from '../../apimachinery/time.ts';
import type { Routine } from '../../sim/routine.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { at, type Obj, obj, objs, text } from '../kubectl/json.ts';
import type { Call } from './call.ts';
import { type Chart, type ChartFile, chartName, chartVersion } from './chart.ts';
import { HelmError } from './error.ts';
import { floats } from './functions/types.ts';
import type { Hook } from './manifest.ts';

export type ReleaseInfo = { first_deployed: string; last_deployed: string; deleted?: string; description: string; status: string; notes?: string };

/** As it is stored, but for `labels`, which are the Secret's. */
export type Release = {
  name: string;
  info: ReleaseInfo;
  chart: Obj;
  config?: Obj;
  manifest: string;
  hooks: Hook[];
  version: number;
  namespace: string;
  apply_method: string;
  labels?: Obj;
};

/** Kept by the storage itself. */
const systemLabels = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];
export const ownLabels = (labels: Obj = {}): Obj => Object.fromEntries(Object.entries(labels).filter(([key]) => !systemLabels.includes(key)));

export const timeText = (now: number): string => rfc3339Nano(now);
export const isPending = ({ info }: Release): boolean => info.status.startsWith('pending-');

/** The chart as a release keeps it. */
export function storedChart(chart: Chart): Obj {
  const files = (all: readonly ChartFile[]): Obj[] => all.map(({ name, data }) => ({ name, data: Buffer.from(encodeUtf8(data)).toString('base64') }));
  return {
    metadata: chart.metadata,
    lock: chart.lock ?? null,
    templates: files(chart.templates),
    values: chart.values,
    schema: chart.schema === undefined ? null : Buffer.from(chart.schema).toString('base64'),
    files: files(chart.files),
  };
}

/** What of it is needed again. */
export function chartOfRelease({ chart }: Release): Chart {
  const files = (all: unknown): ChartFile[] =>
    objs(all).map((file) => ({ name: text(file['name']), data: Buffer.from(text(file['data']), 'base64').toString('utf8') }));
  return {
    metadata: obj(chart['metadata']),
    values: obj(floats(chart['values'])),
    templates: files(chart['templates']),
    files: files(chart['files']),
    dependencies: [],
    raw: [],
  };
}

export const chartLabel = (release: Release): string => `${chartName(chartOfRelease(release))}-${chartVersion(chartOfRelease(release))}`;

const encoded = ({ labels: _, ...release }: Release): string =>
  Buffer.from(gzipSync(Buffer.from(JSON.stringify(release)), { level: 9 }).toString('base64')).toString('base64');

function decoded(secret: Obj): Release {
  const bytes = Buffer.from(Buffer.from(text(at(secret, 'data.release')), 'base64').toString('utf8'), 'base64');
  const json = bytes[0] === 0x1f ? gunzipSync(bytes, { maxOutputLength: 2 ** 26 }) : bytes;
  const release = JSON.parse(json.toString('utf8')) as Release;
  return { ...release, hooks: release.hooks ?? [], labels: obj(at(secret, 'metadata.labels')) };
}

/** The releases of a namespace; of all when it is empty. */
export class Storage {
  readonly #call: Call;
  readonly #namespace: string;

  constructor(call: Call, namespace = call.namespace) {
    this.#call = call;
    this.#namespace = namespace;
  }

  *#secrets(selector: string): Routine<Release[]> {
    const path = this.#namespace === '' ? '/api/v1/secrets' : `/api/v1/namespaces/${this.#namespace}/secrets`;
    const list = obj(yield* this.#call.k.api.request({ method: 'GET', path, query: { labelSelector: selector } }));
    return objs(list['items']).flatMap((secret) => {
      try {
        return [decoded(secret)];
      } catch {
        return []; // helm leaves out what it cannot decode.
      }
    });
  }

  all(selector = ''): Routine<Release[]> {
    return this.#secrets(`owner=helm${selector === '' ? '' : `,${selector}`}`);
  }

  /** By revision, oldest first. */
  *history(name: string): Routine<Release[]> {
    return (yield* this.#secrets(`name=${name},owner=helm`)).sort((a, b) => a.version - b.version);
  }

  /** The last one, or the one of a revision. Throws HelmError. */
  *get(name: string, revision = 0): Routine<Release> {
    const all = yield* this.history(name);
    const found = revision > 0 ? all.find(({ version }) => version === revision) : all.at(-1);
    if (!found) throw new HelmError('release: not found');
    return found;
  }

  #path({ name, version }: Release, isNew = false): string {
    return `/api/v1/namespaces/${this.#namespace}/secrets${isNew ? '' : `/sh.helm.release.v1.${name}.v${version}`}`;
  }

  #secret(release: Release, stamp: string): Obj {
    const { name, version, info } = release;
    const labels = {
      ...ownLabels(release.labels),
      [stamp]: String(Math.floor(this.#call.now / 1000)),
      name,
      owner: 'helm',
      status: info.status,
      version: String(version),
    };
    return {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: `sh.helm.release.v1.${name}.v${version}`, namespace: this.#namespace, labels } },
      ...{ type: 'helm.sh/release.v1', data: { release: encoded(release) } },
    };
  }

  *create(release: Release, most = 0): Routine {
    if (most > 0) yield* this.#prune(release.name, most - 1);
    try {
      yield* this.#call.k.api.request({
        method: 'POST',
        path: this.#path(release, true),
        body: this.#secret(release, 'createdAt'),
        query: { fieldManager: 'helm' },
      });
    } catch (error) {
      if (!(error instanceof Error) || !('status' in error)) throw error;
      throw new HelmError(isReason(error, 'AlreadyExists') ? 'release: already exists' : `create: failed to create: ${error.message}`);
    }
  }

  *update(release: Release): Routine {
    yield* this.#call.k.api.request({ method: 'PUT', path: this.#path(release), body: this.#secret(release, 'modifiedAt'), query: { fieldManager: 'helm' } });
  }

  *delete(release: Release): Routine {
    yield* this.#call.k.api.request({ method: 'DELETE', path: this.#path(release) });
  }

  /** The oldest go, but never the one that is deployed. */
  *#prune(name: string, most: number): Routine {
    const all = yield* this.history(name);
    const deployed = all.findLast(({ info }) => info.status === 'deployed');
    const spare = all.slice(0, Math.max(0, all.length - most)).filter((each) => each !== deployed);
    for (const each of spare) yield* this.delete(each);
  }
}
