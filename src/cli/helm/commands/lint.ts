import { validateDnsSubdomain } from '../../../apimachinery/names.ts';
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { at, type Obj, obj, objs, text } from '../../kubectl/json.ts';
import type { Call, HelmCommand } from '../call.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { chartName, loadChart, missingDependencies, processDependencies } from '../chart.ts';
import { HelmError } from '../error.ts';
import { flagLines, valueFlags } from '../flag-lines.ts';
import { documentsOf } from '../manifest.ts';
import { render } from '../render.ts';
import { parseVersion } from '../semver.ts';
import { coalesced, valuesOf } from '../values.ts';

type Severity = 'INFO' | 'WARNING' | 'ERROR';
type Message = { readonly severity: Severity; readonly path: string; readonly text: string };

/** helm pkg/cmd/lint.go. */
export const lint: HelmCommand = {
  name: 'lint',
  usage: 'PATH',
  short: 'examine a chart for possible issues',
  flags: flagLines(`${valueFlags}
    kube-version version of Kubernetes that the chart is rendered for
    quiet:bool only warnings and errors
    skip-schema-validation:bool do not check values against values.schema.json
    strict:bool warnings are failures too
    !with-subcharts:bool subcharts too
  `),
  takes: [1, Number.POSITIVE_INFINITY],
  *run(call): Routine {
    const { flags } = call;
    const values = yield* valuesOf(call.process, flags);
    let failed = 0;
    let noted = 0;
    let out = '';
    for (const path of call.args) {
      const unreadable = call.process.fs.exists(call.process.path(`${path}/Chart.yaml`))
        ? undefined
        : `unable to check Chart.yaml file in chart: stat ${path}/Chart.yaml: no such file or directory`;
      const messages = unreadable === undefined ? linted(call, path, values) : [];
      const bad = messages.some(({ severity }) => severity === 'ERROR' || (flags.bool('strict') && severity === 'WARNING')) || unreadable !== undefined;
      if (bad) failed++;
      const shown = messages.filter(({ severity }) => !flags.bool('quiet') || severity !== 'INFO');
      if (shown.some(({ severity }) => severity !== 'INFO')) noted++;
      if (flags.bool('quiet') && shown.length === 0 && !bad) continue;
      out += `==> Linting ${path}\n${unreadable === undefined ? '' : `Error ${unreadable}\n`}${shown.map((each) => `[${each.severity}] ${each.path}: ${each.text}\n`).join('')}\n`;
    }
    yield* call.print(out);
    const summary = `${call.args.length} chart(s) linted, ${failed} chart(s) failed`;
    if (failed > 0) throw new HelmError(summary);
    if (!flags.bool('quiet') || noted > 0) yield* call.print(`${summary}\n`);
  },
};

function linted(call: Call, path: string, values: Obj): Message[] {
  const messages: Message[] = [];
  const say = (severity: Severity, where: string, problem: string | false | undefined): boolean => {
    if (problem) messages.push({ severity, path: where, text: problem });
    return !problem;
  };
  const metadata = chartFile(call, path, say);
  if (!metadata) return messages;
  chartRules(metadata, say);
  say('INFO', 'values.yaml', !call.process.fs.exists(call.process.path(`${path}/values.yaml`)) && 'file does not exist');
  const hasTemplates = call.process.fs.exists(call.process.path(`${path}/templates`));
  say('WARNING', 'templates/', !hasTemplates && 'directory does not exist');
  if (!messages.some(({ severity }) => severity === 'ERROR')) lintTemplates(call, path, values, say);
  return messages;
}

type Say = (severity: Severity, where: string, problem: string | false | undefined) => boolean;

function chartFile(call: Call, path: string, say: Say): Obj | undefined {
  try {
    return obj(parseYaml(call.process.fs.read(call.process.path(`${path}/Chart.yaml`))));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    say('ERROR', 'Chart.yaml', `unable to parse YAML\n\t${error.message}`);
    return undefined;
  }
}

