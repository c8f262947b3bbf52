/** What a compose file takes from others: `include`, `extends`, and the texts of secrets and configs (compose-go loader/include.go, extends.go). */
import type { Process } from '../linux/process.ts';
import { type Fields, folderOf, inside, isRecord } from './compose-file.ts';
import { ComposeFileError } from './compose-interpolate.ts';

type Parts = {
  /** A file as it is after variables were put in. */
  readonly read: (file: string) => Fields;
  readonly merge: (below: unknown, above: unknown) => unknown;
  readonly exists: (file: string) => boolean;
};

/** The model with what `include` names; a resource may be there only once. */
export function withIncludes(model: Fields, file: string, parts: Parts, above: readonly string[] = []): Fields {
  const { include, ...own } = model;
  let all: Fields = own;
  for (const each of Array.isArray(include) ? include : []) {
    const paths = isRecord(each) ? (Array.isArray(each['path']) ? each['path'] : [each['path']]) : [each];
    for (const path of paths.map((one) => inside(folderOf(file), String(one)))) {
      if (above.includes(path)) throw new ComposeFileError(`include cycle detected:\n${[...above, path].join('\n include ')}`);
      if (!parts.exists(path)) throw new ComposeFileError(`stat ${path}: no such file or directory`);
      const found = withExtends(withIncludes(parts.read(path), path, parts, [...above, path]), path, parts);
      for (const kind of ['services', 'networks', 'volumes', 'secrets', 'configs']) {
        const clash = Object.keys((found[kind] ?? {}) as Fields).find((name) => Object.hasOwn((all[kind] ?? {}) as Fields, name));
        if (clash !== undefined) throw new ComposeFileError(`${kind}.${clash} conflicts with imported resource`);
      }
      all = parts.merge(rebased(found, folderOf(path)), all) as Fields;
    }
  }
  return all;
}

/** Every service over the one that it extends. */
export function withExtends(model: Fields, file: string, parts: Parts): Fields {
  const services = model['services'];
  if (!isRecord(services)) return model;
  return { ...model, services: Object.fromEntries(Object.keys(services).map((name) => [name, extended(services, name, file, parts, [])])) };
}

function extended(services: Fields, name: string, file: string, parts: Parts, above: readonly string[]): unknown {
  const own = services[name];
  if (!isRecord(own) || own['extends'] === undefined) return own;
  const { extends: from, ...rest } = own;
  const base = isRecord(from) ? String(from['service']) : String(from);
  const other = isRecord(from) && from['file'] !== undefined ? inside(folderOf(file), String(from['file'])) : file;
  const place = `${other}:${base}`;
  if (above.includes(place)) throw new ComposeFileError(`circular reference with extends: ${name}`);
  if (!parts.exists(other)) throw new ComposeFileError(`stat ${other}: no such file or directory`);
  const theirs = other === file ? services : (parts.read(other)['services'] as Fields | undefined);
  if (!isRecord(theirs) || !isRecord(theirs[base]))
    throw new ComposeFileError(`cannot extend service ${JSON.stringify(name)} in ${other}: service ${JSON.stringify(base)} not found`);
  const below = extended(theirs, base, other, parts, [...above, place]);
  return parts.merge(folderOf(other) === folderOf(file) ? below : rebasedService(below, folderOf(other)), rest);
}

/** Paths of a file in another folder are meant from there. */
function rebased(model: Fields, folder: string): Fields {
  const services = model['services'];
  return isRecord(services)
    ? { ...model, services: Object.fromEntries(Object.entries(services).map(([name, each]) => [name, rebasedService(each, folder)])) }
    : model;
}

function rebasedService(service: unknown, folder: string): unknown {
  if (!isRecord(service)) return service;
  const { volumes, build } = service;
  return {
    ...service,
    ...(Array.isArray(volumes) ? { volumes: volumes.map((each) => (typeof each === 'string' && each.startsWith('.') ? inside(folder, each) : each)) } : {}),
    ...(typeof build === 'string' && build.startsWith('.') ? { build: inside(folder, build) } : {}),
  };
}

/** A file to be put into containers: bound from the host, or with a text of its own. */
export type Given = { readonly source: string } | { readonly content: string };

/** Top-level `secrets` or `configs`, each with where its text is. */
export function givenFiles(process: Process, section: unknown, directory: string, variables: (name: string) => string | undefined): Map<string, Given> {
  const all = new Map<string, Given>();
  for (const [name, each] of Object.entries(isRecord(section) ? section : {})) {
    if (!isRecord(each)) continue;
    if (each['file'] !== undefined) all.set(name, { source: inside(directory, String(each['file']).replace(/^~/, process.env['HOME'] ?? '/root')) });
    else if (each['content'] !== undefined) all.set(name, { content: String(each['content']) });
    else if (each['environment'] !== undefined) all.set(name, { content: variables(String(each['environment'])) ?? '' });
  }
  return all;
}

/** What a service asks for of them, with the path in its containers. */
export function filesFor(fields: Fields, kind: 'secrets' | 'configs'): { readonly name: string; readonly target: string }[] {
  const folder = kind === 'secrets' ? '/run/secrets/' : '/';
  return (Array.isArray(fields[kind]) ? fields[kind] : []).map((each) => {
    const name = isRecord(each) ? String(each['source']) : String(each);
    const target = isRecord(each) && each['target'] !== undefined ? String(each['target']) : name;
    return { name, target: target.startsWith('/') ? target : `${folder}${target}` };
  });
}
