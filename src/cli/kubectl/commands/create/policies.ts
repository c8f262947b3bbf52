/** create quota, poddisruptionbudget, priorityclass, ingress, token: kubernetes kubectl/pkg/cmd/create. */
import { formatGoDuration } from '../../../../apimachinery/duration.ts';
import { parseSelector, SelectorError } from '../../../../apimachinery/labels.ts';
import { parseQuantity, QuantityError } from '../../../../apimachinery/quantity.ts';
import { StatusError } from '../../../../apimachinery/status.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { at, defined, type Obj, obj, text } from '../../json.ts';
import { objectPrinter } from '../../printers/object-printer.ts';
import { createObject } from './generator.ts';

export const createQuota: CommandEntry = {
  path: 'create quota',
  aliases: ['resourcequota'],
  short: 'Create a quota with the specified name',
  examples: '# At most ten pods and four CPUs\nkubectl create quota team --hard=pods=10,requests.cpu=4',
  *run(k) {
    const name = k.requireName();
    const hard = resourceList(k.flags.text('hard'));
    const scopes = k.flags
      .text('scopes')
      .split(',')
      .filter((scope) => scope !== '');
    yield* createObject(
      k,
      () => ({
        kind: 'ResourceQuota',
        apiVersion: 'v1',
        metadata: { name },
        spec: defined({ hard, scopes: scopes.length > 0 ? scopes : undefined }),
        status: {},
      }),
      { failure: 'quota' },
    );
  },
};

/** `cpu=1,memory=1Gi` as a map of quantities. */
export function resourceList(spec: string): Obj | undefined {
  if (spec === '') return undefined;
  return Object.fromEntries(
    spec.split(',').map((pair) => {
      const parts = pair.split('=');
      if (parts.length !== 2) throw new KubectlError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
      try {
        return [parts[0] as string, parseQuantity(parts[1] as string).toString()];
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
        throw new KubectlError(error.message);
      }
    }),
  );
}

export const createPodDisruptionBudget: CommandEntry = {
  path: 'create poddisruptionbudget',
  aliases: ['pdb'],
  short: 'Create a pod disruption budget with the specified name',
  examples: '# Two pods must always be there\nkubectl create poddisruptionbudget web --selector=app=web --min-available=2',
  *run(k) {
    const name = k.requireName();
    const [min, max, selector] = [k.flags.text('min-available'), k.flags.text('max-unavailable'), k.flags.text('selector')];
    if (selector === '') throw new KubectlError('a selector must be specified');
    if (min === '' && max === '') throw new KubectlError('one of min-available or max-unavailable must be specified');
    if (min !== '' && max !== '') throw new KubectlError('min-available and max-unavailable cannot be both specified');
    if (min !== '' && !amount.test(min)) throw new KubectlError('invalid format specified for min-available');
    if (max !== '' && !amount.test(max)) throw new KubectlError('invalid format specified for max-unavailable');
    const spec = defined({
      minAvailable: min === '' ? undefined : intOrString(min),
      selector: labelSelector(selector),
      maxUnavailable: max === '' ? undefined : intOrString(max),
    });
    const status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
    yield* createObject(k, () => ({ kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', metadata: { name }, spec, status }), {
      failure: 'poddisruptionbudgets',
    });
  },
};

/** A number or a share. */
const amount = /^[0-9]+%?$/;

const intOrString = (value: string): number | string => (/^-?\d+$/.test(value) ? Number(value) : value);

/** metav1.ParseToLabelSelector. */
export function labelSelector(selector: string): Obj {
  try {
    const requirements = parseSelector(selector);
    const matchLabels = Object.fromEntries(
      requirements.filter(({ operator }) => operator === '=' || operator === '==').map(({ key, values }) => [key, values[0] ?? '']),
    );
    const operators: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };
    const matchExpressions = requirements
      .filter(({ operator }) => operators[operator] !== undefined)
      .map(({ key, operator, values }) => defined({ key, operator: operators[operator], values: values.length > 0 ? values : undefined }));
    return defined({
      matchLabels: Object.keys(matchLabels).length > 0 ? matchLabels : undefined,
      matchExpressions: matchExpressions.length > 0 ? matchExpressions : undefined,
    });
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new KubectlError(`couldn't parse the selector string "${selector}": ${error.message}`);
  }
}

