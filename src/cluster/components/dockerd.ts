/** dockerd as a process: it dials containerd's socket, and its own socket is there while it runs. */
import { JsonError, parseJson } from '../../apimachinery/json.ts';
import { BuildKit } from '../../buildkit/solve.ts';
import { Dockerd } from '../../dockerd/dockerd.ts';
import { type ContainerdApi, containerdProtocol } from '../../interfaces/containerd.ts';
import { type CgroupDriver, DockerError } from '../../interfaces/docker.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Program, releaseOf } from '../../linux/program.ts';
import { Condition, sleep } from '../../sim/routine.ts';
import type { Trace } from '../trace.ts';
import { tracedContainerd } from '../walls.ts';
import { readFlags } from './component.ts';

const newest = '29.7.2';

const settingsPath = '/etc/docker/daemon.json';
const containerdSocket = '/run/containerd/containerd.sock';

export const newDockerd = (trace: Trace): Program =>
  function* (argv, process) {
    yield* readFlags(
      process,
      argv.filter((word) => word !== '-H' && word !== 'fd://'),
      ['containerd', 'log-level', 'data-root', 'debug'],
    );
    const settings = readSettings(process);
    if (typeof settings === 'string') {
      yield* process.printError(`unable to configure the Docker daemon with file ${settingsPath}: ${settings}\n`);
      return 1;
    }
    process.allocate(60 * 1024 * 1024);
    const log = (text: string) => process.printError(`time="${new Date(process.now).toISOString().replace('Z', '000000Z')}" level=info msg="${text}"\n`);
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
      kernel: process.kernel,
      containerd: containerdOf(process, trace),
      buildkit: (worker) => new BuildKit(worker),
      version: releaseOf(process) ?? newest,
      cgroupDriver: settings.cgroupDriver,
    });
    yield* log('Daemon has completed initialization');
    yield* log('API listen on /run/docker.sock');
    const told = new Condition();
    let ended = false;
    const end = (): void => {
      ended = true;
      told.notify();
    };
    process.onSignal('SIGTERM', end);
    process.onSignal('SIGINT', end);
    try {
      while (!ended) yield { on: [told] };
      yield* log("Processing signal 'terminated'");
      yield* dockerd.shutDown();
      return 0;
    } finally {
      dockerd.stop();
    }
  };

/** What /etc/docker/daemon.json says of the cgroup driver, or why it cannot be read. */
function readSettings({ fs }: Process): { readonly cgroupDriver: CgroupDriver } | string {
  if (!fs.exists(settingsPath)) return { cgroupDriver: 'systemd' };
  let value: { readonly 'exec-opts'?: readonly string[] };
  try {
    value = parseJson(fs.read(settingsPath)) as typeof value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return error.message;
  }
  const given = value['exec-opts'] ?? [];
  const driver = given.find((each) => each.startsWith('native.cgroupdriver='))?.split('=')[1] ?? 'systemd';
  return driver === 'systemd' || driver === 'cgroupfs' ? { cgroupDriver: driver } : `native.cgroupdriver option ${driver} not supported`;
}

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
