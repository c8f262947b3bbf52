import { rfc3339Nano } from '../../../apimachinery/time.ts';
import { dumpYaml, parseYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Obj, obj, objs, text } from '../../kubectl/json.ts';
import { type Call, type HelmCommand, uitable } from '../call.ts';
import { chartName, loadChart } from '../chart.ts';
import { HelmError, notSimulated } from '../error.ts';
import { flagLines, outputFlag } from '../flag-lines.ts';
import { cachedIndex, chosen, entriesIn, fetchIndex, indexPath, keepRepositories, repositories, sha256, writeBelow } from '../repositories.ts';
import { parseConstraint, parseVersion } from '../semver.ts';

const any = Number.POSITIVE_INFINITY;

function* keepIndex(call: Call, name: string, url: string): Routine {
  const content = yield* fetchIndex(call, url);
  writeBelow(call, indexPath(call, name), content);
  const names = Object.keys(obj(obj(parseYaml(content))['entries']));
  writeBelow(call, indexPath(call, name).replace(/-index\.yaml$/, '-charts.txt'), names.map((each) => `${each}\n`).join(''));
}

const add: HelmCommand = {
  name: 'add',
  usage: '[NAME] [URL]',
  short: 'add a chart repository',
  flags: flagLines(`
    allow-deprecated-repos:bool also the old official repositories, which are gone
    !ca-file authorities for a repository over HTTPS
    !cert-file certificate of this client
    force-update:bool write a repository of that name anew
    !insecure-skip-tls-verify:bool do not check the repository's certificate
    !key-file key of this client
    !pass-credentials:bool hand on credentials to all domains
    !password password for the repository
    !password-stdin:bool read the password from standard input
    timeout:duration=2m0s how long to wait for the index
    !username user for the repository`),
  takes: [2, 2],
  *run(call): Routine {
    const [name = '', url = ''] = call.args;
    if (name.includes('/')) throw new HelmError(`repository name (${name}) contains '/', please specify a different name without '/'`);
    const all = repositories(call);
    const known = all.find((each) => each.name === name);
    if (known && !call.flags.bool('force-update')) {
      if (known.url !== url) throw new HelmError(`repository name (${name}) already exists, please specify a different name`);
      return yield* call.print(`"${name}" already exists with the same configuration, skipping\n`);
    }
    yield* keepIndex(call, name, url);
    keepRepositories(call, [...all.filter((each) => each.name !== name), { name, url }]);
    yield* call.print(`"${name}" has been added to your repositories\n`);
  },
};

const listRepositories: HelmCommand = {
  name: 'list',
  aliases: ['ls'],
  short: 'list chart repositories',
  flags: flagLines(`${outputFlag}
    no-headers:bool no head of the table`),
  *run(call): Routine {
    const all = repositories(call).map(({ name, url }) => ({ name, url }));
    if (all.length === 0 && call.format === 'table') return yield* call.process.printError('no repositories to show\n');
    const head = call.flags.bool('no-headers') ? [] : [['NAME', 'URL']];
    yield* call.show(all, () => uitable([...head, ...all.map(({ name, url }) => [name, url])]));
  },
};

const update: HelmCommand = {
  name: 'update',
  aliases: ['up'],
  usage: '[REPO1 [REPO2 ...]]',
  short: 'update information of available charts locally from chart repositories',
  flags: flagLines('timeout:duration=2m0s how long to wait for an index'),
  takes: [0, any],
  *run(call): Routine {
    const all = repositories(call);
    if (all.length === 0) throw new HelmError('no repositories found. You must add one before updating');
    const missing = call.args.find((name) => !all.some((each) => each.name === name));
    if (missing !== undefined) throw new HelmError(`no repositories found matching '${missing}'.  Nothing will be updated`);
    yield* call.print('Hang tight while we grab the latest from your chart repositories...\n');
    const failed: string[] = [];
    for (const { name, url } of all.filter((each) => call.args.length === 0 || call.args.includes(each.name))) {
      try {
        yield* keepIndex(call, name, url);
        yield* call.print(`...Successfully got an update from the "${name}" chart repository\n`);
      } catch (error) {
        if (!(error instanceof HelmError) || error.status === 70) throw error;
        failed.push(url);
        yield* call.print(`...Unable to get an update from the "${name}" chart repository (${url}):\n\t${error.message}\n`);
      }
    }
    if (failed.length > 0) throw new HelmError(`failed to update the following repositories: [${failed.join(' ')}]`);
    yield* call.print('Update Complete. ⎈Happy Helming!⎈\n');
  },
};

const remove: HelmCommand = {
  name: 'remove',
  aliases: ['rm'],
  usage: '[REPO1 [REPO2 ...]]',
  short: 'remove one or more chart repositories',
  takes: [1, any],
  *run(call): Routine {
    const { fs } = call.process;
    for (const name of call.args) {
      const all = repositories(call);
      if (all.length === 0) throw new HelmError('no repositories configured');
      if (!all.some((each) => each.name === name)) throw new HelmError(`no repo named ${JSON.stringify(name)} found`);
      keepRepositories(
        call,
        all.filter((each) => each.name !== name),
      );
      const index = indexPath(call, name);
      for (const path of [index, index.replace(/-index\.yaml$/, '-charts.txt')]) if (fs.exists(path)) fs.unlink(path);
      yield* call.print(`"${name}" has been removed from your repositories\n`);
    }
  },
};

