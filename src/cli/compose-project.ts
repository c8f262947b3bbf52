/** The project of a compose file: read, merged, interpolated, checked, in the order in which its services start (compose-go loader). */
import { parseNewerYaml, YamlError } from '../apimachinery/yaml.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import { type Fields, fileNames, folderOf, isRecord, networkNames, ordered, projectNameOf, type Resources, texts, volumeNames } from './compose-file.ts';
import { ComposeFileError, interpolate, parseEnvFile } from './compose-interpolate.ts';
import { mergeCompose } from './compose-merge.ts';
import { filesFor, type Given, givenFiles, withExtends, withIncludes } from './compose-resolve.ts';
import { validateCompose } from './compose-schema.ts';
import { logLine } from './logrus.ts';

type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';
/** One entry of `depends_on`. */
export type Dependency = { readonly name: string; readonly condition: Condition; readonly required: boolean };
/** `fields` reads its part of the merged file. */
export type Service = { readonly name: string; readonly fields: Fields; readonly dependsOn: readonly Dependency[]; readonly scale: number };
/** After merging, interpolation and profiles. */
export type Project = {
  readonly name: string;
  readonly directory: string;
  readonly files: readonly string[];
  /** In the order in which they start; those of profiles that are not on are left out. */
  readonly services: readonly Service[];
  readonly disabled: readonly string[];
  readonly networks: Resources;
  readonly volumes: Resources;
  readonly secrets: ReadonlyMap<string, Given>;
  readonly configs: ReadonlyMap<string, Given>;
};

const overrides = ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'docker-compose.override.yaml'];

/** What stands on the command line before the subcommand; empty where nothing does. */
export type ComposeGiven = {
  readonly files: readonly string[];
  readonly projectDirectory: string;
  readonly envFiles: readonly string[];
  readonly projectName: string;
  readonly profiles: readonly string[];
  /** Services that are named: their profiles are on. */
  readonly services?: readonly string[];
};

/** Throws ComposeFileError, in compose-go's words, when it cannot be read. */
export function* loadCompose(process: Process, given: ComposeGiven): Routine<Project> {
  const files = findFiles(process, given);
  const directory = given.projectDirectory === '' ? folderOf(files[0] ?? process.cwd) : process.path(given.projectDirectory);
  const env = environment(process, given, directory);
  const missing = new Set<string>();
  const documents = files.map((file) => document(process, file));
  for (const [i, each] of documents.entries())
    if (each['version'] !== undefined)
      yield* logLine(
        process,
        'warning',
        `${files[i]}: the attribute \`version\` is obsolete, it will be ignored, please remove it to avoid potential confusion`,
      );
  const variables = { get: (name: string) => env.get(name), missing: (name: string) => void missing.add(name) };
  const parts = {
    read: (file: string) => interpolate(document(process, file), variables) as Fields,
    merge: mergeCompose,
    exists: (file: string) => process.fs.exists(file),
  };
  const read = documents.map((each) => interpolate(each, variables) as Fields);
  for (const name of missing) yield* logLine(process, 'warning', `The ${JSON.stringify(name)} variable is not set. Defaulting to a blank string.`);
  for (const [i, each] of read.entries()) validateCompose(each, files[i] ?? '');
  const merged = read
    .map((each, i) => withExtends(withIncludes(each, files[i] ?? '', parts, [files[i] ?? '']), files[i] ?? '', parts))
    .reduce((all, each) => mergeCompose(all, each) as Fields);
  return assemble(merged, {
    files,
    directory,
    name: projectName(merged, given, env, directory),
    secrets: givenFiles(process, merged['secrets'], directory, (each) => env.get(each)),
    configs: givenFiles(process, merged['configs'], directory, (each) => env.get(each)),
    profiles: [...given.profiles, ...(env.get('COMPOSE_PROFILES')?.split(',') ?? [])],
    wanted: given.services ?? [],
  });
}