/** helm pkg/chart/v2/lint/rules/chartfile.go. */
function chartRules(metadata: Obj, say: Say): void {
  const field = (name: string): string => text(metadata[name]);
  const error = (problem: string | false): boolean => say('ERROR', 'Chart.yaml', problem);
  const apiVersion = field('apiVersion');
  const version = field('version');
  error(field('name') === '' && 'name is required');
  if (error(apiVersion === '' && 'apiVersion is required. The value must be either "v1" or "v2"'))
    error(!['v1', 'v2'].includes(apiVersion) && `apiVersion '${apiVersion}' is not valid. The value must be either "v1" or "v2"`);
  for (const name of ['version', 'appVersion']) error(typeof metadata[name] === 'number' && `${name} should be of type string but it's of type ${'float64'}`);
  if (error(version === '' && 'version is required')) error(!parseVersion(version) && `version '${version}' is not a valid SemVer`);
  for (const { name } of objs(metadata['maintainers'])) error(text(name) === '' && 'each maintainer requires a name');
  say('INFO', 'Chart.yaml', field('icon') === '' && 'icon is recommended');
  error(field('icon') !== '' && !/^https?:\/\/|^data:/.test(field('icon')) && `invalid icon URL '${field('icon')}'`);
  error(field('type') !== '' && apiVersion !== 'v2' && `chart type is not valid in apiVersion '${apiVersion}'. It is valid in apiVersion 'v2'`);
  say('WARNING', 'Chart.yaml', parseVersion(version) !== undefined && !/^\d+\.\d+\.\d+/.test(version) && `version '${version}' is not a valid SemVerV2`);
}

function lintTemplates(call: Call, path: string, values: Obj, say: Say): void {
  try {
    const chart = loadChart(call.process, path);
    const missing = missingDependencies(chart);
    const capabilities = capabilitiesOf(call.flags.text('kube-version') || undefined);
    const processed = processDependencies(chart, coalesced(chart, values));
    const release = { name: 'test-release', namespace: call.namespace, revision: 1, isUpgrade: false };
    const rendered = render(call.process, { chart: processed, values: coalesced(processed, values), release, capabilities, lint: true });
    for (const file of chart.templates) {
      const extension = /\.[^./]*$/.exec(file.name)?.[0] ?? '';
      say(
        'ERROR',
        file.name,
        !['.yaml', '.yml', '.tpl', '.txt'].includes(extension) && `file extension '${extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`,
      );
      const content = rendered.get(`${chartName(chart)}/${file.name}`);
      if (content === undefined || content.trim() === '' || !/\.ya?ml$/.test(file.name)) continue;
      for (const document of documentsOf(content)) lintDocument(document, file.name, say);
    }
    say('WARNING', path, missing.length > 0 && `chart directory is missing these dependencies: ${missing.join(',')}`);
  } catch (error) {
    if (!(error instanceof HelmError) || error.status === 70) throw error;
    say('ERROR', 'templates/', error.message);
  }
}

function lintDocument(document: string, path: string, say: Say): void {
  let object: Obj;
  try {
    object = obj(parseYaml(document));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    say('ERROR', path, `unable to parse YAML: ${error.message}`);
    return;
  }
  const name = text(at(object, 'metadata.name'));
  const [problem] = validateDnsSubdomain(name);
  say(
    'WARNING',
    path,
    problem !== undefined &&
      `object name does not conform to Kubernetes naming requirements: ${JSON.stringify(name)}: metadata.name: Invalid value: ${JSON.stringify(name)}: ${problem}`,
  );
  const selects = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].includes(text(object['kind']));
  say(
    'ERROR',
    path,
    selects &&
      !/matchLabels|matchExpressions/.test(document) &&
      `a ${text(object['kind'])} must contain matchLabels or matchExpressions, and ${JSON.stringify(name)} does not`,
  );
}
