import type { KubeObject } from '../../api/types.ts';
import { escalation } from '../authz/escalation.ts';
import type { RequestContext } from '../context.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { podSecurity } from './pod-security.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.ts';
import { defaultTolerationSeconds, taintNodesByCondition } from './tolerations.ts';

export type Operation = 'create' | 'update' | 'delete' | 'connect';

/** One admission plugin: `admit` may change the object, `validate` may only refuse it. */
export type AdmissionPlugin = {
  readonly name: string;
  readonly admit?: (context: RequestContext, operation: Operation, object: KubeObject, old: KubeObject | undefined) => KubeObject;
  readonly validate?: (context: RequestContext, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined) => void;
};

/** In the order of kubernetes pkg/kubeapiserver/options/plugins.go. */
const plugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  escalation,
  // Last, so that nothing is counted that somebody else refuses.
  resourceQuota,
];

const isOn = (context: RequestContext, plugin: AdmissionPlugin): boolean => context.core.options.disableAdmissionPlugins?.includes(plugin.name) !== true;

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
