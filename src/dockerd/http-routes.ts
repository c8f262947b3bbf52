/** The endpoints of the Engine API that the lab answers over HTTP. */
import { type DockerApi, DockerError } from '../interfaces/docker.ts';
import type { Routine } from '../sim/routine.ts';
import { type Asked, createBody, filtersOf, isSet, listed } from './http-bodies.ts';
import { pruneFilter } from './prune-filter.ts';

type Answer = object | string | undefined;
/** One endpoint without the version before it (`/v1.55`); `answer` gives what becomes the JSON body. */
type Route = {
  readonly method: string;
  readonly path: RegExp;
  /** 200 unless told; nothing to say is 204. */
  readonly status?: number;
  readonly answer: (api: DockerApi, asked: Asked) => Routine<Answer>;
};

const route = (method: string, path: string, answer: Route['answer'], status?: number): Route => ({
  method,
  path: new RegExp(`^${path.replace('{name}', '([^/]+)').replace('{image}', '(.+)')}$`),
  answer,
  ...(status === undefined ? {} : { status }),
});

/** An answer that takes no time. */
const now = (answer: (api: DockerApi, asked: Asked) => Answer): Route['answer'] =>
  function* (api, asked): Routine<Answer> {
    return answer(api, asked);
  };

const wait = (query: URLSearchParams): { readonly timeout?: number; readonly signal?: string } => ({
  ...(query.get('t') === null ? {} : { timeout: Number(query.get('t')) }),
  ...(query.get('signal') === null ? {} : { signal: query.get('signal') ?? '' }),
});

const seconds = (text: string | null): number => (text === null ? 0 : Number(text) * 1000);

function* logs(api: DockerApi, { query, name }: Asked): Routine<string> {
  const { Tty } = api.containers.inspect(name).Config;
  if (isSet(query.get('follow'))) throw new DockerError(501, 'k8s-lab: following logs over HTTP is not simulated');
  const [stdout, stderr] = [isSet(query.get('stdout')), isSet(query.get('stderr'))];
  if (!stdout && !stderr) throw new DockerError(400, 'Bad parameters: you must choose at least one stream');
  const tail = query.get('tail') ?? 'all';
  const channel = api.containers.logs(name, {
    follow: false,
    tail: /^\d+$/.test(tail) ? Number(tail) : -1,
    since: seconds(query.get('since')),
    until: seconds(query.get('until')),
  });
  let text = '';
  for (let line = yield* channel.receive(); line !== undefined; line = yield* channel.receive()) {
    if (line.stream === 'stdout' ? !stdout : !stderr) continue;
    const shown = isSet(query.get('timestamps')) ? `${line.time} ${line.log}` : line.log;
    text += Tty ? shown : frame(line.stream, shown);
  }
  return text;
}

/** stdcopy: stream, three zeroes, the length, the text. */
function frame(stream: 'stdout' | 'stderr', text: string): string {
  const bytes = new TextEncoder().encode(text).length;
  const byte = (value: number): string => (value < 0x80 ? String.fromCharCode(value) : String.fromCharCode(0xdc00 + value));
  const length = [24, 16, 8, 0].map((shift) => byte((bytes >> shift) & 255)).join('');
  return `${stream === 'stdout' ? '\x01' : '\x02'}\0\0\0${length}${text}`;
}

function* pull(api: DockerApi, { query }: Asked): Routine<string> {
  const from = query.get('fromImage');
  if (from === null) throw new DockerError(501, 'k8s-lab: images from a source over HTTP are not simulated');
  const tag = query.get('tag') || 'latest';
  const reference = /[:@][^/]*$/.test(from) ? from : `${from}${tag.includes(':') ? '@' : ':'}${tag}`;
  const lines: object[] = [{ status: `Pulling from ${from}`, id: tag }];
  const { digest, fresh } = yield* api.images.pull(reference, (id, status) => void lines.push({ status, progressDetail: {}, id }));
  lines.push({ status: `Digest: ${digest}` }, { status: `Status: ${fresh ? 'Downloaded newer image' : 'Image is up to date'} for ${reference}` });
  return lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
}

function version(api: DockerApi): object {
  const { Version, ApiVersion, GitCommit, KernelVersion } = api.version();
  const old = Number.parseInt(Version, 10) < 23;
  const built = { GoVersion: old ? 'go1.19.7' : 'go1.26.2', Os: 'linux', Arch: 'amd64', KernelVersion, BuildTime: '2026-10-20T09:13:21.000000000+00:00' };
  const details = {
    ApiVersion,
    Arch: 'amd64',
    BuildTime: built.BuildTime,
    Experimental: 'false',
    GitCommit,
    GoVersion: built.GoVersion,
    KernelVersion,
    MinAPIVersion: old ? '1.12' : '1.40',
    Os: 'linux',
  };
  return {
    Platform: { Name: 'Docker Engine - Community' },
    Version,
    ApiVersion,
    MinAPIVersion: details.MinAPIVersion,
    Components: [
      { Name: 'Engine', Version, Details: details },
      { Name: 'containerd', Version: old ? '1.6.33' : 'v2.3.4', Details: {} },
      { Name: 'runc', Version: old ? '1.1.12' : '1.4.3', Details: {} },
      { Name: 'docker-init', Version: '0.19.0', Details: {} },
    ],
    GitCommit,
    ...built,
  };
}

