/** kubectl config set-credentials: kubernetes kubectl/pkg/cmd/config/set_credentials.go. */
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { defined, list, type Obj, obj, objs, text } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { readBase64, readConfig, writeConfig } from './file.ts';

export const configSetCredentials: CommandEntry = {
  path: 'config set-credentials',
  short: 'Set a user entry in kubeconfig',
  examples: '# A client certificate, kept in the file\nkubectl config set-credentials amy --client-certificate=amy.crt --client-key=amy.key --embed-certs',
  *run(k) {
    const [name] = k.args;
    if (name === undefined || k.args.length > 1) throw new KubectlError('', { help: true });
    if (k.flags.text('token') !== '' && (k.flags.text('username') !== '' || k.flags.text('password') !== ''))
      throw new KubectlError('you cannot specify more than one authentication method at the same time: --token, --username/--password');
    const mode = k.flags.text('exec-interactive-mode');
    if (!['', 'IfAvailable', 'Never', 'Always'].includes(mode)) throw new KubectlError('invalid interactive mode type, can be only IfAvailable, Never, Always');
    if (k.flags.bool('embed-certs') && k.flags.text('client-certificate') === '' && k.flags.text('client-key') === '')
      throw new KubectlError('you must specify a --client-certificate or --client-key to embed');
    const all = readConfig(k);
    const before = all.users[name] ?? {};
    const user = defined({
      ...before,
      ...files(k),
      ...secrets(k, before),
      'auth-provider': provider(k, before['auth-provider']),
      exec: exec(k, before['exec']),
    });
    writeConfig(k, { ...all, users: { ...all.users, [name]: user } });
    yield* k.print(`User "${name}" set.\n`);
  },
};

function files(k: Kubectl): Obj {
  const out: Record<string, string | undefined> = {};
  for (const flag of ['client-certificate', 'client-key']) {
    const path = k.flags.text(flag);
    if (path === '') continue;
    const embedded = k.flags.bool('embed-certs');
    out[`${flag}-data`] = embedded ? readBase64(k, path, flag) : undefined;
    out[flag] = embedded ? undefined : k.process.path(path);
  }
  return out;
}

/** A token takes the place of a name and password, and the other way round. */
function secrets(k: Kubectl, before: Obj): Obj {
  const value = (flag: string): unknown => (k.flags.has(flag) ? k.flags.text(flag) || undefined : before[flag]);
  const [token, basic] = [k.flags.text('token') !== '', k.flags.text('username') !== '' || k.flags.text('password') !== ''];
  return {
    token: basic ? undefined : value('token'),
    username: token ? undefined : value('username'),
    password: token ? undefined : value('password'),
  };
}

/** `key=value` sets, `key-` takes away. */
function changes(words: readonly string[], flag: string): { readonly set: ReadonlyMap<string, string>; readonly remove: readonly string[] } {
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const word of words) {
    const [, key = '', value] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    if (value !== undefined) set.set(key, value);
    else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new KubectlError(`invalid ${flag} format: ${word}`, { help: true });
  }
  return { set, remove };
}

function provider(k: Kubectl, before: unknown): Obj | undefined {
  const name = k.flags.text('auth-provider');
  const { set, remove } = changes(k.flags.list('auth-provider-arg'), 'auth-provider-arg');
  const now = name !== '' && name !== text(obj(before)['name']) ? { name, config: {} } : before === undefined ? undefined : obj(before);
  if (now === undefined || (set.size === 0 && remove.length === 0)) return now;
  const kept = Object.entries(obj(now['config'])).filter(([key]) => !remove.includes(key));
  return { ...now, config: { ...Object.fromEntries(kept), ...Object.fromEntries(set) } };
}

/** A program that brings credentials; without its command the other flags mean nothing. */
function exec(k: Kubectl, before: unknown): Obj | undefined {
  const { set, remove } = changes(k.flags.list('exec-env'), 'exec-env');
  const command = k.flags.text('exec-command');
  if (before === undefined && command === '') return undefined;
  const old = obj(before);
  const args = k.flags.list('exec-arg');
  const left = objs(old['env']).filter(({ name }) => !remove.includes(text(name)));
  const env = [
    ...left.map(({ name, value }) => ({ name, value: set.get(text(name)) ?? value })),
    ...[...set].filter(([key]) => !left.some(({ name }) => name === key)).map(([name, value]) => ({ name, value })),
  ];
  return defined({
    command: command || old['command'],
    apiVersion: k.flags.text('exec-api-version') || old['apiVersion'],
    args: args.length > 0 ? args : old['args'] === undefined ? null : list(old['args']),
    env: env.length > 0 ? env : null,
    interactiveMode: k.flags.text('exec-interactive-mode') || old['interactiveMode'],
    provideClusterInfo: k.flags.has('exec-provide-cluster-info') ? k.flags.bool('exec-provide-cluster-info') : (old['provideClusterInfo'] ?? false),
  });
}
