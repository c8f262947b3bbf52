/** dockerd as a process: it dials containerd's socket, and its own socket is there while it runs. */
import { BuildKit } from '../../buildkit/solve.ts';
import { type DaemonConfig, DaemonConfigError, daemonConfig } from '../../dockerd/config.ts';
import { Dockerd } from '../../dockerd/dockerd.ts';
import { type ContainerdApi, containerdProtocol } from '../../interfaces/containerd.ts';
import { DockerError } from '../../interfaces/docker.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Trace } from '../trace.ts';
import { tracedContainerd } from '../walls.ts';
import { readFlags, untilTerminated } from './component.ts';

const newest = '29.7.2';

const containerdSocket = '/run/containerd/containerd.sock';

const standardConfig = '/etc/docker/daemon.json';
const known = [
  'containerd',
  'log-level',
  'data-root',
  'debug',
  'config-file',
  'insecure-registry',
  'registry-mirror',
  'log-driver',
  'storage-driver',
  'bip',
  'hosts',
];

const pidFile = '/var/run/docker.pid';

/** Why the daemon does not even begin (moby daemon/command/daemon.go). */
function refusalOf(process: Process): string | undefined {
  if (process.uid !== 0)
    return 'dockerd needs to be started with root privileges. To run dockerd in rootless mode as an unprivileged user, see https://docs.docker.com/go/rootless/';
  const pid = process.fs.exists(pidFile) ? Number(process.fs.read(pidFile)) : 0;
  const other = process.kernel.processes.get(pid);
  if (!other || other === process || other.state !== 'running') return undefined;
  return `failed to start daemon, ensure docker is not running or delete ${pidFile}: process with PID ${pid} is still running`;
}

export const newDockerd = (trace: Trace): Program =>
  function* (argv, process) {
    const version = releaseOf(process) ?? newest;
    const words = argv.flatMap((word, i) =>
      word === '-H' || word === '--host' ? ['--hosts'] : word === '-D' || word === '--debug' ? ['--debug=true'] : i > 0 && word === '--validate' ? [] : [word],
    );
    if (argv.includes('--version') || argv.includes('-v')) {
      yield* process.print(`Docker version ${version}, build 3d7c7a8\n`);
      return 0;
    }
    const flags = yield* readFlags(process, words, known);
    let config: DaemonConfig;
    try {
      config = configOf(process, flags);
    } catch (error) {
      if (!(error instanceof DaemonConfigError)) throw error;
      yield* process.printError(`${error.message}\n`);
      return 1;
    }
    if (argv.includes('--validate')) {
      yield* process.printError('configuration OK\n');
      return 0;
    }
    const refusal = refusalOf(process);
    if (refusal !== undefined) {
      yield* process.printError(`${refusal}\n`);
      return 1;
    }
    process.fs.write(pidFile, `${process.pid}`);
    process.allocate(60 * 1024 * 1024);
    const log = (text: string): Routine => logged(process, 'info', text);
    yield* log('Starting up');
    for (let tries = 0; !process.fs.exists(containerdSocket) && tries < 100; tries++) yield* sleep(100);
    if (!process.fs.exists(containerdSocket)) {
      yield* process.printError(
        `failed to start daemon: failed to dial "${containerdSocket}": connection error: desc = "transport: Error while dialing: dial unix ${containerdSocket}: connect: no such file or directory"\n`,
      );
      return 1;
    }
    const dockerd = new Dockerd({
      sim: process.sim,
      daemon: process,
      containerd: containerdOf(process, trace),
      buildkit: (worker) => new BuildKit(worker),
      version,
      config,
    });
    yield* log('Daemon has completed initialization');
    yield* log('API listen on /run/docker.sock');
    process.onSignal('SIGHUP', () => void process.sim.go(reload(process, dockerd, flags)));
    return yield* untilTerminated(
      process,
      () => dockerd.stop(),
      function* () {
        yield* log("Processing signal 'terminated'");
        yield* dockerd.shutDown();
      },
    );
  };

/** Throws DaemonConfigError. */
function configOf(process: Process, flags: ReadonlyMap<string, string>): DaemonConfig {
  const path = flags.get('config-file') ?? standardConfig;
  const file = process.fs.find(path);
  if (!file && flags.has('config-file'))
    throw new DaemonConfigError(`unable to configure the Docker daemon with file ${path}: open ${path}: no such file or directory`);
  return daemonConfig(file?.type === 'file' ? file.read() : undefined, flags, path);
}

/** SIGHUP reads daemon.json anew. */
function* reload(process: Process, dockerd: Dockerd, flags: ReadonlyMap<string, string>): Routine {
  yield* logged(process, 'info', 'Got signal to reload configuration');
  try {
    dockerd.reload(configOf(process, flags));
    yield* logged(process, 'info', 'Reloaded configuration');
  } catch (error) {
    if (!(error instanceof DaemonConfigError)) throw error;
    yield* logged(process, 'error', error.message);
  }
}

const logged = (process: Process, level: string, text: string): Routine =>
  process.printError(`time="${new Date(process.now).toISOString().replace('Z', '000000Z')}" level=${level} msg="${text}"\n`);

/** containerd as it listens now. */
function containerdOf(process: Process, trace: Trace): () => ContainerdApi {
  let last: { readonly api: ContainerdApi; readonly traced: ContainerdApi } | undefined;
  const node = process.kernel.hostname;
  return () => {
    try {
      const api = dialUnix(containerdProtocol, process.fs.stat(containerdSocket));
      if (last?.api !== api) last = { api, traced: tracedContainerd(trace, api, `dockerd (${node})`, `containerd (${node})`) };
      return last.traced;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new DockerError(
        500,
        `connection error: desc = "transport: Error while dialing: dial unix ${containerdSocket}: connect: ${error.message.toLowerCase()}": unavailable`,
      );
    }
  };
}
