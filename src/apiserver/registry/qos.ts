import type { PodSpec } from '../../api/types.ts';
import { tryParseQuantity } from '../../apimachinery/quantity.ts';

const counted = ['cpu', 'memory'] as const;

/** Guaranteed, Burstable or BestEffort: kubernetes pkg/apis/core/v1/helper/qos. */
export function qosClass(spec: PodSpec): string {
  let any = false;
  let guaranteed = true;
  for (const { resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    for (const name of counted) {
      const request = positive(resources?.requests?.[name]);
      const limit = positive(resources?.limits?.[name]);
      if (request !== undefined || limit !== undefined) any = true;
      if (limit === undefined || (request !== undefined && request !== limit)) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** The amount as canonical text; undefined for none or zero. */
function positive(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const quantity = tryParseQuantity(text);
  return quantity === undefined || quantity.nanos <= 0n ? undefined : String(quantity.nanos);
}