export const createPriorityClass: CommandEntry = {
  path: 'create priorityclass',
  aliases: ['pc'],
  short: 'Create a priority class with the specified name',
  examples: '# Scheduled before others\nkubectl create priorityclass high --value=1000',
  *run(k) {
    const name = k.requireName();
    const { flags } = k;
    yield* createObject(
      k,
      () =>
        defined({
          kind: 'PriorityClass',
          apiVersion: 'scheduling.k8s.io/v1',
          metadata: { name },
          value: flags.number('value'),
          globalDefault: flags.bool('global-default') || undefined,
          description: flags.text('description') || undefined,
          preemptionPolicy: flags.text('preemption-policy'),
        }),
      { namespaced: false, failure: 'priorityclass' },
    );
  },
};

export const createToken: CommandEntry = {
  path: 'create token',
  short: 'Request a service account token',
  examples: '# A token for ten minutes\nkubectl create token robot --duration=10m',
  *run(k) {
    const name = k.requireName();
    const printer = objectPrinter(k, { typed: true });
    const duration = k.flags.duration('duration');
    if (duration < 0) throw new KubectlError('--duration must be greater than or equal to 0');
    if (duration % 1000 !== 0) throw new KubectlError(`--duration cannot be expressed in units less than seconds: ${formatGoDuration(duration)}`);
    const kind = k.flags.text('bound-object-kind');
    checkBound(kind, k.flags.text('bound-object-name'), k.flags.text('bound-object-uid'));
    const bound =
      kind === ''
        ? undefined
        : defined({ kind, apiVersion: 'v1', name: k.flags.text('bound-object-name'), uid: k.flags.text('bound-object-uid') || undefined });
    const audiences = k.flags.list('audience');
    const spec = defined({
      audiences: audiences.length > 0 ? audiences : null,
      expirationSeconds: duration > 0 ? duration / 1000 : undefined,
      boundObjectRef: bound,
    });
    const body = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: {}, spec, status: { token: '', expirationTimestamp: null } };
    try {
      const answer = obj(yield* k.api.request({ method: 'POST', path: `/api/v1/namespaces/${k.namespace}/serviceaccounts/${name}/token`, body }));
      yield* k.print(printer ? printer(ordered(answer)) : `${text(at(answer, 'status.token'))}${k.process.stdout.tty ? '\n' : ''}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new KubectlError(`failed to create token: ${error.message}`);
    }
  },
};

/** Fields as Go's structs have them. */
const ordered = (answer: Obj): Obj => {
  const [metadata, spec] = [obj(answer['metadata']), obj(answer['spec'])];
  const { audiences, expirationSeconds, boundObjectRef } = spec;
  return {
    kind: answer['kind'],
    apiVersion: answer['apiVersion'],
    metadata: defined({ name: metadata['name'], namespace: metadata['namespace'], creationTimestamp: metadata['creationTimestamp'] }),
    spec: { audiences, expirationSeconds, boundObjectRef: boundObjectRef ?? null },
    status: answer['status'],
  };
};

const boundKinds = ['Node', 'Pod', 'Secret'];

function checkBound(kind: string, name: string, uid: string): void {
  const given = name !== '' ? 'name' : uid !== '' ? 'uid' : undefined;
  if (kind === '' && given) throw new KubectlError(`--bound-object-${given} can only be set if --bound-object-kind is provided`);
  if (kind === '') return;
  if (!boundKinds.includes(kind)) throw new KubectlError(`supported --bound-object-kind values are ${boundKinds.join(', ')}`);
  if (name === '') throw new KubectlError('--bound-object-name is required if --bound-object-kind is provided');
}
