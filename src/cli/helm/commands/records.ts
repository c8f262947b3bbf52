/** What releases there are, and what is in them: list, status, history, get, test. */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Obj, obj, objs, text } from '../../kubectl/json.ts';
import { type Call, type HelmCommand, uitable } from '../call.ts';
import { chartName, chartVersion } from '../chart.ts';
import { built, live } from '../cluster.ts';
import { HelmError } from '../error.ts';
import { flagLines, outputFlag } from '../flag-lines.ts';
import { layout, plainData } from '../functions/types.ts';
import { runHooks } from '../hooks.ts';
import { manifestsOf } from '../manifest.ts';
import { chartLabel, chartOfRelease, type Release, Storage } from '../release.ts';
import { ansic, configText, hooksText, releaseData, resourcesText, statusText } from '../status-text.ts';
import { coalesced } from '../values.ts';

const appVersion = (release: Release): string => text(chartOfRelease(release).metadata['appVersion']);
/** time.Time's own form. */
const goTime = (time: string): string => time.replace('T', ' ').replace('Z', ' +0000 UTC');
const statuses = ['deployed', 'failed', 'pending', 'superseded', 'uninstalled', 'uninstalling'];

export const list: HelmCommand = {
  name: 'list',
  aliases: ['ls'],
  short: 'list releases',
  flags: flagLines(`${outputFlag}
    A,all-namespaces:bool releases of all namespaces
    d,date:bool sort by date
    ${statuses.map((status) => `${status}:bool show releases that are ${status}`).join('\n')}
    f,filter regular expression that the names must fit
    m,max:int=256 how many releases at the most
    no-headers:bool no head of the table
    offset:int=0 how many to leave out at the beginning
    r,reverse:bool the other way round
    l,selector labels that the releases must have
    q,short:bool names only
    time-format how to write times, in Go's way
  `),
  *run(call): Routine {
    const { flags } = call;
    const storage = new Storage(call, flags.bool('all-namespaces') ? '' : call.namespace);
    const wanted = statuses.filter((status) => flags.bool(status));
    const shows = ({ info }: Release): boolean =>
      wanted.length === 0 || wanted.some((status) => info.status === status || info.status.startsWith(`${status}-`));
    const pattern = new RegExp(flags.text('filter'));
    const all = yield* storage.all(flags.text('selector'));
    const superseded = flags.bool('superseded');
    const newest = (release: Release): boolean =>
      superseded || !all.some((each) => each.name === release.name && each.namespace === release.namespace && each.version > release.version);
    const found = all.filter((release) => newest(release) && shows(release) && pattern.test(release.name));
    const key = flags.bool('date') ? (release: Release) => release.info.last_deployed : ({ name }: Release) => name;
    found.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.version - b.version));
    if (flags.bool('reverse')) found.reverse();
    const page = found.slice(flags.number('offset'), flags.number('max') > 0 ? flags.number('offset') + flags.number('max') : undefined);
    if (flags.bool('short'))
      return yield* call.show(
        page.map(({ name }) => name),
        () => page.map(({ name }) => `${name}\n`).join(''),
      );
    const format = flags.text('time-format');
    const rows = page.map((release) => ({
      ...{ name: release.name, namespace: release.namespace, revision: String(release.version) },
      updated: format === '' ? goTime(release.info.last_deployed) : layout(Date.parse(release.info.last_deployed), format),
      ...{ status: release.info.status, chart: chartLabel(release), app_version: appVersion(release) },
    }));
    const head = flags.bool('no-headers') ? [] : [['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION']];
    yield* call.show(rows, () => uitable([...head, ...rows.map((row) => Object.values(row))]));
  },
};

const revisionFlag = 'revision:int=0 of another revision than the last\n';

export const status: HelmCommand = {
  name: 'status',
  usage: 'RELEASE_NAME',
  short: 'display the status of the named release',
  flags: flagLines(`${outputFlag}${revisionFlag}`),
  takes: [1, 1],
  *run(call): Routine {
    const release = yield* named(call);
    const resources = release.info.status === 'uninstalled' ? '' : yield* resourcesText(call, release);
    const { chart: _, ...data } = releaseData(release);
    if (call.format === 'table') return yield* call.print(statusText(release, { resources }));
    const info = { ...release.info, ...(release.info.status !== 'uninstalled' && { resources: yield* liveObjects(call, release) }) };
    yield* call.show({ ...data, info }, () => '');
  },
};

/** By version and kind. */
function* liveObjects(call: Call, release: Release): Routine<Record<string, Obj[]>> {
  const found: Record<string, Obj[]> = {};
  for (const item of yield* built(call, manifestsOf(release.manifest), release.namespace)) {
    const title = `${item.resource.version}/${item.resource.kind}`;
    const object = yield* live(call, item);
    if (object) found[title] = [...(found[title] ?? []), object];
  }
  return found;
}

function* named(call: Call): Routine<Release> {
  return yield* new Storage(call).get(call.args[0] ?? '', call.flags.spec('revision') ? call.flags.number('revision') : 0);
}

