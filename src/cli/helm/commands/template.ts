import type { Routine } from '../../../sim/routine.ts';
import type { Call, HelmCommand } from '../call.ts';
import { capabilitiesOf } from '../capabilities.ts';
import type { Chart } from '../chart.ts';
import { HelmError } from '../error.ts';
import { flagLines, renderFlags } from '../flag-lines.ts';
import { documentsOf, manifestText } from '../manifest.ts';
import { checkName, nameAndChart } from '../names.ts';
import { clusterCapabilities, type Rendered, renderChart } from '../rendering.ts';
import { locateChart } from '../source.ts';
import { valuesOf } from '../values.ts';
import { writeFiles } from './create.ts';

/** helm pkg/cmd/template.go. */
export const template: HelmCommand = {
  name: 'template',
  usage: '[NAME] [CHART]',
  short: 'locally render templates',
  flags: flagLines(`${renderFlags}
    a,api-versions:stringSlice versions that .Capabilities.APIVersions has beside the usual ones
    g,generate-name:bool make up a name
    include-crds:bool CRDs too
    is-upgrade:bool .Release.IsUpgrade instead of .Release.IsInstall
    kube-version version of Kubernetes that .Capabilities.KubeVersion tells
    name-template template of the release's name
    output-dir folder for the files, instead of the output
    release-name:bool the release's name in the path of --output-dir
    replace:bool take a name that was used before
    s,show-only:stringArray only what these templates make
    skip-tests:bool leave tests out
    ~validate:bool use '--dry-run=server' instead
  `),
  takes: [1, Number.POSITIVE_INFINITY],
  *run(call): Routine {
    const { flags } = call;
    const { name = 'release-name', chart: path } = nameAndChart(call, 'release-name');
    const values = yield* valuesOf(call.process, flags);
    const chart = yield* locateChart(call, path);
    yield* checkName(call, name);
    const server = flags.bool('validate') || call.dryRun === 'server';
    const capabilities = server
      ? yield* clusterCapabilities(call)
      : capabilitiesOf(flags.text('kube-version') || undefined, undefined, flags.list('api-versions'));
    const release = { name, namespace: call.namespace, revision: 1, isUpgrade: flags.bool('is-upgrade') };
    let rendered: Rendered;
    try {
      rendered = yield* renderChart(call, chart, { values, server, release, capabilities });
    } catch (error) {
      if (!(error instanceof HelmError) || error.status === 70 || /^library charts|^an error occurred while checking/.test(error.message)) throw error;
      throw new HelmError(`${error.message}\n\nUse --debug flag to render out invalid YAML`);
    }
    yield* written(call, chart, rendered, name);
  },
};

function* written(call: Call, chart: Chart, { hooks, manifests }: Rendered, name: string): Routine {
  const { flags } = call;
  const crds = flags.bool('include-crds') ? crdsOf(chart).map((file) => ({ ...file, kind: '' })) : [];
  const shown = flags.bool('no-hooks') ? [] : hooks.filter(({ events }) => !flags.bool('skip-tests') || !events.includes('test'));
  const all = [...crds, ...manifests, ...shown.map((hook) => ({ name: hook.path, content: hook.manifest, kind: hook.kind }))];
  const folder = flags.text('output-dir');
  if (folder !== '') {
    const below = flags.bool('release-name') ? `${folder}/${name}` : folder;
    const files = new Map<string, string>();
    for (const each of all) {
      files.set(each.name, (files.get(each.name) ?? '') + manifestText([each]));
      yield* call.print(`wrote ${below}/${each.name}\n`);
    }
    yield* writeFiles(call, below, Object.fromEntries(files));
    return;
  }
  const only = flags.list('show-only');
  if (only.length === 0) return yield* call.print(manifestText(all) || '\n');
  for (const wanted of only) {
    const found = all.filter((each) => each.name.slice(each.name.indexOf('/') + 1) === wanted);
    if (found.length === 0) throw new HelmError(`could not find template ${wanted} in chart`);
    for (const document of documentsOf(manifestText(found))) yield* call.print(`---\n${document}\n`);
  }
}

/** Documents below crds/. */
export const crdsOf = (chart: Chart): { readonly name: string; readonly content: string }[] => [
  ...chart.files
    .filter(({ name }) => /^crds\/.*\.(ya?ml|json)$/.test(name))
    .flatMap(({ name, data }) => documentsOf(data).map((content) => ({ name, content }))),
  ...chart.dependencies.flatMap(crdsOf),
];
