/** Services: kubernetes pkg/apis/core/validation/validation.go ValidateService, and what the allocators refuse. */
import type { core, Service } from '../../api/types.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateCidr, validateDnsLabel, validateDnsSubdomain, validateIp, validatePortNumber, validateQualifiedName } from '../../apimachinery/names.ts';
import { nodePortRange } from '../registry/service-allocator.ts';
import type { StrategyContext } from '../registry/strategy.ts';
import { protocols } from './containers.ts';
import { checkPort } from './handlers.ts';
import { internalForm } from './internal-form.ts';
import { checkLabels } from './labels.ts';
import { collect, type Errors, immutable, invalidAll, oneOf } from './report.ts';

type Spec = Service['spec'];

/** Of a create and of an update; whether an address or a port is free is asked of the allocators in `context`. */
export function validateService(service: Service, context: StrategyContext): FieldError[] {
  const { spec } = service;
  const errors = collect((found) => {
    if (!spec.ports?.length && spec.clusterIP !== 'None' && spec.type !== 'ExternalName') found.push(required('spec.ports'));
    checkByType(found, spec);
    const names = new Set<string>();
    for (const [i, port] of (spec.ports ?? []).entries()) checkServicePort(found, `spec.ports[${i}]`, port, spec, names);
    checkLabels(found, 'spec.selector', spec.selector);
    checkAffinityOfSession(found, spec);
    if (spec.type !== 'ExternalName') checkAddresses(found, spec);
    for (const [i, address] of (spec.externalIPs ?? []).entries()) checkOutside(found, `spec.externalIPs[${i}]`, address);
    oneOf(found, 'spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
    checkPortsTogether(found, spec);
    checkBalancer(found, spec);
    checkTraffic(found, spec);
  });
  return errors.length > 0 ? errors : validateAllocation(service, context);
}

function checkByType(errors: Errors, spec: Spec): void {
  if (spec.type !== 'ExternalName') {
    if (spec.clusterIP === 'None' && (spec.type === 'NodePort' || spec.type === 'LoadBalancer'))
      errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
    return;
  }
  if (spec.clusterIPs?.length) errors.push(forbiddenField('spec.clusterIPs', 'may not be set for ExternalName services'));
  if (spec.ipFamilies?.length) errors.push(forbiddenField('spec.ipFamilies', 'may not be set for ExternalName services'));
  if (spec.ipFamilyPolicy) errors.push(forbiddenField('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else invalidAll(errors, 'spec.externalName', name, validateDnsSubdomain(name));
}

function checkServicePort(errors: Errors, path: string, port: core.ServicePort, spec: Spec, names: Set<string>): void {
  if (port.name) {
    invalidAll(errors, `${path}.name`, port.name, validateDnsLabel(port.name));
    if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name);
  } else if ((spec.ports?.length ?? 0) > 1) errors.push(required(`${path}.name`));
  invalidAll(errors, `${path}.port`, port.port ?? 0, validatePortNumber(port.port ?? 0));
  oneOf(errors, `${path}.protocol`, port.protocol, protocols);
  // What was left out is the port itself, and wrong as that is.
  checkPort(errors, `${path}.targetPort`, port.targetPort ?? port.port ?? 0);
  if (port.appProtocol) invalidAll(errors, `${path}.appProtocol`, port.appProtocol, validateQualifiedName(port.appProtocol));
}

function checkAffinityOfSession(errors: Errors, { sessionAffinity = 'None', sessionAffinityConfig }: Spec): void {
  oneOf(errors, 'spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const path = 'spec.sessionAffinityConfig';
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) errors.push(forbiddenField(path, 'must not be set when session affinity is None'));
  if (sessionAffinity === 'ClientIP' && seconds !== undefined && (seconds <= 0 || seconds > 86400))
    errors.push(invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, 'must be greater than 0 and less than 86400'));
}

/** ValidateServiceClusterIPsRelatedFields */
function checkAddresses(errors: Errors, { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: Spec): void {
  const path = 'spec.clusterIPs';
  if (clusterIP && clusterIPs[0] !== clusterIP) errors.push(invalidValue(path, clusterIPs, 'first value must match `clusterIP`'));
  const seen = new Set<string>();
  for (const [i, family] of ipFamilies.entries()) {
    oneOf(errors, `spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']);
    if (seen.has(family)) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
    seen.add(family);
  }
  oneOf(errors, 'spec.ipFamilyPolicy', ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']);
  for (const [i, address] of clusterIPs.entries()) {
    if (i === 0 && address === 'None') {
      if (clusterIPs.length > 1) errors.push(invalidValue(path, clusterIPs, "'None' must be the first and only value"));
    } else invalidAll(errors, `${path}[${i}]`, address, validateIp(address));
  }
  if (clusterIPs.length > 2) errors.push(invalidValue(path, clusterIPs, 'may only hold up to 2 values'));
  else if (ipFamilyPolicy === 'RequireDualStack')
    errors.push(invalidValue('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  for (const [i, family] of ipFamilies.entries())
    if (family === 'IPv6') errors.push(invalidValue(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
}

/** ValidateNonSpecialIP */
export function checkOutside(errors: Errors, path: string, address: string): void {
  const texts = validateIp(address);
  invalidAll(errors, path, address, texts);
  if (texts.length > 0) return;
  const wrong = (text: string): number => errors.push(invalidValue(path, address, text));
  if (address === '0.0.0.0' || address === '::') wrong(`may not be unspecified (${address})`);
  if (address.startsWith('127.') || address === '::1') wrong('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (address.startsWith('169.254.')) wrong('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (address.startsWith('224.0.0.')) wrong('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
}

function checkPortsTogether(errors: Errors, { type, ports = [] }: Spec): void {
  const [nodePorts, numbers] = [new Set<string>(), new Set<string>()];
  if (type === 'ClusterIP')
    for (const [i, { nodePort }] of ports.entries())
      if (nodePort) errors.push(forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  for (const [i, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue;
    if (nodePorts.has(`${protocol}/${nodePort}`)) errors.push(duplicate(`spec.ports[${i}].nodePort`, nodePort));
    nodePorts.add(`${protocol}/${nodePort}`);
  }
  for (const [i, { port, protocol }] of ports.entries()) {
    if (numbers.has(`${protocol}/${port}`)) errors.push(duplicate(`spec.ports[${i}]`, internalForm('ServicePort', { protocol, port })));
    numbers.add(`${protocol}/${port}`);
  }
}

const onlyBalancers = "may only be used when `type` is 'LoadBalancer'";

function checkBalancer(errors: Errors, spec: Spec): void {
  const balanced = spec.type === 'LoadBalancer';
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const path = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0 && !balanced) errors.push(forbiddenField(path, onlyBalancers));
  for (const [i, range] of ranges.entries()) invalidAll(errors, `${path}[${i}]`, range.trim(), validateCidr(range.trim()));
  if (!balanced && spec.allocateLoadBalancerNodePorts !== undefined) errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', onlyBalancers));
  if (spec.loadBalancerClass === undefined) return;
  if (balanced) invalidAll(errors, 'spec.loadBalancerClass', spec.loadBalancerClass, validateQualifiedName(spec.loadBalancerClass));
  else errors.push(forbiddenField('spec.loadBalancerClass', onlyBalancers));
}

const trafficPolicies = ['Cluster', 'Local'];

function checkTraffic(errors: Errors, spec: Spec): void {
  const { type, externalTrafficPolicy: outside, healthCheckNodePort: health } = spec;
  const reachable = type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
  if (outside && !reachable) errors.push(invalidValue('spec.externalTrafficPolicy', outside, 'may only be set for externally-accessible services'));
  else if (outside) oneOf(errors, 'spec.externalTrafficPolicy', outside, trafficPolicies);
  if (health && !(type === 'LoadBalancer' && outside === 'Local'))
    errors.push(invalidValue('spec.healthCheckNodePort', health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  oneOf(errors, 'spec.internalTrafficPolicy', spec.internalTrafficPolicy, trafficPolicies);
  const distribution = spec.trafficDistribution;
  const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
  if (distribution !== undefined && !distributions.includes(distribution)) errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
}

/** What a client chose must be in range and free. */
function validateAllocation({ spec, metadata }: Service, { allocator }: StrategyContext): FieldError[] {
  const errors: FieldError[] = [];
  const owner = `${metadata.namespace}/${metadata.name}`;
  const { clusterIP } = spec;
  if (clusterIP && clusterIP !== 'None') {
    const holder = allocator.ownerOfAddress(clusterIP);
    if (!allocator.contains(clusterIP)) {
      errors.push(invalidValue('spec.clusterIPs', [clusterIP], `failed to allocate IP ${clusterIP}: the provided network does not match the current range`));
    } else if (holder !== undefined && holder !== owner)
      errors.push(invalidValue('spec.clusterIPs', [clusterIP], `failed to allocate IP ${clusterIP}: provided IP is already allocated`));
  }
  for (const [i, { nodePort }] of (spec.ports ?? []).entries()) {
    if (!nodePort) continue;
    const { first, last } = nodePortRange;
    const holder = allocator.ownerOfPort(nodePort);
    const path = `spec.ports[${i}].nodePort`;
    if (nodePort < first || nodePort > last)
      errors.push(invalidValue(path, nodePort, `provided port is not in the valid range. The range of valid ports is ${first}-${last}`));
    else if (holder !== undefined && holder !== owner) errors.push(invalidValue(path, nodePort, 'provided port is already allocated'));
  }
  return errors;
}

/** A cluster IP and its family stay once they are given, a class of balancers and its health port too. */
export const validateServiceUpdate = ({ spec }: Service, { spec: old }: Service): FieldError[] =>
  collect((errors) => {
    const balanced = spec.type === 'LoadBalancer' && old.type === 'LoadBalancer';
    if (spec.type !== 'ExternalName' && old.type !== 'ExternalName' && old.clusterIP) {
      const ips = spec.clusterIPs ?? [];
      if (ips[0] !== old.clusterIP) errors.push(invalidValue('spec.clusterIPs[0]', ips, 'may not change once set'));
      const [family, was] = [spec.ipFamilies?.[0], old.ipFamilies?.[0]];
      if (family !== was && was !== undefined && spec.clusterIP !== 'None')
        errors.push(invalidValue('spec.ipFamilies[0]', spec.ipFamilies ?? [], 'may not change once set'));
    }
    if (balanced && spec.loadBalancerClass !== old.loadBalancerClass)
      errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
    if (balanced && old.healthCheckNodePort && spec.externalTrafficPolicy === 'Local' && spec.healthCheckNodePort !== old.healthCheckNodePort)
      immutable(errors, 'spec.healthCheckNodePort', spec.healthCheckNodePort, old.healthCheckNodePort);
  });
