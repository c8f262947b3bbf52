/** kubectl config: kubernetes kubectl/pkg/cmd/config. */
import type { CommandEntry } from '../../command.ts';
import { ErrorList, KubectlError } from '../../errors.ts';
import { defined, type Obj, obj, text, withoutPath } from '../../json.ts';
import { type Kubeconfig, loadKubeconfig, type NamedEntries, toDocument } from '../../kubeconfig.ts';
import type { Kubectl } from '../../kubectl.ts';
import { objectPrinter } from '../../printers/object-printer.ts';
import { alignRows } from '../../printers/tab-writer.ts';
import { besideConfig, configPath, readBase64, readConfig, writeConfig } from './file.ts';

export const config: CommandEntry = {
  path: 'config',
  short: 'Modify kubeconfig files',
  long: 'Which file: --kubeconfig if given, else the files that $KUBECONFIG names, else ~/.kube/config.',
};

const secrets: Readonly<Record<string, string>> = {
  'certificate-authority-data': 'DATA+OMITTED',
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
  token: 'REDACTED',
  password: 'REDACTED',
};

const redacted = (entries: NamedEntries): NamedEntries =>
  Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, secrets[key] ?? value]))]),
  );

export const configView: CommandEntry = {
  path: 'config view',
  short: 'Display merged kubeconfig settings or a specified kubeconfig file',
  examples: '# Everything but secrets\nkubectl config view\n\n# Only what the current context uses\nkubectl config view --minify',
  *run(k) {
    if (k.args.length > 0) throw k.usage(`unexpected arguments: [${k.args.join(' ')}]`);
    const printer = objectPrinter(k, { typed: true });
    if (!k.flags.bool('merge') && k.flags.text('kubeconfig') === '') throw new KubectlError('if merge==false a precise file must be specified');
    let shown = loadKubeconfig(k.process, k.flags, true);
    if (k.flags.bool('minify')) shown = minified(shown, k.flags.text('context'));
    if (k.flags.bool('flatten')) shown = flattened(k, shown);
    else if (!k.flags.bool('raw')) shown = { ...shown, clusters: redacted(shown.clusters), users: redacted(shown.users) };
    yield* k.print(printer?.(toDocument(shown)) ?? '');
  },
};

function minified(all: Kubeconfig, chosen: string): Kubeconfig {
  const name = chosen || all.currentContext;
  if (name === '') throw new KubectlError('current-context must exist in order to minify');
  const context = all.contexts[name];
  if (!context) throw new KubectlError(`cannot locate context ${name}`);
  const only = (entries: NamedEntries, key: string): NamedEntries => Object.fromEntries(Object.entries(entries).filter(([each]) => each === key));
  return {
    ...all,
    currentContext: name,
    contexts: { [name]: context },
    clusters: only(all.clusters, text(context['cluster'])),
    users: only(all.users, text(context['user'])),
  };
}

/** Files become data. */
function flattened(k: Kubectl, all: Kubeconfig): Kubeconfig {
  const inline = (entries: NamedEntries): NamedEntries =>
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        Object.fromEntries(
          Object.entries(entry).map(([key, value]) =>
            `${key}-data` in secrets ? [`${key}-data`, Buffer.from(k.process.fs.read(besideConfig(k, text(value)))).toString('base64')] : [key, value],
          ),
        ),
      ]),
    );
  return { ...all, clusters: inline(all.clusters), users: inline(all.users) };
}

export const configCurrentContext: CommandEntry = {
  path: 'config current-context',
  short: 'Display the current-context',
  *run(k) {
    const name = k.flags.text('context') || loadKubeconfig(k.process, k.flags, true).currentContext;
    if (name === '') throw new KubectlError('current-context is not set');
    yield* k.print(`${name}\n`);
  },
};

export const configUseContext: CommandEntry = {
  path: 'config use-context',
  aliases: ['use'],
  short: 'Set the current-context in a kubeconfig file',
  examples: '# Another cluster, user and namespace\nkubectl config use-context staging',
  *run(k) {
    const name = only(k, 'Unexpected args');
    if (name === '') throw new KubectlError('empty context names are not allowed');
    if (!loadKubeconfig(k.process, k.flags, true).contexts[name]) throw new KubectlError(`no context exists with the name: "${name}"`);
    writeConfig(k, { ...readConfig(k), currentContext: name });
    yield* k.print(`Switched to context "${name}".\n`);
  },
};

/** The one argument; without it the help is printed before the complaint. */
function only(k: Kubectl, complaint: string): string {
  if (k.args.length !== 1) throw new KubectlError(`${complaint}: [${k.args.join(' ')}]`, { help: true });
  return k.args[0] as string;
}

