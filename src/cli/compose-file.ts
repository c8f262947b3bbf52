/** Values of compose files as compose-go reads them, which docker and nerdctl both use. */
import { resolvePath } from '../linux/path-walk.ts';
import { ComposeFileError } from './compose-interpolate.ts';

/** A mapping of the file, not yet looked at. */
export type Fields = Readonly<Record<string, unknown>>;
/** Networks or volumes of a file, by the names that it gives them. */
export type Resources = Readonly<Record<string, Fields | null>>;
type Named = { readonly name: string; readonly networks: Resources; readonly volumes: Resources };

/** Lists and null are not. */
export const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** One value or a list of them. */
export const texts = (value: unknown): string[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)]);

/** `K: v` or `- K=v`. */
export const pairs = (value: unknown): string[] =>
  isRecord(value) ? Object.entries(value).map(([key, each]) => (each === null ? key : `${key}=${String(each)}`)) : texts(value);

/** A command line in one string is split as a shell does, quotes taken off. */
export const words = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map(String)
    : [...String(value ?? '').matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))+/g)].map((match) =>
        match[0].replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_all, double, single) =>
          double === undefined ? String(single) : String(double).replace(/\\(.)/g, '$1'),
        ),
      );

/** What a project's file is called where nobody says, in the order of preference. */
export const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The folder that a file lies in. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** A path of a file is meant from the file's folder. */
export const inside = (folder: string, path: string): string => resolvePath(folder, path.replace(/^~/, '/root'));

/** The folder's name as a project's. */
export const projectNameOf = (folder: string): string =>
  folder
    .slice(folder.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

/** A long or a short port as `--publish` takes it. */
export const portFlag = (port: unknown): string =>
  isRecord(port)
    ? `${port['host_ip'] === undefined ? '' : `${String(port['host_ip'])}:`}${port['published'] === undefined ? '' : `${String(port['published'])}:`}${String(port['target'])}/${String(port['protocol'] ?? 'tcp')}`
    : String(port);

/** What the lab does not do of a long volume, by its path in the file: `volume.subpath`; undefined when there is nothing. */
export const oddVolume = (volume: unknown): string | undefined =>
  ['bind.recursive', 'bind.create_host_path', 'volume.subpath', 'volume.labels', 'image'].find((path) => {
    const [kind = '', key] = path.split('.');
    const own = isRecord(volume) ? volume[kind] : undefined;
    return key === undefined ? own !== undefined : isRecord(own) && own[key] !== undefined && !(key === 'create_host_path' && own[key] === true);
  });

/** A long or a short volume as arguments of `run`: `--volume source:target:modes`, `--tmpfs target:options`. */
export function volumeArgs(project: Named, folder: string, volume: unknown): [flag: string, value: string] {
  const text = (value: unknown): string => String(value ?? '');
  if (isRecord(volume) && volume['type'] === 'tmpfs') {
    const { size, mode } = isRecord(volume['tmpfs']) ? volume['tmpfs'] : ({} as Fields);
    const options = [
      ...(size === undefined ? [] : [`size=${text(size)}`]),
      ...(typeof mode === 'number' ? [`mode=${mode.toString(8)}`] : mode === undefined ? [] : [`mode=${text(mode)}`]),
    ];
    return ['--tmpfs', [text(volume['target']), ...(options.length > 0 ? [options.join(',')] : [])].join(':')];
  }
  const own = (kind: string, key: string): unknown => (isRecord(volume) && isRecord(volume[kind]) ? volume[kind][key] : undefined);
  const propagation = own('bind', 'propagation');
  const modes = [
    ...(isRecord(volume) && volume['read_only'] === true ? ['ro'] : []),
    ...(own('volume', 'nocopy') === true ? ['nocopy'] : []),
    ...(propagation === undefined ? [] : [text(propagation)]),
  ];
  const parts = isRecord(volume) ? [text(volume['source']), text(volume['target']), ...(modes.length > 0 ? [modes.join(',')] : [])] : String(volume).split(':');
  const [source = '', ...rest] = parts;
  if (rest.length === 0 || source === '') return ['--volume', parts.filter(Boolean).join(':')];
  return ['--volume', [/^[./~]/.test(source) ? inside(folder, source) : fullVolume(project, source), ...rest].join(':')];
}

/** The networks of a service, as the file calls them. */
export function networkNames(fields: Fields): string[] {
  if (fields['network_mode'] !== undefined) return [];
  const given = fields['networks'];
  const all = Array.isArray(given) ? given.map(String) : isRecord(given) ? Object.keys(given) : [];
  return all.length > 0 ? all : ['default'];
}

const named = (project: Named, all: Resources, name: string): string =>
  String(all[name]?.['name'] ?? (all[name]?.['external'] === true ? name : `${project.name}_${name}`));
/** What a network of the file is called outside of it. */
export const fullNetwork = (project: Named, name: string): string => named(project, project.networks, name);
/** The same of a volume. */
export const fullVolume = (project: Named, name: string): string => named(project, project.volumes, name);

/** The volumes that a service mounts by their names. */
export const volumeNames = (fields: Fields): string[] =>
  (Array.isArray(fields['volumes']) ? fields['volumes'] : []).flatMap((each) => {
    const whole = String(each);
    const source = isRecord(each) ? (each['type'] === 'volume' ? String(each['source'] ?? '') : '') : whole.includes(':') ? (whole.split(':')[0] ?? '') : '';
    return source === '' || /^[./~]/.test(source) ? [] : [source];
  });

/** Services with those that others need first. */
export function ordered<Service extends { readonly name: string }>(services: readonly Service[], needs: (service: Service) => readonly string[]): Service[] {
  const done: Service[] = [];
  const visit = (service: Service, above: readonly string[]): void => {
    if (done.includes(service)) return;
    if (above.includes(service.name))
      throw new ComposeFileError(`dependency cycle detected: ${[...above.slice(above.indexOf(service.name)), service.name].join(' -> ')}`);
    for (const name of needs(service)) {
      const other = services.find((each) => each.name === name);
      if (other) visit(other, [...above, service.name]);
    }
    done.push(service);
  };
  for (const service of [...services].sort((a, b) => (a.name < b.name ? -1 : 1))) visit(service, []);
  return done;
}
