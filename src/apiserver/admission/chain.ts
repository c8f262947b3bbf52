import type { KubeObject } from '../../api/types.ts';
import type { RequestContext } from '../context.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';

export type Operation = 'create' | 'update' | 'delete' | 'connect';

/** One admission plugin: `admit` may change the object, `validate` may only refuse it. */
export type AdmissionPlugin = {
  readonly name: string;
  readonly admit?: (context: RequestContext, operation: Operation, object: KubeObject, old: KubeObject | undefined) => KubeObject;
  readonly validate?: (context: RequestContext, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined) => void;
};

/** In the order of kubernetes pkg/kubeapiserver/options/plugins.go. */
const plugins: readonly AdmissionPlugin[] = [namespaceLifecycle];

/** The mutating round. */
export function admit(context: RequestContext, operation: Operation, object: KubeObject, old: KubeObject | undefined): KubeObject {
  let admitted = object;
  for (const plugin of plugins) if (plugin.admit) admitted = plugin.admit(context, operation, admitted, old);
  return admitted;
}

/** The validating round, after the object's own validation. */
export function validateAdmission(context: RequestContext, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): void {
  for (const plugin of plugins) plugin.validate?.(context, operation, object, old);
}
