/** Repositories of charts: the file that names them, their indexes, and what they hold (helm pkg/repo/v1, pkg/downloader). */
import { createHash } from 'node:crypto';
import { dumpYaml, parseYaml, YamlError } from '../../apimachinery/yaml.ts';
import { GoHttpError, goRequest, header } from '../../client/go-http.ts';
import { statusText } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { type Obj, obj, objs, text, texts } from '../kubectl/json.ts';
import type { Call } from './call.ts';
import { type Chart, chartOf, unpacked } from './chart.ts';
import { HelmError, notSimulated } from './error.ts';
import { compareVersions, parseConstraint, parseVersion } from './semver.ts';

export type Repository = { readonly name: string; readonly url: string };
/** `archive` is the package as it was fetched. */
export type Fetched = { readonly chart: Chart; readonly archive: string; readonly file: string };

const configPath = (call: Call): string =>
  call.flags.text('repository-config') || call.process.env['HELM_REPOSITORY_CONFIG'] || `${call.home('config')}/repositories.yaml`;
const cacheFolder = (call: Call): string =>
  call.flags.text('repository-cache') || call.process.env['HELM_REPOSITORY_CACHE'] || `${call.home('cache')}/repository`;

/** Makes the folders before it. */
export function writeBelow({ process }: Call, path: string, content: string): void {
  const full = process.path(path);
  process.fs.mkdir(full.slice(0, full.lastIndexOf('/')), { parents: true });
  process.fs.write(full, content);
}

export function repositories(call: Call): Repository[] {
  const path = configPath(call);
  if (!call.process.fs.exists(path)) return [];
  return objs(obj(parseYaml(call.process.fs.read(path)))['repositories']).map((each) => ({ name: text(each['name']), url: text(each['url']) }));
}

export function keepRepositories(call: Call, all: readonly Repository[]): void {
  const none = { caFile: '', certFile: '', insecure_skip_tls_verify: false, keyFile: '', pass_credentials_all: false, password: '', username: '' };
  writeBelow(call, configPath(call), dumpYaml({ apiVersion: '', generated: '0001-01-01T00:00:00Z', repositories: all.map((each) => ({ ...none, ...each })) }));
}

export const indexPath = (call: Call, name: string): string => `${cacheFolder(call)}/${name}-index.yaml`;

const most = 10;

/** What is behind a URL. Throws HelmError with what Go's client says. */
export function* download(call: Call, url: string): Routine<string> {
  const { process } = call;
  let at = url;
  for (let i = 0; i < most; i++) {
    const [, scheme, authority = '', path = '/'] = /^(https?):\/\/([^/?#]+)([/?][^#]*)?/.exec(at) ?? [];
    if (scheme !== 'http' && scheme !== 'https') throw new HelmError(`could not find protocol handler for: ${/^(\w*):/.exec(at)?.[1] ?? ''}`);
    const client = { sim: process.sim, network: process.namespaces.network, files: process.fs };
    try {
      const answer = yield* goRequest(client, { scheme, authority, path }, { method: 'GET', headers: { 'user-agent': 'Helm/4.1.4' } });
      if (answer.notSimulated) throw new HelmError(answer.body, 70);
      const location = header(answer, 'location');
      if (answer.status === 200) return answer.body;
      if (answer.status < 300 || answer.status >= 400 || location === undefined)
        throw new HelmError(`failed to fetch ${at} : ${answer.status} ${statusText(answer.status)}`);
      at = location;
    } catch (error) {
      if (!(error instanceof GoHttpError)) throw error;
      throw new HelmError(`Get "${at}": ${error.message}`);
    }
  }
  throw new HelmError(`Get "${at}": stopped after ${most} redirects`);
}

/** The index of a repository, fetched. Throws HelmError. */
export function* fetchIndex(call: Call, url: string): Routine<string> {
  if (url.startsWith('oci://')) throw notSimulated('a chart repository of a registry (oci://)');
  try {
    const content = yield* download(call, `${url.replace(/\/+$/, '')}/index.yaml`);
    if (Object.keys(obj(obj(parseYaml(content))['entries'])).length === 0 && !content.includes('entries:')) throw new HelmError('no API version specified');
    return content;
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof YamlError) || (error instanceof HelmError && error.status === 70)) throw error;
    throw new HelmError(`looks like ${JSON.stringify(url)} is not a valid chart repository or cannot be reached: ${error.message}`);
  }
}

