/** What a pod asks for and may use in all, exactly: kubernetes component-helpers resource/helpers.go, pkg/apis/core/v1/helper/qos. */
import type { ContainerSpec, core } from '../../api/types.ts';
import { parseQuantity, type Quantity, tryParseQuantity, zero } from '../../apimachinery/quantity.ts';

type Spec = Pick<core.PodSpec, 'containers' | 'initContainers' | 'overhead'>;
type Kind = 'requests' | 'limits';
type Totals = Readonly<Record<string, Quantity>>;

/** `spec.resources` (1.34's PodLevelResources): what the pod's containers share. */
export const podLevelResources = (spec: object): core.ResourceRequirements | undefined => (spec as { resources?: core.ResourceRequirements }).resources;
/** IsSupportedPodLevelResource */
export const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
/** IsPodLevelResourcesSet */
export function hasPodLevelResources(spec: object): boolean {
  const { requests = {}, limits = {} } = podLevelResources(spec) ?? {};
  return [...Object.keys(requests), ...Object.keys(limits)].some(isPodLevelResource);
}

/** The larger of what runs together and what the init containers need before it (AggregateContainerRequests, AggregateContainerLimits). */
export function containersTotal({ containers, initContainers = [] }: Spec, kind: Kind): Totals {
  const [running, sidecars, peak] = [{}, {}, {}] as [Record<string, Quantity>, Record<string, Quantity>, Record<string, Quantity>];
  const each = ({ resources }: ContainerSpec, take: (name: string, amount: Quantity) => void): void => {
    for (const [name, text] of Object.entries(resources?.[kind] ?? {})) take(name, parseQuantity(text));
  };
  for (const container of initContainers as readonly ContainerSpec[]) {
    each(container, (name, amount) => {
      const beside = amount.add(sidecars[name] ?? zero);
      if (container.restartPolicy === 'Always') running[name] = sidecars[name] = beside;
      if (beside.compare(peak[name] ?? zero) >= 0) peak[name] = beside;
    });
  }
  for (const container of containers ?? []) {
    each(container, (name, amount) => {
      running[name] = amount.add(running[name] ?? zero);
    });
  }
  for (const [name, amount] of Object.entries(peak)) if (amount.compare(running[name] ?? zero) >= 0) running[name] = amount;
  return running;
}

/** The same with the pod's own amounts in place of its containers', and its overhead (PodRequests, PodLimits). */
export function podTotal(spec: Spec, kind: Kind, { overhead = true } = {}): Totals {
  const total: Record<string, Quantity> = { ...containersTotal(spec, kind) };
  for (const [name, text] of Object.entries(podLevelResources(spec)?.[kind] ?? {})) if (isPodLevelResource(name)) total[name] = parseQuantity(text);
  if (!overhead) return total;
  for (const [name, text] of Object.entries(spec.overhead ?? {}))
    if (kind === 'requests' || total[name]?.isZero() === false) total[name] = (total[name] ?? zero).add(parseQuantity(text));
  return total;
}

/** Guaranteed, Burstable or BestEffort, by the pod's own resources where it has some. */
export function qosClass(spec: Spec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const own = podLevelResources(spec);
  const all = own ? [own] : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources);
  let any = false;
  let guaranteed = true;
  for (const resources of all) {
    for (const name of ['cpu', 'memory']) {
      const [request, limit] = [positive(resources?.requests?.[name]), positive(resources?.limits?.[name])];
      if (request !== undefined || limit !== undefined) any = true;
      if (limit === undefined || (request !== undefined && request !== limit)) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** An amount above nothing; undefined for any other. */
function positive(text: string | undefined): bigint | undefined {
  const nanos = text === undefined ? undefined : tryParseQuantity(text)?.nanos;
  return nanos !== undefined && nanos > 0n ? nanos : undefined;
}
