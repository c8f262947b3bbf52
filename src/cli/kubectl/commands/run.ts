import { validateEnvVarName } from '../../../apimachinery/names.ts';
import { isReason } from '../../../apimachinery/status.ts';
import type { ExitCode } from '../../../linux/program.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, defined, nameOf, type Obj, obj, objs, text, withoutPath } from '../json.ts';
import type { DryRun, Kubectl } from '../kubectl.ts';
import { type OperationPrinter, operationPrinter } from '../printers/operation.ts';
import { attachTo, reattachHint } from './attach.ts';
import { waitForPod } from './containers.ts';
import { withSavedConfig } from './create/generator.ts';
import { waitForDeletion } from './delete/deleter.ts';
import { isReference } from './image-name.ts';
import { parseLabels } from './labels-flag.ts';
import { withOverrides } from './overrides.ts';

/** kubernetes kubectl/pkg/cmd/run/run.go. */
export const run: CommandEntry = {
  path: 'run',
  short: 'Run a particular image on the cluster',
  long: 'Makes one pod. What stands after -- are arguments for the image, or with --command the command itself.',
  examples:
    '# A pod\nkubectl run web --image=nginx\n\n# A pod with an environment and labels\nkubectl run web --image=nginx --env=A=1 --labels=app=web\n\n# A shell in a pod that goes when it ends\nkubectl run tmp --rm -it --image=busybox --restart=Never -- sh',
  required: ['image'],
  *run(k) {
    check(k);
    const dryRun = yield* k.dryRun();
    const stdin = k.flags.bool('stdin');
    const attaching = k.flags.has('attach') ? k.flags.bool('attach') : stdin || k.flags.bool('tty');
    if (dryRun !== 'none' && (stdin || k.flags.bool('tty') || k.flags.bool('attach'))) {
      throw k.usage("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
    }
    if (k.flags.bool('rm') && !attaching) throw k.usage('--rm should only be used for attached containers');
    checkWords(k);
    const print = operationPrinter(k, dryRun, { typed: true });
    const made = withOverrides(k, makePod(k));
    const pod = withSavedConfig(k, made, withoutPath(made, ['metadata', 'namespace']));
    const created = dryRun === 'client' ? pod : yield* post(k, 'pods', pod, dryRun);
    if (k.flags.bool('expose')) yield* exposePod(k, pod, dryRun, print);
    if (!attaching) return yield* print(created, 'created');
    return yield* attached(k, created, stdin);
  },
};

function check(k: Kubectl): void {
  if (k.args.length === 0 || k.dash === 0) throw k.usage('NAME is required for run');
  const image = k.flags.text('image');
  if (image === '') throw new KubectlError('--image is required');
  if (!isReference(image)) throw new KubectlError(`Invalid image name "${image}": invalid reference format`);
  if (k.flags.bool('tty') && !k.flags.bool('stdin')) throw k.usage('-i/--stdin is required for containers with -t/--tty=true');
  if (k.flags.bool('expose') && k.flags.text('port') === '') throw k.usage('--port must be set when exposing a service');
}

function checkWords(k: Kubectl): void {
  const pull = k.flags.text('image-pull-policy');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pull)) throw k.usage(`invalid image pull policy: ${pull}`);
  const restart = k.flags.text('restart');
  if (!['', 'Always', 'OnFailure', 'Never'].includes(restart)) throw k.usage(`invalid restart policy: ${restart}`);
}

function makePod(k: Kubectl): Obj {
  const { flags } = k;
  const name = k.args[0] as string;
  const rest = k.args.slice(1);
  const labels = flags.text('labels') === '' ? { run: name } : parseLabels(flags.text('labels'));
  const env = flags.list('env').map(envVar);
  const port = flags.text('port');
  if (port !== '' && !/^[+-]?\d+$/.test(port)) throw new KubectlError(`strconv.Atoi: parsing "${port}": invalid syntax`);
  const stdin = flags.bool('stdin');
  const container = defined({
    name,
    image: flags.text('image'),
    command: flags.bool('command') && rest.length > 0 ? rest : undefined,
    args: !flags.bool('command') && rest.length > 0 ? rest : undefined,
    ports: port === '' ? undefined : [{ containerPort: Number(port) }],
    env: env.length > 0 ? env : undefined,
    resources: {},
    imagePullPolicy: flags.text('image-pull-policy') || undefined,
    securityContext: flags.bool('privileged') ? { privileged: true } : undefined,
    stdin: stdin || undefined,
    stdinOnce: stdin && !flags.bool('leave-stdin-open') ? true : undefined,
    tty: flags.bool('tty') || undefined,
  });
  const metadata = defined({ name, namespace: k.config.namespaceGiven ? k.namespace : undefined, labels, annotations: annotationsOf(k) });
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata,
    spec: { containers: [container], restartPolicy: flags.text('restart') || 'Always', dnsPolicy: 'ClusterFirst' },
    status: {},
  };
}

