import type { core, discovery, EndpointSlice, Endpoints } from '../../api/types.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerRef, keyOf, type ObjectKey } from '../../client/keys.ts';
import { hasSelector, triggerAnnotation } from '../endpoints/backends.ts';
import { equal } from '../equal.ts';

const slices = 'endpointslices.discovery.k8s.io';
const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const managedBy = 'endpointslicemirroring-controller.k8s.io';
const serviceLabel = 'kubernetes.io/service-name';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Slices for Endpoints that somebody wrote by hand, so that kube-proxy and DNS know them: pkg/controller/endpointslicemirroring. */
export const endpointSliceMirroringController = (): Controller => ({
  name: 'endpointslice-mirroring-controller',
  watches: [
    watch('endpoints', enqueueSelf),
    watch('services', enqueueSelf),
    watch(slices, ({ metadata }) =>
      metadata.labels?.[managedByLabel] === managedBy ? [{ namespace: metadata.namespace ?? '', name: metadata.labels[serviceLabel] ?? '' }] : [],
    ),
  ],
  reconcile,
});

type Wanted = Pick<EndpointSlice, 'addressType' | 'ports'> & { readonly endpoints: discovery.Endpoint[] };

function reconcile(key: ObjectKey, { client, informers }: Context): Result {
  const endpoints = informers.of('endpoints').get(key);
  const service = informers.of('services').get(key);
  const left = informers
    .of(slices)
    .list(key.namespace)
    .filter(({ metadata: { labels } }) => labels?.[managedByLabel] === managedBy && labels[serviceLabel] === key.name);
  const mirrored = endpoints && service && !hasSelector(service) && isForMirroring(endpoints) ? endpoints : undefined;
  for (const wanted of mirrored ? wantedOf(mirrored) : []) {
    // A slice with the same ports stays; else one that would go takes the new ports.
    const fits = (slice: EndpointSlice): boolean => slice.addressType === wanted.addressType;
    const known = left.find((slice) => fits(slice) && equal(slice.ports ?? [], wanted.ports)) ?? left.find(fits);
    if (known) left.splice(left.indexOf(known), 1);
    write(mirrored as Endpoints, wanted, known, client);
  }
  for (const slice of left) client.delete(slices, keyOf(slice));
  return {};
}

const isForMirroring = ({ metadata: { labels, annotations } }: Endpoints): boolean =>
  labels?.['endpointslice.kubernetes.io/skip-mirror'] !== 'true' && annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined;

/** One slice for each set of ports and family of addresses. */
function wantedOf({ subsets = [] }: Endpoints): Iterable<Wanted> {
  const groups = new Map<string, Wanted>();
  for (const { addresses = [], notReadyAddresses = [], ports: given = [] } of subsets) {
    const ports = given.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol !== undefined && { appProtocol }),
    }));
    for (const [ready, list] of [
      [true, addresses],
      [false, notReadyAddresses],
    ] as const)
      for (const address of list) {
        const addressType = address.ip.includes(':') ? 'IPv6' : 'IPv4';
        const id = JSON.stringify([addressType, ports]);
        const group = groups.get(id) ?? { addressType, ports, endpoints: [] };
        groups.set(id, group);
        group.endpoints.push(endpointOf(address, ready));
      }
  }
  return groups.values();
}

const endpointOf = ({ ip, hostname, nodeName, targetRef }: core.EndpointAddress, ready: boolean): discovery.Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname && { hostname }),
  ...(nodeName && { nodeName }),
  ...(targetRef && { targetRef }),
});

function write(endpoints: Endpoints, wanted: Wanted, known: EndpointSlice | undefined, client: Context['client']): void {
  const { name = '', namespace } = endpoints.metadata;
  const labels = { ...endpoints.metadata.labels, [serviceLabel]: name, [managedByLabel]: managedBy };
  const { [triggerAnnotation]: _, [lastApplied]: __, ...annotations } = endpoints.metadata.annotations ?? {};
  const metadata = {
    ...(known?.metadata ?? { generateName: `${name}-`, namespace, ownerReferences: [controllerRef('v1', 'Endpoints', endpoints)] }),
    labels,
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...wanted, metadata } as EndpointSlice;
  if (known === undefined) client.create(slices, slice);
  else if (!equal(known.endpoints, wanted.endpoints) || !equal(known.ports, wanted.ports) || !equal(known.metadata.labels, labels))
    client.update(slices, { ...known, ...slice });
}
