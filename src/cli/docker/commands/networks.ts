/** docker network. */
import { DockerError, type NetworkSummary } from '../../../interfaces/docker.ts';
import { absent, type Flags } from '../../flags.ts';
import { any, bool, CliError, command, confirm, type DockerCommand, daemonText, int, list, pairs, text, ValueError } from '../context.ts';
import { parseFilters } from '../filters.ts';
import { type Filters, isYes, labelled, labelsText, lsFlags, naturally, pruneFilter, selected } from '../listing.ts';
import { type Column, formatted } from '../output.ts';
import { inspect } from './inspect.ts';

const networkColumns = (full: boolean): Column<NetworkSummary>[] => [
  ['ID', 'NETWORK ID', ({ Id }) => (full ? Id : Id.slice(0, 12))],
  ['Name', 'NAME', ({ Name }) => Name],
  ['Driver', 'DRIVER', ({ Driver }) => Driver],
  ['Scope', 'SCOPE', ({ Scope }) => Scope],
  ['IPv4', 'IPV4', () => 'true'],
  ['IPv6', 'IPV6', () => 'false'],
  ['Internal', 'INTERNAL', ({ Internal }) => String(Internal)],
  ['Labels', 'LABELS', ({ Labels }) => labelsText(Labels)],
  ['CreatedAt', 'CREATED AT', ({ Created }) => `${Created.replace('T', ' ').replace('Z', '')} +0000 UTC`],
];
const predefined = ['bridge', 'host', 'none'];

const networkFilters: Filters<NetworkSummary> = {
  driver: ({ Driver }, value) => Driver === value,
  id: ({ Id }, value) => Id.startsWith(value),
  label: ({ Labels }, value) => labelled(Labels, value),
  name: ({ Name }, value) => Name.includes(value),
  scope: ({ Scope }, value) => Scope === value,
  type: ({ Name }, value) => predefined.includes(Name) === (value === 'builtin'),
  dangling: (row, value) => (!predefined.includes(row.Name) && Object.keys((row['Containers'] ?? {}) as object).length === 0) === isYes(value),
};
/** What the daemon refuses (moby daemon/network/filter.go). */
function checkFilter(key: string, values: readonly string[]): void {
  const odd = key === 'type' ? values.find((value) => !['builtin', 'custom'].includes(value)) : undefined;
  if (odd !== undefined) throw new CliError(`Error response from daemon: invalid filter: 'type'='${odd}'`);
  if (key !== 'dangling') return;
  if (values.length > 1) throw new CliError('Error response from daemon: got more than one value for filter key "dangling"');
  if (!/^(true|false|1|0)$/.test(values[0] ?? ''))
    throw new CliError('Error response from daemon: invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")');
}

/** Known to docker; the lab's networks have no such things. */
const networkRest = absent([
  text('config-from', 'The network from which to copy the configuration'),
  bool('config-only', 'Create a configuration only network'),
  bool('ingress', 'Create swarm routing-mesh network'),
  text('ipam-driver', 'IP Address Management Driver', { default: 'default' }),
  list('ipam-opt', 'Set IPAM driver specific options', { valueName: 'map' }),
  bool('ipv4', 'Enable or disable IPv4 address assignment', { default: 'true' }),
  bool('ipv6', 'Enable or disable IPv6 address assignment'),
]);

