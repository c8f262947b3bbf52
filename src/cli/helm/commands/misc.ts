/** version, env, and what the lab has not. */
import { FunctionError, GoTemplateError, parseTemplate, renderTemplate } from '../../../apimachinery/go-template.ts';
import type { Routine } from '../../../sim/routine.ts';
import { completionScript } from '../../kubectl/commands/completion.ts';
import type { Call, HelmCommand } from '../call.ts';
import { helmCommit, helmVersion } from '../capabilities.ts';
import { HelmError, notSimulated } from '../error.ts';
import { flagLines } from '../flag-lines.ts';

const build = { Version: helmVersion, GitCommit: helmCommit, GitTreeState: 'clean', GoVersion: 'go1.25.9', KubeClientVersion: 'v1.35' };

export const version: HelmCommand = {
  name: 'version',
  short: 'print the helm version information',
  flags: flagLines(`
    short:bool the number only
    template template of the output`),
  *run(call): Routine {
    const { flags } = call;
    if (flags.bool('short')) return yield* call.print(`${helmVersion}+g${helmCommit.slice(0, 7)}\n`);
    if (flags.text('template') === '')
      return yield* call.print(
        `version.BuildInfo{${Object.entries(build)
          .map(([key, value]) => `${key}:"${value}"`)
          .join(', ')}}\n`,
      );
    try {
      yield* call.print(renderTemplate(parseTemplate(flags.text('template'), { name: '_' }), build, { type: 'version.BuildInfo', name: '_' }));
    } catch (error) {
      if (!(error instanceof GoTemplateError || error instanceof FunctionError)) throw error;
      throw new HelmError(error.message);
    }
  },
};

export const env: HelmCommand = {
  name: 'env',
  short: 'helm client environment information',
  takes: [0, 1],
  *run(call): Routine {
    const { flags, process } = call;
    const [cache, config, data] = [call.home('cache'), call.home('config'), call.home('data')];
    const values: Readonly<Record<string, string>> = {
      ...{
        HELM_BIN: 'helm',
        HELM_BURST_LIMIT: flags.text('burst-limit'),
        HELM_CACHE_HOME: cache,
        HELM_CONFIG_HOME: config,
        HELM_CONTENT_CACHE: `${cache}/content`,
      },
      ...{ HELM_DATA_HOME: data, HELM_DEBUG: String(flags.bool('debug')), HELM_KUBEAPISERVER: flags.text('kube-apiserver') },
      ...{ HELM_KUBEASGROUPS: flags.list('kube-as-group').join(','), HELM_KUBEASUSER: flags.text('kube-as-user'), HELM_KUBECAFILE: flags.text('kube-ca-file') },
      ...{ HELM_KUBECONTEXT: flags.text('kube-context'), HELM_KUBEINSECURE_SKIP_TLS_VERIFY: String(flags.bool('kube-insecure-skip-tls-verify')) },
      ...{ HELM_KUBETLS_SERVER_NAME: flags.text('kube-tls-server-name'), HELM_KUBETOKEN: flags.text('kube-token'), HELM_MAX_HISTORY: '10' },
      ...{ HELM_NAMESPACE: call.namespace, HELM_PLUGINS: `${data}/plugins`, HELM_QPS: flags.number('qps').toFixed(2) },
      ...{ HELM_REGISTRY_CONFIG: `${config}/registry/config.json` },
      HELM_REPOSITORY_CACHE: flags.text('repository-cache') || process.env['HELM_REPOSITORY_CACHE'] || `${cache}/repository`,
      HELM_REPOSITORY_CONFIG: flags.text('repository-config') || process.env['HELM_REPOSITORY_CONFIG'] || `${config}/repositories.yaml`,
    };
    const [name] = call.args;
    if (name !== undefined) return yield* call.print(`${values[name] ?? ''}\n`);
    yield* call.print(
      Object.entries(values)
        .map(([key, value]) => `${key}="${value}"\n`)
        .join(''),
    );
  },
};

/** `completion SHELL`. */
export const completion: HelmCommand = {
  name: 'completion',
  short: 'generate autocompletion scripts for the specified shell',
  commands: ['bash', 'fish', 'powershell', 'zsh'].map((shell) => ({
    ...{ name: shell, short: `generate autocompletion script for ${shell}`, flags: flagLines('!no-descriptions:bool leave out what the candidates are for') },
    *run(call: Call): Routine {
      yield* call.print(completionScript(shell, 'helm') ?? '');
    },
  })),
};

const none = (name: string, short: string, path = name): HelmCommand => ({
  ...{ name, short, raw: true, takes: [0, Number.POSITIVE_INFINITY] },
  *run(): Routine {
    throw notSimulated(`helm ${path}`);
  },
});

export const absentCommands: readonly HelmCommand[] = [
  {
    name: 'plugin',
    short: 'install, list, or uninstall Helm plugins',
    commands: [
      none('install', 'install a Helm plugin', 'plugin install'),
      {
        ...{ name: 'list', aliases: ['ls'], short: 'list installed Helm plugins' },
        *run(call): Routine {
          yield* call.print('NAME\tVERSION\tTYPE\tAPIVERSION\tPROVENANCE\tSOURCE\n');
        },
      },
    ],
  },
  none('help', 'Help about any command'),
  none('push', 'push a chart to remote'),
  none('registry', 'login to or logout from a registry'),
  none('verify', 'verify that a chart at the given path has been signed and is valid'),
];
