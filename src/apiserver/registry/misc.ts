/** Resources with little of their own: events, leases, certificate requests, revisions, runtime classes, webhooks, custom resource definitions. */
import type { ControllerRevision, CoreEvent, KubeObject, Lease, ServiceCidr } from '../../api/types.ts';
import { humanDuration } from '../../apimachinery/duration.ts';
import { age, ageColumn, nameColumn } from '../table.ts';
import {
  validateCertificateRequest,
  validateDriver,
  validateLease,
  validateRuntimeClass,
  validateRuntimeClassUpdate,
  validateVolumeAttachmentUpdate,
} from '../validation/misc.ts';
import { validateServiceCidr, validateServiceCidrUpdate } from '../validation/networking.ts';
import { fill } from './fill.ts';
import { type Strategy, strategyOf } from './strategy.ts';

const eventTime = (event: CoreEvent): string | undefined =>
  event.lastTimestamp ?? (event.series?.lastObservedTime as string | undefined) ?? (event.eventTime as string | undefined);
const firstTime = (event: CoreEvent): string | undefined => event.firstTimestamp ?? (event.eventTime as string | undefined);

const sourceText = ({ source, reportingComponent, reportingInstance }: CoreEvent): string => {
  const [component, host] = [source?.component || reportingComponent || '', source?.host || reportingInstance || ''];
  return host === '' ? component : `${component}, ${host}`;
};

/** kubernetes pkg/registry/core/event and printers.go printEvent */
const event: Strategy<CoreEvent> = {
  createOnUpdate: true,
  fields: {
    'involvedObject.kind': ({ involvedObject }) => involvedObject.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source }) => source?.component ?? '',
    type: ({ type }) => type ?? '',
  },
  columns: [
    { name: 'Last Seen', cell: (object, now) => age(eventTime(object), now) },
    { name: 'Type', cell: ({ type }) => type ?? '' },
    { name: 'Reason', cell: ({ reason }) => reason ?? '' },
    { name: 'Object', cell: ({ involvedObject }) => `${(involvedObject.kind ?? '').toLowerCase()}/${involvedObject.name}` },
    { name: 'Subobject', wide: true, cell: ({ involvedObject }) => involvedObject.fieldPath ?? '' },
    { name: 'Source', wide: true, cell: sourceText },
    { name: 'Message', cell: ({ message }) => (message ?? '').trim() },
    { name: 'First Seen', wide: true, cell: (object, now) => age(firstTime(object), now) },
    { name: 'Count', wide: true, cell: ({ count, series }) => series?.count ?? count ?? 1 },
    { ...nameColumn, wide: true },
  ],
};

const lease: Strategy<Lease> = {
  createOnUpdate: true,
  validate: validateLease,
  validateUpdate: validateLease,
  columns: [nameColumn, { name: 'Holder', cell: ({ spec }) => spec?.holderIdentity ?? '' }, ageColumn],
};

type Csr = KubeObject & {
  readonly spec: { readonly request?: string; readonly signerName?: string; readonly username?: string; readonly expirationSeconds?: number };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[]; readonly certificate?: string };
};

