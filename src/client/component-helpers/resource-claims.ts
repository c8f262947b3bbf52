/** The claims of a pod: kubernetes dynamic-resource-allocation/resourceclaim. */
import type { Pod, PodResourceClaim } from '../../api/types.ts';

type Named = { readonly name: string; readonly resourceClaimName?: string };

/** `spec.resourceClaims` */
export const podClaims = ({ spec }: Pod): readonly PodResourceClaim[] => (spec as { resourceClaims?: readonly PodResourceClaim[] }).resourceClaims ?? [];
/** `status.resourceClaimStatuses`: which claim was made of a template. */
export const claimStatuses = ({ status }: Pod): readonly Named[] =>
  (status as { resourceClaimStatuses?: readonly Named[] } | undefined)?.resourceClaimStatuses ?? [];
