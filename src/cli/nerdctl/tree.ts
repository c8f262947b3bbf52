/** The tree of commands; help is read from it. */

import { absent } from '../flags.ts';
import { absentAt, withAbsentFlags } from './absent-flags.ts';
import { build, builder } from './commands/build.ts';
import { convert, decrypt, encrypt } from './commands/convert.ts';
import { exec } from './commands/exec.ts';

import { commit, cp, diff, exportContainer } from './commands/files.ts';
import { importCommand, load, save } from './commands/image-files.ts';
import { history, imagePrune } from './commands/image-upkeep.ts';
import { images, pull, rmi, tag } from './commands/images.ts';
import { containerInspect, imageInspect, inspect } from './commands/inspect.ts';
import { kill, pause, prune, rename, restart, rm, start, stop, unpause, update, wait } from './commands/lifecycle.ts';
import { attach, logs } from './commands/logs.ts';
import { manifest } from './commands/manifest.ts';
import { namespace } from './commands/namespaces.ts';
import { network } from './commands/networks.ts';
import { ps } from './commands/ps.ts';
import { push } from './commands/push.ts';
import { create, run } from './commands/run.ts';
import { search } from './commands/search.ts';
import { events, info, login, logout, systemPrune, version } from './commands/system.ts';
import { volume } from './commands/volumes.ts';
import { port, stats, top } from './commands/watch.ts';
import { compose } from './compose/index.ts';
import { bool, type NerdctlCommand, NotSimulated, slice, text } from './context.ts';
import { healthcheck } from './health.ts';
import { startTask } from './tasks.ts';

const persistent = [
  bool('debug', 'debug mode'),
  ...absent([bool('debug-full', 'debug mode (with full output)')]),
  { ...text('address', 'containerd address, optionally with "unix://" prefix', '/run/containerd/containerd.sock'), env: ['CONTAINERD_ADDRESS'] },
  { ...text('host', 'alias of --address'), hidden: true },
  { ...text('namespace', 'containerd namespace, such as "moby" for Docker, "k8s.io" for Kubernetes', 'default'), env: ['CONTAINERD_NAMESPACE'] },
  { ...text('snapshotter', 'containerd snapshotter', 'overlayfs'), env: ['CONTAINERD_SNAPSHOTTER'] },
  { ...text('storage-driver', 'alias of --snapshotter'), hidden: true },
  { ...text('cni-path', 'cni plugins binary directory', '/opt/cni/bin'), env: ['CNI_PATH'] },
  { ...text('cni-netconfpath', 'cni config directory', '/etc/cni/net.d'), env: ['NETCONFPATH'] },
  text('data-root', 'Root directory of persistent nerdctl state (managed by nerdctl, not by containerd)', '/var/lib/nerdctl'),
  text('cgroup-manager', 'Cgroup manager to use ("cgroupfs"|"systemd")', 'systemd'),
  bool('insecure-registry', 'skips verifying HTTPS certs, and allows falling back to plain HTTP'),
  slice('hosts-dir', 'A directory that contains <HOST:PORT>/hosts.toml (containerd style) or <HOST:PORT>/{ca.cert, cert.pem, key.pem} (docker style)'),
  bool('experimental', 'Control experimental: https://github.com/containerd/nerdctl/blob/main/docs/experimental.md', 'true'),
  bool('kube-hide-dupe', 'Deduplicate images for Kubernetes with namespace k8s.io'),
  text('userns-remap', 'Support idmapping for creating and running containers.'),
  ...absentAt(''),
].map((spec) => ({ ...spec, persistent: true }));

const letters: Readonly<Record<string, string>> = { address: 'a', host: 'H', namespace: 'n' };

/** Before the first name the letters -a, -H and -n are nerdctl's own. */
export const rootFlags = [
  ...persistent.map((spec) => (letters[spec.name] === undefined ? spec : { ...spec, short: letters[spec.name] as string })),
  bool('version,v', 'version for nerdctl'),
];

/** What containerd and its shims start by themselves. */
const internal: NerdctlCommand = {
  name: 'internal',
  short: 'DO NOT EXECUTE MANUALLY',
  hidden: true,
  flags: [],
  run: function* (context) {
    const [what, id = ''] = context.args;
    if (what !== 'restart') throw new NotSimulated(`nerdctl internal ${what ?? ''}`);
    yield* startTask(context, context.client().containers.get(context.namespace, id));
    return 0;
  },
};

/** A command that nerdctl has and the lab has not. */
const notSimulated = (path: string, short: string): NerdctlCommand => ({
  name: path.slice(path.lastIndexOf(' ') + 1),
  short,
  interspersed: false,
  flags: [],
  *run() {
    throw new NotSimulated(`nerdctl ${path}`);
  },
});

/** Groups of which nothing is simulated. */
const elsewhere = (name: string, short: string, commands: Readonly<Record<string, string>>): NerdctlCommand => ({
  name,
  short,
  commands: Object.entries(commands).map(([each, about]) => notSimulated(`${name} ${each}`, about)),
});

const management = (command: NerdctlCommand): NerdctlCommand => ({ ...command, group: 'Management commands:' });
const ls = (command: NerdctlCommand): NerdctlCommand => ({ ...command, name: 'ls', aliases: ['list'] });

const containerCommands: readonly NerdctlCommand[] = [
  create,
  run,
  update,
  exec,
  ps,
  logs,
  stop,
  start,
  restart,
  kill,
  rm,
  pause,
  unpause,
  wait,
  rename,
  attach,
  port,
  top,
  stats,
  cp,
  diff,
  exportContainer,
  commit,
  healthcheck,
];

export const tree: NerdctlCommand = withAbsentFlags({
  name: 'nerdctl',
  short: 'nerdctl is a command line interface for containerd',
  long: 'nerdctl is a command line interface for containerd\n\nConfig file ($NERDCTL_TOML): /etc/nerdctl/nerdctl.toml\n',
  flags: persistent,
  commands: [
    management({
      name: 'container',
      short: 'Manage containers',
      commands: [...containerCommands.filter((each) => each !== ps), ls(ps), { ...containerInspect, name: 'inspect' }, prune],
    }),
    management({
      name: 'image',
      short: 'Manage images',
      commands: [
        pull,
        push,
        importCommand,
        load,
        save,
        tag,
        history,
        ls(images),
        { ...rmi, name: 'rm', aliases: ['remove'] },
        convert,
        encrypt,
        decrypt,
        build,
        { ...imageInspect, name: 'inspect' },
        imagePrune,
      ],
    }),
    management(network),
    management(volume),
    management(namespace),
    management(compose),
    management({ name: 'system', short: 'Manage containerd', commands: [events, info, systemPrune] }),
    management(builder),
    management(
      elsewhere('apparmor', 'Manage AppArmor profiles', {
        inspect: 'Display the default AppArmor profile "nerdctl-default". Other profiles cannot be displayed with this command.',
        load: 'Load the default AppArmor profile "nerdctl-default"',
        ls: 'List the loaded AppArmor profiles',
        unload: 'Unload an AppArmor profile. The target profile name defaults to "nerdctl-default".',
      }),
    ),
    management(
      elsewhere('checkpoint', 'Manage checkpoints.', {
        create: 'Create a checkpoint from a running container',
        ls: 'List checkpoints for a container',
        rm: 'Remove a checkpoint',
      }),
    ),
    management(manifest),
    build,
    internal,
    inspect,
    events,
    info,
    version,
    login,
    logout,
    ...containerCommands,
    images,
    pull,
    push,
    importCommand,
    load,
    save,
    tag,
    rmi,
    history,
    search,
  ],
});