const csrCondition = ({ status }: Csr): string => {
  const types = new Set((status?.conditions ?? []).map(({ type }) => type));
  const decision = types.has('Approved') ? 'Approved' : types.has('Denied') ? 'Denied' : 'Pending';
  return `${decision}${types.has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
};

/** kubernetes pkg/registry/certificates/certificates/strategy.go: who asks is written down by the server. */
const csr: Strategy<Csr> = {
  prepareForCreate: (object, { user }) => ({
    ...object,
    spec: { ...object.spec, username: user.name, groups: user.groups, ...(user.uid && { uid: user.uid }), ...(user.extra && { extra: user.extra }) },
    status: {},
  }),
  prepareForUpdate: (object, old) => ({ ...object, spec: old.spec }),
  validate: validateCertificateRequest,
  status: true,
  fields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  columns: [
    nameColumn,
    ageColumn,
    { name: 'SignerName', cell: ({ spec }) => spec.signerName ?? '<none>' },
    { name: 'Requestor', cell: ({ spec }) => spec.username ?? '' },
    { name: 'RequestedDuration', cell: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)) },
    { name: 'Condition', cell: csrCondition },
  ],
};

const controllerRevision: Strategy<ControllerRevision> = {
  columns: [
    nameColumn,
    {
      name: 'Controller',
      cell: ({ metadata }) => {
        const owner = metadata.ownerReferences?.find(({ controller }) => controller);
        if (owner === undefined) return '<none>';
        const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
        return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
      },
    },
    { name: 'Revision', type: 'integer', cell: ({ revision }) => revision },
    ageColumn,
  ],
};

type RuntimeClass = KubeObject & { readonly handler: string };
const runtimeClass: Strategy<RuntimeClass> = {
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
  columns: [nameColumn, { name: 'Handler', cell: ({ handler }) => handler }, ageColumn],
};

type CsiNode = KubeObject & { readonly spec?: { readonly drivers?: readonly object[] } };
const csiNode: Strategy<CsiNode> = { columns: [nameColumn, { name: 'Drivers', type: 'integer', cell: ({ spec }) => spec?.drivers?.length ?? 0 }, ageColumn] };

type VolumeAttachment = KubeObject & {
  readonly spec?: { readonly attacher?: string; readonly nodeName?: string; readonly source?: { readonly persistentVolumeName?: string } };
  readonly status?: { readonly attached: boolean };
};
/** kubernetes pkg/registry/storage/volumeattachment/strategy.go, printers.go printVolumeAttachment */
const volumeAttachment: Strategy<VolumeAttachment> = {
  prepareForCreate: (attachment) => ({ ...attachment, status: { attached: false } }),
  prepareForStatusUpdate: (attachment) => ({ ...attachment, status: { ...attachment.status, attached: attachment.status?.attached ?? false } }),
  validateUpdate: validateVolumeAttachmentUpdate,
  status: true,
  columns: [
    nameColumn,
    { name: 'Attacher', cell: ({ spec }) => spec?.attacher ?? '' },
    { name: 'PV', cell: ({ spec }) => spec?.source?.persistentVolumeName ?? '' },
    { name: 'Node', cell: ({ spec }) => spec?.nodeName ?? '' },
    { name: 'Attached', type: 'boolean', cell: ({ status }) => status?.attached ?? false },
    ageColumn,
  ],
};

const serviceCidr: Strategy<ServiceCidr> = {
  status: true,
  validate: validateServiceCidr,
  validateUpdate: validateServiceCidrUpdate,
  columns: [nameColumn, { name: 'CIDRs', cell: ({ spec }) => (spec?.cidrs ?? []).join(',') }, ageColumn],
};

type IpAddress = KubeObject & { readonly spec?: { readonly parentRef?: Readonly<Record<string, string>> } };
const ipAddress: Strategy<IpAddress> = {
  columns: [
    nameColumn,
    {
      name: 'ParentRef',
      cell: ({ spec: { parentRef = {} } = {} }) =>
        ['group', 'resource', 'namespace', 'name'].flatMap((part) => (parentRef[part] ? [parentRef[part]] : [])).join('/'),
    },
  ],
};

type CsiDriver = KubeObject & { readonly spec?: { readonly attachRequired?: boolean; readonly podInfoOnMount?: boolean; readonly [field: string]: unknown } };

/** kubernetes pkg/apis/storage/v1/defaults.go SetDefaults_CSIDriver */
const driverDefaults = {
  attachRequired: true,
  fsGroupPolicy: 'ReadWriteOnceWithFSType',
  podInfoOnMount: false,
  requiresRepublish: false,
  seLinuxMount: false,
  storageCapacity: false,
  volumeLifecycleModes: ['Persistent'],
};
const csiDriver: Strategy<CsiDriver> = {
  defaults: (object) => ({ ...object, spec: fill(object.spec ?? {}, driverDefaults) }),
  validate: validateDriver,
  validateUpdate: validateDriver,
  columns: [
    nameColumn,
    { name: 'AttachRequired', type: 'boolean', cell: ({ spec }) => spec?.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', cell: ({ spec }) => spec?.podInfoOnMount ?? false },
    ageColumn,
  ],
};

const podTemplate: Strategy<KubeObject> = { defaults: (object) => fill(object, {}), generation: true };

/** Field selectors by involvedObject, reason and type; its lifetime is event-leases.ts's. */
export const events = strategyOf(event);
/** A PUT makes one that is not there. */
export const leases = strategyOf(lease);
/** Who asks is written down by the server, never taken from the request. */
export const certificatesigningrequests = strategyOf(csr);
/** CONTROLLER is the owning set; the data is not looked at. */
export const controllerrevisions = strategyOf(controllerRevision);
/** The handler cannot be changed. */
export const runtimeclasses = strategyOf(runtimeClass);
/** Stored and shown; the DRIVERS column counts. */
export const csinodes = strategyOf(csiNode);
/** Stored and shown: the lab has no CSI drivers. */
export const csidrivers = strategyOf(csiDriver);
/** Made by hand and marked attached by hand: nobody attaches. */
export const volumeattachments = strategyOf(volumeAttachment);
/** The ranges that service-allocator.ts takes addresses from. */
export const servicecidrs = strategyOf(serviceCidr);
/** Written by the allocator of addresses (services.ts). */
export const ipaddresses = strategyOf(ipAddress);
/** Stored; no controller reads them. */
export const podtemplates = strategyOf(podTemplate);
