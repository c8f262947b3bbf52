/** runp, create, start, run. */
import type { ContainerConfig, PodSandboxConfig, RuntimeService } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, duration, text } from '../command.ts';
import { loadContainer, loadPod } from '../configs.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { jsonSchema } from '../schema.ts';
import { prefixed } from '../several.ts';
import { authFlags, credentials } from './pull.ts';

const runtimeFlag = text('runtime', 'r', 'Runtime handler to use. Available options are defined by the container runtime.');
const cancelTimeout = (what: string) => duration('cancel-timeout', 'T', `Seconds to wait for a ${what} before cancelling the request`);
const pullFlags = (on: string, noPull: string, withPull: string, username: string) => [
  bool('no-pull', '', `Do not pull the image${on} (overrides ${noPull} in config)`),
  bool('with-pull', '', `Pull the image${on} (overrides ${withPull} in config)`),
  ...authFlags,
  text('username', '', `Use \`USERNAME\` for accessing the registry. ${username}`),
];
const schemas = [jsonSchema('Display the JSON schema for the pod or container config')];

export const runp: CrictlCommand = {
  name: 'runp',
  short: 'Run a new pod',
  usage: 'pod-config.[json|yaml]',
  flags: [runtimeFlag, cancelTimeout('run pod sandbox request to complete')],
  commands: [jsonSchema('Display the JSON schema for the pod-config.json')],
  run: function* (context) {
    const [path = ''] = context.args;
    if (context.args.length !== 1 || path === '') throw new ShowHelp();
    const runtime = yield* context.runtime();
    const config = yield* prefixed('load podSandboxConfig: ', () => loadPod(context, path));
    yield* context.print(`${yield* runPod(context, runtime, config)}\n`);
  },
};

const runPod = (context: Context, runtime: RuntimeService, config: PodSandboxConfig): Routine<string> =>
  context.call(calls.runPodSandbox(), 'run pod sandbox: ', () => runtime.runPodSandbox(config, context.flags.text('runtime')));

/** Whether to pull first: what the configuration says, unless a flag says otherwise. */
function wantsPull({ flags }: Context, configured: boolean): boolean {
  if (flags.bool('no-pull') && flags.bool('with-pull')) throw new Fatal('conflict: no-pull and with-pull are both set');
  return (!flags.bool('no-pull') && configured) || flags.bool('with-pull');
}

export const create: CrictlCommand = {
  name: 'create',
  short: 'Create a new container',
  usage: 'POD container-config.[json|yaml] pod-config.[json|yaml]',
  flags: [
    ...pullFlags(' on container creation', 'pull-image-on-create=true', 'pull-image-on-create=false', 'The password will be requested on the command line'),
    cancelTimeout('container create request to complete'),
  ],
  commands: schemas,
  run: function* (context) {
    const [pod, containerPath, podPath] = context.args;
    if (pod === undefined || containerPath === undefined || podPath === undefined || context.args.length > 3) throw new ShowHelp();
    const pull = wantsPull(context, context.config.pullImageOnCreate);
    if (pull) yield* context.image();
    const runtime = yield* context.runtime();
    const id = yield* prefixed('creating container: ', () => createContainer(context, runtime, { pod, containerPath, podPath, pull }));
    yield* context.print(`${id}\n`);
  },
};

type Asked = { readonly pod: string; readonly containerPath: string; readonly podPath: string; readonly pull: boolean };

function* createContainer(context: Context, runtime: RuntimeService, asked: Asked): Routine<string> {
  const config = loadContainer(context, asked.containerPath);
  const pod = yield* loadPod(context, asked.podPath);
  if (asked.pull) yield* pull(context, config, pod);
  return yield* context.call(calls.createContainer(asked.pod), '', () => runtime.createContainer(asked.pod, config, pod));
}

function* pull(context: Context, config: ContainerConfig, pod: PodSandboxConfig): Routine {
  const auth = yield* credentials(context);
  const image = yield* context.image();
  yield* context.log('info', `Pulling container image: ${config.image.image}`);
  yield* context.call(calls.pullImage(config.image.image), '', () => image.pullImage(config.image, auth, pod));
}

export const start: CrictlCommand = {
  name: 'start',
  short: 'Start one or more created containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [],
  run: function* (context) {
    if (context.args.length === 0) throw new Fatal('ID cannot be empty');
    const runtime = yield* context.runtime();
    for (const id of context.args) yield* startContainer(context, runtime, id);
  },
};

function* startContainer(context: Context, runtime: RuntimeService, id: string): Routine {
  yield* context.call(calls.startContainer(id), `starting the container ${JSON.stringify(id)}: `, () => runtime.startContainer(id));
  yield* context.print(`${id}\n`);
}

export const run: CrictlCommand = {
  name: 'run',
  short: 'Run a new container inside a sandbox',
  usage: 'container-config.[json|yaml] pod-config.[json|yaml]',
  flags: [
    ...pullFlags('', 'disable-pull-on-run=false', 'disable-pull-on-run=true', 'password will be requested'),
    runtimeFlag,
    cancelTimeout('container create request'),
  ],
  commands: schemas,
  run: function* (context) {
    const [containerPath, podPath] = context.args;
    if (containerPath === undefined || podPath === undefined || context.args.length > 2) throw new ShowHelp();
    const pull = wantsPull(context, !context.config.disablePullOnRun);
    if (pull) yield* context.image();
    const runtime = yield* context.runtime();
    yield* prefixed('running container: ', function* () {
      const config = yield* prefixed('load podSandboxConfig: ', () => loadPod(context, podPath));
      const pod = yield* runPod(context, runtime, config);
      const id = yield* prefixed('creating container failed: ', () => createContainer(context, runtime, { pod, containerPath, podPath, pull }));
      yield* startContainer(context, runtime, id);
    });
  },
};