export const history: HelmCommand = {
  name: 'history',
  aliases: ['hist'],
  usage: 'RELEASE_NAME',
  short: 'fetch release history',
  flags: flagLines(`${outputFlag}
    max:int=256 how many revisions at the most`),
  takes: [1, 1],
  *run(call): Routine {
    const all = yield* new Storage(call).history(call.args[0] ?? '');
    if (all.length === 0) throw new HelmError('release: not found');
    const rows = all.slice(-call.flags.number('max')).map((release) => ({
      ...{ revision: release.version, updated: release.info.last_deployed, status: release.info.status },
      ...{ chart: chartLabel(release), app_version: appVersion(release), description: release.info.description },
    }));
    yield* call.show(rows, () =>
      uitable([
        ['REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION', 'DESCRIPTION'],
        ...rows.map((row) => Object.values({ ...row, revision: String(row.revision), updated: ansic(row.updated) })),
      ]),
    );
  },
};

/** `get PART`. */
const part = (name: string, short: string, flags: string, show: (call: Call, release: Release) => Routine): HelmCommand => ({
  ...{ name, short, usage: 'RELEASE_NAME', takes: [1, 1], flags: flagLines(`${revisionFlag}${flags}`) },
  *run(call): Routine {
    yield* show(call, yield* named(call));
  },
});

function metadataOf(release: Release): Obj {
  const chart = chartOfRelease(release);
  const { annotations } = chart.metadata;
  return {
    ...{ name: release.name, chart: chartName(chart), version: chartVersion(chart), appVersion: appVersion(release) },
    ...(annotations === undefined ? {} : { annotations }),
    ...{ labels: release.labels, namespace: release.namespace, revision: release.version, status: release.info.status },
    ...{ deployedAt: release.info.last_deployed.replace(/\.\d+/, ''), applyMethod: release.apply_method },
  };
}

const pairs = (map: unknown): string =>
  Object.entries(obj(map))
    .map(([key, value]) => `${key}=${text(value)}`)
    .sort()
    .join(',');

function metadataText(release: Release): string {
  const data = metadataOf(release);
  const dependencies = objs(chartOfRelease(release).metadata['dependencies'])
    .map((each) => text(each['name']))
    .join(',');
  return Object.entries({
    ...{ NAME: data['name'], CHART: data['chart'], VERSION: data['version'], APP_VERSION: data['appVersion'] },
    ...{ ANNOTATIONS: pairs(data['annotations']), LABELS: pairs(data['labels']), DEPENDENCIES: dependencies },
    ...{ NAMESPACE: data['namespace'], REVISION: data['revision'], STATUS: data['status'], DEPLOYED_AT: data['deployedAt'] },
    APPLY_METHOD: release.apply_method === 'ssa' ? 'server-side apply' : 'client-side apply',
  })
    .map(([key, value]) => `${key}: ${text(value)}\n`)
    .join('');
}

export const get: HelmCommand = {
  name: 'get',
  short: 'download extended information of a named release',
  commands: [
    part('all', 'download all information for a named release', '!template template of the output', (call, release) =>
      call.print(statusText(release, { details: true })),
    ),
    part('hooks', 'download all hooks for a named release', '', (call, release) =>
      call.print(
        hooksText(release)
          .map((hook) => `${hook}\n`)
          .join(''),
      ),
    ),
    part('manifest', 'download the manifest for a named release', '', (call, release) => call.print(`${release.manifest}\n`)),
    part('metadata', 'This command fetches metadata for a given release', outputFlag, (call, release) =>
      call.show(metadataOf(release), () => metadataText(release)),
    ),
    part('notes', 'download the notes for a named release', '', (call, release) => call.print(release.info.notes ? `NOTES:\n${release.info.notes}\n` : '')),
    part('values', 'download the values file for a named release', `${outputFlag}a,all:bool the chart's own values too`, (call, release) => {
      const all = call.flags.bool('all');
      const data = all ? coalesced(chartOfRelease(release), release.config ?? {}) : release.config;
      const empty = Object.keys(data ?? {}).length === 0;
      return call.show(empty ? null : data, () => `${all ? 'COMPUTED' : 'USER-SUPPLIED'} VALUES:\n${all ? dumpYaml(plainData(data)) : configText(release)}`);
    }),
  ],
};

export const test: HelmCommand = {
  name: 'test',
  usage: '[RELEASE]',
  short: 'run tests for a release',
  flags: flagLines(`
    !filter:stringSlice only these tests
    hide-notes:bool do not show the notes
    logs:bool show what the test pods wrote
    timeout:duration=5m0s how long to wait for one thing at the most`),
  takes: [1, 1],
  *run(call): Routine {
    const storage = new Storage(call);
    const release = yield* storage.get(call.args[0] ?? '');
    let problem: Error | undefined;
    try {
      yield* runHooks(call, storage, release, 'test');
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      problem = error;
    }
    yield* storage.update(release);
    yield* call.print(statusText(release, { hideNotes: true }));
    if (call.flags.bool('logs')) yield* podLogs(call, release);
    if (problem) throw problem;
  },
};

function* podLogs(call: Call, { hooks, namespace }: Release): Routine {
  for (const { name, kind, events } of hooks) {
    if (kind !== 'Pod' || !events.includes('test')) continue;
    const answer = yield* call.k.api.send({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${name}/log` });
    yield* call.print(`POD LOGS: ${name}\n${text(answer.body)}\n`);
  }
}