function findFiles(process: Process, { files, projectDirectory }: ComposeGiven): string[] {
  const given = files.length > 0 ? files : (process.env['COMPOSE_FILE']?.split(':') ?? []);
  for (const path of given) if (!process.fs.exists(process.path(path))) throw new ComposeFileError(`open ${process.path(path)}: no such file or directory`);
  if (given.length > 0) return given.map((path) => process.path(path));
  const start = projectDirectory === '' ? process.cwd : process.path(projectDirectory);
  for (let folder = start; ; folder = folderOf(folder)) {
    const at = (name: string): string => `${folder === '/' ? '' : folder}/${name}`;
    const found = fileNames.map(at).find((path) => process.fs.exists(path));
    if (found !== undefined) return [found, ...overrides.map(at).filter((path) => process.fs.exists(path))];
    if (folder === '/') throw new ComposeFileError('no configuration file provided: not found');
  }
}

function environment(process: Process, { envFiles }: ComposeGiven, directory: string): Map<string, string> {
  for (const path of envFiles) if (!process.fs.exists(process.path(path))) throw new ComposeFileError(`couldn't find env file: ${process.path(path)}`);
  const paths =
    envFiles.length > 0 ? envFiles.map((path) => process.path(path)) : [`${directory === '/' ? '' : directory}/.env`].filter((path) => process.fs.exists(path));
  return new Map([...paths.flatMap((path) => [...parseEnvFile(process.fs.read(path))]), ...Object.entries(process.env)]);
}

/** So many letters that are parsed, filled in, checked and merged cost as much as a step of the engine: see Sim.toil. */
const lettersPerStep = 10;

function document(process: Process, file: string): Fields {
  const text = process.fs.read(file);
  process.toil(text.length / lettersPerStep);
  try {
    const [value] = parseNewerYaml(text);
    if (value === null || value === undefined) throw new ComposeFileError('empty compose file');
    if (!isRecord(value)) throw new ComposeFileError('top-level object must be a mapping');
    return value;
  } catch (error) {
    if (error instanceof YamlError) throw new ComposeFileError(`failed to parse ${file}: ${error.message}`);
    throw error;
  }
}

function projectName(merged: Fields, { projectName: asked }: ComposeGiven, env: ReadonlyMap<string, string>, directory: string): string {
  const given = asked || env.get('COMPOSE_PROJECT_NAME') || (typeof merged['name'] === 'string' ? merged['name'] : '');
  if (given !== '') {
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(given))
      throw new ComposeFileError(
        `invalid project name ${JSON.stringify(given)}: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number`,
      );
    return given;
  }
  const name = projectNameOf(directory);
  if (name === '') throw new ComposeFileError('project name must not be empty');
  return name;
}

function assemble(
  merged: Fields,
  parts: Pick<Project, 'files' | 'directory' | 'name' | 'secrets' | 'configs'> & { readonly profiles: readonly string[]; readonly wanted: readonly string[] },
): Project {
  const services = Object.entries((merged['services'] ?? {}) as Readonly<Record<string, Fields>>).map(([name, fields]) => toService(name, fields));
  const on = ({ name, fields }: Service): boolean => {
    const profiles = texts(fields['profiles']);
    return (
      profiles.length === 0 ||
      parts.wanted.includes(name) ||
      parts.wanted.includes('*') ||
      parts.profiles.includes('*') ||
      profiles.some((each) => parts.profiles.includes(each))
    );
  };
  const networks = (merged['networks'] ?? {}) as Resources;
  const volumes = (merged['volumes'] ?? {}) as Resources;
  for (const service of services) {
    checkPorts(service);
    checkReferences(service, services, networks, volumes);
    for (const kind of ['secrets', 'configs'] as const)
      for (const { name } of filesFor(service.fields, kind))
        if (!parts[kind].has(name))
          throw new ComposeFileError(`service ${JSON.stringify(service.name)} refers to undefined ${kind.slice(0, -1)} ${name}: invalid compose project`);
  }
  return {
    name: parts.name,
    directory: parts.directory,
    files: parts.files,
    services: ordered(services.filter(on), ({ dependsOn }) => dependsOn.map((each) => each.name)),
    disabled: services.filter((each) => !on(each)).map(({ name }) => name),
    networks,
    volumes,
    secrets: parts.secrets,
    configs: parts.configs,
  };
}

