/** Services, endpoints, ingresses, network policies: kubernetes kubectl/pkg/describe/describe.go. */
import { isReason } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { at, list, nameOf, namespaceOf, num, type Obj, obj, objs, text, texts } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Describer } from './describer.ts';
import { annotationLines, labelLines, mapLine, orNone, rfc1123, type Writer } from './writer.ts';

export const describeService: Describer = {
  *page(w, object, { k }) {
    const spec = obj(object['spec']);
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.field('Selector', mapLine(spec['selector']));
    w.field('Type', spec['type']);
    if (spec['ipFamilyPolicy'] !== undefined) w.field('IP Family Policy', spec['ipFamilyPolicy']);
    w.field('IP Families', texts(spec['ipFamilies']).join(',') || '<none>');
    w.field('IP', spec['clusterIP']);
    w.field('IPs', texts(spec['clusterIPs']).join(',') || '<none>');
    if (list(spec['externalIPs']).length > 0) w.field('External IPs', texts(spec['externalIPs']).join(','));
    if (text(spec['loadBalancerIP']) !== '') w.field('Desired LoadBalancer IP', spec['loadBalancerIP']);
    const ingress = objs(at(object, 'status.loadBalancer.ingress'));
    if (ingress.length > 0)
      w.field(
        'LoadBalancer Ingress',
        ingress.map((each) => `${text(each['ip'] ?? each['hostname'])}${each['ipMode'] ? ` (${text(each['ipMode'])})` : ''}`).join(', '),
      );
    if (text(spec['externalName']) !== '') w.field('External Name', spec['externalName']);
    const slices = objs(spec['ports']).length > 0 ? yield* slicesOf(k, object) : [];
    for (const port of objs(spec['ports'])) servicePort(w, port, slices);
    w.field('Session Affinity', spec['sessionAffinity']);
    if (spec['externalTrafficPolicy'] !== undefined) w.field('External Traffic Policy', spec['externalTrafficPolicy']);
    if (spec['internalTrafficPolicy'] !== undefined) w.field('Internal Traffic Policy', spec['internalTrafficPolicy']);
    if (num(spec['healthCheckNodePort']) > 0) w.field('HealthCheck NodePort', spec['healthCheckNodePort']);
    if (list(spec['loadBalancerSourceRanges']).length > 0) w.field('LoadBalancer Source Ranges', texts(spec['loadBalancerSourceRanges']).join(','));
    if (spec['trafficDistribution'] !== undefined) w.field('Traffic Distribution', spec['trafficDistribution']);
  },
  events: true,
};

