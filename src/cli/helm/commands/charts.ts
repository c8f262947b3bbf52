/** Charts as they are: show, pull, package, dependency. */
import { createHash } from 'node:crypto';
import { rfc3339Nano } from '../../../apimachinery/time.ts';
import { dumpYaml, parseYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Obj, obj, text } from '../../kubectl/json.ts';
import { type Call, type HelmCommand, uitable } from '../call.ts';
import { type Chart, type ChartFile, chartName, chartVersion, dependenciesOf, filesBelow, loadChart, missingDependencies, packed, unpacked } from '../chart.ts';
import { HelmError } from '../error.ts';
import { downloadFlags, flagLines } from '../flag-lines.ts';
import { cachedIndex, chosen, entriesIn, type Fetched, fetchedChart, fetchedFrom, fetchIndex, repositories, urlOf, writeBelow } from '../repositories.ts';
import { parseConstraint, parseVersion } from '../semver.ts';
import { locateChart } from '../source.ts';
import { crdsOf } from './template.ts';

const chartText = ({ metadata }: Chart): string => `${dumpYaml(metadata)}\n`;
const valuesText = ({ raw }: Chart): string => `${raw.find(({ name }) => name === 'values.yaml')?.data ?? ''}\n`;
const readmeOf = ({ raw }: Chart): string | undefined => raw.find(({ name }) => /^readme(\.md|\.txt)?$/i.test(name))?.data;
const readmeText = (chart: Chart): string => (readmeOf(chart) === undefined ? '' : `${readmeOf(chart)}\n`);
const crdsText = (chart: Chart): string =>
  crdsOf(chart)
    .map(({ content }) => `---\n${content}\n`)
    .join('');

function allText(chart: Chart): string {
  const parts = [chartText(chart)];
  if (chart.raw.some(({ name }) => name === 'values.yaml')) parts.push(`---\n${valuesText(chart)}`);
  if (readmeOf(chart) !== undefined) parts.push(`---\n${readmeText(chart)}`);
  if (crdsOf(chart).length > 0) parts.push(crdsText(chart));
  return parts.join('');
}

/** `show PART`. */
const part = (name: string, short: string, of: (chart: Chart) => string): HelmCommand => ({
  ...{ name, short, usage: '[CHART]', takes: [1, 1], flags: flagLines(downloadFlags) },
  *run(call): Routine {
    yield* call.print(of(yield* locateChart(call, call.args[0] ?? '')));
  },
});

export const show: HelmCommand = {
  name: 'show',
  aliases: ['inspect'],
  short: 'show information of a chart',
  commands: [
    part('all', 'show all information of the chart', allText),
    part('chart', "show the chart's definition", chartText),
    part('crds', "show the chart's CRDs", crdsText),
    part('readme', "show the chart's README", readmeText),
    part('values', "show the chart's values", valuesText),
  ],
};

