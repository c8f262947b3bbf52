/** kubectl config set, unset: kubernetes kubectl/pkg/cmd/config set.go, unset.go, navigation_step_parser.go. */
import { wrongBase64 } from '../../../../api/decode.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { withoutPath, withPath } from '../../json.ts';
import type { Kubeconfig, NamedEntries } from '../../kubeconfig.ts';
import type { Kubectl } from '../../kubectl.ts';
import { readConfig, writeConfig } from './file.ts';

type FieldType = 'text' | 'bool' | 'bytes' | 'struct';
type MapName = 'clusters' | 'contexts' | 'users';

const typed = (type: FieldType, names: string): Record<string, FieldType> => Object.fromEntries(names.split(' ').map((name) => [name, type]));

/** Fields of entries: client-go/tools/clientcmd/api/types.go. */
const maps: Readonly<Record<MapName, Readonly<Record<string, FieldType>>>> = {
  clusters: {
    ...typed('text', 'server tls-server-name certificate-authority proxy-url'),
    ...typed('bool', 'insecure-skip-tls-verify disable-compression'),
    ...typed('bytes', 'certificate-authority-data'),
    ...typed('struct', 'extensions'),
  },
  contexts: { ...typed('text', 'cluster user namespace'), ...typed('struct', 'extensions') },
  users: {
    ...typed('text', 'client-certificate client-key token tokenFile act-as act-as-uid username password'),
    ...typed('bytes', 'client-certificate-data client-key-data'),
    ...typed('struct', 'act-as-groups act-as-user-extra auth-provider exec extensions'),
  },
};

type Property = { readonly map: MapName; readonly entry: string; readonly field: string | undefined };

/** `users.bob.token`: names may have dots, so that an entry's goes on until a field follows. Undefined for the current context. */
function property(name: string): Property | undefined {
  const [first = '', ...rest] = name.split('.');
  if (name === 'current-context') return undefined;
  if (first === 'current-context') throw unparsed(name);
  if (first !== 'clusters' && first !== 'contexts' && first !== 'users') throw new KubectlError(`unable to parse ${name} after [] at api.Config`);
  const at = rest.findIndex((word) => Object.hasOwn(maps[first], word));
  const field = at < 0 ? undefined : rest[at];
  if (field !== undefined && (at < rest.length - 1 || maps[first][field] === 'struct')) throw unparsed(name);
  return { map: first, entry: (at < 0 ? rest : rest.slice(0, at)).join('.'), field };
}

const unparsed = (name: string): KubectlError => new KubectlError(`unable to parse one or more field values of ${name}`);

function only(k: Kubectl, count: number): readonly string[] {
  if (k.args.length !== count) throw new KubectlError(`Unexpected args: [${k.args.join(' ')}]`, { help: true });
  return k.args;
}

export const configSet: CommandEntry = {
  path: 'config set',
  short: 'Set an individual value in a kubeconfig file',
  examples: '# Where a cluster is\nkubectl config set clusters.kubernetes.server https://10.0.0.1:6443',
  *run(k) {
    const [name = '', value = ''] = only(k, 2);
    writeConfig(k, changed(k, readConfig(k), name, value));
    yield* k.print(`Property "${name}" set.\n`);
  },
};

function changed(k: Kubectl, all: Kubeconfig, name: string, value: string): Kubeconfig {
  if (name.startsWith('preferences.'))
    return { ...all, preferences: { ...all.preferences, [name.slice('preferences.'.length)]: value === 'true' || (value === 'false' ? false : value) } };
  const found = property(name);
  if (!found) return { ...all, currentContext: value };
  const { map, entry, field } = found;
  if (field === undefined) {
    // Go prints where the entries lie.
    const pointers = Object.keys(all[map])
      .sort()
      .map(
        (key) =>
          `${key}:0xc000${k.process.sim.random
            .int(2 ** 24)
            .toString(16)
            .padStart(6, '0')}`,
      );
    throw new KubectlError(`can't set a map to a value: map[${pointers.join(' ')}]`);
  }
  return { ...all, [map]: withPath(all[map], [entry, field], converted(k, maps[map][field], value)) as NamedEntries };
}

function converted(k: Kubectl, type: FieldType | undefined, value: string): unknown {
  if (type === 'bool') {
    if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(value)) return undefined;
    throw new KubectlError(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  if (type !== 'bytes') return value;
  if (k.flags.bool('set-raw-bytes')) return Buffer.from(value).toString('base64');
  const problem = wrongBase64(value);
  if (problem !== undefined) throw new KubectlError(`error decoding input value: ${problem}`);
  return value;
}

export const configUnset: CommandEntry = {
  path: 'config unset',
  short: 'Unset an individual value in a kubeconfig file',
  *run(k) {
    const [name = ''] = only(k, 1);
    const all = readConfig(k);
    if (Object.hasOwn(maps, name)) writeConfig(k, { ...all, [name]: {} });
    else {
      const found = property(name);
      if (found?.field !== undefined && !all[found.map][found.entry]) throw new KubectlError(`current map key \`${found.entry}\` is invalid`);
      const path = found?.field === undefined ? [found?.entry ?? ''] : [found.entry, found.field];
      writeConfig(k, found ? { ...all, [found.map]: withoutPath(all[found.map], path) as NamedEntries } : { ...all, currentContext: '' });
    }
    yield* k.print(`Property "${name}" unset.\n`);
  },
};
