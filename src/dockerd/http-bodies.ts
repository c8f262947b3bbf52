/** What a request of the Engine API over HTTP carries, and what its answers are made of. */
import { type ContainerConfig, type ContainerSummary, type DockerApi, DockerError, type Filters, type HostConfig } from '../interfaces/docker.ts';
import { emptyConfig, emptyHost } from '../interfaces/docker-defaults.ts';

/** A request that has found its endpoint. */
export type Asked = {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** What stands for `{name}` in the path. */
  readonly name: string;
};

/** `?all=1`, `?all=true`. */
export const isSet = (value: string | null): boolean => value === '1' || value?.toLowerCase() === 'true';

/** `filters={"label":["a=b"]}`, and the older `{"label":{"a=b":true}}`. */
export function filtersOf(query: URLSearchParams): Filters {
  const text = query.get('filters');
  if (text === null || text === '') return [];
  const parsed = parse(text) as Readonly<Record<string, readonly string[] | Readonly<Record<string, boolean>>>>;
  return Object.entries(parsed).flatMap(([key, values]) =>
    (Array.isArray(values) ? values : Object.keys(values)).map((value): [string, string] => [key, value as string]),
  );
}

/** A body or a filter. Throws DockerError. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new DockerError(400, text === '' ? 'EOF' : `invalid JSON: ${error.message}`);
    throw error;
  }
}

/** A container as `GET /containers/json` lists it. */
export function listed(api: DockerApi, row: ContainerSummary, size: boolean): object {
  const inspected = api.containers.inspect(row.Id) as unknown as { HostConfig: { NetworkMode: string }; NetworkSettings: { Networks: object } };
  return {
    Id: row.Id,
    Names: row.Names,
    Image: row.Image,
    ImageID: row.ImageID,
    Command: row.Command,
    Created: row.Created,
    Ports: row.Ports,
    ...(size ? { SizeRw: row.SizeRw, SizeRootFs: row.SizeRootFs } : {}),
    Labels: row.Labels,
    State: row.State,
    Status: row.Status,
    HostConfig: { NetworkMode: inspected.HostConfig.NetworkMode },
    NetworkSettings: { Networks: inspected.NetworkSettings.Networks },
    Mounts: row.Mounts,
  };
}

/** The parts of a body of `POST /containers/create` that the daemon knows. */
export function createBody(body: Asked['body']): { readonly config: ContainerConfig; readonly host: HostConfig } {
  const {
    HostConfig: host = {},
    NetworkingConfig: _networks,
    ...config
  } = body as Partial<ContainerConfig> & { HostConfig?: Partial<HostConfig>; NetworkingConfig?: unknown };
  const texts = (value: unknown): readonly string[] | null =>
    value === undefined || value === null ? null : typeof value === 'string' ? [value] : (value as string[]);
  return {
    config: { ...emptyConfig, ...config, Cmd: texts(config.Cmd), Entrypoint: texts(config.Entrypoint) },
    host: { ...emptyHost, ...withoutNull(host), NetworkMode: host.NetworkMode || 'bridge', PidsLimit: host.PidsLimit ?? 0 },
  };
}

const withoutNull = (host: Partial<HostConfig>): Partial<HostConfig> => Object.fromEntries(Object.entries(host).filter(([, value]) => value !== null));