function containers(api: DockerApi, { query }: Asked): object {
  const filters = filtersOf(query);
  const value = (key: string): string[] => filters.filter(([own]) => own === key).map(([, each]) => each);
  for (const [key] of filters)
    if (!['status', 'name', 'label', 'id'].includes(key)) throw new DockerError(501, `k8s-lab: the filter ${key} over HTTP is not simulated`);
  const limit = Number(query.get('limit') ?? 0);
  const labelled = pruneFilter(
    filters.filter(([key]) => key === 'label'),
    Number.POSITIVE_INFINITY,
  );
  const rows = api.containers
    .list({ all: isSet(query.get('all')) || limit > 0 || value('status').length > 0 })
    .filter(({ State }) => value('status').length === 0 || value('status').includes(State))
    .filter(({ Names }) => value('name').length === 0 || value('name').some((each) => Names.some((name) => name.includes(each))))
    .filter(({ Id }) => value('id').length === 0 || value('id').some((each) => Id.startsWith(each)))
    .filter(({ Labels, Created }) => labelled({ labels: Labels, created: Created }));
  return (limit > 0 ? rows.slice(0, limit) : rows).map((row) => listed(api, row, isSet(query.get('size'))));
}

/** Actions of `POST /containers/{name}/…` that have nothing to say. */
const actions: Readonly<Record<string, (api: DockerApi, asked: Asked) => Routine>> = {
  start: (api, { name }) => api.containers.start(name),
  stop: (api, { name, query }) => api.containers.stop(name, wait(query)),
  restart: (api, { name, query }) => api.containers.restart(name, wait(query)),
  kill: (api, { name, query }) => api.containers.kill(name, query.get('signal') || 'SIGKILL'),
  pause: (api, { name }) => api.containers.pause(name),
  unpause: (api, { name }) => api.containers.unpause(name),
};

/** The first that fits answers; for what is not here http-api.ts says 404 `page not found`. */
export const routes: readonly Route[] = [
  route('GET', '/version', now(version)),
  route(
    'GET',
    '/info',
    now((api) => api.info()),
  ),
  route(
    'GET',
    '/system/df',
    now((api) => api.diskUsage()),
  ),
  route('GET', '/containers/json', now(containers)),
  route(
    'GET',
    '/containers/{name}/json',
    now((api, { name }) => api.containers.inspect(name)),
  ),
  route('GET', '/containers/{name}/logs', logs),
  route('GET', '/containers/{name}/top', function* (api, { name, query }): Routine<Answer> {
    const { processes, titles } = yield* api.containers.top(name, query.get('ps_args') ?? '');
    return { Processes: processes, Titles: titles };
  }),
  route(
    'GET',
    '/containers/{name}/changes',
    now((api, { name }) => api.containers.changes(name).map(({ Kind, Path }) => ({ Path, Kind: 'CAD'.indexOf(Kind) }))),
  ),
  route(
    'POST',
    '/containers/create',
    function* (api, { query, body }) {
      const name = query.get('name');
      return yield* api.containers.create({ ...createBody(body), ...(name ? { name } : {}) });
    },
    201,
  ),
  ...Object.entries(actions).map(([name, run]) =>
    route('POST', `/containers/{name}/${name}`, function* (api, asked) {
      yield* run(api, asked);
      return undefined;
    }),
  ),
  route(
    'POST',
    '/containers/{name}/rename',
    now((api, { name, query }) => {
      api.containers.rename(name, query.get('name') ?? '');
      return undefined;
    }),
  ),
  route('POST', '/containers/{name}/wait', function* (api, { name }) {
    return { StatusCode: yield* api.containers.wait(name) };
  }),
  route('POST', '/containers/prune', function* (api, { query }) {
    const { deleted, space } = yield* api.containers.prune(filtersOf(query));
    return { ContainersDeleted: deleted.length > 0 ? deleted : null, SpaceReclaimed: space };
  }),
  route('DELETE', '/containers/{name}', function* (api, { name, query }) {
    yield* api.containers.remove(name, { force: isSet(query.get('force')), volumes: isSet(query.get('v')) });
    return undefined;
  }),
  route(
    'GET',
    '/images/json',
    now((api, { query }) => api.images.list({ all: isSet(query.get('all')) })),
  ),
  route('POST', '/images/create', pull),
  route(
    'GET',
    '/images/{image}/json',
    now((api, { name }) => api.images.inspect(name)),
  ),
  route(
    'GET',
    '/images/{image}/history',
    now((api, { name }) => api.images.history(name)),
  ),
  route('DELETE', '/images/{image}', function* (api, { name, query }) {
    return yield* api.images.remove(name, { force: isSet(query.get('force')) });
  }),
  route(
    'GET',
    '/networks',
    now((api) => api.networks.list()),
  ),
  route(
    'GET',
    '/networks/{name}',
    now((api, { name }) => api.networks.inspect(name)),
  ),
  route(
    'POST',
    '/networks/create',
    now((api, { body }) => {
      const {
        Name = '',
        Driver = 'bridge',
        Internal = false,
        Labels = {},
      } = body as { Name?: string; Driver?: string; Internal?: boolean; Labels?: Record<string, string> };
      return { Id: api.networks.create({ name: Name, driver: Driver, internal: Internal, labels: Labels }), Warning: '' };
    }),
    201,
  ),
  route(
    'DELETE',
    '/networks/{name}',
    now((api, { name }) => {
      api.networks.remove(name);
      return undefined;
    }),
  ),
  route(
    'GET',
    '/volumes',
    now((api) => ({ Volumes: api.volumes.list(), Warnings: null })),
  ),
  route(
    'GET',
    '/volumes/{name}',
    now((api, { name }) => api.volumes.inspect(name)),
  ),
  route(
    'POST',
    '/volumes/create',
    now((api, { body }) => {
      const { Name = '', Labels = {} } = body as { Name?: string; Labels?: Record<string, string> };
      return api.volumes.create(Name, Labels);
    }),
    201,
  ),
  route(
    'DELETE',
    '/volumes/{name}',
    now((api, { name, query }) => {
      api.volumes.remove(name, { force: isSet(query.get('force')) });
      return undefined;
    }),
  ),
];
