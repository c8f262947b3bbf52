/** Charts as files: helm pkg/chart/v2 and its loader. */
import { gunzip, gzip, readTarEntries, TarError, writeTar } from '../../apimachinery/tar.ts';
import { parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import { type Obj, obj, objs, text, texts } from '../kubectl/json.ts';
import { HelmError } from './error.ts';
import { floats } from './functions/types.ts';
import { newIgnore } from './ignore.ts';
import { parseConstraint, parseVersion } from './semver.ts';

export type ChartFile = { readonly name: string; readonly data: string };

/** `files` are all that are neither templates nor read for what they mean; names of files are from the chart's root on. */
export type Chart = {
  readonly metadata: Obj;
  readonly lock?: Obj;
  readonly values: Obj;
  readonly schema?: string;
  readonly templates: readonly ChartFile[];
  readonly files: readonly ChartFile[];
  readonly dependencies: readonly Chart[];
  /** All of them, as they were read. */
  readonly raw: readonly ChartFile[];
};

export const chartName = ({ metadata }: Chart): string => text(metadata['name']);
export const chartVersion = ({ metadata }: Chart): string => text(metadata['version']);

/** Entries of Chart.yaml's `dependencies`. */
export const dependenciesOf = ({ metadata }: Chart): readonly Obj[] => objs(metadata['dependencies']);

/** The chart in a folder or an archive. Throws HelmError. */
export function loadChart(process: Process, path: string): Chart {
  const full = process.path(path);
  if (!process.fs.exists(full)) throw new HelmError(`stat ${path}: no such file or directory`);
  return chartOf(process.fs.isDirectory(full) ? filesBelow(process, full) : unpacked(process.fs.read(full), path));
}

/** All files below a folder that .helmignore lets through, sorted as Go walks. */
export function filesBelow(process: Process, root: string): ChartFile[] {
  const { fs } = process;
  const ignored = newIgnore(fs.exists(`${root}/.helmignore`) ? fs.read(`${root}/.helmignore`) : '');
  const walk = (folder: string): ChartFile[] =>
    [...fs.list(`${root}/${folder}`)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name]) => {
        const path = `${folder}${name}`;
        const isFolder = fs.isDirectory(`${root}/${path}`);
        if (ignored(path, isFolder)) return [];
        return isFolder ? walk(`${path}/`) : [{ name: path, data: fs.read(`${root}/${path}`) }];
      });
  return walk('');
}

/** The files of an archive, its first folder taken off. */
export function unpacked(archive: string, path: string): ChartFile[] {
  const tar = gunzip(archive);
  if (tar === undefined)
    throw new HelmError(
      `file '${path}' does not appear to be a gzipped archive; got '${/^[\s\S]?[{<]/.test(archive) ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8'}'`,
    );
  try {
    const files = readTarEntries(tar)
      .filter(({ type }) => type === 'file')
      .map(({ path: name, content = '' }) => ({ name: name.slice(name.indexOf('/') + 1), data: content }));
    if (files.length === 0) throw new HelmError('no files in chart archive');
    return files;
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new HelmError(error.message);
  }
}

/** `NAME-VERSION.tgz` as helm package makes it. */
export const packed = (name: string, files: readonly ChartFile[], now: number): string =>
  gzip(
    writeTar(
      files.map((file) => ({ path: `${name}/${file.name}`, content: file.data })),
      now,
    ),
  );

function yamlOf(file: ChartFile | undefined, what: string): Obj {
  try {
    return file === undefined || file.data.trim() === '' ? {} : obj(parseYaml(file.data));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new HelmError(`cannot load ${what}: ${error.message}`);
  }
}