/** Versions of a chart, newest first. */
export const entriesIn = (index: Obj, name: string): Obj[] =>
  [...objs(obj(index['entries'])[name])].sort((a, b) => {
    const [x, y] = [parseVersion(text(a['version'])), parseVersion(text(b['version']))];
    return x && y ? compareVersions(y, x) : 0;
  });

export function cachedIndex(call: Call, name: string): Obj {
  const path = indexPath(call, name);
  if (!call.process.fs.exists(path)) throw new HelmError(`no cached repo found. (try 'helm repo update'): open ${path}: no such file or directory`);
  return obj(parseYaml(call.process.fs.read(path)));
}

/** The newest version that fits; a name of a version counts as it stands. */
export function chosen(entries: readonly Obj[], wanted: string, devel = false): Obj | undefined {
  const exact = entries.find(({ version }) => text(version) === wanted);
  if (exact) return exact;
  const test = parseConstraint(wanted || (devel ? '>0.0.0-0' : '*'));
  if (!test) throw new HelmError(`improper constraint: ${wanted}`);
  return entries.find(({ version }) => {
    const parsed = parseVersion(text(version));
    return parsed !== undefined && test(parsed);
  });
}

/** A chart by `repo/name`, by its URL, or by its name and --repo. Throws HelmError. */
export function* fetchedChart(call: Call, name: string): Routine<Fetched> {
  const { flags } = call;
  if (name.startsWith('oci://')) throw notSimulated('a chart of a registry (oci://)');
  if (/^https?:\/\//.test(name)) return yield* fetchedFrom(call, name);
  const repo = flags.text('repo');
  const version = flags.text('version');
  const devel = flags.bool('devel');
  if (repo !== '') {
    const index = obj(parseYaml(yield* fetchIndex(call, repo)));
    const entry = chosen(entriesIn(index, name), version, devel);
    if (!entry) throw new HelmError(`chart "${name}"${version === '' ? '' : ` version "${version}"`} not found in ${repo} repository`);
    return yield* fetchedFrom(call, urlOf(entry, repo), entry);
  }
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) throw new HelmError(`non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`);
  const repository = repositories(call).find((each) => each.name === first);
  if (!repository) throw new HelmError(`repo ${first} not found`);
  const entries = entriesIn(cachedIndex(call, first), rest.join('/'));
  const entry = entries.length === 0 ? undefined : chosen(entries, version, devel);
  if (!entry) {
    const problem = entries.length === 0 ? 'no chart name found' : `no chart version found for ${rest.join('/')}-${version}`;
    throw new HelmError(`chart "${rest.join('/')}" matching ${version} not found in ${first} index. (try 'helm repo update'): ${problem}`);
  }
  return yield* fetchedFrom(call, urlOf(entry, repository.url), entry);
}

/** Where an entry's package is. */
export const urlOf = (entry: Obj, repository: string): string => {
  const [url = ''] = texts(entry['urls']);
  return /^\w+:\/\//.test(url) ? url : `${repository.replace(/\/+$/, '')}/${url}`;
};

export const sha256 = (archive: string): string => createHash('sha256').update(encodeUtf8(archive)).digest('hex');

export function* fetchedFrom(call: Call, url: string, entry?: Obj): Routine<Fetched> {
  const archive = yield* download(call, url);
  const digest = text(entry?.['digest']).replace(/^sha256:/, '');
  if (digest !== '' && digest !== sha256(archive)) throw new HelmError(`digest mismatch: expected ${digest}, got ${sha256(archive)}`);
  const file = url.replace(/^.*\//, '').replace(/\?.*$/, '');
  return { chart: chartOf(unpacked(archive, file)), archive, file };
}
