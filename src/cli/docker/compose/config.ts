/** docker compose config: the project in its canonical form. */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import { type Fields, fullNetwork, fullVolume, isRecord, networkNames, words } from '../../compose-file.ts';
import type { Flags } from '../../flags.ts';
import { json } from '../context.ts';
import { imageOf, type Project, type Service } from './project.ts';

export function showConfig(project: Project, flags: Flags): string {
  const lines = (names: readonly string[]): string => names.map((name) => `${name}\n`).join('');
  if (flags.bool('quiet')) return '';
  if (flags.bool('services')) return lines(project.services.map(({ name }) => name));
  if (flags.bool('images')) return lines(project.services.map((service) => imageOf(project, service)));
  if (flags.bool('volumes')) return lines(Object.keys(project.volumes));
  const document = canonical(project);
  return flags.text('format') === 'json' ? `${json(document)}\n` : dumpYaml(document);
}

function canonical(project: Project): Fields {
  const networks = [...new Set(project.services.flatMap(({ fields }) => networkNames(fields)))].sort();
  const volumes = Object.keys(project.volumes).sort();
  return {
    name: project.name,
    services: Object.fromEntries(
      [...project.services].sort((a, b) => (a.name < b.name ? -1 : 1)).map((service) => [service.name, canonicalService(project, service)]),
    ),
    ...(networks.length > 0
      ? { networks: Object.fromEntries(networks.map((name) => [name, { ...project.networks[name], name: fullNetwork(project, name) }])) }
      : {}),
    ...(volumes.length > 0
      ? { volumes: Object.fromEntries(volumes.map((name) => [name, { ...project.volumes[name], name: fullVolume(project, name) }])) }
      : {}),
  };
}

function canonicalService(project: Project, { fields, dependsOn }: Service): Fields {
  const asMap = (value: unknown): Fields =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, each === null ? null : String(each)]))
      : Object.fromEntries(
          (Array.isArray(value) ? value : []).map((each) => [
            String(each).split('=')[0] ?? '',
            String(each).includes('=') ? String(each).slice(String(each).indexOf('=') + 1) : null,
          ]),
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
    ...(Array.isArray(fields['ports']) ? { ports: fields['ports'].flatMap(portForms) } : {}),
    ...(Array.isArray(fields['volumes']) ? { volumes: fields['volumes'].map((each) => volumeForm(project, each)) } : {}),
    ...(networks.length > 0 ? { networks: isRecord(fields['networks']) ? fields['networks'] : Object.fromEntries(networks.map((name) => [name, null])) } : {}),
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

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
  if (isRecord(volume)) return volume;
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
