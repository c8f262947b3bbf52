/** What a server serves, kept in files for six hours: kubernetes client-go/discovery/cached/disk/cached_discovery.go. */
import { type ApiResource, formatGroupVersion, parseGroupVersion } from '../../apimachinery/resources.ts';
import { Errno } from '../../linux/errno.ts';
import { JsonFile } from '../../linux/file-node.ts';
import type { Process } from '../../linux/process.ts';
import { defined, list, type Obj, obj, objs, text, texts } from './json.ts';
import { homeOf } from './kubeconfig.ts';

/** One version of one group; its resources are read when they are asked for: most calls need only the first of them. */
export type ServedVersion = { readonly group: string; readonly version: string; readonly resources: readonly ApiResource[] };

const lifeMilliseconds = 6 * 3_600_000;

/** Where the files of one server lie: --cache-dir, KUBECACHEDIR or ~/.kube/cache; what a file's name had better not hold becomes `_`. */
export function cacheFolder(process: Process, given: string | undefined, server: string): string {
  const root = given ?? (process.env['KUBECACHEDIR'] || `${homeOf(process)}/.kube/cache`);
  return process.path(`${root}/discovery/${server.replace(/^https?:\/\//, '').replace(/[^(\w/.)]/g, '_')}`);
}

/** All versions, or undefined where a file is missing, too old or not to be read. */
export function readCache(process: Process, folder: string): readonly ServedVersion[] | undefined {
  const groups = readFile(process, `${folder}/servergroups.json`);
  return groups && versionsIn(groups).map(({ group, version }) => new VersionInFile(process, folder, group, version));
}

type GroupVersion = { readonly group: string; readonly version: string };

/** Every call reads the same list. */
const listed = new WeakMap<Obj, readonly GroupVersion[]>();

function versionsIn(groups: Obj): readonly GroupVersion[] {
  const versions =
    listed.get(groups) ?? objs(groups['groups']).flatMap((group) => objs(group['versions']).map((version) => parseGroupVersion(text(version['groupVersion']))));
  listed.set(groups, versions);
  return versions;
}

class VersionInFile implements ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly #process: Process;
  readonly #folder: string;

  constructor(process: Process, folder: string, group: string, version: string) {
    this.#process = process;
    this.#folder = folder;
    this.group = group;
    this.version = version;
  }

  get resources(): readonly ApiResource[] {
    const list = readFile(this.#process, `${this.#folder}/${formatGroupVersion(this)}/serverresources.json`);
    return list ? fromResourceList(list) : [];
  }
}

/** Writes all files anew; a cache that cannot be written is no error. */
export function writeCache(process: Process, folder: string, versions: readonly ServedVersion[]): void {
  try {
    for (const each of versions) writeFile(process, `${folder}/${formatGroupVersion(each)}`, 'serverresources.json', once(each, toResourceList));
    writeFile(process, folder, 'servergroups.json', once(versions, toGroupList));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}

/** Most of them nobody ever reads: each becomes text, and even JSON, when somebody does. */
function writeFile({ fs, credentials, now }: Process, path: string, name: string, content: () => Obj): void {
  fs.mkdir(path, { parents: true, mode: 0o750 });
  const folder = fs.find(path);
  if (folder?.type !== 'directory' || !fs.may(folder, 2)) throw new Errno('EACCES', path);
  folder.add(name, new JsonFile({ mode: 0o660, uid: credentials.uid, gid: credentials.gid, mtime: now }, content, '\n'));
}

/** Worked out at the first call, and then the same object. */
function once<From>(from: From, work: (from: From) => Obj): () => Obj {
  let made: Obj | undefined;
  return () => {
    made ??= work(from);
    return made;
  };
}

/** The object in a file that is young enough; undefined for everything else. */
function readFile({ fs, now }: Process, path: string): Obj | undefined {
  const file = fs.find(path);
  if (file?.type !== 'file' || !fs.may(file, 4) || now > file.mtime + lifeMilliseconds) return undefined;
  return file instanceof JsonFile && file.value !== undefined ? obj(file.value) : file.derived('kubectl discovery', parsed);
}

function parsed(content: string): Obj | undefined {
  try {
    return obj(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** The same list gives the same resources, as often as it is read. */
const known = new WeakMap<Obj, readonly ApiResource[]>();

/** A metav1.APIResourceList, as older servers send it and as the files hold it; subresources are `pods/log`. */
export function fromResourceList(document: Obj): readonly ApiResource[] {
  const resources = known.get(document) ?? resourcesOf(document);
  known.set(document, resources);
  return resources;
}

function resourcesOf(document: Obj): readonly ApiResource[] {
  const { group, version } = parseGroupVersion(text(document['groupVersion']));
  const entries = list(document['resources']).map(obj);
  return entries
    .filter((entry) => !text(entry['name']).includes('/'))
    .map((entry) => ({
      group,
      version,
      resource: text(entry['name']),
      singular: text(entry['singularName']),
      kind: text(entry['kind']),
      listKind: `${text(entry['kind'])}List`,
      shortNames: texts(entry['shortNames']),
      namespaced: entry['namespaced'] === true,
      verbs: texts(entry['verbs']),
      categories: texts(entry['categories']),
      subresources: entries
        .filter((other) => text(other['name']).startsWith(`${text(entry['name'])}/`))
        .map((other) => ({
          name: text(other['name']).slice(text(entry['name']).length + 1),
          kind: text(other['kind']),
          group: text(other['group']),
          version: text(other['version']),
          verbs: texts(other['verbs']),
        })),
    }));
}

function toGroupList(versions: readonly ServedVersion[]): Obj {
  const names = [...new Set(versions.map(({ group }) => group))];
  const groups = names.map((name) => {
    const served = versions.filter(({ group }) => group === name).map((each) => ({ groupVersion: formatGroupVersion(each), version: each.version }));
    return { name, versions: served, preferredVersion: served[0] };
  });
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

function toResourceList({ group, version, resources }: ServedVersion): Obj {
  const shared = (each: ApiResource): Obj => ({ singularName: each.singular, namespaced: each.namespaced });
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: formatGroupVersion({ group, version }),
    resources: resources.flatMap((each) => [
      defined({
        name: each.resource,
        ...shared(each),
        group: group || undefined,
        version,
        kind: each.kind,
        verbs: each.verbs,
        shortNames: each.shortNames.length > 0 ? each.shortNames : undefined,
        categories: each.categories.length > 0 ? each.categories : undefined,
      }),
      ...each.subresources.map((sub) =>
        defined({
          name: `${each.resource}/${sub.name}`,
          ...shared(each),
          group: sub.group || undefined,
          version: sub.version || undefined,
          kind: sub.kind,
          verbs: sub.verbs,
        }),
      ),
    ]),
  };
}
