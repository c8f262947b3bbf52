/** Ingresses, their classes, network policies: kubernetes pkg/apis/networking/validation/validation.go. */
import type { Ingress, IngressClass, NetworkPolicy, networking, ServiceCidr } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from '../../apimachinery/field-error.ts';
import {
  isIp,
  validateCidr,
  validateDns1035,
  validateDnsLabel,
  validateDnsSubdomain,
  validatePortName,
  validatePortNumber,
  validateWildcard,
} from '../../apimachinery/names.ts';
import { protocols } from './containers.ts';
import { checkSelector } from './labels.ts';
import { checkDomainPrefixedPath, collect, type Errors, immutable, invalidAll, oneOf, optionalName, requiredName } from './report.ts';

const classAnnotation = 'kubernetes.io/ingress.class';

/** Rules or a default backend must be there; whether Services and Secrets are is not asked. */
export const validateIngress = ({ spec }: Ingress): FieldError[] =>
  collect((errors) => {
    if (!spec?.rules?.length && !spec?.defaultBackend)
      errors.push(invalidValue('spec', spec?.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
    if (spec?.defaultBackend) checkBackend(errors, 'spec.defaultBackend', spec.defaultBackend);
    for (const [i, rule] of (spec?.rules ?? []).entries()) checkRule(errors, `spec.rules[${i}]`, rule);
    for (const [i, { hosts = [], secretName }] of (spec?.tls ?? []).entries()) {
      for (const [j, host] of hosts.entries()) checkHost(errors, `spec.tls[${i}].hosts[${j}]`, host);
      optionalName(errors, `spec.tls[${i}].secretName`, secretName, validateDnsSubdomain);
    }
    optionalName(errors, 'spec.ingressClassName', spec?.ingressClassName, validateDnsSubdomain);
  });

/** A new one may not name its class twice. */
export function validateNewIngress(ingress: Ingress): FieldError[] {
  const annotation = ingress.metadata.annotations?.[classAnnotation];
  const errors = validateIngress(ingress);
  const name = ingress.spec?.ingressClassName;
  if (annotation !== undefined && name !== undefined && annotation !== name)
    errors.push(invalidValue(`annotations.${classAnnotation}`, annotation, 'must match `ingressClassName` when both are specified'));
  return errors;
}

const checkHost = (errors: Errors, path: string, host: string): void =>
  invalidAll(errors, path, host, host.includes('*') ? validateWildcard(host) : validateDnsSubdomain(host));

function checkRule(errors: Errors, path: string, { host, http }: networking.IngressRule): void {
  if (host) {
    if (isIp(host)) errors.push(invalidValue(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    checkHost(errors, `${path}.host`, host);
  }
  if (http === undefined) return;
  if (!http.paths?.length) errors.push(required(`${path}.http.paths`));
  for (const [i, each] of (http.paths ?? []).entries()) checkPath(errors, `${path}.http.paths[${i}]`, each);
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function checkPath(errors: Errors, at: string, { path = '', pathType, backend }: networking.HTTPIngressPath): void {
  if (pathType === undefined) return void errors.push(required(`${at}.pathType`, 'pathType must be specified'));
  const wrong = (text: string): number => errors.push(invalidValue(`${at}.path`, path, text));
  if (!pathTypes.includes(pathType)) errors.push(notSupported(`${at}.pathType`, pathType, pathTypes));
  else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) wrong('must be an absolute path');
  } else {
    if (!path.startsWith('/')) wrong('must be an absolute path');
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) if (path.includes(part)) wrong(`must not contain '${part}'`);
    for (const end of ['/..', '/.']) if (path.endsWith(end)) wrong(`cannot end with '${end}'`);
  }
  checkBackend(errors, `${at}.backend`, backend ?? {});
}

function checkBackend(errors: Errors, path: string, { service, resource }: networking.IngressBackend): void {
  const wrong = (text: string): number => errors.push(invalidValue(path, '', text));
  if (service && resource) return void wrong('cannot set both resource and service backends');
  if (resource) return void checkReference(errors, `${path}.resource`, resource);
  if (!service) return void wrong('resource or service backend is required');
  requiredName(errors, `${path}.service.name`, service.name, validateDns1035);
  const { name, number } = service.port ?? {};
  if (name && number) wrong('cannot set both port name & port number');
  else if (name) invalidAll(errors, `${path}.service.port.name`, name, validatePortName(name));
  else if (number) invalidAll(errors, `${path}.service.port.number`, number, validatePortNumber(number));
  else errors.push(required(path, 'port name or number is required'));
}

type Reference = { readonly apiGroup?: string; readonly kind?: string; readonly name?: string };

function checkReference(errors: Errors, path: string, { apiGroup, kind, name }: Reference): void {
  optionalName(errors, `${path}.apiGroup`, apiGroup, validateDnsSubdomain);
  requiredName(errors, `${path}.kind`, kind, pathSegment);
  requiredName(errors, `${path}.name`, name, pathSegment);
}

/** Names that may stand in a URL: apimachinery/pkg/api/validation/path IsValidPathSegmentName. */
export function pathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

/** `controller` is a path behind a domain: `k8s.io/ingress-nginx`. */
export const validateIngressClass = ({ spec }: IngressClass): FieldError[] =>
  collect((errors) => {
    const { controller, parameters } = spec ?? {};
    const path = 'spec.controller';
    if ((controller ?? '').length > 250) errors.push(tooLong(path, '', 250));
    checkDomainPrefixedPath(errors, path, controller ?? '');
    if (parameters === undefined) return;
    checkReference(errors, 'spec.parameters', parameters);
    const at = 'spec.parameters.namespace';
    oneOf(errors, 'spec.parameters.scope', parameters.scope, ['Cluster', 'Namespace']);
    if (parameters.scope === 'Namespace' && parameters.namespace === undefined) errors.push(required(at, "`parameters.scope` is set to 'Namespace'"));
    if (parameters.scope === 'Cluster' && parameters.namespace !== undefined) errors.push(forbiddenField(at, "`parameters.scope` is set to 'Cluster'"));
    optionalName(errors, at, parameters.namespace, validateDnsLabel);
  });

/** The controller cannot be changed. */
export const validateIngressClassUpdate = (ingressClass: IngressClass, old: IngressClass): FieldError[] =>
  collect((errors) => {
    immutable(errors, 'spec.controller', ingressClass.spec?.controller, old.spec?.controller);
    errors.push(...validateIngressClass(ingressClass));
  });

/** Of create and update alike: any part of a policy may be changed. */
export const validateNetworkPolicy = ({ spec }: NetworkPolicy): FieldError[] =>
  collect((errors) => {
    checkSelector(errors, 'spec.podSelector', spec?.podSelector);
    for (const [i, { ports = [], from = [] }] of (spec?.ingress ?? []).entries()) {
      for (const [j, port] of ports.entries()) checkPolicyPort(errors, `spec.ingress[${i}].ports[${j}]`, port);
      for (const [j, peer] of from.entries()) checkPeer(errors, `spec.ingress[${i}].from[${j}]`, peer);
    }
    for (const [i, { ports = [], to = [] }] of (spec?.egress ?? []).entries()) {
      for (const [j, port] of ports.entries()) checkPolicyPort(errors, `spec.egress[${i}].ports[${j}]`, port);
      for (const [j, peer] of to.entries()) checkPeer(errors, `spec.egress[${i}].to[${j}]`, peer);
    }
    const types = spec?.policyTypes ?? [];
    if (types.length > 2) errors.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    else for (const [i, type] of types.entries()) oneOf(errors, `spec.policyTypes[${i}]`, type, ['Ingress', 'Egress']);
  });

function checkPolicyPort(errors: Errors, path: string, { protocol, port, endPort }: networking.NetworkPolicyPort): void {
  if (protocol !== undefined && !protocols.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']));
  const wrongEnd = (text: string): number => errors.push(invalidValue(`${path}.endPort`, endPort, text));
  if (typeof port === 'number') {
    invalidAll(errors, `${path}.port`, port, validatePortNumber(port));
    if (endPort === undefined) return;
    if (endPort < port) wrongEnd('must be greater than or equal to `port`');
    invalidAll(errors, `${path}.endPort`, endPort, validatePortNumber(endPort));
  } else if (port === undefined) {
    if (endPort !== undefined) wrongEnd('may not be specified when `port` is not specified');
  } else {
    if (endPort !== undefined) wrongEnd('may not be specified when `port` is non-numeric');
    invalidAll(errors, `${path}.port`, port, validatePortName(port));
  }
}

function checkPeer(errors: Errors, path: string, { podSelector, namespaceSelector, ipBlock }: networking.NetworkPolicyPeer): void {
  checkSelector(errors, `${path}.podSelector`, podSelector);
  checkSelector(errors, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock) checkBlock(errors, `${path}.ipBlock`, ipBlock);
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector)) errors.push(forbiddenField(path, 'may not specify both ipBlock and another peer'));
}

function checkBlock(errors: Errors, path: string, { cidr, except = [] }: networking.IPBlock): void {
  if (!cidr) return void errors.push(required(`${path}.cidr`));
  const texts = validateCidr(cidr);
  invalidAll(errors, `${path}.cidr`, cidr, texts);
  if (texts.length > 0) return;
  for (const [i, each] of except.entries()) {
    const at = `${path}.except[${i}]`;
    const wrong = validateCidr(each);
    invalidAll(errors, at, each, wrong);
    const [address = '', bits] = each.split('/');
    if (wrong.length === 0 && (!contains(cidr, address) || Number(bits) <= Number(cidr.split('/')[1])))
      errors.push(invalidValue(at, each, 'must be a strict subset of `cidr`'));
  }
}

/** Whether an IPv4 range holds an address. */
function contains(cidr: string, address: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return cidr.includes(':') || Math.floor(number(base) / size) === Math.floor(number(address) / size);
}

/** Of one family or of both. */
export const validateServiceCidr = ({ spec }: ServiceCidr): FieldError[] => collect((errors) => checkCidrs(errors, spec?.cidrs ?? []));

function checkCidrs(errors: Errors, cidrs: readonly string[]): void {
  const path = 'spec.cidrs';
  if (cidrs.length === 0) return void errors.push(required(path, 'at least one CIDR required'));
  if (cidrs.length > 2) return void errors.push(invalidValue(path, { CIDRs: cidrs }, 'may only hold up to 2 values'));
  for (const [i, cidr] of cidrs.entries()) for (const text of validateCidr(cidr)) errors.push(invalidValue(`${path}[${i}]`, cidr, text));
  const [first, second] = cidrs.map((cidr) => (validateCidr(cidr).length > 0 ? undefined : cidr.includes(':')));
  if (first !== undefined && first === second)
    errors.push(invalidValue(path, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
}

/** Nothing changes but that a range of the other family comes. */
export const validateServiceCidrUpdate = (is: ServiceCidr, was: ServiceCidr): FieldError[] =>
  collect((errors) => {
    const [cidrs, old] = [is.spec?.cidrs ?? [], was.spec?.cidrs ?? []];
    const grows = old.length === 1 && cidrs.length === 2;
    if (!grows && old.length !== cidrs.length) return void errors.push(invalidValue('spec.cidrs', cidrs, 'field is immutable'));
    for (const [i, cidr] of old.entries()) if (cidrs[i] !== cidr) errors.push(invalidValue(`spec.cidrs[${i}]`, cidrs[i], 'field is immutable'));
    if (grows) checkCidrs(errors, cidrs);
  });
