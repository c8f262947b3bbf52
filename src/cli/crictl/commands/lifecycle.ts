/** runp, create, start, run, stop, stopp, rm, rmp. */
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import type { ContainerConfig, PodSandboxConfig, PortMapping, RuntimeService } from '../../../interfaces/cri.ts';
import { isErrno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, duration, int, text } from '../command.ts';
import { type Context, calls, Fatal, ShowHelp } from '../context.ts';
import { camelCase } from '../proto.ts';

const runtimeFlag = text('runtime', 'r', 'Runtime handler to use. Available options are defined by the container runtime.');
const cancelTimeout = duration('cancel-timeout', 'T', 'Seconds to wait for a run pod sandbox request to complete before cancelling the request', '0s');
const pullFlags = [
  bool('no-pull', '', 'Do not pull the image (overrides disable-pull-on-run=false in default config)'),
  bool('with-pull', '', 'Pull the image (overrides pull-image-on-create=true in default config)'),
  text('creds', '', 'Use `USERNAME[:PASSWORD]` for accessing the registry'),
  text('auth', '', "Use `AUTH_STRING` for accessing the registry. AUTH_STRING is a base64 encoded 'USERNAME[:PASSWORD]'"),
];

/** A JSON or YAML file in the API's snake case. */
function load(context: Context, path: string): Record<string, unknown> {
  let source: string;
  try {
    source = context.process.fs.read(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) throw new Fatal(`config at ${path} not found`);
    if (isErrno(error)) throw new Fatal(`open ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
  try {
    const value = camelCase(parseYaml(source));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof YamlError) throw new Fatal(error.message);
    throw error;
  }
}

function* loadPod(context: Context, path: string): Routine<PodSandboxConfig> {
  const config = load(context, path) as Partial<PodSandboxConfig>;
  if (!config.metadata) throw new Fatal('metadata is not set');
  const { metadata } = config;
  if (!metadata.name || !metadata.namespace) throw new Fatal('name, namespace or uid is not in metadata');
  if (!config.linux?.cgroupParent) yield* context.log('warning', 'cgroup_parent is not set. Use `runtime-config` to get the runtime cgroup driver');
  return {
    ...config,
    metadata: { ...metadata, uid: metadata.uid || context.process.sim.random.uuid(), attempt: metadata.attempt ?? 0 },
    ...(config.portMappings ? { portMappings: config.portMappings.map(portMapping) } : {}),
  };
}

const protocols = ['TCP', 'UDP', 'SCTP'] as const;

/** The API's enum stands as its number in a file. */
const portMapping = ({ protocol, ...ports }: PortMapping): PortMapping => ({
  ...ports,
  containerPort: ports.containerPort ?? 0,
  hostPort: ports.hostPort ?? 0,
  protocol: protocols[Number(protocol ?? 0)] ?? protocol,
});

function loadContainer(context: Context, path: string): ContainerConfig {
  const config = load(context, path) as Partial<ContainerConfig>;
  if (!config.metadata?.name) throw new Fatal('name is not set');
  if (!config.image?.image) throw new Fatal('image.image is not set');
  return {
    ...config,
    metadata: { ...config.metadata, attempt: config.metadata.attempt ?? 0 },
    image: { ...config.image, userSpecifiedImage: config.image.userSpecifiedImage ?? config.image.image },
  };
}

function* prefixed<T>(prefix: string, work: () => Routine<T> | T): Routine<T> {
  try {
    const result = work();
    return typeof result === 'object' && result !== null && 'next' in result ? yield* result as Routine<T> : (result as T);
  } catch (error) {
    if (error instanceof Fatal) throw new Fatal(prefix + error.message);
    throw error;
  }
}

export const runp: CrictlCommand = {
  name: 'runp',
  short: 'Run a new pod',
  usage: 'pod-config.[json|yaml]',
  flags: [runtimeFlag, cancelTimeout],
  run: function* (context) {
    const [path] = context.args;
    if (path === undefined) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const config = yield* prefixed('load podSandboxConfig: ', () => loadPod(context, path));
    yield* context.print(`${yield* runPod(context, runtime, config)}\n`);
  },
};

const runPod = (context: Context, runtime: RuntimeService, config: PodSandboxConfig): Routine<string> =>
  context.call(calls.runPodSandbox(), 'run pod sandbox: ', () => runtime.runPodSandbox(config, context.flags.text('runtime')));

export const create: CrictlCommand = {
  name: 'create',
  short: 'Create a new container',
  usage: 'POD container-config.[json|yaml] pod-config.[json|yaml]',
  flags: [...pullFlags, cancelTimeout],
  run: function* (context) {
    const [pod, containerPath, podPath] = context.args;
    if (pod === undefined || containerPath === undefined || podPath === undefined) throw new ShowHelp();
    const runtime = yield* context.runtime();
    yield* context.image();
    yield* context.print(
      `${yield* prefixed('creating container: ', () => createContainer(context, runtime, { pod, containerPath, podPath, pull: context.flags.bool('with-pull') || context.config.pullImageOnCreate }))}\n`,
    );
  },
};

function* createContainer(
  context: Context,
  runtime: RuntimeService,
  asked: { readonly pod: string; readonly containerPath: string; readonly podPath: string; readonly pull: boolean },
): Routine<string> {
  const config = loadContainer(context, asked.containerPath);
  const pod = yield* loadPod(context, asked.podPath);
  if (asked.pull && !context.flags.bool('no-pull')) yield* pull(context, config, pod);
  return yield* context.call(calls.createContainer(asked.pod), '', () => runtime.createContainer(asked.pod, config, pod));
}

function* pull(context: Context, config: ContainerConfig, pod: PodSandboxConfig): Routine {
  const image = yield* context.image();
  yield* context.log('info', `Pulling container image: ${config.image.image}`);
  yield* context.call(calls.pullImage(config.image.image), '', () => image.pullImage(config.image, undefined, pod));
}

export const start: CrictlCommand = {
  name: 'start',
  short: 'Start one or more created containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [],
  run: function* (context) {
    if (context.args.length === 0) throw new Fatal('ID cannot be empty');
    const runtime = yield* context.runtime();
    for (const id of context.args) {
      yield* startContainer(context, runtime, id);
      yield* context.print(`${id}\n`);
    }
  },
};

const startContainer = (context: Context, runtime: RuntimeService, id: string): Routine =>
  context.call(calls.startContainer(id), `starting the container ${JSON.stringify(id)}: `, () => runtime.startContainer(id));

export const run: CrictlCommand = {
  name: 'run',
  short: 'Run a new container inside a sandbox',
  usage: 'container-config.[json|yaml] pod-config.[json|yaml]',
  flags: [...pullFlags, runtimeFlag, cancelTimeout],
  run: function* (context) {
    const [containerPath, podPath] = context.args;
    if (containerPath === undefined || podPath === undefined) throw new ShowHelp();
    const runtime = yield* context.runtime();
    yield* context.image();
    const id = yield* prefixed('running container: ', function* () {
      const pod = yield* prefixed('load podSandboxConfig: ', () => loadPod(context, podPath));
      const sandbox = yield* runPod(context, runtime, pod);
      const created = yield* prefixed('creating container failed: ', () =>
        createContainer(context, runtime, { pod: sandbox, containerPath, podPath, pull: !context.config.disablePullOnRun }),
      );
      yield* startContainer(context, runtime, created);
      return created;
    });
    yield* context.print(`${id}\n`);
  },
};

export const stop: CrictlCommand = {
  name: 'stop',
  short: 'Stop one or more running containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [
    bool('all', 'a', 'Stop all running containers'),
    int('timeout', 't', 'Seconds to wait to kill the container after a graceful stop is requested', '0'),
  ],
  run: function* (context) {
    if (context.args.length === 0 && !context.flags.bool('all')) throw new Fatal('you must specify at least one CONTAINER-ID or use --all');
    const runtime = yield* context.runtime();
    const ids = context.flags.bool('all') ? runtime.listContainers({ state: 'CONTAINER_RUNNING' }).map(({ id }) => id) : context.args;
    for (const id of ids) yield* stopContainer(context, runtime, id, context.flags.number('timeout'));
  },
};

function* stopContainer(context: Context, runtime: RuntimeService, id: string, timeout: number): Routine {
  yield* context.call(calls.plain, `stopping the container ${JSON.stringify(id)}: `, () => runtime.stopContainer(id, timeout));
  yield* context.print(`${id}\n`);
}

export const stopp: CrictlCommand = {
  name: 'stopp',
  short: 'Stop one or more running pods',
  usage: 'POD-ID [POD-ID...]',
  flags: [],
  run: function* (context) {
    if (context.args.length === 0) throw new ShowHelp();
    const runtime = yield* context.runtime();
    for (const id of context.args) yield* stopPod(context, runtime, id);
  },
};

function* stopPod(context: Context, runtime: RuntimeService, id: string): Routine {
  yield* context.call(calls.plain, `stopping the pod sandbox ${JSON.stringify(id)}: `, () => runtime.stopPodSandbox(id));
  yield* context.print(`Stopped sandbox ${id}\n`);
}

export const rm: CrictlCommand = {
  name: 'rm',
  short: 'Remove one or more containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [
    bool('all', 'a', 'Remove all containers'),
    bool('force', 'f', 'Force removal of the container, disregarding if running'),
    bool('keep-logs', 'k', 'Avoid removal of the container log files'),
  ],
  run: function* (context) {
    const all = context.flags.bool('all');
    if (context.args.length === 0 && !all) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const ids = all ? runtime.listContainers().map(({ id }) => id) : context.args;
    if (context.legacy) return yield* removeEach(context, runtime, ids);
    for (const id of ids) yield* removeContainer(context, runtime, id);
  },
};

/** crictl before 1.30 went through all of them, and failed at the end. */
function* removeEach(context: Context, runtime: RuntimeService, ids: readonly string[]): Routine {
  let failed = false;
  for (const id of ids) {
    try {
      yield* removeContainer(context, runtime, id);
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      yield* context.log('error', error.message);
      failed = true;
    }
  }
  if (failed) throw new Fatal('unable to remove container(s)');
}

function* removeContainer(context: Context, runtime: RuntimeService, id: string): Routine {
  const status = yield* context.call(calls.containerStatus(id), context.legacy ? '' : `getting container status ${JSON.stringify(id)}: `, () =>
    runtime.containerStatus(id),
  );
  if (status.state === 'CONTAINER_RUNNING') {
    if (!context.flags.bool('force')) throw new Fatal(`container ${JSON.stringify(status.id)} is running, please stop it first`);
    yield* stopContainer(context, runtime, id, 0);
  }
  yield* context.call(calls.plain, `removing container ${JSON.stringify(id)}: `, () => runtime.removeContainer(id));
  if (!context.flags.bool('keep-logs') && status.logPath !== '' && context.process.fs.exists(status.logPath)) context.process.fs.unlink(status.logPath);
  yield* context.print(`${id}\n`);
}

export const rmp: CrictlCommand = {
  name: 'rmp',
  short: 'Remove one or more pods',
  usage: 'POD-ID [POD-ID...]',
  combineShort: true,
  flags: [bool('all', 'a', 'Remove all pods'), bool('force', 'f', 'Force removal of the pod sandbox, disregarding if running')],
  run: function* (context) {
    const all = context.flags.bool('all');
    if (context.args.length === 0 && !all) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const ids = all ? runtime.listPodSandbox().map(({ id }) => id) : context.args;
    for (const id of ids) {
      const status = yield* context.call(calls.plain, `getting sandbox status of pod ${JSON.stringify(id)}: `, () => runtime.podSandboxStatus(id));
      if (status.state === 'SANDBOX_READY') {
        if (!context.flags.bool('force')) throw new Fatal(`pod sandbox ${JSON.stringify(status.id)} is running, please stop it first`);
        yield* stopPod(context, runtime, id);
      }
      yield* context.call(calls.plain, `removing the pod sandbox ${JSON.stringify(id)}: `, () => runtime.removePodSandbox(id));
      yield* context.print(`Removed sandbox ${id}\n`);
    }
  },
};
