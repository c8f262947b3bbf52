/** Services: kubernetes pkg/apis/core/validation/validation.go ValidateService, and what the allocators refuse. */
import type { core, Service } from '../../api/types.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validateDnsSubdomain, validatePortName, validatePortNumber } from '../../apimachinery/names.ts';
import { nodePortRange } from '../registry/service-allocator.ts';
import type { StrategyContext } from '../registry/strategy.ts';
import { validateLabels } from './object-meta.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];

export function validateService(service: Service, context: StrategyContext): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const headless = spec.clusterIP === 'None';
  const errors: FieldError[] = [];
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  if (spec.type === 'ExternalName') {
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (name === '') errors.push(required('spec.externalName'));
    else for (const text of validateDnsSubdomain(name)) errors.push(invalidValue('spec.externalName', name, text));
  }
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) errors.push(...validatePort(port, `spec.ports[${i}]`, ports.length > 1, names));
  errors.push(...duplicatePorts(ports), ...(spec.selector ? validateLabels(spec.selector, 'spec.selector') : []));
  if (spec.sessionAffinity !== undefined && spec.sessionAffinity !== 'None' && spec.sessionAffinity !== 'ClientIP')
    errors.push(notSupported('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']));
  if (spec.type !== undefined && !types.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, types));
  if (headless && (spec.type === 'NodePort' || spec.type === 'LoadBalancer'))
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  if (spec.type === 'ClusterIP') {
    for (const [i, { nodePort }] of ports.entries())
      if (nodePort) errors.push(forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  }
  return errors.length > 0 ? errors : validateAllocation(service, context);
}

function validatePort(port: core.ServicePort, path: string, needsName: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!port.name) {
    if (needsName) errors.push(required(`${path}.name`));
  } else {
    for (const text of validateDnsLabel(port.name)) errors.push(invalidValue(`${path}.name`, port.name, text));
    if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name);
  }
  for (const text of validatePortNumber(port.port ?? 0)) errors.push(invalidValue(`${path}.port`, port.port ?? 0, text));
  if (port.protocol !== undefined && !protocols.includes(port.protocol)) errors.push(notSupported(`${path}.protocol`, port.protocol, protocols));
  const target = port.targetPort;
  if (typeof target === 'number' && target !== port.port)
    for (const text of validatePortNumber(target)) errors.push(invalidValue(`${path}.targetPort`, target, text));
  if (typeof target === 'string') for (const text of validatePortName(target)) errors.push(invalidValue(`${path}.targetPort`, target, text));
  return errors;
}

function duplicatePorts(ports: readonly core.ServicePort[]): FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [i, { port, protocol, name }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${i}]`, { ...(name && { name }), protocol, port }));
    seen.add(key);
  }
  return errors;
}

/** What a client chose must be in range and free. */
function validateAllocation({ spec, metadata }: Service, { allocator }: StrategyContext): FieldError[] {
  const errors: FieldError[] = [];
  const owner = `${metadata.namespace}/${metadata.name}`;
  const { clusterIP } = spec;
  if (clusterIP && clusterIP !== 'None') {
    const holder = allocator.ownerOfAddress(clusterIP);
    if (!isIpv4(clusterIP)) errors.push(invalidValue('spec.clusterIPs[0]', clusterIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
    else if (!allocator.contains(clusterIP)) {
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

const isIpv4 = (text: string): boolean => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);

/** A cluster IP stays once it is given. */
export function validateServiceUpdate({ spec }: Service, { spec: old }: Service): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName' || !old.clusterIP) return [];
  const ips = spec.clusterIP !== old.clusterIP && spec.clusterIP ? [spec.clusterIP] : (spec.clusterIPs ?? []);
  return ips[0] === old.clusterIP ? [] : [invalidValue('spec.clusterIPs[0]', ips, 'may not change once set')];
}
