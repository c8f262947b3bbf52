import type { KubeObject } from '../api/types.ts';
import type { RequestContext } from './context.ts';

/** Who last set which fields (apimachinery/pkg/util/managedfields). */
export function trackManagers(_context: RequestContext, object: KubeObject, _old: KubeObject | undefined): KubeObject {
  return object;
}
