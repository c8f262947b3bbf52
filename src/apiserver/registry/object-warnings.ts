/** `Warning: …` of objects that are no pods (kubernetes pkg/api/{service,persistentvolume,persistentvolumeclaim,storage}, pkg/registry/…/strategy.go). */
import type { Ingress, KubeObject, NetworkPolicy, PersistentVolume, PersistentVolumeClaim, ResourceQuota, Service, StorageClass } from '../../api/types.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';
import { claimSpecWarnings, oldNodeLabels, sourceWarnings, termWarnings } from './warnings.ts';

const hasAnnotation = ({ metadata }: KubeObject, key: string): boolean => metadata.annotations?.[key] !== undefined;

function annotationWarnings(object: KubeObject, texts: Readonly<Record<string, string>>): string[] {
  return Object.keys(texts)
    .filter((key) => hasAnnotation(object, key))
    .map((key) => `metadata.annotations[${key}]: ${texts[key]}`);
}

const oldClass = { 'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead' };
const oldVolume = { ...oldClass, 'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead' };

/** Of a PersistentVolumeClaim. */
export function claimWarnings(claim: PersistentVolumeClaim): string[] {
  const found = annotationWarnings(claim, oldClass);
  claimSpecWarnings(found, 'spec', claim.spec);
  return found;
}

/** Of a PersistentVolume. */
export function volumeWarnings(volume: PersistentVolume): string[] {
  const found = annotationWarnings(volume, oldVolume);
  if (volume.spec.persistentVolumeReclaimPolicy === 'Recycle')
    found.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  volume.spec.nodeAffinity?.required?.nodeSelectorTerms.forEach((term, i) => {
    termWarnings(found, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, term);
  });
  sourceWarnings(found, 'spec', volume.spec);
  return found;
}

/** Of a StorageClass. */
export const classWarnings = ({ allowedTopologies = [] }: StorageClass): string[] =>
  allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key }, j) =>
      oldNodeLabels.has(key) ? [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${oldNodeLabels.get(key)}`] : [],
    ),
  );

/** Of a Service. */
export function serviceWarnings(service: Service): string[] {
  const { spec } = service;
  const found: string[] = [];
  const hints = 'service.kubernetes.io/topology-aware-hints';
  if (hasAnnotation(service, hints)) found.push(`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  const external = (spec.externalIPs?.length ?? 0) > 0;
  if (spec.type === 'ClusterIP' && spec.clusterIP === 'None') {
    const ignored = { 'spec.loadBalancerIP': spec.loadBalancerIP, 'spec.externalIPs': external, 'spec.SessionAffinity': spec.sessionAffinity !== 'None' };
    for (const [field, given] of Object.entries(ignored)) if (given) found.push(`${field} is ignored for headless services`);
  }
  spec.loadBalancerSourceRanges?.forEach((range, i) => {
    rangeWarnings(found, `spec.loadBalancerSourceRanges[${i}]`, range);
  });
  if (spec.type === 'ExternalName' && external) found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== 'ExternalName' && spec.externalName) found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}

/** Of a new Ingress. */
export function ingressWarnings(ingress: Ingress, old?: Ingress): string[] {
  const key = 'kubernetes.io/ingress.class';
  if (old !== undefined || !hasAnnotation(ingress, key) || ingress.spec?.ingressClassName !== undefined) return [];
  return [`annotation ${quote(key)} is deprecated, please use 'spec.ingressClassName' instead`];
}

/** Of a NetworkPolicy's blocks of addresses. */
export function policyWarnings({ spec }: NetworkPolicy): string[] {
  const found: string[] = [];
  const peers = [
    ...(spec.ingress ?? []).map(({ from }, i) => [`ingress[${i}].from`, from] as const),
    ...(spec.egress ?? []).map(({ to }, i) => [`egress[${i}].to`, to] as const),
  ];
  for (const [path, list] of peers) {
    list?.forEach(({ ipBlock }, j) => {
      const field = `spec.${path}[${j}].ipBlock`;
      if (ipBlock) rangeWarnings(found, `${field}.cidr`, ipBlock.cidr);
      ipBlock?.except?.forEach((range, k) => {
        rangeWarnings(found, `${field}.except[${k}]`, range);
      });
    });
  }
  return found;
}

/** `10.0.0.5/24` says more than a range does (validation.GetWarningsForCIDR, of IPv4). */
function rangeWarnings(found: string[], path: string, range: string): void {
  const [address = '', bits = ''] = range.split('/');
  if (address.includes(':')) return;
  const host = 2 ** (32 - Number(bits));
  const whole = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  if (whole % host === 0) return;
  const base = whole - (whole % host);
  const network = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.');
  found.push(`${path}: CIDR value ${quote(range)} is ambiguous in this context (should be "${network}/${bits}" or "${address}/32"?)`);
}

/** Of a new ResourceQuota that lets less be used than asked for. */
export function quotaWarnings({ spec }: ResourceQuota, old?: ResourceQuota): string[] {
  const hard = spec?.hard ?? {};
  if (old !== undefined) return [];
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name, i) => {
    const asked = hard[`requests.${name}`] === undefined && i < 2 ? name : `requests.${name}`;
    const [request, limit] = [tryParseQuantity(hard[asked]), tryParseQuantity(hard[`limits.${name}`])];
    if (request === undefined || limit === undefined || request.compare(limit) <= 0) return [];
    return [`ResourceQuota ${asked} (${request}) should be less than limits.${name} (${limit})`];
  });
}

/** Of a ServiceAccount that asks for what is going away. */
export function accountWarnings(account: KubeObject, old?: KubeObject): string[] {
  const key = 'kubernetes.io/enforce-mountable-secrets';
  if (!hasAnnotation(account, key) || (old && hasAnnotation(old, key))) return [];
  return [`metadata.annotations[${key}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`];
}
