/** version, cluster-info, api-resources, api-versions: kubernetes kubectl/pkg/cmd. */

import { goJson } from '../../../apimachinery/go-text.ts';
import { type ApiResource, formatGroupVersion, resourceName } from '../../../apimachinery/resources.ts';
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import { releaseOf } from '../../../linux/program.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, nameOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { alignRows } from '../printers/tab-writer.ts';

/** What this kubectl says of itself. */
export const clientVersion: Obj = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.2',
  gitCommit: 'fdc9d74cbf2da6754ebf81d56f80ae2948cd6425',
  gitTreeState: 'clean',
  buildDate: '2026-02-26T20:05:34Z',
  goVersion: 'go1.25.7',
  compiler: 'gc',
  platform: 'linux/amd64',
};
const kustomizeVersion = 'v5.7.1';

export const version: CommandEntry = {
  path: 'version',
  short: 'Print the client and server version information',
  examples: '# Both\nkubectl version\n\n# Without asking a server\nkubectl version --client',
  *run(k) {
    const output = k.flags.text('output');
    if (!['', 'yaml', 'json'].includes(output)) throw new KubectlError(`--output must be 'yaml' or 'json'`);
    if (k.args.length > 0) throw new KubectlError(`extra arguments: [${k.args.join(' ')}]`);
    const release = releaseOf(k.process);
    if (release !== undefined && output === '' && minorOf(release) < 28) return yield* printLong(k, release);
    if (output === '') yield* k.print(`Client Version: ${text(clientVersion['gitVersion'])}\nKustomize Version: ${kustomizeVersion}\n`);
    const server = k.flags.bool('client') ? undefined : obj(yield* k.api.request({ method: 'GET', path: '/version' }));
    const all = { clientVersion, kustomizeVersion, ...(server && { serverVersion: server }) };
    if (output === 'json') yield* k.print(`${goJson(all, 2)}\n`);
    else if (output === 'yaml') yield* k.print(`${dumpYaml(all)}\n`);
    else if (server) {
      yield* k.print(`Server Version: ${text(server['gitVersion'])}\n`);
      const skew = Math.abs(Number.parseInt(text(server['minor']), 10) - 35);
      if (skew > 1)
        yield* k.printError(
          `Warning: version difference between client (1.35) and server (1.${text(server['minor'])}) exceeds the supported minor version skew of +/-1\n`,
        );
    }
  },
};

const minorOf = (release: string): number => Number(/^v1\.(\d+)/.exec(release)?.[1] ?? 0);

/** What was printed before 1.28: Go's `%#v` of both. */
function* printLong(k: Kubectl, release: string): Routine {
  const minor = String(minorOf(release));
  const own = { ...clientVersion, major: '1', minor, gitVersion: release, ...(oldBuilds[minor] ?? {}) };
  if (minorOf(release) >= 24)
    yield* k.printError(
      'WARNING: This version information is deprecated and will be replaced with the output from kubectl version --short.  Use --output=yaml|json to get the full version.\n',
    );
  yield* k.print(`Client Version: ${goInfo(own)}\n${minorOf(release) >= 24 ? 'Kustomize Version: v4.5.4\n' : ''}`);
  if (k.flags.bool('client')) return;
  yield* k.print(`Server Version: ${goInfo(obj(yield* k.api.request({ method: 'GET', path: '/version' })))}\n`);
}

const oldBuilds: Readonly<Record<string, Obj>> = {
  23: { gitCommit: '953be8927218ec8067e1af2641e540238ffd7576', buildDate: '2023-02-22T13:34:27Z', goVersion: 'go1.19.6' },
  24: { gitCommit: '22a9682c8fe855c321be75c5faacde343f909b04', buildDate: '2023-08-23T23:44:35Z', goVersion: 'go1.20.7' },
};

const goFields = ['major', 'minor', 'gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'];
const goInfo = (info: Obj): string =>
  `version.Info{${goFields.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}:${JSON.stringify(text(info[name]))}`).join(', ')}}`;

export const clusterInfo: CommandEntry = {
  path: 'cluster-info',
  short: 'Display cluster information',
  long: 'The control plane, and services that carry the label kubernetes.io/cluster-service=true.',
  *run(k) {
    const { server } = k.api;
    const answer = yield* k.api.request({
      method: 'GET',
      path: '/api/v1/namespaces/kube-system/services',
      query: { labelSelector: 'kubernetes.io/cluster-service=true' },
    });
    yield* k.print(`Kubernetes control plane is running at ${server}\n`);
    for (const service of objs(at(answer, 'items'))) {
      const port = obj(objs(at(service, 'spec.ports'))[0]);
      const scheme = port['name'] === 'https' || port['port'] === 443 ? 'https:' : '';
      const shown = text(obj(at(service, 'metadata.labels'))['kubernetes.io/name']) || nameOf(service);
      const portName = text(port['name']);
      yield* k.print(
        `${shown} is running at ${server}/api/v1/namespaces/kube-system/services/${scheme}${nameOf(service)}${portName === '' && scheme === '' ? '' : `:${portName}`}/proxy\n`,
      );
    }
    yield* k.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  },
};

export const apiVersions: CommandEntry = {
  path: 'api-versions',
  short: 'Print the supported API versions on the server, in the form of "group/version"',
  *run(k) {
    noArguments(k);
    const { resources } = yield* k.discovery();
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
    const found = chosen(k, (yield* k.discovery()).resources).sort(order(sortBy));
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