/** helm pkg/repo/v1 IndexDirectory. */
const index: HelmCommand = {
  name: 'index',
  usage: '[DIR]',
  short: 'generate an index file given a directory containing packaged charts',
  flags: flagLines(`
    !json:bool write JSON
    merge an index whose entries are taken over
    url URL of the repository`),
  takes: [1, 1],
  *run(call): Routine {
    const { fs } = call.process;
    const [folder = ''] = call.args;
    const url = call.flags.text('url');
    const made = rfc3339Nano(call.now);
    const entries: Record<string, Obj[]> = {};
    for (const [file] of fs.isDirectory(folder) ? fs.list(folder) : []) {
      if (!file.endsWith('.tgz')) continue;
      const chart = loadChart(call.process, `${folder}/${file}`);
      const entry = {
        ...chart.metadata,
        created: made,
        digest: sha256(fs.read(call.process.path(`${folder}/${file}`))),
        urls: [url === '' ? file : `${url.replace(/\/+$/, '')}/${file}`],
      };
      entries[chartName(chart)] = [...(entries[chartName(chart)] ?? []), entry];
    }
    const merge = call.flags.text('merge');
    const old = merge !== '' && fs.exists(call.process.path(merge)) ? obj(obj(parseYaml(fs.read(call.process.path(merge))))['entries']) : {};
    for (const [name, all] of Object.entries(old)) {
      const own = entries[name] ?? [];
      entries[name] = [...own, ...objs(all).filter((each) => !own.some(({ version }: Obj) => version === each['version']))];
    }
    const sorted = Object.fromEntries(Object.keys(entries).map((name) => [name, entriesIn({ entries }, name)]));
    writeBelow(call, `${folder}/index.yaml`, dumpYaml({ apiVersion: 'v1', entries: sorted, generated: made }));
  },
};

export const repo: HelmCommand = {
  name: 'repo',
  short: 'add, list, remove, update, and index chart repositories',
  commands: [add, index, listRepositories, remove, update],
};

type Hit = { readonly name: string; readonly version: string; readonly app_version: string; readonly description: string };

const searchRepo: HelmCommand = {
  name: 'repo',
  usage: '[keyword]',
  short: 'search repositories for a keyword in charts',
  flags: flagLines(`${outputFlag}
    devel:bool also versions that are not final
    fail-on-no-result:bool nothing found is a failure
    max-col-width:int=50 how wide a column may be
    r,regexp:bool keywords are regular expressions
    version only versions that fit
    l,versions:bool all versions of a chart`),
  takes: [0, any],
  *run(call): Routine {
    const { flags } = call;
    const all = repositories(call);
    if (all.length === 0) throw new HelmError('no repositories configured');
    const hits = all.flatMap(({ name }) => found(call, name)).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    if (hits.length === 0 && flags.bool('fail-on-no-result')) throw new HelmError('no results found');
    const width = flags.number('max-col-width');
    const cut = (cell: string): string => (width > 0 && cell.length > width ? `${cell.slice(0, width - 3)}...` : cell);
    const head = ['NAME', 'CHART VERSION', 'APP VERSION', 'DESCRIPTION'];
    yield* call.show(hits, () => (hits.length === 0 ? 'No results found\n' : uitable([head, ...hits.map((hit) => Object.values(hit).map(cut))])));
  },
};

function found(call: Call, repository: string): Hit[] {
  const { flags, args } = call;
  const catalogue = cachedIndex(call, repository);
  const wanted = flags.text('version') || (flags.bool('devel') ? '>0.0.0-0' : '>0.0.0');
  const test = parseConstraint(wanted);
  if (!test) throw new HelmError(`an invalid version/constraint format: improper constraint: ${wanted}`);
  return Object.keys(obj(catalogue['entries'])).flatMap((name) => {
    const entries = entriesIn(catalogue, name).filter(({ version }) => {
      const parsed = parseVersion(text(version));
      return parsed !== undefined && test(parsed);
    });
    const [newest] = entries;
    if (!newest) return [];
    const haystack = `${repository}/${name} ${text(newest['description'])} ${objs(newest['keywords']).join(' ')}`;
    const fits = args.every((word) => (flags.bool('regexp') ? new RegExp(word).test(haystack) : haystack.toLowerCase().includes(word.toLowerCase())));
    if (!fits) return [];
    return (flags.bool('versions') ? entries : [chosen(entries, wanted) ?? newest]).map((entry) => ({
      ...{ name: `${repository}/${name}`, version: text(entry['version']), app_version: text(entry['appVersion']), description: text(entry['description']) },
    }));
  });
}

const hub: HelmCommand = {
  name: 'hub',
  usage: '[KEYWORD]',
  short: 'search for charts in the Artifact Hub or your own hub instance',
  takes: [0, any],
  *run(): Routine {
    throw notSimulated('helm search hub');
  },
};

export const search: HelmCommand = { name: 'search', short: 'search for a keyword in charts', commands: [hub, searchRepo] };
