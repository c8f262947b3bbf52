/** nerdctl network. */

import type { Routine } from '../../../sim/routine.ts';
import { absent } from '../../flags.ts';
import { bool, type Context, labelArgs, list, type NerdctlCommand, NerdctlError, NotSimulated, needArgs, slice, text } from '../context.ts';
import { nameOf, taskOf } from '../find.ts';
import { printInspected } from '../inspected.ts';
import { findNetworks, isDefault, listNetworks, type Network, type NewNetwork, networksOf, subnetsOf, usersOf, writeNetwork } from '../networks.ts';
import { listText } from '../output.ts';
import { confirmed } from './lifecycle.ts';

type Row = { readonly ID: string; readonly Name: string; readonly Labels: string; readonly File: string };

const create: NerdctlCommand = {
  name: 'create',
  short: 'Create a network',
  usage: '[flags] NETWORK',
  flags: [
    text('driver,d', 'Driver to manage the Network', 'bridge'),
    ...absent([
      list('opt,o', 'Set driver specific options'),
      text('ipam-driver', 'IP Address Management Driver', 'default'),
      list('ipam-opt', 'Set IPAM driver specific options'),
    ]),
    list('subnet', 'Subnet in CIDR format that represents a network segment, e.g. "10.5.0.0/16"'),
    text('gateway', 'Gateway for the master subnet'),
    text('ip-range', 'Allocate container ip from a sub-range'),
    list('label', 'Set metadata for a network'),
    bool('ipv6', 'Enable IPv6 networking'),
    bool('internal', 'Restrict external access to the network'),
  ],
  run: function* (context) {
    needArgs(context, 1, 1);
    const [name = ''] = context.args;
    yield* context.print(`${createNetwork(context, name, optionsOf(context))}\n`);
    return 0;
  },
};

/** Checks a name and writes the network; also what compose does. */
export function createNetwork(context: Context, name: string, options: NewNetwork): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw new NerdctlError(`malformed network name "${name}"`);
  if (['host', 'none'].includes(name) || listNetworks(context).some((each) => each.name === name))
    throw new NerdctlError(`network with name ${name} already exists`);
  return writeNetwork(context, name, options);
}

function optionsOf({ flags }: Context): NewNetwork {
  const driver = flags.text('driver');
  if (!['bridge', 'macvlan', 'ipvlan'].includes(driver)) throw new NerdctlError(`unsupported cni driver ${JSON.stringify(driver)}`);
  if (driver !== 'bridge') throw new NotSimulated(`nerdctl network create --driver ${driver}`);
  if (flags.bool('ipv6')) throw new NotSimulated('nerdctl network create --ipv6');
  const [subnet] = flags.list('subnet');
  const gateway = flags.text('gateway');
  const ipRange = flags.text('ip-range');
  if (subnet === undefined && (gateway !== '' || ipRange !== ''))
    throw new NerdctlError('cannot set gateway or ip-range without subnet, specify --subnet manually');
  return {
    labels: labelArgs(flags.list('label')),
    ...(subnet === undefined ? {} : { subnet }),
    ...(gateway === '' ? {} : { gateway }),
    ...(ipRange === '' ? {} : { ipRange }),
    internal: flags.bool('internal'),
  };
}

const ls: NerdctlCommand = {
  name: 'ls',
  aliases: ['list'],
  short: 'List networks',
  flags: [
    bool('quiet,q', 'Only display network IDs'),
    slice('filter,f', 'Provide filter values (e.g. "name=default")'),
    text('format', "Format the output using the given Go template, e.g, '{{json .}}'"),
  ],
  run: function* (context) {
    const filters = labelArgs(context.flags.list('filter'));
    const found = listNetworks(context).filter((each) => keeps(each, filters));
    const rows: Row[] = [
      ...found.map(({ id, name, file, list: conf }) => ({ ID: id.slice(0, 12), Name: name, Labels: labelText(conf.nerdctlLabels ?? {}), File: file })),
      ...(Object.keys(filters).length > 0 ? [] : ['host', 'none'].map((name) => ({ ID: '', Name: name, Labels: '', File: '' }))),
    ];
    if (context.flags.bool('quiet')) yield* context.print(rows.map(({ ID }) => (ID === '' ? '' : `${ID}\n`)).join(''));
    else
      yield* context.print(
        listText(context, rows, [
          ['NETWORK ID', (row) => row.ID],
          ['NAME', (row) => row.Name],
          ['FILE', (row) => row.File],
        ]),
      );
    return 0;
  },
};

function keeps({ name, list: conf }: Network, filters: Readonly<Record<string, string>>): boolean {
  if (filters['name'] !== undefined && !name.includes(filters['name'])) return false;
  const [key = '', value] = (filters['label'] ?? '').split('=');
  return key === '' || (conf.nerdctlLabels?.[key] !== undefined && (value === undefined || conf.nerdctlLabels[key] === value));
}

const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

