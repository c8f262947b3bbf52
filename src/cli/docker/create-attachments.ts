/** --network and --mount of docker run, in their long forms (opts/{network,mount}.go). */
import type { Flags } from '../flags.ts';
import { CliError, HelpError, pairs, ValueError } from './context.ts';
import { parseSize } from './output.ts';

/** What --network says of one network. */
type Attachment = { readonly name: string; readonly aliases: readonly string[]; readonly ip?: string; readonly mac?: string };

/** Networks without names and aliases of their own. */
export const builtInNetwork = /^(default|bridge|host|none|container:.*)$/;

/** `--network web`, or `name=web,alias=a,ip=10.1.2.3` (opts/network.go); several times. */
export function networksOf(flags: Flags): Attachment[] {
  const all = [...flags.list('network'), ...flags.list('net')].map((value): Attachment => {
    if (!/^[\w-]+=/.test(value)) return { name: value, aliases: [] };
    const fields = value.split(',').map((field) => [field.slice(0, field.indexOf('=')).toLowerCase(), field.slice(field.indexOf('=') + 1)] as const);
    const one = (key: string): string | undefined => fields.find(([each]) => each === key)?.[1];
    for (const [key] of fields)
      if (!['name', 'alias', 'driver-opt', 'ip', 'ip6', 'mac-address', 'link-local-ip', 'gw-priority'].includes(key))
        throw new ValueError(`invalid field key ${key}`, value, '--network');
    const name = one('name');
    if (name === undefined) throw new ValueError('network name/id is not specified', value, '--network');
    for (const key of ['driver-opt', 'ip6', 'link-local-ip', 'gw-priority'])
      if (one(key) !== undefined) throw new CliError(`k8s-lab: docker run --network with ${key} is not simulated`, 70);
    const [ip, mac] = [one('ip'), one('mac-address')];
    return {
      name,
      aliases: fields.filter(([key]) => key === 'alias').map(([, alias]) => alias),
      ...(ip === undefined ? {} : { ip }),
      ...(mac === undefined ? {} : { mac }),
    };
  });
  if (all.length > 1 && all.some(({ name }) => builtInNetwork.test(name)) && all.some(({ name }) => !builtInNetwork.test(name)))
    throw new HelpError('conflicting options: cannot attach both user-defined and non-user-defined network-modes');
  const twice = all.find(({ name }, i) => all.findIndex((each) => each.name === name) !== i);
  if (twice) throw new HelpError(`network ${JSON.stringify(twice.name)} is specified multiple times`);
  return all;
}

/** `tmpfs` is a path and its options. */
type Mounted = {
  readonly bind?: string;
  readonly tmpfs?: readonly [path: string, options: string];
  readonly anonymous?: string;
  readonly typed?: readonly [type: string, source: string];
};

const mountKeys =
  'type source src target destination dst readonly ro rro consistency bind-propagation bind-recursive bind-nonrecursive bind-create-src volume-subpath volume-nocopy volume-label volume-driver volume-opt image-subpath tmpfs-size tmpfs-mode'.split(
    ' ',
  );

const unsimulatedMount = 'rro bind-recursive bind-nonrecursive bind-create-src volume-subpath volume-label volume-driver volume-opt image-subpath'.split(' ');

/** `type=bind,src=/a,dst=/b,ro` (opts/mount.go). */
export function parseMount(value: string): Mounted {
  const wrong = (message: string): ValueError => new ValueError(message, value, '--mount');
  if (value === '') throw wrong('value is empty');
  for (const field of value.split(',')) {
    const [key = ''] = field.split('=');
    if (!field.includes('=') && !/^(readonly|ro|volume-nocopy|bind-nonrecursive|bind-create-src)$/i.test(field))
      throw wrong(`invalid field '${field}' must be a key=value pair`);
    if (!mountKeys.includes(key.toLowerCase())) throw wrong(`unknown option '${key}' in '${field}'`);
  }
  const fields = pairs(value.split(','));
  const target = fields['target'] ?? fields['dst'] ?? fields['destination'] ?? '';
  const source = fields['source'] ?? fields['src'] ?? '';
  const type = fields['type'] ?? 'volume';
  if (target === '') throw wrong('target is required');
  const readonly = 'readonly' in fields || 'ro' in fields;
  const odd =
    unsimulatedMount.find((key) => key in fields) ?? (readonly && type === 'volume' && source === '' ? 'readonly of a volume without a name' : undefined);
  if (odd !== undefined) throw new CliError(`k8s-lab: docker run --mount with ${odd} is not simulated`, 70);
  if (type === 'tmpfs') {
    const { 'tmpfs-size': size, 'tmpfs-mode': mode } = fields;
    return {
      tmpfs: [target, [...(readonly ? ['ro'] : []), ...(size ? [`size=${parseSize(size, '--mount')}`] : []), ...(mode ? [`mode=${mode}`] : [])].join(',')],
    };
  }
  const modes = [
    ...(readonly ? ['ro'] : []),
    ...('volume-nocopy' in fields ? ['nocopy'] : []),
    ...(fields['bind-propagation'] ? [fields['bind-propagation']] : []),
  ];
  const bind = [source, target, ...(modes.length > 0 ? [modes.join(',')] : [])].join(':');
  if (type !== 'volume') return { bind, typed: [type, source] };
  return source === '' ? { anonymous: target } : { bind };
}
