/** What may stand in a pod's spec: kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec. */
import type { core, PodResourceClaim, PodSpec, PodTemplateSpec } from '../../api/types.ts';
import { duplicate, forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts';
import { rangeText, validateDnsLabel, validateDnsSubdomain, validateIp, validateQualifiedName } from '../../apimachinery/names.ts';
import { checkAffinity, checkSpread, checkTolerations } from './affinity.ts';
import { checkContainers } from './containers.ts';
import { checkLabels } from './labels.ts';
import { validateAnnotations } from './object-meta.ts';
import { checkPodResources, checkResourceClaims } from './pod-resources.ts';
import { type Errors, invalidAll, oneOf, optionalName } from './report.ts';
import { checkRequirements } from './resources.ts';
import { checkHostUsers, checkPodSecurityContext } from './security.ts';
import { checkVolumes } from './volumes.ts';

/** A pod's spec; `path` is `spec`, or `spec.template.spec`. `isPod`: not a template, which may leave out what its pods get. */
export function checkPodSpec(errors: Errors, path: string, spec: PodSpec | undefined, isPod = false): void {
  if (spec === undefined) return void errors.push(required(`${path}.containers`));
  const volumes = checkVolumes(errors, `${path}.volumes`, spec.volumes ?? []);
  checkResourceClaims(errors, `${path}.resourceClaims`, (spec as { resourceClaims?: readonly PodResourceClaim[] }).resourceClaims ?? []);
  checkContainers(errors, { spec, volumes, path });
  checkPodResources(errors, path, spec);
  if (spec.hostNetwork) checkHostNetworkPorts(errors, path, spec, isPod);
  if (spec.restartPolicy === '') errors.push(required(`${path}.restartPolicy`));
  else oneOf(errors, `${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']);
  oneOf(errors, `${path}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
  checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector);
  if (spec.securityContext) checkPodSecurityContext(errors, `${path}.securityContext`, spec.securityContext, spec);
  if (spec.affinity) checkAffinity(errors, `${path}.affinity`, spec.affinity);
  checkDns(errors, `${path}.dnsConfig`, spec);
  for (const [i, { conditionType }] of (spec.readinessGates ?? []).entries())
    invalidAll(errors, `${path}.readinessGates[${i}].conditionType`, conditionType, validateQualifiedName(conditionType));
  checkGates(errors, `${path}.schedulingGates`, spec.schedulingGates ?? []);
  if (spec.topologySpreadConstraints) checkSpread(errors, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  checkHostUsers(errors, path, spec);
  checkNames(errors, path, spec);
  if (spec.overhead) checkRequirements(errors, `${path}.overhead`, { limits: spec.overhead });
}

function checkNames(errors: Errors, path: string, spec: PodSpec): void {
  optionalName(errors, `${path}.serviceAccountName`, spec.serviceAccountName, validateDnsSubdomain);
  optionalName(errors, `${path}.nodeName`, spec.nodeName, validateDnsSubdomain);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > 2 ** 31 - 1))
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, rangeText(1, 2 ** 31 - 1)));
  optionalName(errors, `${path}.hostname`, spec.hostname, validateDnsLabel);
  optionalName(errors, `${path}.subdomain`, spec.subdomain, validateDnsLabel);
  if (spec.tolerations) checkTolerations(errors, `${path}.tolerations`, spec.tolerations);
  for (const [i, { ip, hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    invalidAll(errors, `${path}.hostAliases[${i}].ip`, ip ?? '', validateIp(ip ?? ''));
    for (const [j, name] of hostnames.entries()) invalidAll(errors, `${path}.hostAliases[${i}].hostnames[${j}]`, name, validateDnsSubdomain(name));
  }
  optionalName(errors, `${path}.priorityClassName`, spec.priorityClassName, validateDnsSubdomain);
  optionalName(errors, `${path}.runtimeClassName`, spec.runtimeClassName, validateDnsSubdomain);
  oneOf(errors, `${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  if (spec.os) {
    if (!spec.os.name) errors.push(required(`${path}.os.name`));
    else oneOf(errors, `${path}.os`, spec.os.name, ['linux', 'windows']);
  }
}

/** validatePodHostNetworkDeps */
function checkHostNetworkPorts(errors: Errors, path: string, spec: PodSpec, isPod: boolean): void {
  for (const [i, { ports = [] }] of (spec.containers ?? []).entries()) {
    for (const [j, { hostPort = 0, containerPort }] of ports.entries()) {
      if ((isPod || hostPort !== 0) && hostPort !== containerPort)
        errors.push(invalidValue(`${path}.containers[${i}].ports[${j}].hostPort`, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
  }
}

function checkDns(errors: Errors, path: string, { dnsPolicy, dnsConfig }: PodSpec): void {
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) return void errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    if (!dnsConfig.nameservers?.length)
      return void errors.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  }
  if (dnsConfig === undefined) return;
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  if (nameservers.length > 3) errors.push(invalidValue(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'));
  for (const [i, address] of nameservers.entries()) invalidAll(errors, `${path}.nameservers[${i}]`, address, validateIp(address));
  if (searches.length > 32) errors.push(invalidValue(`${path}.searches`, searches, 'must not have more than 32 search paths'));
  for (const [i, given] of searches.entries()) {
    const search = given.replace(/\.$/, '');
    if (given !== '.') invalidAll(errors, `${path}.searches[${i}]`, search, validateDnsSubdomain(search.replaceAll('_', '-').replace(/^-|-$/g, 'a')));
  }
  for (const [i, { name }] of options.entries()) if (!name) errors.push(required(`${path}.options[${i}]`, 'must not be empty'));
}

function checkGates(errors: Errors, path: string, gates: readonly core.PodSchedulingGate[]): void {
  const seen = new Set<string>();
  for (const [i, { name }] of gates.entries()) {
    invalidAll(errors, `${path}[${i}]`, name, validateQualifiedName(name));
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, name));
    seen.add(name);
  }
}

/** A template of a workload: labels, annotations, spec (ValidatePodTemplateSpec). */
export function checkPodTemplate(errors: Errors, path: string, template: PodTemplateSpec | undefined): void {
  checkTemplateMeta(errors, path, template);
  checkPodSpec(errors, `${path}.spec`, template?.spec);
  if (template?.spec?.ephemeralContainers?.length)
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
}

/** Labels and annotations of a template. */
export function checkTemplateMeta(errors: Errors, path: string, template: PodTemplateSpec | undefined): void {
  checkLabels(errors, `${path}.labels`, template?.metadata?.labels);
  if (template?.metadata?.annotations) errors.push(...validateAnnotations(template.metadata.annotations, `${path}.annotations`));
}
