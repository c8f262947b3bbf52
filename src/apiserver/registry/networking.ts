/** Ingresses, their classes, network policies, endpoints and endpoint slices. */
import type { EndpointSlice, Endpoints, Ingress, IngressClass, NetworkPolicy, networking } from '../../api/types.ts';
import { formatLabelSelector } from '../../apimachinery/labels.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateEndpoints, validateSlice, validateSliceUpdate } from '../validation/misc.ts';
import { validateIngress, validateIngressClass, validateIngressClassUpdate, validateNetworkPolicy, validateNewIngress } from '../validation/networking.ts';
import { fill, mapField } from './fill.ts';
import { ingressWarnings, policyWarnings } from './object-warnings.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

const hosts = ({ spec }: Ingress): string => {
  const all = [...new Set((spec?.rules ?? []).map(({ host }) => host ?? '').filter((host) => host !== ''))];
  if (all.length === 0) return '*';
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
};

/** kubernetes pkg/printers/internalversion/printers.go printIngress */
const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  { name: 'Class', cell: ({ spec, metadata }) => spec?.ingressClassName ?? metadata.annotations?.['kubernetes.io/ingress.class'] ?? '<none>' },
  { name: 'Hosts', cell: hosts },
  { name: 'Address', cell: ({ status }) => (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').join(',') },
  { name: 'Ports', cell: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80') },
  ageColumn,
];

const ingress: Strategy<Ingress> = {
  prepareForCreate: (object) => ({ ...object, status: { loadBalancer: {} } }),
  validate: validateNewIngress,
  validateUpdate: validateIngress,
  warnings: ingressWarnings,
  generation: true,
  status: true,
  columns: ingressColumns,
};

const ingressClass: Strategy<IngressClass> = {
  defaults: (object) => mapField(object, 'spec', (spec) => mapField(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' }))),
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  generation: true,
  columns: [
    nameColumn,
    { name: 'Controller', cell: ({ spec }) => spec?.controller ?? '' },
    {
      name: 'Parameters',
      cell: ({ spec }) =>
        spec?.parameters ? `${spec.parameters.kind}${spec.parameters.apiGroup ? `.${spec.parameters.apiGroup}` : ''}/${spec.parameters.name}` : '<none>',
    },
    ageColumn,
  ],
};

/** kubernetes pkg/apis/networking/v1/defaults.go SetDefaults_NetworkPolicy */
function defaultPolicy(spec: NetworkPolicy['spec']): NetworkPolicy['spec'] {
  const types = ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])];
  const ports = <T extends { ports?: networking.NetworkPolicyPort[] }>(rules: T[]): T[] =>
    mapKept(rules, (rule) =>
      mapField(rule, 'ports', (list) => mapKept(list as networking.NetworkPolicyPort[], (port) => fill(port, { protocol: 'TCP' })) as NonNullable<T['ports']>),
    );
  const filled = fill(spec, { policyTypes: types, podSelector: {} });
  return mapField(mapField(filled, 'ingress', ports), 'egress', ports);
}

const networkPolicy: Strategy<NetworkPolicy> = {
  defaults: (policy) => mapField(policy, 'spec', defaultPolicy),
  validate: validateNetworkPolicy,
  validateUpdate: validateNetworkPolicy,
  warnings: policyWarnings,
  generation: true,
  columns: [nameColumn, { name: 'Pod-Selector', cell: ({ spec }) => formatLabelSelector(spec.podSelector) }, ageColumn],
};

/** `10.0.0.1:80,10.0.0.2:80 + 3 more...` (formatEndpoints) */
function endpointsText({ subsets }: Endpoints): string {
  const list: string[] = [];
  let count = 0;
  for (const { addresses = [], ports } of subsets ?? []) {
    for (const port of ports?.length ? ports : [undefined]) {
      for (const { ip } of addresses) {
        count++;
        if (list.length < 3) list.push(port === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`);
      }
    }
  }
  if (count === 0) return '<none>';
  return count > list.length ? `${list.join(',')} + ${count - list.length} more...` : list.join(',');
}

const endpointsStrategy: Strategy<Endpoints> = {
  createOnUpdate: true,
  validate: validateEndpoints,
  validateUpdate: validateEndpoints,
  columns: [nameColumn, { name: 'Endpoints', cell: endpointsText }, ageColumn],
};

const shorten = (texts: readonly string[], none: string): string => {
  if (texts.length === 0) return none;
  return texts.length > 3 ? `${texts.slice(0, 3).join(',')} + ${texts.length - 3} more...` : texts.join(',');
};

const sliceStrategy: Strategy<EndpointSlice> = {
  // Go writes lists without `omitempty` that are empty in etcd's bytes as null.
  defaults: ({ endpoints, ports, ...slice }) => ({
    ...slice,
    endpoints: endpoints?.length ? mapKept(endpoints, (endpoint) => fill(endpoint, { conditions: {} })) : null,
    ports: ports?.length ? mapKept(ports, (port) => fill(port, { name: '', protocol: 'TCP' })) : null,
  }),
  validate: validateSlice,
  validateUpdate: validateSliceUpdate,
  generation: 'labels too',
  columns: [
    nameColumn,
    { name: 'AddressType', cell: ({ addressType }) => addressType },
    {
      name: 'Ports',
      cell: ({ ports }) =>
        shorten(
          (ports ?? []).map(({ port, name }) => (port === undefined ? (name ?? '') : String(port))),
          '<unset>',
        ),
    },
    {
      name: 'Endpoints',
      cell: ({ endpoints }) =>
        shorten(
          (endpoints ?? []).flatMap(({ addresses }) => addresses),
          '<unset>',
        ),
    },
    ageColumn,
  ],
};

/** ADDRESS is read from the status, which an ingress controller would have to write. */
export const ingresses = strategyOf(ingress);
/** The controller cannot be changed. */
export const ingressclasses = strategyOf(ingressClass);
/** policyTypes follow from the rules where they are left out. */
export const networkpolicies = strategyOf(networkPolicy);
/** A PUT makes one that is not there. */
export const endpoints = strategyOf(endpointsStrategy);
/** addressType cannot be changed. */
export const endpointslices = strategyOf(sliceStrategy);