/** helm pkg/action/pull.go. */
export const pull: HelmCommand = {
  name: 'pull',
  aliases: ['fetch'],
  usage: '[chart URL | repo/chartname] [...]',
  short: 'download a chart from a repository and (optionally) unpack it in local directory',
  flags: flagLines(`${downloadFlags}
    d,destination=. folder for the package
    !prov:bool the provenance file too
    untar:bool unpack it
    untardir=. folder to unpack it in`),
  takes: [1, Number.POSITIVE_INFINITY],
  *run(call): Routine {
    const { flags, process } = call;
    for (const name of call.args) {
      const { archive, file, chart } = yield* fetchedChart(call, name);
      if (!flags.bool('untar')) {
        writeBelow(call, `${flags.text('destination')}/${file}`, archive);
        continue;
      }
      const folder = `${flags.text('untardir')}/${chartName(chart)}`.replace(/^\.\//, '');
      if (process.fs.exists(process.path(folder))) throw new HelmError(`failed to untar: a file or directory with the name ${folder} already exists`);
      for (const each of unpacked(archive, file)) writeBelow(call, `${folder}/${each.name}`, each.data);
    }
  },
};

/** helm pkg/action/package.go. */
export const packageCommand: HelmCommand = {
  name: 'package',
  usage: '[CHART_PATH] [...]',
  short: 'package a chart directory into a chart archive',
  flags: flagLines(`
    app-version write this appVersion into the chart
    u,dependency-update:bool fetch the dependencies first
    d,destination=. folder for the package
    !key name of the key for --sign
    !keyring keys for --sign
    !passphrase-file file with the key's passphrase
    !sign:bool sign the package
    version write this version into the chart`),
  takes: [0, Number.POSITIVE_INFINITY],
  *run(call): Routine {
    const { flags, process } = call;
    if (call.args.length === 0) throw new HelmError('need at least one argument, the path to the chart');
    for (const path of call.args) {
      if (flags.bool('dependency-update')) yield* updateDependencies(call, path);
      const chart = loadChart(process, path);
      const missing = missingDependencies(chart);
      if (missing.length > 0) throw new HelmError(`found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`);
      const metadata: Obj = {
        ...chart.metadata,
        ...(flags.has('version') && { version: flags.text('version') }),
        ...(flags.has('app-version') && { appVersion: flags.text('app-version') }),
      };
      if (!parseVersion(text(metadata['version']))) throw new HelmError('invalid semantic version');
      const files = filesBelow(process, process.path(path)).map(
        (file): ChartFile => (file.name === 'Chart.yaml' ? { ...file, data: dumpYaml(metadata) } : file),
      );
      const target = process.path(`${flags.text('destination')}/${chartName(chart)}-${text(metadata['version'])}.tgz`).replace('/./', '/');
      files.sort((a, b) => Number(b.name === 'Chart.yaml') - Number(a.name === 'Chart.yaml'));
      writeBelow(call, target, packed(chartName(chart), files, call.now));
      yield* call.print(`Successfully packaged chart and saved it to: ${target}\n`);
    }
  },
};

function stateOf(chart: Chart, dependency: Obj): string {
  const found = chart.dependencies.find((sub) => chartName(sub) === text(dependency['name']));
  if (!found) return 'missing';
  const version = parseVersion(chartVersion(found));
  return version && parseConstraint(text(dependency['version']))?.(version)
    ? chart.raw.some(({ name }) => name.startsWith(`charts/${chartName(found)}/`))
      ? 'unpacked'
      : 'ok'
    : 'wrong version';
}

const listDependencies: HelmCommand = {
  name: 'list',
  aliases: ['ls'],
  usage: 'CHART',
  short: 'list the dependencies for the given chart',
  flags: flagLines('max-col-width:int=80 how wide a column may be'),
  takes: [0, 1],
  *run(call): Routine {
    const path = call.args[0] ?? '.';
    const chart = loadChart(call.process, path);
    const all = dependenciesOf(chart);
    if (all.length === 0) return yield* call.print(`WARNING: no dependencies at ${path.replace(/\/+$/, '')}/charts\n`);
    const rows = all.map((each) => [text(each['name']), text(each['version']), text(each['repository']), stateOf(chart, each)]);
    yield* call.print(`${uitable([['NAME', 'VERSION', 'REPOSITORY', 'STATUS'], ...rows])}\n`);
  },
};

type Wanted = { readonly name: string; readonly version: string; readonly repository: string };

const wantedOf = (all: readonly Obj[]): Wanted[] =>
  all.map((each) => ({ name: text(each['name']), version: text(each['version']), repository: text(each['repository']) }));

/** One dependency, from a folder or a repository. */
function* fetchOne(call: Call, base: string, { name, version, repository }: Wanted): Routine<Fetched> {
  if (repository.startsWith('file://')) {
    const path = call.process.path(`${base}/${repository.slice('file://'.length)}`);
    const chart = loadChart(call.process, path);
    const file = `${name}-${chartVersion(chart)}.tgz`;
    return { chart, file, archive: packed(name, filesBelow(call.process, path), call.now) };
  }
  const known = repositories(call).find(
    (each) => each.url.replace(/\/+$/, '') === repository.replace(/\/+$/, '') || [`@${each.name}`, `alias:${each.name}`].includes(repository),
  );
  const index = known ? cachedIndex(call, known.name) : obj(parseYaml(yield* fetchIndex(call, repository)));
  const entry = chosen(entriesIn(index, name), version);
  if (!entry)
    throw new HelmError(
      `can't get a valid version for 1 subchart(s): ${JSON.stringify(name)} (repository ${JSON.stringify(repository)}, version ${JSON.stringify(version)}). Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml`,
    );
  yield* call.print(`Downloading ${name} from repo ${known?.url ?? repository}\n`);
  return yield* fetchedFrom(call, urlOf(entry, known?.url ?? repository), entry);
}

/** Fetches what Chart.yaml wants, and writes Chart.lock. Throws HelmError. */
function* updateDependencies(call: Call, path: string): Routine {
  const chart = loadChart(call.process, path);
  yield* fill(call, path, chart, wantedOf(dependenciesOf(chart)), true);
}

function* fill(call: Call, path: string, chart: Chart, wanted: readonly Wanted[], locks: boolean): Routine {
  const { fs } = call.process;
  if (wanted.length === 0) return;
  const remote = wanted.filter(({ repository }) => /^https?:/.test(repository));
  const unknown = [...new Set(remote.map(({ repository }) => repository))].filter(
    (url) => !repositories(call).some((each) => each.url.replace(/\/+$/, '') === url.replace(/\/+$/, '')),
  );
  if (unknown.length > 0) {
    if (!locks) throw new HelmError(`no repository definition for ${unknown.join(', ')}. Please add the missing repos via 'helm repo add'`);
    yield* call.print('Getting updates for unmanaged Helm repositories...\n');
    for (const url of unknown) yield* call.print(`...Successfully got an update from the "${url}" chart repository\n`);
  }
  yield* call.print(`Saving ${wanted.length} charts\n`);
  const folder = call.process.path(`${path}/charts`);
  const fetched: Fetched[] = [];
  for (const each of wanted) fetched.push(yield* fetchOne(call, path, each));
  yield* call.print('Deleting outdated charts\n');
  for (const [file] of fs.isDirectory(folder) ? fs.list(folder) : []) if (file.endsWith('.tgz')) fs.unlink(`${folder}/${file}`);
  for (const { file, archive } of fetched) writeBelow(call, `${folder}/${file}`, archive);
  if (!locks) return;
  const dependencies = wanted.map(({ name, repository }, i) => ({ name, repository, version: chartVersion(fetched[i]?.chart ?? chart) }));
  const digest = createHash('sha256')
    .update(JSON.stringify([dependenciesOf(chart), dependencies]))
    .digest('hex');
  writeBelow(call, `${path}/Chart.lock`, dumpYaml({ dependencies, digest: `sha256:${digest}`, generated: rfc3339Nano(call.now) }));
}

const refreshFlag = flagLines(`
    !keyring public keys for --verify
    skip-refresh:bool do not fetch the indexes anew
    !verify:bool check the packages' signatures`);

export const dependency: HelmCommand = {
  name: 'dependency',
  aliases: ['dep', 'dependencies'],
  short: "manage a chart's dependencies",
  commands: [
    {
      ...{ name: 'build', usage: 'CHART', short: 'rebuild the charts/ directory based on the Chart.lock file', takes: [0, 1], flags: refreshFlag },
      *run(call): Routine {
        const path = call.args[0] ?? '.';
        const chart = loadChart(call.process, path);
        if (!chart.lock) return yield* updateDependencies(call, path);
        yield* fill(call, path, chart, wantedOf(dependenciesOf({ ...chart, metadata: chart.lock })), false);
      },
    },
    listDependencies,
    {
      ...{ name: 'update', aliases: ['up'], usage: 'CHART', short: 'update charts/ based on the contents of Chart.yaml', takes: [0, 1], flags: refreshFlag },
      *run(call): Routine {
        yield* updateDependencies(call, call.args[0] ?? '.');
      },
    },
  ],
};
