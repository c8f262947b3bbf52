/** Networks: CNI configuration lists, nerdctl's own among them (pkg/netutil). */
import { createHash } from 'node:crypto';
import type { CniConfList } from '../../interfaces/cni.ts';
import { contains, ipToNumber, numberToIp } from '../../linux/network.ts';
import { type Context, NerdctlError } from './context.ts';
import { labels } from './labels.ts';

/** One conflist of the CNI folder. */
export type Network = {
  readonly name: string;
  /** Only networks that nerdctl made have one. */
  readonly id: string;
  readonly file: string;
  readonly list: CniConfList & { readonly nerdctlID?: string; readonly nerdctlLabels?: Readonly<Record<string, string>> };
};

const confDirectory = (context: Context): string => context.global.text('cni-netconfpath');
const defaultLabel = 'nerdctl/default-network';

/** By file name: the folder of all namespaces, then this namespace's. */
export function listNetworks(context: Context): Network[] {
  const found: Network[] = [];
  const { fs } = context.process;
  for (const directory of [confDirectory(context), `${confDirectory(context)}/${context.namespace}`]) {
    if (!fs.isDirectory(directory)) continue;
    for (const [name, inode] of fs.list(directory)) {
      if (inode.type !== 'file' || !/\.(conflist|conf|json)$/.test(name)) continue;
      const list = parsed(inode.read());
      if (list) found.push({ name: list.name, id: list.nerdctlID ?? '', file: `${directory}/${name}`, list });
    }
  }
  return found;
}

function parsed(text: string): Network['list'] | undefined {
  try {
    const value = JSON.parse(text) as Network['list'];
    if (typeof value.name !== 'string') return undefined;
    return value.plugins ? value : { cniVersion: value.cniVersion, name: value.name, plugins: [value as unknown as Readonly<Record<string, unknown>>] };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** By name or the beginning of an id; where two have the name, nerdctl's own. */
export function findNetworks(context: Context, request: string): Network[] {
  const all = listNetworks(context);
  const named = all.filter(({ name }) => name === request);
  if (named.length > 0) return [named.find(({ id }) => id !== '') ?? (named[0] as Network)];
  return request === '' ? [] : all.filter(({ id }) => id.startsWith(request));
}

/** The one that nerdctl made by itself. */
export const isDefault = (network: Network): boolean => network.list.nerdctlLabels?.[defaultLabel] === 'true';

/** The bridge network that containers join unless told; written when the first one needs it. */
export function ensureDefaultNetwork(context: Context): void {
  if (listNetworks(context).some(isDefault)) return;
  writeNetwork(context, 'bridge', { subnet: '10.4.0.0/24', labels: { [defaultLabel]: 'true' }, bridge: 'nerdctl0' });
}

/** What is absent is chosen. */
export type NewNetwork = {
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bridge?: string;
  readonly driver?: string;
  readonly internal?: boolean;
  readonly mtu?: number;
};

/** Writes a new list; gives back its id. */
export function writeNetwork(context: Context, name: string, options: NewNetwork): string {
  const id = createHash('sha256').update(name).digest('hex');
  const range = ipamRange(context, options);
  const bridge = options.bridge ?? `br-${id.slice(0, 12)}`;
  const ipam = { ranges: [[range]], ...(options.internal ? {} : { routes: [{ dst: '0.0.0.0/0' }] }), type: 'host-local' };
  const list = {
    cniVersion: '1.0.0',
    name,
    nerdctlID: id,
    nerdctlLabels: options.labels,
    plugins: [
      {
        type: 'bridge',
        bridge,
        ...(options.mtu ? { mtu: options.mtu } : {}),
        isGateway: !options.internal,
        ipMasq: !options.internal,
        hairpinMode: true,
        ipam,
      },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'firewall', ingressPolicy: 'same-bridge' },
      { type: 'tuning' },
    ],
  };
  const directory = options.bridge === undefined ? `${confDirectory(context)}/${context.namespace}` : confDirectory(context);
  context.process.fs.mkdir(directory, { parents: true, mode: 0o755 });
  context.process.fs.write(`${directory}/nerdctl-${name}.conflist`, `${JSON.stringify(list, null, 2)}`, { mode: 0o644 });
  return id;
}

function ipamRange(context: Context, options: NewNetwork): Record<string, string> {
  const subnet = options.subnet === undefined ? freeSubnet(context) : checkedSubnet(context, options.subnet);
  const base = ipToNumber(subnet.split('/')[0] ?? '');
  const gateway = options.gateway ?? numberToIp(base + 1);
  if (!contains(subnet, gateway)) throw new NerdctlError(`no matching subnet ${JSON.stringify(subnet)} for gateway ${JSON.stringify(gateway)}`);
  if (options.ipRange === undefined) return { gateway, subnet };
  const [first = '', bits = '32'] = options.ipRange.split('/');
  if (!contains(subnet, first)) throw new NerdctlError(`no matching subnet ${JSON.stringify(subnet)} for ip-range ${JSON.stringify(options.ipRange)}`);
  const size = 2 ** (32 - Number(bits));
  return { gateway, ipRange: options.ipRange, rangeStart: numberToIp(ipToNumber(first) + 1), rangeEnd: numberToIp(ipToNumber(first) + size - 1), subnet };
}

/** Of all ranges of all plugins. */
export const subnetsOf = ({ list }: Network): { readonly subnet: string; readonly gateway?: string }[] =>
  list.plugins.flatMap((plugin) => {
    const ranges = (plugin['ipam'] as { ranges?: { subnet: string; gateway?: string }[][] } | undefined)?.ranges ?? [];
    return ranges.flat();
  });

function checkedSubnet(context: Context, subnet: string): string {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(subnet);
  if (!match || Number(match[2]) > 32 || (match[1] ?? '').split('.').some((part) => Number(part) > 255))
    throw new NerdctlError(`failed to parse subnet ${JSON.stringify(subnet)}`);
  const size = 2 ** (32 - Number(match[2]));
  const base = numberToIp(Math.floor(ipToNumber(match[1] ?? '') / size) * size);
  if (base !== match[1]) throw new NerdctlError(`unexpected subnet ${JSON.stringify(subnet)}, maybe you meant "${base}/${match[2]}"?`);
  if (overlaps(context, subnet)) throw new NerdctlError(`subnet ${subnet} overlaps with other one on this address space`);
  return subnet;
}

function overlaps(context: Context, subnet: string): boolean {
  const taken = [...listNetworks(context).flatMap((each) => subnetsOf(each).map((range) => range.subnet)), ...nodeSubnets(context)];
  return taken.some((other) => contains(other, subnet.split('/')[0] ?? '') || contains(subnet, other.split('/')[0] ?? ''));
}

const nodeSubnets = ({ process }: Context): string[] =>
  process.namespaces.network.routes.filter(({ destination, via }) => via === undefined && destination.includes('/')).map(({ destination }) => destination);

/** 10.4.1.0/24 and what comes after it. */
function freeSubnet(context: Context): string {
  for (let third = 1; third < 256; third++) if (!overlaps(context, `10.4.${third}.0/24`)) return `10.4.${third}.0/24`;
  throw new NerdctlError('could not find free subnet');
}

/** Names of networks that a container is in. */
export const networksOf = (own: Readonly<Record<string, string>>): readonly string[] => JSON.parse(own[labels.networks] ?? '[]') as string[];

/** Ids of containers in a network. */
export const usersOf = (context: Context, network: Network): string[] =>
  context
    .client()
    .containers.list(context.namespace)
    .filter((each) => networksOf(each.labels).includes(network.name))
    .map(({ id }) => id);
