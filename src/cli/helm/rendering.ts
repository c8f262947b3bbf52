/** From a chart and values to what a release is made of: helm pkg/action renderResources. */
import { isReason } from '../../apimachinery/status.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Obj, obj, text } from '../kubectl/json.ts';
import { pathOf } from '../kubectl/kubectl.ts';
import type { Call } from './call.ts';
import { type Capabilities, capabilitiesOf } from './capabilities.ts';
import { type Chart, chartName, missingDependencies, processDependencies } from './chart.ts';
import { HelmError } from './error.ts';
import { type Hook, type Manifest, sortManifests } from './manifest.ts';
import { type Lookup, type RenderInput, render } from './render.ts';
import { parseConstraint, parseVersion } from './semver.ts';
import { coalesced } from './values.ts';

export type Rendered = {
  /** With the subcharts that are wanted. */
  readonly chart: Chart;
  readonly hooks: Hook[];
  readonly manifests: Manifest[];
  readonly notes: string;
};

/** Went wrong in the templates themselves. */
export class RenderError extends HelmError {}

type Input = Pick<RenderInput, 'release' | 'capabilities' | 'lint'> & { readonly values: Obj; readonly server: boolean };

/** `values` are those of the command line. Throws HelmError. */
export function* renderChart(call: Call, given: Chart, { values, server, ...input }: Input): Routine<Rendered> {
  const missing = missingDependencies(given);
  if (missing.length > 0)
    throw new HelmError(
      `an error occurred while checking for chart dependencies. You may need to run \`helm dependency build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${missing.join(', ')}`,
    );
  if (given.metadata['type'] === 'library') throw new HelmError('library charts are not installable');
  const chart = processDependencies(given, coalesced(given, values));
  checkKubeVersion(chart, input.capabilities);
  checkSchema(call, chart);
  const all = coalesced(chart, values);
  const texts = server ? yield* withLookups(call, { ...input, chart, values: all }) : render(call.process, { ...input, chart, values: all });
  const notes: string[] = [];
  for (const [path, content] of texts) {
    if (!path.endsWith('/NOTES.txt')) continue;
    if (call.flags.spec('render-subchart-notes') && call.flags.bool('render-subchart-notes') ? true : path === `${chartName(chart)}/templates/NOTES.txt`)
      notes.push(content);
    texts.delete(path);
  }
  return { chart, ...sortManifests(texts), notes: notes.join('\n') };
}

function checkKubeVersion({ metadata }: Chart, { version }: Capabilities): void {
  const range = text(metadata['kubeVersion']);
  const running = parseVersion(version);
  if (range !== '' && !(running && parseConstraint(range)?.(running)))
    throw new HelmError(`chart requires kubeVersion: ${range} which is incompatible with Kubernetes ${version}`);
}

function checkSchema(call: Call, chart: Chart): void {
  if (chart.schema !== undefined && !(call.flags.spec('skip-schema-validation') && call.flags.bool('skip-schema-validation')))
    throw new HelmError('k8s-lab: values.schema.json is not simulated: --skip-schema-validation goes on without it', 70);
}

/** A template asks the cluster something that was not asked before. */
class Wanted extends Error {
  readonly words: Parameters<Lookup>;
  constructor(words: Parameters<Lookup>) {
    super('lookup');
    this.words = words;
  }
}

/** Templates cannot wait: what they look up is fetched, and they begin anew. */
function* withLookups(call: Call, input: RenderInput): Routine<Map<string, string>> {
  const known = new Map<string, Obj>();
  const lookup: Lookup = (...words) => {
    const found = known.get(words.join('\n'));
    if (!found) throw new Wanted(words);
    return found;
  };
  for (;;) {
    try {
      return render(call.process, { ...input, lookup });
    } catch (error) {
      if (!(error instanceof Wanted)) throw error;
      known.set(error.words.join('\n'), yield* asked(call, error.words));
    }
  }
}

function* asked({ k }: Call, [apiVersion, kind, namespace, name]: Parameters<Lookup>): Routine<Obj> {
  const resource = yield* k.resourceOfKind(apiVersion, kind);
  if (!resource)
    throw new HelmError(`unable to get apiresource from unstructured: ${apiVersion}, Kind=${kind}: the server could not find the requested resource`);
  try {
    return obj(yield* k.api.request({ method: 'GET', path: pathOf(resource, namespace, name) }));
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    return {};
  }
}

/** What the cluster serves, as charts see it. */
export function* clusterCapabilities({ k }: Call): Routine<Capabilities> {
  const version = obj(yield* k.api.request({ method: 'GET', path: '/version' }));
  const { versions } = yield* k.discovery();
  const served = versions.flatMap(({ group, version: name, resources }) => {
    const groupVersion = group === '' ? name : `${group}/${name}`;
    return [groupVersion, ...resources.map(({ kind }) => `${groupVersion}/${kind}`)];
  });
  return capabilitiesOf(text(version['gitVersion']), served);
}