/** nat.ParsePortSpecs, for the short form. */
function checkPorts({ fields }: Service): void {
  for (const port of Array.isArray(fields['ports']) ? fields['ports'] : []) {
    if (isRecord(port)) continue;
    const parts = (String(port).split('/')[0] ?? '').split(':');
    const [container = '', host = ''] = parts.reverse();
    if (!isRange(container)) throw new ComposeFileError(`invalid containerPort: ${container}`);
    if (host !== '' && !isRange(host)) throw new ComposeFileError(`invalid hostPort: ${host}`);
  }
}

const isRange = (text: string): boolean => /^\d+(-\d+)?$/.test(text) && text.split('-').every((each) => Number(each) <= 65_535);

function toService(name: string, fields: Fields): Service {
  const depends = fields['depends_on'];
  const dependsOn = Array.isArray(depends)
    ? depends.map((each): Dependency => ({ name: String(each), condition: 'service_started', required: true }))
    : isRecord(depends)
      ? Object.entries(depends).map(
          ([other, how]): Dependency => ({
            name: other,
            condition: ((isRecord(how) ? how['condition'] : undefined) as Condition | undefined) ?? 'service_started',
            required: !(isRecord(how) && how['required'] === false),
          }),
        )
      : [];
  for (const each of impliedBy(fields))
    if (!dependsOn.some((other) => other.name === each)) dependsOn.push({ name: each, condition: 'service_started', required: true });
  const deploy = fields['deploy'];
  return { name, fields, dependsOn, scale: Number(fields['scale'] ?? (isRecord(deploy) ? deploy['replicas'] : undefined) ?? 1) };
}

/** A service needs those whose names, namespaces and volumes it shares (compose-go Service.GetDependencies). */
const impliedBy = (fields: Fields): string[] => [
  ...texts(fields['links']).map((each) => each.split(':')[0] ?? ''),
  ...['network_mode', 'ipc', 'pid', 'uts'].flatMap((key) => /^service:(.+)$/.exec(String(fields[key] ?? ''))?.[1] ?? []),
  ...texts(fields['volumes_from']).flatMap((each) => (each.startsWith('container:') ? [] : (each.split(':')[0] ?? []))),
];

function checkReferences({ name, fields, dependsOn }: Service, all: readonly Service[], networks: Resources, volumes: Resources): void {
  const invalid = (text: string): ComposeFileError => new ComposeFileError(`service ${JSON.stringify(name)} ${text}: invalid compose project`);
  if (fields['image'] === undefined && fields['build'] === undefined) throw invalid('has neither an image nor a build context specified');
  const { build } = fields;
  if (isRecord(build) && build['dockerfile'] && build['dockerfile_inline']) throw invalid('declares mutualy exclusive dockerfile and dockerfile_inline');
  for (const each of networkNames(fields)) if (each !== 'default' && !(each in networks)) throw invalid(`refers to undefined network ${each}`);
  for (const each of dependsOn) if (!all.some((other) => other.name === each.name)) throw invalid(`depends on undefined service ${JSON.stringify(each.name)}`);
  for (const each of volumeNames(fields)) if (!(each in volumes)) throw invalid(`refers to undefined volume ${each}`);
}

/** What an image that is built is called where nobody says. */
export const imageOf = (project: Project, { name, fields }: Service): string => String(fields['image'] ?? `${project.name}-${name}`);

/** The services that are named, or all; those that they need with them. */
export function selected(project: Project, names: readonly string[], dependencies = true): readonly Service[] {
  for (const name of names)
    if (!project.services.some((each) => each.name === name))
      throw new ComposeFileError(project.disabled.includes(name) ? `no such service: ${name}: disabled` : `no such service: ${name}`);
  if (names.length === 0) return project.services;
  const wanted = new Set<string>();
  const add = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    if (dependencies) for (const each of project.services.find((service) => service.name === name)?.dependsOn ?? []) add(each.name);
  };
  names.forEach(add);
  return project.services.filter(({ name }) => wanted.has(name));
}
