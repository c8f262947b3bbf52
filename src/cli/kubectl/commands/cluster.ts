/** version, cluster-info, api-resources, api-versions: kubernetes kubectl/pkg/cmd. */

import { goJson } from '../../../apimachinery/go-text.ts';
import { type ApiResource, formatGroupVersion, resourceName } from '../../../apimachinery/resources.ts';
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, nameOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { alignRows } from '../printers/tab-writer.ts';
import { clientMinor, clientVersion } from '../releases.ts';

const kustomizeVersion = 'v5.7.1';
const oldKustomize = 'v4.5.4';

export const version: CommandEntry = {
  path: 'version',
  short: 'Print the client and server version information',
  examples: '# Both\nkubectl version\n\n# Without asking a server\nkubectl version --client',
  *run(k) {
    const output = k.flags.text('output');
    if (!['', 'yaml', 'json'].includes(output)) throw new KubectlError(`--output must be 'yaml' or 'json'`);
    if (k.args.length > 0 && !k.flags.bool('client')) throw new KubectlError(`extra arguments: [${k.args.join(' ')}]`);
    const minor = clientMinor(k.process);
    const client = clientVersion(k.process);
    const api = k.flags.bool('client') ? undefined : k.api;
    if (output === '' && minor < 28) return yield* beforeTwentyEight(k, client, minor);
    if (output === '') yield* k.print(`Client Version: ${text(client['gitVersion'])}\nKustomize Version: ${kustomizeVersion}\n`);
    const server = api && (yield* serverVersion(api));
    const all = {
      clientVersion: client,
      ...(minor >= 24 && { kustomizeVersion: minor < 28 ? oldKustomize : kustomizeVersion }),
      ...(server && { serverVersion: server }),
    };
    if (output === 'json') yield* k.print(`${goJson(all, 2)}\n`);
    else if (output === 'yaml') yield* k.print(`${dumpYaml(all)}\n`);
    else if (server) yield* k.print(`Server Version: ${text(server['gitVersion'])}\n`);
    const skew = server ? Math.abs(Number.parseInt(text(server['minor']), 10) - minor) : 0;
    if (output === '' && server && skew > 1)
      yield* k.printError(
        `Warning: version difference between client (1.${minor}) and server (1.${text(server['minor'])}) exceeds the supported minor version skew of +/-1\n`,
      );
  },
};

function* serverVersion(api: Kubectl['api']): Routine<Obj> {
  return obj(yield* api.request({ method: 'GET', path: '/version' }));
}

/** Go's `%#v` of both, or with --short what is printed today; from 1.24 on with a word on what was to come. */
function* beforeTwentyEight(k: Kubectl, client: Obj, minor: number): Routine {
  const short = k.flags.bool('short');
  const warning = short
    ? 'Flag --short has been deprecated, and will be removed in the future. The --short output will become the default.\n'
    : 'WARNING: This version information is deprecated and will be replaced with the output from kubectl version --short.  Use --output=yaml|json to get the full version.\n';
  if (minor >= 24) yield* k.printError(warning);
  const shown = (info: Obj): string => (short ? text(info['gitVersion']) : goInfo(info));
  yield* k.print(`Client Version: ${shown(client)}\n${minor >= 24 ? `Kustomize Version: ${oldKustomize}\n` : ''}`);
  if (!k.flags.bool('client')) yield* k.print(`Server Version: ${shown(yield* serverVersion(k.api))}\n`);
}

