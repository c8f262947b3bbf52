/** nerdctl run and create. */
import { type Routine, sleep } from '../../../sim/routine.ts';
import { Foreground } from '../../streams.ts';
import { forwardSignals, needTerminal } from '../console.ts';
import { bool, type Context, duration, float, int, list, type NerdctlCommand, NerdctlError, NotSimulated, needArgs, slice, text } from '../context.ts';
import { createContainer } from '../create.ts';
import { waitForLogger } from '../find-logger.ts';
import { removeContainer } from '../remove.ts';
import { startTask } from '../tasks.ts';
import { checkVerify, verifyFlags } from '../verify.ts';

/** What `create` has too. */
export const createFlags = [
  bool('tty,t', 'Allocate a pseudo-TTY'),
  bool('sig-proxy', 'Proxy received signals to the process', 'true'),
  bool('interactive,i', 'Keep STDIN open even if not attached'),
  text('restart', 'Restart policy to apply when a container exits (implemented values: "no"|"always|on-failure:n|unless-stopped")', 'no'),
  bool('rm', 'Automatically remove the container when it exits'),
  text('pull', 'Pull image before running ("always"|"missing"|"never")', 'missing'),
  bool('quiet,q', 'Suppress the pull output'),
  text('stop-signal', 'Signal to stop a container', 'SIGTERM'),
  int('stop-timeout', 'Timeout (in seconds) to stop a container'),
  bool('init', 'Run an init process inside the container, Default to use tini'),
  text('platform', 'Set platform (e.g. "amd64", "arm64")'),
  slice('network', 'Connect a container to a network ("bridge"|"host"|"none"|"container:<container>"|"ns:<path>"|<CNI>)'),
  slice('net', 'Connect a container to a network ("bridge"|"host"|"none"|"container:<container>"|"ns:<path>"|<CNI>)'),
  slice('dns', 'Set custom DNS servers'),
  slice('dns-search', 'Set custom DNS search domains'),
  slice('dns-opt', 'Set DNS options'),
  slice('publish,p', "Publish a container's port(s) to the host"),
  slice('expose', 'Expose a port or a range of ports'),
  bool('publish-all,P', 'Publish all exposed ports to random ports'),
  text('ip', 'IPv4 address to assign to the container'),
  text('hostname,h', 'Container host name'),
  text('ipc', 'IPC namespace to use ("host"|"private"|"shareable"|"container:<container>")'),
  float('cpus', 'Number of CPUs'),
  text('memory,m', 'Memory limit'),
  text('memory-reservation', 'Memory soft limit'),
  text('memory-swap', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap"),
  int('oom-score-adj', 'Tune container’s OOM preferences (-1000 to 1000, rootless: 100 to 1000)'),
  text('pid', 'PID namespace to use'),
  text('uts', 'UTS namespace to use'),
  int('pids-limit', 'Tune container pids limit (set -1 for unlimited)', '-1'),
  text('cgroupns', 'Cgroup namespace to use, the default depends on the cgroup version ("host"|"private")', 'private'),
  text('cgroup-parent', 'Optional parent cgroup for the container'),
  text('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'),
  text('cpuset-mems', 'MEMs in which to allow execution (0-3, 0,1)'),
  int('cpu-shares', 'CPU shares (relative weight)'),
  int('cpu-quota', 'Limit CPU CFS (Completely Fair Scheduler) quota', '-1'),
  int('cpu-period', 'Limit CPU CFS (Completely Fair Scheduler) period'),
  slice('device', 'Add a host device to the container'),
  slice('ulimit', 'Ulimit options'),
  text('user,u', 'Username or UID (format: <name|uid>[:<group|gid>])'),
  list('security-opt', 'Security options'),
  slice('cap-add', 'Add Linux capabilities'),
  slice('cap-drop', 'Drop Linux capabilities'),
  bool('privileged', 'Give extended privileges to this container'),
  text('systemd', 'Allow running systemd in this container', 'false'),
  text('runtime', 'Runtime to use for this container, e.g. "crun", or "io.containerd.runsc.v1"', 'io.containerd.runc.v2'),
  list('sysctl', 'Sysctl options'),
  list('gpus', "GPU devices to add to the container ('all' to pass all GPUs)"),
  list('volume,v', 'Bind mount a volume'),
  list('tmpfs', 'Mount a tmpfs directory'),
  list('mount', 'Attach a filesystem mount to the container'),
  list('volumes-from', 'Mount volumes from the specified container(s)'),
  bool('read-only', "Mount the container's root filesystem as read only"),
  bool('rootfs', 'The first argument is not an image but the rootfs to the exploded container'),
  text('health-cmd', 'Command to run to check health'),
  duration('health-interval', 'Time between running the check'),
  list('entrypoint', 'Overwrite the default ENTRYPOINT of the image'),
  text('workdir,w', 'Working directory inside the container'),
  list('env,e', 'Set environment variables'),
  slice('add-host', 'Add a custom host-to-IP mapping (host:ip)'),
  slice('env-file', 'Set environment variables from file'),
  text('name', 'Assign a name to the container'),
  list('label,l', 'Set metadata on container'),
  list('annotation', 'Add an annotation to the container (passed through to the OCI runtime)'),
  text('cidfile', 'Write the container ID to the file'),
  text('log-driver', 'Logging driver for the container. Default is json-file. It also supports logURI (eg: --log-driver binary://<path>)', 'json-file'),
  list('log-opt', 'Log driver options'),
  text('shm-size', 'Size of /dev/shm'),
  text('pidfile', "file path to write the task's pid"),
  ...verifyFlags,
];

/** Flags whose effect the lab does not have. */
const absent = ['rootfs', 'init', 'gpus', 'health-cmd', 'volumes-from', 'device', 'ip', 'sysctl'];

export function checkFlags({ flags, path }: Context): void {
  for (const name of absent) if (flags.has(name) && (flags.list(name).length > 0 || flags.text(name) !== 'false')) throw new NotSimulated(`${path} --${name}`);
  if (!['json-file', 'none'].includes(flags.text('log-driver'))) throw new NotSimulated(`${path} --log-driver ${flags.text('log-driver')}`);
}

export const create: NerdctlCommand = {
  name: 'create',
  short: 'Create a new container. Optionally specify "ipfs://" or "ipns://" scheme to pull image from IPFS.',
  usage: 'IMAGE [COMMAND] [ARG...]',
  interspersed: false,
  flags: createFlags,
  run: function* (context) {
    needArgs(context, 1);
    checkFlags(context);
    const { id } = yield* createContainer(context);
    writeIdFile(context, id);
    yield* context.print(`${id}\n`);
    return 0;
  },
};

export const run: NerdctlCommand = {
  name: 'run',
  short: 'Run a command in a new container. Optionally specify "ipfs://" or "ipns://" scheme to pull image from IPFS.',
  usage: 'IMAGE [COMMAND] [ARG...]',
  interspersed: false,
  flags: [
    bool('detach,d', 'Run container in background and print container ID'),
    text('detach-keys', 'Override the default detach keys', 'ctrl-p,ctrl-q'),
    slice('attach,a', 'Attach STDIN, STDOUT, or STDERR'),
    ...createFlags,
  ],
  run: function* (context) {
    needArgs(context, 1);
    checkFlags(context);
    return yield* runContainer(context);
  },
};

/** Also what compose does for each container. */
export function* runContainer(context: Context, silent = false): Routine<number> {
  const { flags } = context;
  const detach = flags.bool('detach');
  const tty = flags.bool('tty');
  if (tty && !detach) needTerminal(context);
  yield* checkVerify(context, context.args[0] ?? '');
  const container = yield* createContainer(context);
  writeIdFile(context, container.id);
  const console = detach ? undefined : new Foreground(context.process, { tty, stdin: flags.bool('interactive') });
  const undo = function* (): Routine {
    if (flags.bool('rm') || detach) yield* removeContainer(context, container, { force: true, volumes: true });
  };
  try {
    yield* startTask(context, container, console);
  } catch (error) {
    yield* undo();
    throw error;
  }
  if (detach) {
    // The hooks end and the streams are let go of.
    yield* sleep(context.process.sim.random.between(30, 45));
    if (!silent) yield* context.print(`${container.id}\n`);
    return 0;
  }
  forwardSignals(context, container.id);
  const status = yield* context.client().tasks.wait(context.namespace, container.id);
  yield* console?.finish() ?? [];
  yield* waitForLogger(context, container.id);
  return status;
}

function writeIdFile({ flags, process }: Context, id: string): void {
  const path = flags.text('cidfile');
  if (path === '') return;
  if (process.fs.exists(path)) throw new NerdctlError(`container ID file found, make sure the other container isn't running or delete ${path}`);
  process.fs.write(process.path(path), id);
}