/** The chart that files make. Throws HelmError. */
export function chartOf(raw: readonly ChartFile[]): Chart {
  const named = (name: string): ChartFile | undefined => raw.find((file) => file.name === name);
  if (!named('Chart.yaml')) throw new HelmError('Chart.yaml file is missing');
  const metadata = yamlOf(named('Chart.yaml'), 'Chart.yaml');
  const lock = named('Chart.lock');
  const schema = named('values.schema.json');
  const special = ['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json'];
  const rest = raw.filter(({ name }) => !special.includes(name) && !name.startsWith('charts/'));
  const chart: Chart = {
    metadata: { ...metadata, apiVersion: metadata['apiVersion'] ?? 'v1' },
    ...(lock && { lock: yamlOf(lock, 'Chart.lock') }),
    values: obj(floats(yamlOf(named('values.yaml'), 'values.yaml'))),
    ...(schema && { schema: schema.data }),
    templates: rest.filter(({ name }) => name.startsWith('templates/')),
    files: rest.filter(({ name }) => !name.startsWith('templates/')),
    dependencies: subcharts(raw),
    raw,
  };
  validate(chart);
  return chart;
}

function subcharts(raw: readonly ChartFile[]): Chart[] {
  const below = raw.filter(({ name }) => name.startsWith('charts/') && !/^charts\/[_.]/.test(name));
  const names = [...new Set(below.map(({ name }) => name.split('/')[1] ?? ''))];
  return names.flatMap((name) => {
    const files = below.filter((file) => file.name.split('/')[1] === name);
    if (files[0]?.name !== `charts/${name}`) return [chartOf(files.map((file) => ({ ...file, name: file.name.slice(`charts/${name}/`.length) })))];
    return name.endsWith('.tgz') ? [chartOf(unpacked(files[0].data, name))] : [];
  });
}

/** helm pkg/chart/v2/metadata.go. */
function validate({ metadata }: Chart): void {
  const wrong = (message: string): HelmError => new HelmError(`validation: ${message}`);
  for (const field of ['name', 'version']) if (text(metadata[field]) === '') throw wrong(`chart.metadata.${field} is required`);
  if (text(metadata['name']).includes('/')) throw wrong(`chart.metadata.name "${text(metadata['name'])}" is invalid`);
  if (!parseVersion(text(metadata['version']))) throw wrong(`chart.metadata.version "${text(metadata['version'])}" is invalid`);
  if (!['', 'application', 'library'].includes(text(metadata['type']))) throw wrong('chart.metadata.type must be application or library');
}

/** Subcharts that are wanted, under the names that they have here: conditions, tags, aliases (helm pkg/chart/v2/util/dependencies.go). */
export function processDependencies(chart: Chart, values: Obj): Chart {
  const wanted = dependenciesOf(chart);
  if (wanted.length === 0) return chart;
  const found = wanted.flatMap((each) => {
    const chosen = chart.dependencies.find((sub) => chartName(sub) === text(each['name']) && fits(each, chartVersion(sub)));
    if (!chosen || !isEnabled(each, values)) return [];
    const alias = text(each['alias']);
    return [alias === '' ? chosen : { ...chosen, metadata: { ...chosen.metadata, name: alias } }];
  });
  const names = wanted.map((each) => text(each['name']));
  const undeclared = chart.dependencies.filter((sub) => !names.includes(chartName(sub)));
  const below = (sub: Chart): Chart => processDependencies(sub, obj(values[chartName(sub)]));
  return { ...chart, dependencies: [...undeclared, ...found].map(below) };
}

const fits = (dependency: Obj, version: string): boolean => {
  const parsed = parseVersion(version);
  return parsed !== undefined && (parseConstraint(text(dependency['version']) || '*')?.(parsed) ?? false);
};

function isEnabled(dependency: Obj, values: Obj): boolean {
  for (const path of text(dependency['condition']).split(',')) {
    const value =
      path.trim() === ''
        ? undefined
        : path
            .trim()
            .split('.')
            .reduce<unknown>((here, key) => obj(here)[key], values);
    if (typeof value === 'boolean') return value;
  }
  const tags = texts(dependency['tags']).map((tag) => obj(values['tags'])[tag]);
  return tags.includes(true) || !tags.includes(false);
}

/** What is declared and not in charts/. */
export function missingDependencies(chart: Chart): string[] {
  return dependenciesOf(chart)
    .map((each) => text(each['name']))
    .filter((name) => !chart.dependencies.some((sub) => chartName(sub) === name));
}