const goFields = ['major', 'minor', 'gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'];
const goInfo = (info: Obj): string =>
  `version.Info{${goFields.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}:${JSON.stringify(text(info[name]))}`).join(', ')}}`;

export const clusterInfo: CommandEntry = {
  path: 'cluster-info',
  short: 'Display cluster information',
  long: 'The control plane, and services that carry the label kubernetes.io/cluster-service=true.',
  *run(k) {
    const { server } = k.api;
    const root = `/api/v1/namespaces/${k.config.namespaceGiven ? k.namespace : 'kube-system'}/services`;
    const answer = yield* k.api.request({
      method: 'GET',
      path: root,
      query: { labelSelector: 'kubernetes.io/cluster-service=true' },
    });
    yield* k.print(`Kubernetes control plane is running at ${server}\n`);
    for (const service of objs(at(answer, 'items'))) {
      const port = obj(objs(at(service, 'spec.ports'))[0]);
      const scheme = port['name'] === 'https' || port['port'] === 443 ? 'https:' : '';
      const shown = text(obj(at(service, 'metadata.labels'))['kubernetes.io/name']) || nameOf(service);
      const portName = text(port['name']);
      yield* k.print(`${shown} is running at ${server}${root}/${scheme}${nameOf(service)}${portName === '' && scheme === '' ? '' : `:${portName}`}/proxy\n`);
    }
    yield* k.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  },
};

export const apiVersions: CommandEntry = {
  path: 'api-versions',
  short: 'Print the supported API versions on the server, in the form of "group/version"',
  *run(k) {
    noArguments(k);
    const { resources } = yield* k.discoveryAnew();
    yield* k.print(
      [...new Set(resources.map(formatGroupVersion))]
        .sort()
        .map((each) => `${each}\n`)
        .join(''),
    );
  },
};

export const apiResources: CommandEntry = {
  path: 'api-resources',
  short: 'Print the supported API resources on the server',
  examples:
    '# All\nkubectl api-resources\n\n# Those that live in namespaces\nkubectl api-resources --namespaced=true\n\n# One group\nkubectl api-resources --api-group=apps',
  *run(k) {
    noArguments(k);
    const output = k.flags.text('output');
    if (!['', 'wide', 'name', 'json', 'yaml'].includes(output))
      throw new KubectlError(`unable to match a printer suitable for the output format "${output}", allowed formats are: json,kyaml,name,wide,yaml`);
    const sortBy = k.flags.text('sort-by');
    if (!['', 'name', 'kind'].includes(sortBy)) throw new KubectlError('--sort-by accepts only name or kind');
    const found = chosen(k, (yield* k.flags.bool('cached') ? k.discovery() : k.discoveryAnew()).resources).sort(order(sortBy));
    if (output === 'name') return yield* k.print(found.map((each) => `${resourceName(each)}\n`).join(''));
    if (output === 'json' || output === 'yaml') return yield* k.print(machine(found, output));
    const wide = output === 'wide';
    const head = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
    const rows = found.map((each) => [
      each.resource,
      each.shortNames.join(','),
      formatGroupVersion(each),
      String(each.namespaced),
      each.kind,
      ...(wide ? [each.verbs.join(','), each.categories.join(',')] : []),
    ]);
    yield* k.print(alignRows(k.flags.bool('no-headers') ? rows : [head, ...rows]));
  },
};

function noArguments(k: Kubectl): void {
  if (k.args.length > 0) throw k.usage(`unexpected arguments: [${k.args.join(' ')}]`);
}

function machine(found: readonly ApiResource[], output: string): string {
  const resources = found.map((each) => ({
    name: each.resource,
    singularName: each.singular,
    namespaced: each.namespaced,
    ...(each.group && { group: each.group }),
    version: each.version,
    kind: each.kind,
    verbs: each.verbs,
    ...(each.shortNames.length > 0 && { shortNames: each.shortNames }),
    ...(each.categories.length > 0 && { categories: each.categories }),
  }));
  const all = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: '', resources };
  return output === 'json' ? `${goJson(all, 4)}\n` : dumpYaml(all);
}

/** Preferred versions only, filtered by the flags. */
function chosen(k: Kubectl, resources: readonly ApiResource[]): ApiResource[] {
  const { flags } = k;
  const seen = new Set<string>();
  return resources.filter((each) => {
    const key = resourceName(each);
    if (seen.has(key) || each.verbs.length === 0) return false;
    seen.add(key);
    if (flags.has('api-group') && each.group !== flags.text('api-group')) return false;
    if (flags.has('namespaced') && each.namespaced !== flags.bool('namespaced')) return false;
    return flags.list('verbs').every((verb) => each.verbs.includes(verb)) && flags.list('categories').every((category) => each.categories.includes(category));
  });
}

const order =
  (sortBy: string) =>
  (a: ApiResource, b: ApiResource): number => {
    const key = (each: ApiResource): string => (sortBy === 'name' ? each.resource : sortBy === 'kind' ? each.kind : `${each.group}\u0000${each.resource}`);
    return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
  };