function* slicesOf(k: Kubectl, service: Obj): Routine<readonly Obj[]> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespaceOf(service)}/endpointslices`;
  return objs(at(yield* k.api.request({ method: 'GET', path, query: { labelSelector: `kubernetes.io/service-name=${nameOf(service)}` } }), 'items'));
}

function servicePort(w: Writer, port: Obj, slices: readonly Obj[]): void {
  const protocol = text(port['protocol']);
  w.write(0, `Port:\t${text(port['name']) || '<unset>'}\t${text(port['port'])}/${protocol}\n`);
  w.field('TargetPort', `${text(port['targetPort'])}/${protocol}`);
  if (num(port['nodePort']) > 0) w.write(0, `NodePort:\t${text(port['name']) || '<unset>'}\t${text(port['nodePort'])}/${protocol}\n`);
  w.field('Endpoints', endpointsText(slices, text(port['name'])));
}

const shownEndpoints = 3;

/** Ready addresses with their port, three of them: formatEndpointSlices. */
function endpointsText(slices: readonly Obj[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const all = slices.flatMap((slice) =>
    objs(slice['ports'])
      .filter((port) => text(port['name']) === portName)
      .flatMap((port) =>
        objs(slice['endpoints']).flatMap((endpoint) =>
          at(endpoint, 'conditions.ready') === false
            ? []
            : texts(endpoint['addresses'])
                .slice(0, 1)
                .map((address) => `${address}:${text(port['port'])}`),
        ),
      ),
  );
  return all.length > shownEndpoints ? `${all.slice(0, shownEndpoints).join(',')} + ${all.length - shownEndpoints} more...` : all.join(',');
}

export const describeEndpoints: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.write(0, 'Subsets:\n');
    for (const subset of objs(object['subsets'])) {
      const addresses = (key: string): string =>
        objs(subset[key])
          .map((each) => text(each['ip']))
          .join(',');
      w.field('Addresses', orNone(addresses('addresses')), 1);
      w.field('NotReadyAddresses', orNone(addresses('notReadyAddresses')), 1);
      const ports = objs(subset['ports']);
      if (ports.length > 0) {
        w.write(1, 'Ports:\n');
        w.write(2, 'Name\tPort\tProtocol\n');
        w.write(2, '----\t----\t--------\n');
        for (const port of ports) w.write(2, `${text(port['name']) || '<unset>'}\t${text(port['port'])}\t${text(port['protocol'])}\n`);
      }
      w.write(0, '\n');
    }
  },
  events: true,
};

export const describeEndpointSlice: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.field('AddressType', object['addressType']);
    const ports = objs(object['ports']);
    if (ports.length === 0) w.write(0, 'Ports: <unset>\n');
    else {
      w.write(0, 'Ports:\n');
      w.write(1, 'Name\tPort\tProtocol\n');
      w.write(1, '----\t----\t--------\n');
      for (const port of ports) w.write(1, `${text(port['name']) || '<unset>'}\t${text(port['port']) || '<unset>'}\t${text(port['protocol'])}\n`);
    }
    const endpoints = objs(object['endpoints']);
    if (endpoints.length === 0) return w.write(0, 'Endpoints: <none>\n');
    w.write(0, 'Endpoints:\n');
    for (const endpoint of endpoints) sliceEndpoint(w, endpoint);
  },
  events: true,
};

function sliceEndpoint(w: Writer, endpoint: Obj): void {
  w.write(1, `- Addresses:\t${texts(endpoint['addresses']).join(', ')}\n`);
  w.write(2, 'Conditions:\n');
  w.field('Ready', at(endpoint, 'conditions.ready') ?? '<unset>', 3);
  w.field('Hostname', endpoint['hostname'] ?? '<unset>', 2);
  const target = endpoint['targetRef'];
  if (target !== undefined) w.field('TargetRef', `${text(at(target, 'kind'))}/${text(at(target, 'name'))}`, 2);
  w.field('NodeName', endpoint['nodeName'] ?? '<unset>', 2);
  w.field('Zone', endpoint['zone'] ?? '<unset>', 2);
}

export const describeIngress: Describer = {
  *page(w, object, { k }) {
    const spec = obj(object['spec']);
    const namespace = namespaceOf(object);
    w.field('Name', nameOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    w.field('Namespace', namespace);
    w.field(
      'Address',
      objs(at(object, 'status.loadBalancer.ingress'))
        .map((each) => text(each['ip'] ?? each['hostname']))
        .join(','),
    );
    w.field('Ingress Class', spec['ingressClassName'] ?? '<none>');
    const fallback = spec['defaultBackend'];
    w.field('Default backend', fallback === undefined ? '<default>' : yield* backendText(k, namespace, obj(fallback)));
    if (objs(spec['tls']).length > 0) {
      w.write(0, 'TLS:\n');
      for (const tls of objs(spec['tls']))
        w.write(
          1,
          text(tls['secretName']) === ''
            ? `SNI routes ${texts(tls['hosts']).join(',')}\n`
            : `${text(tls['secretName'])} terminates ${texts(tls['hosts']).join(',')}\n`,
        );
    }
    w.write(0, 'Rules:\n');
    w.write(1, 'Host\tPath\tBackends\n');
    w.write(1, '----\t----\t--------\n');
    const rules = objs(spec['rules']).filter((rule) => rule['http'] !== undefined);
    for (const rule of rules) {
      w.write(1, `${text(rule['host']) || '*'}\t\n`);
      for (const path of objs(at(rule, 'http.paths'))) w.write(2, `\t${text(path['path'])} \t${yield* backendText(k, namespace, obj(path['backend']))}\n`);
    }
    if (rules.length === 0) w.write(1, `*\t*\t${fallback === undefined ? '<default>' : yield* backendText(k, namespace, obj(fallback))}\n`);
    annotationLines(w, at(object, 'metadata.annotations'));
  },
  events: true,
};

function* backendText(k: Kubectl, namespace: string, backend: Obj): Routine<string> {
  const resource = backend['resource'];
  if (resource !== undefined)
    return `APIGroup: ${text(at(resource, 'apiGroup')) || '<none>'}, Kind: ${text(at(resource, 'kind'))}, Name: ${text(at(resource, 'name'))}`;
  const name = text(at(backend, 'service.name'));
  const number = at(backend, 'service.port.number');
  const shown = `${name}:${text(number ?? at(backend, 'service.port.name'))}`;
  try {
    const service = obj(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${namespace}/services/${name}` }));
    const port = objs(at(service, 'spec.ports')).find((each) =>
      number === undefined ? each['name'] === at(backend, 'service.port.name') : each['port'] === number,
    );
    return `${shown} (${endpointsText(yield* slicesOf(k, service), text(port?.['name']))})`;
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    return `${shown} (<error: ${error.message}>)`;
  }
}

/** Name, labels and annotations, which cluster-scoped kinds begin with. */
function clusterHead(w: Writer, object: Obj): void {
  w.field('Name', nameOf(object));
  labelLines(w, 'Labels', at(object, 'metadata.labels'));
  annotationLines(w, at(object, 'metadata.annotations'));
}

export const describeIngressClass: Describer = {
  *page(w, object) {
    clusterHead(w, object);
    w.field('Controller', at(object, 'spec.controller'));
    const parameters = at(object, 'spec.parameters');
    if (parameters === undefined) return;
    w.write(0, 'Parameters:\n');
    if (at(parameters, 'apiGroup') !== undefined) w.field('APIGroup', at(parameters, 'apiGroup'), 1);
    w.field('Kind', at(parameters, 'kind'), 1);
    w.field('Name', at(parameters, 'name'), 1);
  },
  events: true,
};

export const describeServiceCidr: Describer = {
  *page(w, object) {
    clusterHead(w, object);
    w.field('CIDRs', texts(at(object, 'spec.cidrs')).join(', '));
    const conditions = objs(at(object, 'status.conditions'));
    if (conditions.length === 0) return;
    w.write(0, 'Status:\nConditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n');
    w.write(1, '----\t------\t------------------\t------\t-------\n');
    for (const each of conditions)
      w.write(
        1,
        `${['type', 'status'].map((key) => text(each[key])).join('\t')}\t${rfc1123(each['lastTransitionTime'])}\t${text(each['reason'])}\t${text(each['message'])}\n`,
      );
  },
  events: true,
};

export const describeIpAddress: Describer = {
  *page(w, object) {
    clusterHead(w, object);
    w.write(0, 'Parent Reference:\n');
    for (const [title, key] of [
      ['Group', 'group'],
      ['Resource', 'resource'],
      ['Namespace', 'namespace'],
      ['Name', 'name'],
    ] as const)
      w.field(title, at(object, `spec.parentRef.${key}`), 1);
  },
  events: true,
};
