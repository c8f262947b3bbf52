/** Smaller kinds: nodes, endpoints, priorities, runtime classes, leases, certificate requests (kubernetes pkg/apis/…/validation/validation.go of each). */
import type { core, discovery, EndpointSlice, Endpoints, KubeObject, Lease, Node, PriorityClass } from '../../api/types.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validateDnsSubdomain, validateIp, validateLabelValue, validatePortNumber, validateQualifiedName } from '../../apimachinery/names.ts';
import { taintEffects } from './affinity.ts';
import { protocols } from './containers.ts';
import { internalForm } from './internal-form.ts';
import { checkKey } from './labels.ts';
import { collect, type Errors, immutable, invalidAll, oneOf, optionalName, requiredName } from './report.ts';
import { checkOutside } from './service.ts';

/** Upstream finds taints under metadata. */
export const validateNode = ({ spec }: Node): FieldError[] =>
  collect((errors) => {
    const seen = new Set<string>();
    for (const [i, taint] of (spec?.taints ?? []).entries()) {
      const at = `metadata.taints[${i}]`;
      checkKey(errors, `${at}.key`, taint.key);
      const texts = validateLabelValue(taint.value ?? '');
      if (texts.length > 0) errors.push(invalidValue(`${at}.value`, taint.value, texts.join(';')));
      if (!taint.effect) errors.push(required(`${at}.effect`));
      else oneOf(errors, `${at}.effect`, taint.effect, taintEffects);
      if (seen.has(`${taint.key}:${taint.effect}`))
        errors.push({ ...duplicate(at, internalForm('Taint', taint)), detail: 'taints must be unique by key and effect pair' });
      seen.add(`${taint.key}:${taint.effect}`);
    }
  });