export const configGetContexts: CommandEntry = {
  path: 'config get-contexts',
  short: 'Describe one or many contexts',
  *run(k) {
    const all = loadKubeconfig(k.process, k.flags, true);
    const names = k.args.length > 0 ? k.args : Object.keys(all.contexts).sort();
    const output = k.flags.text('output');
    if (output !== '' && output !== 'name')
      throw new KubectlError(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`);
    const missing = names.filter((name) => !all.contexts[name]);
    const found = names.filter((name) => all.contexts[name]);
    if (output === 'name') yield* k.print(found.map((name) => `${name}\n`).join(''));
    else {
      const head = k.flags.bool('no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']];
      const rows = found.map((name) => {
        const context = obj(all.contexts[name]);
        return [name === all.currentContext ? '*' : '', name, text(context['cluster']), text(context['user']), text(context['namespace'])];
      });
      yield* k.print(alignRows([...head, ...rows]));
    }
    if (missing.length > 0) throw new ErrorList(missing.map((name) => new KubectlError(`context ${name} not found`)));
  },
};

const lister = (path: string, short: string, entries: (all: Kubeconfig) => NamedEntries): CommandEntry => ({
  path,
  short,
  *run(k) {
    const names = Object.keys(entries(loadKubeconfig(k.process, k.flags, true))).sort();
    yield* k.print(alignRows([['NAME'], ...names.map((name) => [name])]));
  },
});

export const configGetClusters = lister('config get-clusters', 'Display clusters defined in the kubeconfig', (all) => all.clusters);
export const configGetUsers = lister('config get-users', 'Display users defined in the kubeconfig', (all) => all.users);

const remover = (what: 'cluster' | 'context' | 'user', key: 'clusters' | 'contexts' | 'users'): CommandEntry => ({
  path: `config delete-${what}`,
  short: `Delete the specified ${what} from the kubeconfig`,
  *run(k) {
    const name = k.args[0];
    // Each has its own way to say so.
    if (name === undefined || k.args.length > 1) throw what === 'user' ? k.usage('user to delete is required') : new KubectlError('', { help: true });
    const all = readConfig(k);
    if (!all[key][name]) throw new KubectlError(`cannot delete ${what} ${name}, not in ${configPath(k)}`);
    if (what === 'context' && all.currentContext === name)
      yield* k.printError('warning: this removed your active context, use "kubectl config use-context" to select a different one\n');
    writeConfig(k, { ...all, [key]: withoutPath(all[key], [name]) as NamedEntries });
    yield* k.print(`deleted ${what} ${name} from ${configPath(k)}\n`);
  },
});

export const configDeleteCluster = remover('cluster', 'clusters');
export const configDeleteContext = remover('context', 'contexts');
export const configDeleteUser = remover('user', 'users');

export const configRenameContext: CommandEntry = {
  path: 'config rename-context',
  short: 'Rename a context from the kubeconfig file',
  *run(k) {
    const [from, to] = k.args;
    if (k.args.length !== 2 || from === undefined || to === undefined) throw new KubectlError(`Unexpected args: [${k.args.join(' ')}]`, { help: true });
    const all = readConfig(k);
    const context = all.contexts[from];
    if (!context) throw new KubectlError(`cannot rename the context "${from}", it's not in ${configPath(k)}`);
    if (all.contexts[to]) throw new KubectlError(`cannot rename the context "${from}", the context "${to}" already exists in ${configPath(k)}`);
    writeConfig(k, {
      ...all,
      contexts: { ...(withoutPath(all.contexts, [from]) as NamedEntries), [to]: context },
      currentContext: all.currentContext === from ? to : all.currentContext,
    });
    yield* k.print(`Context "${from}" renamed to "${to}".\n`);
  },
};

export const configSetContext: CommandEntry = {
  path: 'config set-context',
  short: 'Set a context entry in kubeconfig',
  examples: '# The namespace of the current context\nkubectl config set-context --current --namespace=team-a',
  *run(k) {
    const current = k.flags.bool('current');
    if (k.args.length > 1) throw new KubectlError(`Unexpected args: [${k.args.join(' ')}]`, { help: true });
    if (current ? k.args.length > 0 : !k.args[0])
      throw new KubectlError(current ? 'you cannot specify both a context name and --current' : 'you must specify a non-empty context name or --current');
    const all = readConfig(k);
    const name = current ? all.currentContext : (k.args[0] as string);
    if (current && name === '') throw new KubectlError('no current context is set');
    const before = all.contexts[name];
    writeConfig(k, { ...all, contexts: { ...all.contexts, [name]: { ...before, ...given(k, ['cluster', 'user', 'namespace']) } } });
    yield* k.print(`Context "${name}" ${before ? 'modified' : 'created'}.\n`);
  },
};

const given = (k: Kubectl, names: readonly string[]): Obj =>
  Object.fromEntries(names.filter((name) => k.flags.has(name)).map((name) => [name, k.flags.text(name)]));

export const configSetCluster: CommandEntry = {
  path: 'config set-cluster',
  short: 'Set a cluster entry in kubeconfig',
  *run(k) {
    const name = only(k, 'Unexpected args');
    const all = readConfig(k);
    if (k.flags.bool('insecure-skip-tls-verify') && k.flags.text('certificate-authority') !== '')
      throw new KubectlError('you cannot specify a certificate authority and insecure mode at the same time');
    const authority = k.flags.text('certificate-authority');
    if (authority === '' && k.flags.bool('embed-certs')) throw new KubectlError('you must specify a --certificate-authority to embed');
    const embedded = authority !== '' && k.flags.bool('embed-certs');
    const files =
      authority === ''
        ? {}
        : embedded
          ? { 'certificate-authority-data': readBase64(k, authority, 'certificate-authority') }
          : { 'certificate-authority': k.process.path(authority) };
    const entry = defined({
      ...all.clusters[name],
      ...given(k, ['server', 'tls-server-name', 'proxy-url']),
      ...files,
      'insecure-skip-tls-verify': k.flags.has('insecure-skip-tls-verify')
        ? k.flags.bool('insecure-skip-tls-verify') || undefined
        : all.clusters[name]?.['insecure-skip-tls-verify'],
    });
    writeConfig(k, { ...all, clusters: { ...all.clusters, [name]: entry } });
    yield* k.print(`Cluster "${name}" set.\n`);
  },
};
