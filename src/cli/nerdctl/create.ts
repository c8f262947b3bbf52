/** Making a container: what `run`, `create` and compose share (pkg/cmd/container/create.go). */
import type { ContainerdContainer, ContainerdImage, ImageConfig } from '../../interfaces/containerd.ts';
import { ContainerdError } from '../../interfaces/containerd.ts';
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Context, labelArgs, NerdctlError } from './context.ts';
import { initOf } from './create-flags.ts';
import { nameOf, oneContainer, partsOf, taskOf } from './find.ts';
import { healthLabels } from './health.ts';
import { ipfsPath, pullFromIpfs } from './ipfs.ts';
import { labels } from './labels.ts';
import { type Mounts, readMounts } from './mounts.ts';
import { ensureDefaultNetwork, findNetworks } from './networks.ts';
import { publishedPorts } from './ports.ts';
import { ensureImage } from './pull.ts';
import { wholeName } from './reference.ts';
import { type NetworkMode, newSpec } from './spec.ts';
import { acquireName, hostsDirectory, type PortMapping, releaseName, removeTree, removeVolume, stateDirectory } from './store.ts';

/** Image, snapshot, spec, container and state folder; what was made goes again when it fails. */
export function* createContainer(context: Context): Routine<ContainerdContainer> {
  const [ref = '', ...rest] = context.args;
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  const { flags } = context;
  const cid = ipfsPath(ref);
  const name = cid ?? wholeName(ref);
  const restart = restartLabels(flags.text('restart'), flags.bool('rm'), context.path.endsWith('create') ? 'created' : 'running');
  if (!['always', 'missing', 'never'].includes(flags.text('pull'))) throw new NerdctlError(`unexpected pull mode: ${JSON.stringify(flags.text('pull'))}`);
  const image =
    cid !== undefined
      ? yield* pullFromIpfs(context, cid)
      : yield* ensureImage(context, name, { pull: flags.text('pull'), quiet: flags.bool('quiet'), out: context.process.stderr });
  const { config } = partsOf(context, image);
  const id = context.process.sim.random.hex(64);
  const networks = networkFlags(context);
  const ports = publishedPorts(context);
  const own = flags.text('name') || `${(name.split('@')[0] ?? '').replace(/^.*\//, '').replace(/:.*$/, '')}-${id.slice(0, 5)}`;
  acquireName(context, own, id);
  try {
    return yield* build(context, { id, name: own, image, config, args, networks, ports, restart });
  } catch (error) {
    releaseName(context, own);
    removeTree(context, stateDirectory(context, id));
    removeTree(context, hostsDirectory(context, id));
    throw error;
  }
}

type Parts = {
  readonly id: string;
  readonly name: string;
  readonly image: ContainerdImage;
  readonly config: ImageConfig | undefined;
  readonly args: readonly string[];
  readonly networks: readonly string[];
  readonly ports: readonly PortMapping[];
  readonly restart: Readonly<Record<string, string>>;
};

function* build(context: Context, parts: Parts): Routine<ContainerdContainer> {
  const client = context.client();
  const { namespace, snapshotter, flags } = context;
  const { id, config, image } = parts;
  const parent = yield* unpacked(context, image.name);
  client.snapshots.prepare(namespace, snapshotter, id, parent);
  let mounts: Mounts | undefined;
  try {
    const root = client.snapshots.directory(namespace, snapshotter, id);
    const network = networkMode(context, parts.networks);
    const hostname =
      flags.text('hostname') || (network.type === 'host' || flags.text('uts') === 'host' ? context.process.namespaces.uts.hostname : id.slice(0, 12));
    mounts = yield* readMounts(context, { volumes: Object.keys(config?.config.Volumes ?? {}), root });
    const init = initOf(context);
    const files = stateFiles(context, { ...parts, hostname });
    const spec = newSpec(flags, {
      id,
      namespace,
      image: config,
      args: parts.args,
      root,
      hostname,
      env: environment(context),
      init: init.args,
      mounts: [...init.mounts, ...files, ...mounts.spec],
      network,
      annotations: labelArgs(flags.list('annotation')),
    });
    return client.containers.create(namespace, {
      id,
      image: image.name,
      runtime: { name: flags.text('runtime') },
      snapshotter,
      snapshotKey: id,
      spec,
      labels: containerLabels(context, parts, hostname, mounts),
    });
  } catch (error) {
    for (const volume of mounts?.anonymous ?? []) removeVolume(context, volume);
    client.snapshots.remove(namespace, snapshotter, id);
    throw error;
  }
}

