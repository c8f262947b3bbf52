import { randomSuffix } from '../../../apimachinery/names.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { ExitCode } from '../../../linux/program.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, visitAll } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, defined, nameOf, namespaceOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { attachTo, reattachHint } from './attach.ts';
import { waitForPod } from './containers.ts';
import { copyOf, customized, nodePodSpec, profileNames, readCustom, type Style, securityContext } from './debug-profiles.ts';
import { isReference } from './image-name.ts';

/** kubernetes kubectl/pkg/cmd/debug/debug.go. */
export const debug: CommandEntry = {
  path: 'debug',
  short: 'Create debugging sessions for troubleshooting workloads and nodes',
  long: 'In a pod: an ephemeral container, or with --copy-to a copy of the pod. On a node: a pod in its namespaces, with its files under /host.',
  examples:
    '# A container beside those of a pod\nkubectl debug web -it --image=busybox --target=nginx\n\n# A copy with another command\nkubectl debug web --copy-to=web-debug --container=web -- sleep 1d\n\n# A node\nkubectl debug node/node01 -it --image=busybox',
  *run(k) {
    const subjects = k.dash >= 0 ? k.args.slice(0, k.dash) : k.args;
    const profile = k.flags.text('profile');
    if (!profileNames.includes(profile)) throw new KubectlError(`unknown profile: ${profile}`);
    const copy = k.flags.text('copy-to');
    checkWhat(k, copy);
    const custom = readCustom(k);
    if (subjects.length === 0 && k.flags.list('filename').length === 0) throw new KubectlError('NAME or filename is required for debug');
    if (k.flags.text('target') !== '') {
      if (copy !== '') throw new KubectlError('--target is incompatible with --copy-to. Use --share-processes instead.');
      yield* k.print(
        `Targeting container "${k.flags.text('target')}". If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      );
    }
    if (k.flags.bool('tty') && !k.flags.bool('stdin')) throw new KubectlError('-i/--stdin is required for containers with -t/--tty=true');
    if (profile === 'legacy')
      yield* k.printError(
        '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
      );
    let status: ExitCode = 0;
    for (const info of yield* visitAll(k, { args: subjects, ...(subjects.some((word) => word.includes('/')) ? {} : { defaultType: 'pods' }) })) {
      const session =
        info.resource.kind === 'Node'
          ? yield* debugNode(k, info, custom)
          : info.resource.kind === 'Pod'
            ? yield* copy === '' ? ephemeral(k, info, custom) : copied(k, info, copy, custom)
            : undefined;
      if (!session)
        throw new KubectlError(
          `"${info.resource.group === '' ? '' : info.resource.group}/${info.resource.version}, Kind=${info.resource.kind}" not supported by debug`,
        );
      status = yield* attach(k, session);
    }
    return status;
  },
};

function checkWhat(k: Kubectl, copy: string): void {
  const [image, images] = [k.flags.text('image'), k.flags.list('set-image')];
  if (copy === '' && k.flags.bool('replace')) throw new KubectlError('--replace may only be used with --copy-to.');
  if (copy === '' && k.flags.bool('same-node')) throw new KubectlError('--same-node may only be used with --copy-to.');
  const policy = k.flags.text('image-pull-policy');
  if (image !== '' && isReference(image) && !['', 'Always', 'IfNotPresent', 'Never'].includes(policy))
    throw new KubectlError(`invalid image pull policy: ${policy}`);
  if (image !== '' && !isReference(image)) throw new KubectlError(`invalid image name "${image}": invalid reference format`);
  for (const [name = '', other = ''] of images.map((pair) => pair.split('=')))
    if (!isReference(other)) throw new KubectlError(`invalid image name "${other}" for container "${name}": invalid reference format`);
  if (copy === '' && images.length > 0) throw new KubectlError('--set-image may only be used with --copy-to.');
  if (copy === '' && image === '') throw new KubectlError('you must specify --image when not using --copy-to.');
  if (copy !== '' && image === '' && images.length === 0 && commandOf(k).length === 0)
    throw new KubectlError('you must specify --image, --set-image or command arguments.');
  if (copy !== '' && commandOf(k).length > 0 && image === '' && k.flags.text('container') === '')
    throw new KubectlError('you must specify an existing container or a new image when specifying args.');
}

type Session = { readonly pod: Obj; readonly container: string };

function debuggerName(k: Kubectl, pod: Obj): string {
  const given = k.flags.text('container');
  if (given !== '') return given;
  const taken = [...objs(at(pod, 'spec.containers')), ...objs(at(pod, 'spec.initContainers')), ...objs(at(pod, 'spec.ephemeralContainers'))].map(
    (each) => each['name'],
  );
  for (;;) {
    const name = `debugger-${randomSuffix(k.process.sim.random)}`;
    if (!taken.includes(name)) return name;
  }
}

function* sayName(k: Kubectl, chosen: boolean, name: string): Routine {
  if (!chosen && !k.flags.bool('quiet')) yield* k.print(`Defaulting debug container name to ${name}.\n`);
}

const commandOf = (k: Kubectl): readonly string[] => (k.dash >= 0 ? k.args.slice(k.dash) : []);

function container(k: Kubectl, name: string, style: Style, custom: Obj): Obj {
  const { flags } = k;
  const command = commandOf(k);
  const env = flags.list('env').map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }));
  const made = defined({
    name,
    image: flags.text('image') || undefined,
    command: command.length > 0 && !flags.bool('arguments-only') ? command : undefined,
    args: command.length > 0 && flags.bool('arguments-only') ? command : undefined,
    env: env.length > 0 ? env : undefined,
    imagePullPolicy: flags.text('image-pull-policy') || undefined,
    stdin: flags.bool('stdin') || undefined,
    tty: flags.bool('tty') || undefined,
    terminationMessagePolicy: 'File',
    securityContext: securityContext(flags.text('profile'), style),
  });
  return customized(made, custom);
}

function* ephemeral(k: Kubectl, info: Info, custom: Obj): Routine<Session> {
  const name = debuggerName(k, info.object);
  yield* sayName(k, k.flags.text('container') !== '', name);
  const target = k.flags.text('target');
  const added: Obj = { ...container(k, name, 'ephemeral', custom), ...(target !== '' && { targetContainerName: target }) };
  const path = `/api/v1/namespaces/${info.namespace}/pods/${info.name}/ephemeralcontainers`;
  const order = [...objs(at(info.object, 'spec.ephemeralContainers')), added].map((each) => ({ name: each['name'] }));
  const body = { spec: { '$setElementOrder/ephemeralContainers': order, ephemeralContainers: [added] } };
  const pod = obj(yield* k.api.request({ method: 'PATCH', path, body, contentType: 'application/strategic-merge-patch+json' }));
  return { pod, container: name };
}

/** --set-image: `NAME=IMAGE`, `*=IMAGE` for all others. */
function newImage(k: Kubectl, name: string): string | undefined {
  const pairs = k.flags.list('set-image').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return (pairs.find(([each]) => each === name) ?? pairs.find(([each]) => each === '*'))?.[1];
}

function* copied(k: Kubectl, info: Info, copyTo: string, custom: Obj): Routine<Session> {
  const spec = obj(info.object['spec']);
  const chosen = k.flags.text('container') !== '' || k.flags.text('image') === '';
  const name = k.flags.text('container') || (k.flags.text('image') === '' ? text(objs(spec['containers'])[0]?.['name']) : debuggerName(k, info.object));
  yield* sayName(k, chosen, name);
  const existing = objs(spec['containers']).some((each) => each['name'] === name);
  if (!existing && k.flags.text('image') === '') throw new KubectlError('you must specify image when creating new container');
  const fresh = container(k, name, 'copy', custom);
  const containers = existing
    ? objs(spec['containers']).map((each) => (each['name'] === name ? defined({ ...each, ...('command' in fresh && { args: undefined }), ...fresh }) : each))
    : [...objs(spec['containers']), fresh];
  const touched = k.flags.text('image') !== '' || k.flags.text('container') !== '' || commandOf(k).length > 0;
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...copyOf(k, info.object, {
      name: copyTo,
      touched,
      containers: containers.map((each) => ({ ...each, image: newImage(k, text(each['name'])) ?? each['image'] })),
    }),
  };
  const root = `/api/v1/namespaces/${info.namespace}/pods`;
  if (k.flags.bool('replace')) yield* k.api.request({ method: 'DELETE', path: `${root}/${info.name}` });
  return { pod: obj(yield* k.api.request({ method: 'POST', path: root, body })), container: name };
}

function* debugNode(k: Kubectl, info: Info, custom: Obj): Routine<Session> {
  const name = `node-debugger-${info.name}-${randomSuffix(k.process.sim.random)}`.slice(0, 253);
  const own = k.flags.text('container') || 'debugger';
  if (!k.flags.bool('quiet')) yield* k.print(`Creating debugging pod ${name} with container ${own} on node ${info.name}.\n`);
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: k.namespace, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec: nodePodSpec(k.flags.text('profile'), info.name, container(k, own, 'node', custom)),
  };
  return { pod: obj(yield* k.api.request({ method: 'POST', path: `/api/v1/namespaces/${k.namespace}/pods`, body })), container: own };
}

/** Joins the debugging container when the call asks for it. */
function* attach(k: Kubectl, { pod, container: name }: Session): Routine<ExitCode> {
  const stdin = k.flags.bool('stdin');
  if (!stdin && !k.flags.bool('attach')) return 0;
  const started = (each: Obj): boolean =>
    statusesOf(each).some((status) => status['name'] === name && (at(status, 'state.running') !== undefined || at(status, 'state.terminated') !== undefined));
  const running = yield* waitForPod(k, namespaceOf(pod), nameOf(pod), started, Number.POSITIVE_INFINITY);
  if (!running) return 0;
  const ended = statusesOf(running).some((status) => status['name'] === name && at(status, 'state.terminated') !== undefined);
  if (ended) return yield* printLogs(k, pod, name);
  try {
    yield* attachTo(k, running, name, { stdin, quiet: k.flags.bool('quiet') });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    yield* k.printError(`warning: couldn't attach to pod/${nameOf(pod)}, falling back to streaming logs: ${error.message}\n`);
    return yield* printLogs(k, pod, name);
  }
  yield* reattachHint(k, running, name, stdin);
  return 0;
}

const statusesOf = (pod: Obj): readonly Obj[] => [...objs(at(pod, 'status.containerStatuses')), ...objs(at(pod, 'status.ephemeralContainerStatuses'))];

/** What a container that has ended already left behind. */
function* printLogs(k: Kubectl, pod: Obj, container: string): Routine<ExitCode> {
  const path = `/api/v1/namespaces/${namespaceOf(pod)}/pods/${nameOf(pod)}/log`;
  const answer = yield* k.api.connect({ method: 'GET', path, query: { container } });
  if ('session' in answer) for (let part = yield* answer.stdout.receive(); part !== undefined; part = yield* answer.stdout.receive()) yield* k.print(part);
  else yield* k.print(text(answer.body));
  return 0;
}