const inspect: NerdctlCommand = {
  name: 'inspect',
  short: 'Display detailed information on one or more networks',
  usage: '[flags] NETWORK [NETWORK, ...]',
  flags: [
    text('mode', 'Inspect mode, "dockercompat" for Docker-compatible output, "native" for containerd-native output', 'dockercompat'),
    text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'"),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const mode = context.flags.text('mode');
    if (mode !== 'dockercompat' && mode !== 'native') throw new NerdctlError(`unknown mode ${JSON.stringify(mode)}`);
    const { found, errors } = select(context);
    yield* printInspected(
      context,
      found.map((network) =>
        mode === 'native'
          ? { CNI: network.list, NerdctlID: network.id, NerdctlLabels: network.list.nerdctlLabels ?? null, File: network.file }
          : describe(context, network),
      ),
    );
    for (const error of errors) yield* context.log('error', error);
    if (errors.length > 0) throw new NerdctlError('unable to find any network matching the provided request');
    return 0;
  },
};

function select(context: Context): { readonly found: readonly Network[]; readonly errors: readonly string[] } {
  const errors: string[] = [];
  const found = context.args.flatMap((request) => {
    if (request === 'host' || request === 'none') {
      errors.push(`pseudo network not allowed: ${request}`);
      return [];
    }
    const networks = findNetworks(context, request);
    if (networks.length > 1) errors.push(`multiple IDs found with provided prefix: ${request}`);
    if (networks.length === 0) errors.push(`no network found matching: ${request}`);
    return networks.length === 1 ? networks : [];
  });
  return { found, errors };
}

function describe(context: Context, network: Network): object {
  const containers = context
    .client()
    .containers.list(context.namespace)
    .filter((each) => networksOf(each.labels).includes(network.name))
    .flatMap((container) => {
      const pid = taskOf(context, container.id)?.pid;
      const index = networksOf(container.labels).indexOf(network.name);
      const link = pid === undefined ? undefined : context.process.kernel.processes.get(pid)?.namespaces.network.interfaces.get(`eth${index}`);
      return link ? [[container.id, { Name: nameOf(container), MacAddress: link.mac, IPv4Address: link.addresses[0] ?? '', IPv6Address: '' }] as const] : [];
    });
  return {
    Name: network.name,
    ...(network.id === '' ? {} : { Id: network.id }),
    IPAM: { Config: subnetsOf(network).map(({ subnet, gateway }) => ({ Subnet: subnet, ...(gateway === undefined ? {} : { Gateway: gateway }) })) },
    Labels: network.list.nerdctlLabels ?? {},
    Containers: Object.fromEntries(containers),
  };
}

const rm: NerdctlCommand = {
  name: 'rm',
  aliases: ['remove'],
  short: 'Remove one or more networks',
  long: 'NOTE: network in use is deleted without caution',
  usage: '[flags] NETWORK [NETWORK, ...]',
  flags: [],
  run: function* (context) {
    needArgs(context, 1);
    const { found, errors } = select(context);
    const problems = [...errors];
    for (const network of found) {
      const problem = removeNetwork(context, network);
      if (problem !== undefined) problems.push(problem);
      else yield* context.print(`${context.args.find((each) => network.name === each || network.id.startsWith(each)) ?? network.name}\n`);
    }
    for (const problem of problems) yield* context.log('error', problem);
    if (problems.length > 0) throw new NerdctlError('no network could be removed');
    return 0;
  },
};

/** The problem, or undefined once it is gone, its bridge too. */
export function removeNetwork(context: Context, network: Network): string | undefined {
  const users = usersOf(context, network);
  if (users.length > 0) return `network ${JSON.stringify(network.name)} is in use by container [${users.map((id) => JSON.stringify(id)).join(' ')}]`;
  if (isDefault(network)) return 'cannot remove pre-defined network bridge';
  if (network.id === '') return `${network.name} is managed outside nerdctl and cannot be removed`;
  context.process.fs.unlink(network.file);
  const bridge = String(network.list.plugins[0]?.['bridge'] ?? '');
  const node = context.process.kernel.host.network;
  node.interfaces.delete(bridge);
  for (let at = node.routes.findIndex(({ device }) => device === bridge); at >= 0; at = node.routes.findIndex(({ device }) => device === bridge))
    node.routes.splice(at, 1);
  node.fabric?.refresh(node);
  return undefined;
}

const prune: NerdctlCommand = {
  name: 'prune',
  short: 'Remove all unused networks',
  flags: [bool('force,f', 'Do not prompt for confirmation')],
  run: function* (context) {
    if (!context.flags.bool('force') && !(yield* confirmed(context, 'This will remove all custom networks not used by at least one container.'))) return 0;
    yield* pruneNetworks(context);
    return 0;
  },
};

/** Those of nerdctl's that nobody uses. */
export function* pruneNetworks(context: Context): Routine {
  const removed = listNetworks(context).filter((network) => network.id !== '' && removeNetwork(context, network) === undefined);
  if (removed.length > 0) yield* context.print(`Deleted Networks:\n${removed.map(({ name }) => `${name}\n`).join('')}\n`);
}

export const network: NerdctlCommand = { name: 'network', short: 'Manage networks', commands: [ls, inspect, create, rm, prune] };
