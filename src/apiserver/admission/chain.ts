import type { KubeObject } from '../../api/types.ts';
import { escalation } from '../authz/escalation.ts';
import type { RequestContext } from '../context.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podSecurity } from './pod-security.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { alwaysPullImages, defaultIngressClass, denyServiceExternalIps, namespaceAutoProvision, podTopologyLabels, runtimeClass } from './small.ts';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.ts';
import { defaultTolerationSeconds, taintNodesByCondition } from './tolerations.ts';
import { validatingAdmissionPolicy } from './validating-policy.ts';
import { mutatingWebhook, validatingWebhook } from './webhooks.ts';

/** What a plugin is asked about; reads are never admitted. */
export type Operation = 'create' | 'update' | 'delete' | 'connect';

/** One admission plugin: `admit` may change the object, `validate` may only refuse it. */
export type AdmissionPlugin = {
  readonly name: string;
  readonly admit?: (context: RequestContext, operation: Operation, object: KubeObject, old: KubeObject | undefined) => KubeObject;
  readonly validate?: (context: RequestContext, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined) => void;
};

/** In the order of kubernetes pkg/kubeapiserver/options/plugins.go. */
const plugins: readonly AdmissionPlugin[] = [
  alwaysPullImages,
  namespaceAutoProvision,
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSubjectRestriction,
  defaultIngressClass,
  escalation,
  podTopologyLabels,
  mutatingWebhook,
  validatingAdmissionPolicy,
  validatingWebhook,
  denyServiceExternalIps,
  // Last, so that nothing is counted that somebody else refuses.
  resourceQuota,
];

/** Those that work only where `--enable-admission-plugins` names them. */
const offByDefault: ReadonlySet<string> = new Set([alwaysPullImages, namespaceAutoProvision, nodeRestriction, denyServiceExternalIps].map(({ name }) => name));

/** Upstream's plugins that the lab does not have: naming them is no mistake. */
const known: ReadonlySet<string> = new Set(
  'CertificateSigning AlwaysAdmit AlwaysDeny ClusterTrustBundleAttest EventRateLimit ExtendedResourceToleration ImagePolicyWebhook LimitPodHardAntiAffinityTopology MutatingAdmissionPolicy NamespaceExists OwnerReferencesPermissionEnforcement PodNodeSelector PodTolerationRestriction'.split(
    ' ',
  ),
);

/** Of upstream's others, those that say nothing more than what is there says. */
const silent: ReadonlySet<string> = new Set(['CertificateSigning', 'AlwaysAdmit', 'NamespaceExists']);

/** Whether naming a plugin has its effect. */
export const isSimulated = (name: string): boolean => silent.has(name) || plugins.some((plugin) => plugin.name === name);

/** Whether a flag may name this plugin. */
export const isPluginName = (name: string): boolean => known.has(name) || plugins.some((plugin) => plugin.name === name);

function isOn({ core: { options } }: RequestContext, { name }: AdmissionPlugin): boolean {
  if (offByDefault.has(name)) return options.enableAdmissionPlugins?.includes(name) === true;
  return options.disableAdmissionPlugins?.includes(name) !== true;
}

/** The round of a write to a status: nobody but those who look at every request. */
export function validateStatusAdmission(context: RequestContext, object: KubeObject, old: KubeObject): void {
  for (const plugin of [nodeRestriction, certificateSigning, validatingAdmissionPolicy, validatingWebhook])
    if (isOn(context, plugin)) plugin.validate?.(context, 'update', object, old);
}

/** The mutating round. */
export function admit(context: RequestContext, operation: Operation, object: KubeObject, old: KubeObject | undefined): KubeObject {
  let admitted = object;
  for (const plugin of plugins) if (plugin.admit && isOn(context, plugin)) admitted = plugin.admit(context, operation, admitted, old);
  return admitted;
}

/** The validating round, after the object's own validation. */
export function validateAdmission(context: RequestContext, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): void {
  for (const plugin of plugins) if (plugin.validate && isOn(context, plugin)) plugin.validate(context, operation, object, old);
}
