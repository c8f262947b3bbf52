import type { Routine } from '../../../sim/routine.ts';
import { type Info, visit } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { forEach } from '../fetch.ts';
import { at, defined, entriesOf, type Obj, obj, objs, text, withoutPath } from '../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../kubectl.ts';
import { type OperationPrinter, operationPrinter } from '../printers/operation.ts';
import { withSavedConfig } from './create/generator.ts';
import { parseLabels } from './labels-flag.ts';
import { withOverrides } from './overrides.ts';

const podTemplates = new Set(['Deployment', 'ReplicaSet', 'ReplicationController']);

/** kubernetes kubectl/pkg/cmd/expose/expose.go. */
export const expose: CommandEntry = {
  path: 'expose',
  short: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
  examples:
    '# A service in front of a deployment\nkubectl expose deployment web --port=80 --target-port=8080\n\n# A service in front of one pod\nkubectl expose pod web --port=80 --name=front',
  *run(k) {
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k, dryRun, { typed: true });
    let given: Obj | undefined = k.flags.text('selector') === '' ? undefined : parseLabels(k.flags.text('selector'));
    yield* forEach(yield* visit(k, { args: k.args, fetch: k.flags.list('filename').length === 0, ownSelector: true }), function* (info) {
      const refused = cannotExpose(info);
      if (refused) throw refused;
      // The selector of the first serves all that follow.
      given ??= selectorOf(info);
      yield* exposeOne(k, info, given, { dryRun, print });
    });
  },
};

type How = { readonly dryRun: DryRun; readonly print: OperationPrinter };

function* exposeOne(k: Kubectl, info: Info, selector: Obj, { dryRun, print }: How): Routine {
  const made = withOverrides(k, makeService(k, info, selector));
  const service = withSavedConfig(k, made, withoutPath(made, ['metadata', 'namespace']));
  if (dryRun === 'client') return yield* print(service, 'exposed');
  const resource = yield* k.resource('services');
  const query = { ...(dryRun === 'server' && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
  yield* print(obj(yield* k.api.request({ method: 'POST', path: pathOf(resource, info.namespace), query, body: service })), 'exposed');
}

function atoi(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new KubectlError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function cannotExpose({ resource: { kind, group } }: Info): KubectlError | undefined {
  return kind === 'Pod' || kind === 'Service' || podTemplates.has(kind) ? undefined : new KubectlError(`cannot expose a ${kind}${group && `.${group}`}`);
}

function makeService(k: Kubectl, info: Info, selector: Obj): Obj {
  const { flags } = k;
  const name = (flags.text('name') || info.name).slice(0, 63);
  const ports =
    flags.text('port') === ''
      ? portsOf(info)
      : flags
          .text('port')
          .split(',')
          .map((port) => ({ port: atoi(port), protocol: flags.text('protocol') || 'TCP' }));
  if (ports.length === 0 && flags.text('cluster-ip') !== 'None') throw new KubectlError("couldn't find port via --port flag or introspection");
  const labels = flags.text('labels') === '' ? obj(at(info.object, 'metadata.labels')) : parseLabels(flags.text('labels'));
  const target = flags.text('target-port');
  const servicePorts = ports.map(({ port, protocol }, i) =>
    defined({
      name: ports.length > 1 ? `port-${i + 1}` : undefined,
      protocol: flags.text('protocol') || protocol,
      port,
      targetPort: target === '' ? port : /^\d+$/.test(target) ? Number(target) : target,
    }),
  );
  const external = flags.text('external-ip');
  const affinity = flags.text('session-affinity');
  if (affinity !== '' && !['None', 'ClientIP'].includes(affinity)) throw new KubectlError(`unknown session affinity: ${affinity}`);
  const spec = defined({
    ports: servicePorts.length > 0 ? servicePorts : undefined,
    selector,
    clusterIP: flags.text('cluster-ip') || undefined,
    type: flags.text('type') || undefined,
    externalIPs: external === '' ? undefined : [external],
    sessionAffinity: affinity || undefined,
    loadBalancerIP: flags.text('type') === 'LoadBalancer' ? flags.text('load-balancer-ip') || undefined : undefined,
  });
  const namespace = info.namespace !== '' && k.config.namespaceGiven ? { namespace: info.namespace } : {};
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: defined({ name, ...namespace, labels: Object.keys(labels).length > 0 ? labels : undefined }),
    spec,
    status: { loadBalancer: {} },
  };
}

function selectorOf(info: Info): Obj {
  const { kind } = info.resource;
  const where = kind === 'Pod' ? 'metadata.labels' : kind === 'Service' || kind === 'ReplicationController' ? 'spec.selector' : 'spec.selector.matchLabels';
  const found = obj(at(info.object, where));
  if (Object.keys(found).length === 0) {
    const why = kind === 'Pod' ? 'the pod has no labels and cannot be exposed' : 'invalid deployment: no selectors, therefore cannot be exposed';
    throw new KubectlError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);
  }
  if (objs(at(info.object, 'spec.selector.matchExpressions')).length > 0) {
    throw new KubectlError(
      `couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "${JSON.stringify(at(info.object, 'spec.selector.matchExpressions'))}" to map-based selector format`,
    );
  }
  return Object.fromEntries(entriesOf(found));
}

function portsOf(info: Info): readonly { readonly port: number; readonly protocol: string }[] {
  if (info.resource.kind === 'Service')
    return objs(at(info.object, 'spec.ports')).map((port) => ({ port: Number(port['port']), protocol: text(port['protocol']) || 'TCP' }));
  const spec = info.resource.kind === 'Pod' ? at(info.object, 'spec') : at(info.object, 'spec.template.spec');
  return objs(obj(spec)['containers']).flatMap((container) =>
    objs(container['ports']).map((port) => ({ port: Number(port['containerPort']), protocol: text(port['protocol']) || 'TCP' })),
  );
}
