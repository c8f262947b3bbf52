/** kubectl config set, unset: kubernetes kubectl/pkg/cmd/config set.go, unset.go. */
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { isObj, withoutPath, withPath } from '../../json.ts';
import type { Kubeconfig, NamedEntries } from '../../kubeconfig.ts';
import { readConfig, writeConfig } from './file.ts';

const maps: Readonly<Record<string, 'clusters' | 'contexts' | 'users'>> = { clusters: 'clusters', contexts: 'contexts', users: 'users' };

/** `users.bob.token` → which map, which entry, which fields. */
function property(all: Kubeconfig, name: string): { readonly map: 'clusters' | 'contexts' | 'users'; readonly path: readonly string[] } | undefined {
  if (name === 'current-context') return undefined;
  const [first = '', ...rest] = name.split('.');
  const map = maps[first];
  if (!map || rest.length === 0) throw new KubectlError(`unable to parse ${name} after [] at api.Config`);
  const known = Object.keys(all[map]).find((entry) => rest.join('.') === entry || rest.join('.').startsWith(`${entry}.`));
  return {
    map,
    path:
      known === undefined
        ? rest
        : [
            known,
            ...rest
              .join('.')
              .slice(known.length + 1)
              .split('.')
              .filter((part) => part !== ''),
          ],
  };
}

export const configSet: CommandEntry = {
  path: 'config set',
  short: 'Set an individual value in a kubeconfig file',
  examples: '# Where a cluster is\nkubectl config set clusters.kubernetes.server https://10.0.0.1:6443',
  *run(k) {
    const [name = '', value] = k.args;
    if (k.args.length !== 2 || value === undefined) throw new KubectlError(`Unexpected args: [${k.args.join(' ')}]`, { help: true });
    const all = readConfig(k);
    if (name.startsWith('preferences.')) {
      writeConfig(k, {
        ...all,
        preferences: { ...all.preferences, [name.slice('preferences.'.length)]: value === 'true' || (value === 'false' ? false : value) },
      });
      return yield* k.print(`Property "${name}" set.\n`);
    }
    const found = property(all, name);
    writeConfig(k, found ? { ...all, [found.map]: withPath(all[found.map], found.path, value) as NamedEntries } : { ...all, currentContext: value });
    yield* k.print(`Property "${name}" set.\n`);
  },
};

export const configUnset: CommandEntry = {
  path: 'config unset',
  short: 'Unset an individual value in a kubeconfig file',
  *run(k) {
    const [name = ''] = k.args;
    if (k.args.length !== 1) throw new KubectlError(`Unexpected args: [${k.args.join(' ')}]`, { help: true });
    const all = readConfig(k);
    const whole = maps[name];
    if (whole) writeConfig(k, { ...all, [whole]: {} });
    else {
      const found = property(all, name);
      if (found && found.path.length > 1 && !isObj(all[found.map][found.path[0] ?? '']))
        throw new KubectlError(`current map key \`${found.path[0] ?? ''}\` is invalid`);
      writeConfig(k, found ? { ...all, [found.map]: withoutPath(all[found.map], found.path) as NamedEntries } : { ...all, currentContext: '' });
    }
    yield* k.print(`Property "${name}" unset.\n`);
  },
};