function envVar(pair: string): Obj {
  const equals = pair.indexOf('=');
  if (equals < 1 || validateEnvVarName(pair.slice(0, equals)).length > 0) throw new KubectlError(`invalid env: ${pair}`);
  const value = pair.slice(equals + 1);
  return defined({ name: pair.slice(0, equals), value: value === '' ? undefined : value });
}

function annotationsOf(k: Kubectl): Obj | undefined {
  const pairs = k.flags.list('annotations');
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new KubectlError(`invalid annotations format: ${pair}`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function* post(k: Kubectl, resource: string, body: Obj, dryRun: DryRun): Routine<Obj> {
  const namespace = text(at(body, 'metadata.namespace')) || k.namespace;
  const query = { ...(dryRun === 'server' && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
  return obj(yield* k.api.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/${resource}`, query, body }));
}

function* exposePod(k: Kubectl, pod: Obj, dryRun: DryRun, print: OperationPrinter): Routine {
  const port = Number(k.flags.text('port'));
  const metadata = defined({ name: nameOf(pod), namespace: k.config.namespaceGiven ? k.namespace : undefined });
  const spec = { ports: [{ protocol: 'TCP', port, targetPort: port }], selector: at(pod, 'metadata.labels') };
  const service = withSavedConfig(k, { kind: 'Service', apiVersion: 'v1', metadata, spec, status: { loadBalancer: {} } });
  yield* print(dryRun === 'client' ? service : yield* post(k, 'services', service, dryRun), 'created');
  // kubectl writes a document's end of its own between the two.
  if (k.flags.text('output') === 'yaml') yield* k.print('---\n');
}

const over = (pod: Obj): boolean => ['Succeeded', 'Failed'].includes(text(at(pod, 'status.phase')));
const isReady = (pod: Obj): boolean => objs(at(pod, 'status.conditions')).some((each) => each['type'] === 'Ready' && each['status'] === 'True');

/** Waits for the pod, joins it, and with --rm takes it away. */
function* attached(k: Kubectl, pod: Obj, stdin: boolean): Routine<ExitCode> {
  const [namespace, name] = [text(at(pod, 'metadata.namespace')), nameOf(pod)];
  const container = text(objs(at(pod, 'spec.containers'))[0]?.['name']);
  try {
    const running = yield* waitForPod(k, namespace, name, (each) => over(each) || isReady(each), k.flags.duration('pod-running-timeout'));
    if (!running) throw new KubectlError('timed out waiting for the condition');
    if (over(running)) yield* showLogs(k, namespace, name);
    else {
      yield* attachTo(k, running, container, { stdin, quiet: k.flags.bool('quiet') });
      if (!k.flags.bool('rm')) yield* reattachHint(k, running, container, stdin);
    }
    if (text(at(pod, 'spec.restartPolicy')) === 'Always' || k.flags.bool('leave-stdin-open')) return 0;
    const last = yield* waitForPod(k, namespace, name, over, Number.POSITIVE_INFINITY);
    return yield* exitOf(k, last ?? {}, namespace, name);
  } finally {
    if (k.flags.bool('rm') && k.process.exitStatus === undefined) yield* remove(k, namespace, name);
  }
}

function* showLogs(k: Kubectl, namespace: string, name: string): Routine {
  const answer = yield* k.api.connect({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${name}/log` });
  if ('session' in answer) for (let part = yield* answer.stdout.receive(); part !== undefined; part = yield* answer.stdout.receive()) yield* k.print(part);
  else yield* k.print(text(answer.body));
}

function* exitOf(k: Kubectl, pod: Obj, namespace: string, name: string): Routine<ExitCode> {
  if (at(pod, 'status.phase') === 'Succeeded') return 0;
  const terminated = obj(at(objs(at(pod, 'status.containerStatuses'))[0], 'state.terminated'));
  if (k.flags.bool('rm')) yield* remove(k, namespace, name);
  throw new KubectlError(
    `pod ${namespace}/${name} terminated (${text(terminated['reason']) || 'unknown'})${terminated['message'] ? `\n${text(terminated['message'])}` : ''}`,
    {
      exitCode: Number(terminated['exitCode'] ?? 1) || 1,
      bare: true,
    },
  );
}

/** Says it was deleted once; a second time there is nothing left. */
function* remove(k: Kubectl, namespace: string, name: string): Routine {
  const resource = yield* k.resource('pods');
  const info = { resource, namespace, name, object: {}, source: '' };
  try {
    yield* k.api.request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/pods/${name}`, body: { propagationPolicy: 'Background' } });
  } catch (error) {
    if (isReason(error, 'NotFound')) return;
    throw error;
  }
  if (!k.flags.bool('quiet')) yield* k.print(`pod "${name}" deleted from ${namespace} namespace\n`);
  yield* waitForDeletion(k, info, '', Number.POSITIVE_INFINITY);
}