function* unpacked(context: Context, name: string): Routine<string> {
  try {
    return yield* context.client().snapshots.unpack(context.namespace, context.snapshotter, name);
  } catch (error) {
    if (!(error instanceof ContainerdError) || error.code !== 'invalid argument') throw error;
    const image = context.client().images.get(context.namespace, name);
    const { config } = partsOf(context, image);
    throw new NerdctlError(
      `error unpacking image: apply layer error for ${JSON.stringify(name)}: failed to stat snapshot ${config?.rootfs.diff_ids[0] ?? ''}: ${error.message}`,
    );
  }
}

/** resolv.conf, hosts and hostname lie on the node and are mounted from there. */
function stateFiles(
  context: Context,
  { id, ports, hostname }: Parts & { readonly hostname: string },
): { destination: string; type: string; source: string; options: string[] }[] {
  const { fs } = context.process;
  const state = stateDirectory(context, id);
  const hosts = hostsDirectory(context, id);
  fs.mkdir(state, { parents: true, mode: 0o700 });
  fs.mkdir(hosts, { parents: true, mode: 0o755 });
  const servers = context.flags.list('dns');
  const dns = [
    ...servers.map((each) => `nameserver ${each}`),
    ...(context.flags.list('dns-search').length > 0 ? [`search ${context.flags.list('dns-search').join(' ')}`] : []),
  ];
  const resolv =
    servers.length > 0 ? `${dns.join('\n')}\n` : fs.exists('/etc/resolv.conf') ? fs.read('/etc/resolv.conf') : 'nameserver 8.8.8.8\nnameserver 8.8.4.4\n';
  fs.write(`${state}/resolv.conf`, resolv);
  fs.write(`${state}/hostname`, `${hostname}\n`);
  fs.write(`${state}/network-config.json`, JSON.stringify({ portMappings: ports }));
  fs.write(`${hosts}/hosts`, fs.exists('/etc/hosts') ? fs.read('/etc/hosts') : '');
  const bind = (destination: string, source: string) => ({ destination, type: 'bind', source, options: ['bind', 'rprivate'] });
  return [bind('/etc/resolv.conf', `${state}/resolv.conf`), bind('/etc/hosts', `${hosts}/hosts`), bind('/etc/hostname', `${state}/hostname`)];
}

