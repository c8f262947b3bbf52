/** compose config: the project in its canonical form (compose-go types). */
import { parseBytes } from '../apimachinery/go-units.ts';
import { type Fields, fullNetwork, fullVolume, isRecord, networkNames, words } from './compose-file.ts';
import { pairsOf } from './compose-merge.ts';
import type { Project, Service } from './compose-project.ts';

/** The whole of it, with the keys in the order of compose-go's types. */
export function canonical(project: Project): Fields {
  const networks = [...new Set(project.services.flatMap(({ fields }) => networkNames(fields)))].sort();
  const volumes = Object.keys(project.volumes).sort();
  return {
    name: project.name,
    services: Object.fromEntries(
      [...project.services].sort((a, b) => (a.name < b.name ? -1 : 1)).map((service) => [service.name, canonicalService(project, service)]),
    ),
    ...(networks.length > 0
      ? { networks: Object.fromEntries(networks.map((name) => [name, { name: fullNetwork(project, name), ...project.networks[name] }])) }
      : {}),
    ...(volumes.length > 0
      ? { volumes: Object.fromEntries(volumes.map((name) => [name, { name: fullVolume(project, name), ...project.volumes[name] }])) }
      : {}),
  };
}

/** As JSON: keys by their names, and an IPAM for each network. */
export function asJson({ networks, ...rest }: Fields): Fields {
  const withIpam = isRecord(networks)
    ? { networks: Object.fromEntries(Object.entries(networks).map(([name, each]) => [name, { ...(each as Fields), ipam: (each as Fields)['ipam'] ?? {} }])) }
    : {};
  return sorted({ ...rest, ...withIpam }, (key) => key);
}

/** As YAML: without commands that nobody gave. */
export const asYaml = (document: Fields): Fields => ({
  ...document,
  services: Object.fromEntries(
    Object.entries(document['services'] as Record<string, Fields>).map(([name, service]) => [
      name,
      Object.fromEntries(Object.entries(service).filter(([key, value]) => value !== null || (key !== 'command' && key !== 'entrypoint'))),
    ]),
  ),
});

function canonicalService(project: Project, { fields, dependsOn }: Service): Fields {
  const asMap = (value: unknown): Fields =>
    sorted(
      isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, each === null ? null : String(each)]))
        : pairsOf(Array.isArray(value) ? value : []),
      (key) => key,
    );
  const networks = networkNames(fields);
  const all: Record<string, unknown> = {
    ...fields,
    ...(fields['environment'] === undefined ? {} : { environment: asMap(fields['environment']) }),
    ...(fields['labels'] === undefined ? {} : { labels: asMap(fields['labels']) }),
    command: fields['command'] === undefined || fields['command'] === null ? null : words(fields['command']),
    entrypoint: fields['entrypoint'] === undefined || fields['entrypoint'] === null ? null : words(fields['entrypoint']),
    ...(typeof fields['build'] === 'string' ? { build: { context: absolute(project, fields['build']), dockerfile: 'Dockerfile' } } : {}),
    ...(dependsOn.length > 0 ? { depends_on: Object.fromEntries(dependsOn.map(({ name, condition, required }) => [name, { condition, required }])) } : {}),
    ...(isRecord(fields['deploy']) ? { deploy: deployForm(fields['deploy']) } : {}),
    ...(isRecord(fields['healthcheck']) ? { healthcheck: healthForm(fields['healthcheck']) } : {}),
    ...(Array.isArray(fields['ports']) ? { ports: fields['ports'].flatMap(portForms) } : {}),
    ...(Array.isArray(fields['volumes']) ? { volumes: fields['volumes'].map((each) => volumeForm(project, each)) } : {}),
    ...(networks.length > 0
      ? { networks: sorted(isRecord(fields['networks']) ? fields['networks'] : Object.fromEntries(networks.map((name) => [name, null])), (key) => key) }
      : {}),
  };
  const { profiles, ...rest } = all;
  const shown = Array.isArray(profiles) && profiles.length > 0 ? { profiles, ...rest } : rest;
  return sorted(shown, (key) => places[key] ?? key);
}

const sorted = (fields: Fields, place: (key: string) => string): Fields =>
  Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (place(a) < place(b) ? -1 : 1)));

/** The fields of ServiceConfig stand by their names, but for these. */
const places: Readonly<Record<string, string>> = { profiles: '', healthcheck: 'hostnamf', post_start: '{', pre_stop: '{{' };

/** Amounts of resources: processors as a number, bytes as a text. */
function deployForm(deploy: Fields): Fields {
  const { resources } = deploy;
  if (!isRecord(resources)) return deploy;
  const amounts = (value: unknown): unknown =>
    isRecord(value)
      ? {
          ...(value['cpus'] === undefined ? {} : { cpus: Number(value['cpus']) }),
          ...(value['memory'] === undefined ? {} : { memory: String(parseBytes(String(value['memory'])) ?? value['memory']) }),
          ...Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'cpus' && key !== 'memory')),
        }
      : value;
  return { ...deploy, resources: Object.fromEntries(Object.entries(resources).map(([key, value]) => [key, amounts(value)])) };
}

const healthOrder = ['test', 'timeout', 'interval', 'retries', 'start_period', 'start_interval', 'disable'];

const healthForm = (value: Fields): Fields => ({
  ...sorted(value, (key) => String.fromCharCode(97 + healthOrder.indexOf(key))),
  ...(typeof value['test'] === 'string' ? { test: ['CMD-SHELL', value['test']] } : {}),
});

const absolute = (project: Project, path: string): string =>
  path.startsWith('/') ? path : `${project.directory}/${path.replace(/^\.\/?/, '')}`.replace(/\/$/, '');

function portForms(port: unknown): unknown[] {
  if (isRecord(port)) return [{ mode: 'ingress', protocol: 'tcp', ...port }];
  const [whole = '', protocol = 'tcp'] = String(port).split('/');
  const parts = whole.split(':');
  const target = Number(parts.pop());
  const published = parts.pop();
  return [{ mode: 'ingress', ...(parts.length > 0 ? { host_ip: parts.join(':') } : {}), target, ...(published === undefined ? {} : { published }), protocol }];
}

function volumeForm(project: Project, volume: unknown): unknown {
  if (isRecord(volume)) {
    const { tmpfs } = volume;
    if (!isRecord(tmpfs) || tmpfs['size'] === undefined) return volume;
    return { ...volume, tmpfs: { ...tmpfs, size: String(parseBytes(String(tmpfs['size'])) ?? tmpfs['size']) } };
  }
  const [source = '', target, mode] = String(volume).split(':');
  if (target === undefined) return { type: 'volume', target: source, volume: {} };
  const bind = /^[./~]/.test(source);
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? absolute(project, source) : source,
    target,
    ...(mode === 'ro' ? { read_only: true } : {}),
    ...(bind ? { bind: {} } : { volume: {} }),
  };
}
