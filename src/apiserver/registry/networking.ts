/** Ingresses, their classes, network policies, endpoints and endpoint slices. */
import type { EndpointSlice, Endpoints, Ingress, IngressClass, NetworkPolicy, networking } from '../../api/types.ts';
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { formatLabelSelector } from '../../apimachinery/labels.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { fill, mapField } from './fill.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

function validateIngress({ spec }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.rules?.length && !spec?.defaultBackend)
    errors.push(invalidValue('spec', spec?.rules ?? [], 'either `defaultBackend` or `rules` must be specified'));
  for (const [i, rule] of (spec?.rules ?? []).entries()) {
    if (rule.host && !/^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(rule.host)) {
      errors.push(
        invalidValue(
          `spec.rules[${i}].host`,
          rule.host,
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ),
      );
    }
    for (const [j, path] of (rule.http?.paths ?? []).entries()) errors.push(...validatePath(path, `spec.rules[${i}].http.paths[${j}]`));
  }
  return errors;
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function validatePath({ path, pathType, backend }: networking.HTTPIngressPath, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!pathType) errors.push(required(`${at}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(pathType)) errors.push(notSupported(`${at}.pathType`, pathType, pathTypes));
  else if (pathType !== 'ImplementationSpecific' && !path?.startsWith('/')) errors.push(invalidValue(`${at}.path`, path ?? '', 'must be an absolute path'));
  if (!backend?.service?.name && !backend?.resource) errors.push(required(`${at}.backend`, 'must have either a service or resource backend'));
  return errors;
}

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
  validate: validateIngress,
  validateUpdate: validateIngress,
  generation: true,
  status: true,
  columns: ingressColumns,
};

const ingressClass: Strategy<IngressClass> = {
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

const endpointsStrategy: Strategy<Endpoints> = { createOnUpdate: true, columns: [nameColumn, { name: 'Endpoints', cell: endpointsText }, ageColumn] };

const shorten = (texts: readonly string[], none: string): string => {
  if (texts.length === 0) return none;
  return texts.length > 3 ? `${texts.slice(0, 3).join(',')} + ${texts.length - 3} more...` : texts.join(',');
};

const sliceStrategy: Strategy<EndpointSlice> = {
  defaults: (slice) => mapField(slice, 'ports', (ports) => mapKept(ports, (port) => fill(port, { name: '', protocol: 'TCP' }))),
  generation: true,
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

export const ingresses = strategyOf(ingress);
export const ingressclasses = strategyOf(ingressClass);
export const networkpolicies = strategyOf(networkPolicy);
export const endpoints = strategyOf(endpointsStrategy);
export const endpointslices = strategyOf(sliceStrategy);