export const network: DockerCommand = {
  name: 'network',
  short: 'Manage networks',
  commands: [
    command(
      'connect',
      'Connect a container to a network',
      '[OPTIONS] NETWORK CONTAINER',
      [2, 2],
      [
        list('alias', 'Add network-scoped alias for the container'),
        text('ip', 'IPv4 address (e.g., "172.30.100.104")'),
        ...absent([
          list('driver-opt', 'driver options for the network'),
          int('gw-priority', 'Highest gw-priority provides the default gateway. Accepts positive and negative values.'),
          text('ip6', 'IPv6 address (e.g., "2001:db8::33")'),
          list('link', 'Add link to another container'),
          list('link-local-ip', 'Add a link-local address for the container'),
        ]),
      ],
      function* (context) {
        const ip = context.flags.text('ip');
        context.client().networks.connect(context.arg(0), context.arg(1), { aliases: context.flags.list('alias'), ...(ip === '' ? {} : { ip }) });
        return 0;
      },
    ),
    command(
      'create',
      'Create a network',
      '[OPTIONS] NETWORK',
      [1, 1],
      [
        text('driver,d', 'Driver to manage the Network', { default: 'bridge' }),
        bool('internal', 'Restrict external access to the network'),
        list('subnet', 'Subnet in CIDR format that represents a network segment', { valueName: 'strings' }),
        list('gateway', 'IPv4 or IPv6 Gateway for the master subnet', { valueName: 'ipSlice' }),
        list('ip-range', 'Allocate container ip from a sub-range', { valueName: 'ipNetSlice' }),
        list('aux-address', 'Auxiliary IPv4 or IPv6 addresses used by Network driver', { valueName: 'map' }),
        list('label', 'Set metadata on a network'),
        list('opt,o', 'Set driver specific options', { valueName: 'map' }),
        bool('attachable', 'Enable manual container attachment'),
        text('scope', "Control the network's scope"),
        ...networkRest,
      ],
      function* (context) {
        const { flags } = context;
        refuseNetwork(flags);
        if (flags.text('scope') === 'swarm') throw new CliError('Error response from daemon: cannot create a swarm scoped network when swarm is not active');
        if (!['', 'local'].includes(flags.text('scope'))) throw new CliError(`k8s-lab: the scope ${flags.text('scope')} of networks is not simulated`, 70);
        const id = context.client().networks.create({
          name: context.arg(0),
          driver: flags.text('driver'),
          internal: flags.bool('internal'),
          labels: pairs(flags.list('label')),
          ...(flags.has('subnet') ? { subnet: flags.text('subnet') } : {}),
          ...(flags.has('gateway') ? { gateway: flags.text('gateway') } : {}),
          ...(flags.has('ip-range') ? { ipRange: flags.text('ip-range') } : {}),
          ...(flags.has('aux-address') ? { auxAddresses: pairs(flags.list('aux-address')) } : {}),
          ...(flags.has('opt') ? { options: pairs(flags.list('opt')) } : {}),
          attachable: flags.bool('attachable'),
        });
        yield* context.print(`${id}\n`);
        return 0;
      },
    ),
    command(
      'disconnect',
      'Disconnect a container from a network',
      '[OPTIONS] NETWORK CONTAINER',
      [2, 2],
      [bool('force,f', 'Force the container to disconnect from a network')],
      function* (context) {
        context.client().networks.disconnect(context.arg(0), context.arg(1), context.flags.bool('force'));
        return 0;
      },
    ),
    inspect('network'),
    command(
      'ls',
      'List networks',
      '[OPTIONS]',
      [0, 0],
      lsFlags,
      function* (context) {
        const { flags } = context;
        const rows = selected(context.client().networks.list(), networkFilters, flags.list('filter'), checkFilter).sort((a, b) => naturally(a.Name, b.Name));
        const full = flags.bool('no-trunc');
        if (flags.bool('quiet')) yield* context.print(rows.map(({ Id }) => `${full ? Id : Id.slice(0, 12)}\n`).join(''));
        else
          yield* context.print(
            formatted(context, flags.text('format'), networkColumns(full), ['ID', 'Name', 'Driver', 'Scope'], rows, {
              type: '*network.networkContext',
              raw: 'network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n',
              labels: ({ Labels }) => Labels,
            }),
          );
        return 0;
      },
      { aliases: ['list'] },
    ),
    command('prune', 'Remove all unused networks', '[OPTIONS]', [0, 0], [pruneFilter, bool('force,f', 'Do not prompt for confirmation')], function* (context) {
      yield* confirm(context, 'This will remove all custom networks not used by at least one container.');
      const names = context.client().networks.prune(parseFilters(context.flags.list('filter')));
      if (names.length > 0) yield* context.print(`Deleted Networks:\n${names.join('\n')}\n\n`);
      return 0;
    }),
    command(
      'rm',
      'Remove one or more networks',
      'NETWORK [NETWORK...]',
      [1, any],
      [bool('force,f', 'Do not error if the network does not exist')],
      function* (context) {
        let status = 0;
        for (const name of context.args) {
          try {
            context.client().networks.remove(name);
            yield* context.print(`${name}\n`);
          } catch (error) {
            if (!(error instanceof DockerError)) throw error;
            if (context.flags.bool('force') && error.status === 404) continue;
            status = 1;
            yield* context.printError(`${daemonText(error)}\n`);
          }
        }
        if (status !== 0) yield* context.printError('exit status 1\n');
        return status;
      },
      { aliases: ['remove'] },
    ),
  ],
};

const cidr = /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)$/;

/** createIPAMConfig: what the client refuses; what the lab does not do. */
function refuseNetwork(flags: Flags): void {
  const subnets = flags.list('subnet');
  if (subnets.length > 1) throw new CliError('k8s-lab: a network with several subnets is not simulated', 70);
  for (const range of flags.list('ip-range'))
    if (!cidr.test(range)) throw new ValueError(`invalid string being converted to CIDR: ${range}`, range, '--ip-range');
  if (subnets.length < flags.list('ip-range').length || subnets.length < flags.list('gateway').length)
    throw new CliError('every ip-range or gateway must have a corresponding subnet');
  const [subnet] = subnets;
  const auxiliary = Object.values(pairs(flags.list('aux-address')));
  const lost = subnet === undefined ? auxiliary[0] : undefined;
  if (lost !== undefined) throw new CliError(`no matching subnet for aux-address ${lost}`);
  if (subnet === undefined) return;
  if (!cidr.test(subnet)) throw new CliError(`netip.ParsePrefix(${JSON.stringify(subnet)}): ${prefixProblem(subnet)}`);
  for (const address of auxiliary) if (!inside(subnet, address)) throw new CliError(`no matching subnet for aux-address ${address}`);
  for (const range of flags.list('ip-range')) if (!inside(subnet, range)) throw new CliError(`no matching subnet for range ${range}`);
  for (const gateway of flags.list('gateway')) if (!inside(subnet, gateway)) throw new CliError(`no matching subnet for gateway ${gateway}`);
}

/** Go's netip. */
function prefixProblem(text: string): string {
  const [address = '', length] = text.split('/');
  if (length === undefined) return "no '/'";
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) return `ParseAddr(${JSON.stringify(address)}): unable to parse IP`;
  return /^\d+$/.test(length) ? 'prefix length out of range' : `bad bits after slash: ${JSON.stringify(length)}`;
}

/** Whether an address or a range begins in the subnet. */
function inside(subnet: string, address: string): boolean {
  const bits = (text: string): string =>
    (text.split('/')[0] ?? '')
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const length = Number(subnet.split('/')[1]);
  return bits(subnet).slice(0, length) === bits(address).slice(0, length);
}