function containerLabels(context: Context, { id, name, config, networks, restart }: Parts, hostname: string, mounts: Mounts): Record<string, string> {
  const { flags } = context;
  const log = { driver: flags.text('log-driver'), address: context.address };
  const all: Record<string, string> = {
    ...config?.config.Labels,
    [labels.stopSignal]: flags.has('stop-signal') ? flags.text('stop-signal') : (config?.config.StopSignal ?? 'SIGTERM'),
    ...fileLabels(context),
    ...labelArgs(flags.list('label')),
    ...restart,
    ...healthLabels(context, config),
    [labels.autoRemove]: String(flags.bool('rm')),
    'nerdctl/dns': JSON.stringify({
      DNSServers: nullable(flags.list('dns')),
      DNSResolvConfOptions: nullable([...flags.list('dns-opt'), ...flags.list('dns-option')]),
      DNSSearchDomains: nullable(flags.list('dns-search')),
    }),
    [labels.extraHosts]: JSON.stringify(flags.list('add-host')),
    'nerdctl/host-config': JSON.stringify({ BlkioWeight: 0, CidFile: flags.text('cidfile'), Devices: null }),
    [labels.hostname]: hostname,
    ...(flags.text('domainname') === '' ? {} : { 'nerdctl/domainname': flags.text('domainname') }),
    'nerdctl/ipc': JSON.stringify({ mode: flags.text('ipc') || 'private' }),
    [labels.logConfig]: JSON.stringify(log),
    [labels.logUri]: `binary:///usr/local/bin/nerdctl?_NERDCTL_INTERNAL_LOGGING=${encodeURIComponent(context.dataStore)}`,
    [labels.name]: name,
    [labels.namespace]: context.namespace,
    [labels.networks]: JSON.stringify(networks),
    [labels.platform]: 'linux/amd64',
    [labels.stateDir]: stateDirectory(context, id),
    ...(mounts.points.length > 0 ? { [labels.mounts]: JSON.stringify(mounts.points) } : {}),
    ...(mounts.anonymous.length > 0 ? { [labels.anonymousVolumes]: JSON.stringify(mounts.anonymous) } : {}),
    ...(flags.has('stop-timeout') ? { [labels.stopTimeout]: flags.text('stop-timeout') } : {}),
    ...(flags.bool('privileged') ? { 'nerdctl/privileged': 'true' } : {}),
    ...(flags.text('user') === '' ? {} : { 'nerdctl/user': flags.text('user') }),
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** --label-file: a label a line (pkg/strutil ParseLabelFile). */
function fileLabels({ flags, process }: Context): Record<string, string> {
  const found = flags.list('label-file').flatMap((path) => {
    try {
      return process.fs.read(process.path(path)).split('\n');
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new NerdctlError(`open ${path}: ${error.message.toLowerCase()}`);
    }
  });
  return labelArgs(found.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('#')));
}

const nullable = (values: readonly string[]): readonly string[] | null => (values.length === 0 ? null : values);

/** `no`, `always`, `on-failure[:n]`, `unless-stopped`. */
function restartLabels(policy: string, autoRemove: boolean, status = 'running'): Record<string, string> {
  const [name = '', count] = policy.split(':');
  if (name === 'no' || name === '') return { [labels.explicitlyStopped]: 'false' };
  if (autoRemove) throw new NerdctlError('flags --restart and --rm cannot be specified together');
  if (!['always', 'on-failure', 'unless-stopped'].includes(name))
    throw new NerdctlError(`unsupported restart policy ${JSON.stringify(policy)}, supported policies are: ["always" "on-failure" "unless-stopped"]`);
  if (count !== undefined && !/^\d+$/.test(count)) throw new NerdctlError(`maximum retry count must be an integer`);
  return { [labels.restartStatus]: status, [labels.restartPolicy]: policy, [labels.restartCount]: '0', [labels.explicitlyStopped]: 'false' };
}

/** The names in --network and --net, checked; the default network is made when it is the first time. */
function networkFlags(context: Context): string[] {
  const given = [...context.flags.list('network'), ...context.flags.list('net')];
  const names = [...new Set(given.length > 0 ? given : ['bridge'])];
  ensureDefaultNetwork(context);
  return names.map((name) => {
    if (name === 'host' || name === 'none' || name.startsWith('container:')) {
      if (names.length > 1) throw new NerdctlError("failed to verify networking settings: only one network allowed using '--network=host' or '--network=none'");
      return name;
    }
    const [network] = findNetworks(context, name);
    if (!network) throw new NerdctlError(`failed to verify networking settings: no such network: ${JSON.stringify(name)}`);
    return network.name;
  });
}

function networkMode(context: Context, names: readonly string[]): NetworkMode {
  const [first = ''] = names;
  if (first === 'host' || first === 'none') return { type: first };
  if (!first.startsWith('container:')) return { type: 'cni' };
  const request = first.slice('container:'.length);
  const other = oneContainer(context, request, (name) => `container networking: could not find container: ${name}`);
  const task = taskOf(context, other.id);
  if (task?.status !== 'RUNNING') throw new NerdctlError(`container ${nameOf(other)} is not running`);
  return { type: 'container', path: `/proc/${task.pid}/ns/net` };
}

/** -e and --env-file; a name alone takes the caller's value. */
export function environment({ flags, process }: Context): string[] {
  const lines: string[] = [];
  for (const path of flags.list('env-file')) {
    try {
      lines.push(
        ...process.fs
          .read(process.path(path))
          .split('\n')
          .filter((line) => line.trim() !== '' && !line.startsWith('#')),
      );
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new NerdctlError(`failed to open env file ${path}: open ${path}: ${error.message.toLowerCase()}`);
    }
  }
  return [...lines, ...flags.list('env')].flatMap((each) => {
    if (each.includes('=')) return [each];
    const value = process.env[each];
    return value === undefined ? [] : [`${each}=${value}`];
  });
}