/** podCIDR and providerID are given once. */
export const validateNodeUpdate = (node: Node, old: Node): FieldError[] =>
  collect((errors) => {
    if (old.spec.podCIDR && node.spec.podCIDR !== old.spec.podCIDR)
      errors.push(forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
    if (old.spec.providerID && node.spec.providerID !== old.spec.providerID)
      errors.push(forbiddenField('spec.providerID', 'node updates may not change providerID except from "" to valid'));
    errors.push(...validateNode(node));
  });

/** Addresses must be IPs that a Service may point to. */
export const validateEndpoints = ({ subsets }: Endpoints): FieldError[] =>
  collect((errors) => {
    for (const [i, { addresses = [], notReadyAddresses = [], ports = [] }] of (subsets ?? []).entries()) {
      const at = `subsets[${i}]`;
      if (addresses.length === 0 && notReadyAddresses.length === 0) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
      for (const [j, address] of addresses.entries()) checkAddress(errors, `${at}.addresses[${j}]`, address);
      for (const [j, address] of notReadyAddresses.entries()) checkAddress(errors, `${at}.notReadyAddresses[${j}]`, address);
      for (const [j, port] of ports.entries()) checkEndpointPort(errors, `${at}.ports[${j}]`, port, ports.length > 1);
    }
  });

function checkAddress(errors: Errors, path: string, { ip, hostname, nodeName }: core.EndpointAddress): void {
  invalidAll(errors, `${path}.ip`, ip ?? '', validateIp(ip ?? ''));
  optionalName(errors, `${path}.hostname`, hostname, validateDnsLabel);
  optionalName(errors, `${path}.nodeName`, nodeName, validateDnsSubdomain);
  if (validateIp(ip ?? '').length === 0) checkOutside(errors, `${path}.ip`, ip);
  else errors.push(invalidValue(`${path}.ip`, ip ?? '', 'must be a valid IP address'));
}

function checkEndpointPort(errors: Errors, path: string, { name, port, protocol }: core.EndpointPort, needsName: boolean): void {
  if (needsName && !name) errors.push(required(`${path}.name`));
  else optionalName(errors, `${path}.name`, name, validateDnsLabel);
  invalidAll(errors, `${path}.port`, port ?? 0, validatePortNumber(port ?? 0));
  oneOf(errors, `${path}.protocol`, protocol, protocols);
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

/** All addresses are of the slice's type. */
export const validateSlice = ({ addressType, endpoints, ports }: EndpointSlice): FieldError[] =>
  collect((errors) => {
    if (!addressType) errors.push(required('addressType'));
    else oneOf(errors, 'addressType', addressType, addressTypes);
    for (const [i, endpoint] of (endpoints ?? []).entries()) checkSliceEndpoint(errors, `endpoints[${i}]`, endpoint, addressType);
    const names = new Set<string>();
    for (const [i, { name = '', port, protocol }] of (ports ?? []).entries()) {
      optionalName(errors, `ports[${i}].name`, name, validateDnsLabel);
      if (names.has(name)) errors.push(duplicate(`ports[${i}].name`, name));
      names.add(name);
      if (port !== undefined) invalidAll(errors, `ports[${i}].port`, port, validatePortNumber(port));
      oneOf(errors, `ports[${i}].protocol`, protocol, protocols);
    }
  });

function checkSliceEndpoint(errors: Errors, path: string, { addresses = [], hostname }: discovery.Endpoint, addressType: string): void {
  if (addresses.length === 0) errors.push(required(`${path}.addresses`, 'must contain at least 1 address'));
  for (const [i, given] of addresses.entries()) {
    const at = `${path}.addresses[${i}]`;
    // What was null came here as the zero of no known type.
    const address = typeof given === 'string' ? given : '';
    if (addressType === 'FQDN') invalidAll(errors, at, address, validateDnsSubdomain(address));
    else checkOutside(errors, at, address);
  }
  optionalName(errors, `${path}.hostname`, hostname, validateDnsLabel);
}

/** addressType cannot be changed. */
export const validateSliceUpdate = (slice: EndpointSlice, old: EndpointSlice): FieldError[] =>
  collect((errors) => {
    immutable(errors, 'addressType', slice.addressType, old.addressType);
    errors.push(...validateSlice(slice));
  });

const systemPriorities = new Set(['system-cluster-critical', 'system-node-critical']);
type Priority = PriorityClass & { readonly preemptionPolicy?: string };

/** Names with `system-` are reserved; values of users end at a thousand million. */
export const validatePriority = ({ value = 0, metadata, preemptionPolicy }: Priority): FieldError[] =>
  collect((errors) => {
    if (metadata.name?.startsWith('system-')) {
      if (!systemPriorities.has(metadata.name))
        errors.push(
          forbiddenField(
            'metadata.name',
            `priority class names with 'system-' prefix are reserved for system use only. error: ${metadata.name} is not a known system priority class`,
          ),
        );
    } else if (value > 1_000_000_000) errors.push(forbiddenField('value', 'maximum allowed value of a user defined priority is 1000000000'));
    oneOf(errors, 'preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  });

/** Value and preemptionPolicy cannot be changed. */
export const validatePriorityUpdate = (object: Priority, old: Priority): FieldError[] =>
  collect((errors) => {
    if (object.value !== old.value) errors.push(forbiddenField('value', 'may not be changed in an update.'));
    immutable(errors, 'preemptionPolicy', object.preemptionPolicy, old.preemptionPolicy);
  });

type RuntimeClass = KubeObject & { readonly handler?: string };

/** `handler` is a DNS label; whether a runtime has it shows when a pod starts. */
export const validateRuntimeClass = ({ handler = '' }: RuntimeClass): FieldError[] =>
  collect((errors) => invalidAll(errors, 'handler', handler, validateDnsLabel(handler)));

/** The handler cannot be changed. */
export const validateRuntimeClassUpdate = (object: RuntimeClass, old: RuntimeClass): FieldError[] =>
  collect((errors) => {
    immutable(errors, 'handler', object.handler, old.handler);
  });

/** The whole spec is given once. */
export const validateVolumeAttachmentUpdate = (object: KubeObject & { readonly spec?: object }, old: typeof object): FieldError[] =>
  collect((errors) => immutable(errors, 'spec', object.spec, old.spec));

/** Durations and counts alone. */
export const validateLease = ({ spec }: Lease): FieldError[] =>
  collect((errors) => {
    const seconds = spec?.leaseDurationSeconds;
    if (seconds !== undefined && seconds <= 0) errors.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
    const transitions = spec?.leaseTransitions;
    if (transitions !== undefined && transitions < 0) errors.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  });

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

type Csr = KubeObject & {
  readonly spec?: { readonly request?: string; readonly signerName?: string; readonly usages?: readonly string[]; readonly expirationSeconds?: number };
};

/** The PEM, the usages and the signer's name; who may use that signer is admission's matter. */
export const validateCertificateRequest = ({ spec }: Csr): FieldError[] =>
  collect((errors) => {
    const pem = Buffer.from(spec?.request ?? '', 'base64').toString('utf8');
    if (!pem.includes('-----BEGIN ')) errors.push(invalidValue('spec.request', spec?.request ?? null, 'PEM block type must be CERTIFICATE REQUEST'));
    else if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----') && !pem.includes('-----BEGIN NEW CERTIFICATE REQUEST-----'))
      errors.push(invalidValue('spec.request', spec?.request, 'PEM block type must be CERTIFICATE REQUEST'));
    const given = spec?.usages ?? [];
    if (given.length === 0) errors.push(required('spec.usages', 'usages must be provided'));
    for (const [i, usage] of given.entries()) {
      if (!usages.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, usages));
      if (given.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage));
    }
    checkSigner(errors, 'spec.signerName', spec?.signerName ?? '');
    const seconds = spec?.expirationSeconds;
    if (seconds !== undefined && seconds < 600)
      errors.push(invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  });

/** pkg/apis/certificates/validation ValidateSignerName */
function checkSigner(errors: Errors, path: string, name: string): void {
  if (name === '') return void errors.push(required(path));
  const [domain = '', rest] = name.split('/');
  const wrong = (text: string): number => errors.push(invalidValue(path, name, text));
  if (rest === undefined) return void wrong('must be a fully qualified domain and path of the form "example.com/signer-name"');
  for (const text of validateDnsSubdomain(domain)) errors.push(invalidValue(path, domain, `validating label "${domain}": ${text}`));
  if (!domain.includes('.')) wrong('should be a domain with at least two segments separated by dots');
  for (const text of validateDnsSubdomain(rest)) errors.push(invalidValue(path, rest, `validating label "${rest}": ${text}`));
}

/** Of CSIDrivers, create and update alike. */
export const validateDriver = ({ metadata, spec }: KubeObject & { readonly spec?: object }): FieldError[] =>
  collect((errors) => {
    requiredName(errors, 'metadata.name', metadata.name?.toLowerCase(), (name) =>
      name.length > 63 ? ['must be no more than 63 bytes'] : validateQualifiedName(name),
    );
    for (const mode of (spec as { volumeLifecycleModes?: readonly string[] } | undefined)?.volumeLifecycleModes ?? [])
      oneOf(errors, 'spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent']);
  });
