/** Volumes, claims, classes, budgets, autoscalers, requests: kubernetes kubectl/pkg/describe/describe.go. */
import { shortHumanDuration } from '../../../apimachinery/duration.ts';
import { formatLabelSelector } from '../../../apimachinery/labels.ts';
import { readCertificateRequest } from '../../../apimachinery/pki.ts';
import { KubectlError } from '../errors.ts';
import { at, list, nameOf, namespaceOf, num, type Obj, obj, objs, text, texts } from '../json.ts';
import type { Describer } from './describer.ts';
import { volumeSource } from './volumes.ts';
import { annotationLines, labelLines, mapLine, rfc1123, type Writer } from './writer.ts';

const short: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };
/** Each once, in the order of the table. */
const modes = (value: unknown): string =>
  Object.entries(short)
    .filter(([mode]) => texts(value).includes(mode))
    .map(([, name]) => name)
    .join(',');
const brackets = (value: unknown): string => `[${texts(value).join(' ')}]`;

export const describePersistentVolume: Describer = {
  *page(w, object) {
    const spec = obj(object['spec']);
    w.field('Name', nameOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.field('Finalizers', brackets(at(object, 'metadata.finalizers')));
    w.field('StorageClass', spec['storageClassName']);
    const deleting = at(object, 'metadata.deletionTimestamp') !== undefined;
    w.field('Status', deleting ? 'Terminating' : at(object, 'status.phase'));
    w.field('Claim', spec['claimRef'] === undefined ? '' : `${text(at(spec, 'claimRef.namespace'))}/${text(at(spec, 'claimRef.name'))}`);
    w.field('Reclaim Policy', spec['persistentVolumeReclaimPolicy']);
    w.field('Access Modes', modes(spec['accessModes']));
    if (spec['volumeMode'] !== undefined) w.field('VolumeMode', spec['volumeMode']);
    w.field('Capacity', at(spec, 'capacity.storage'));
    nodeAffinity(w, spec);
    w.field('Message', at(object, 'status.message'));
    w.write(0, 'Source:\n');
    volumeSource(w, spec);
  },
  events: true,
};

function nodeAffinity(w: Writer, spec: Obj): void {
  const terms = objs(at(spec, 'nodeAffinity.required.nodeSelectorTerms'));
  if (terms.length === 0) return w.field('Node Affinity', '<none>');
  w.write(0, 'Node Affinity:\t\n');
  w.write(1, 'Required Terms:\t\n');
  terms.forEach((term, i) => {
    const expressions = objs(term['matchExpressions']).map(
      (each) =>
        `${text(each['key'])} ${text(each['operator']).toLowerCase()}${texts(each['values']).length > 0 ? ` [${texts(each['values']).join(', ')}]` : ''}`,
    );
    w.write(2, `Term ${i}:\t${expressions[0] ?? '<none>'}\n`);
    for (const expression of expressions.slice(1)) w.write(2, `\t${expression}\n`);
  });
}

export const describePersistentVolumeClaim: Describer = {
  *page(w, object, { k }) {
    const spec = obj(object['spec']);
    const bound = text(spec['volumeName']) !== '';
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    w.field('StorageClass', spec['storageClassName']);
    w.field('Status', at(object, 'metadata.deletionTimestamp') === undefined ? at(object, 'status.phase') : 'Terminating');
    w.field('Volume', spec['volumeName']);
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.field('Finalizers', brackets(at(object, 'metadata.finalizers')));
    w.field('Capacity', bound ? (at(object, 'status.capacity.storage') ?? '0') : '');
    w.field('Access Modes', bound ? modes(at(object, 'status.accessModes')) : '');
    if (spec['volumeMode'] !== undefined) w.field('VolumeMode', spec['volumeMode']);
    if (spec['dataSource'] !== undefined) {
      const source = obj(spec['dataSource']);
      w.write(0, 'DataSource:\n');
      if (source['apiGroup'] !== undefined) w.field('APIGroup', source['apiGroup'], 1);
      w.field('Kind', source['kind'], 1);
      w.field('Name', source['name'], 1);
    }
    const pods = objs(at(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${namespaceOf(object)}/pods` }), 'items'));
    const users = pods.filter((pod) => objs(at(pod, 'spec.volumes')).some((volume) => claimOf(pod, volume) === nameOf(object))).map(nameOf);
    w.field('Used By', users[0] ?? '<none>');
    for (const user of users.slice(1)) w.write(0, `\t${user}\n`);
    conditions(w, objs(at(object, 'status.conditions')));
  },
  events: true,
};

/** The claim that a pod's volume stands for; an ephemeral one's is named after both. */
const claimOf = (pod: Obj, volume: Obj): unknown =>
  volume['ephemeral'] === undefined ? at(volume, 'persistentVolumeClaim.claimName') : `${nameOf(pod)}-${text(volume['name'])}`;

function conditions(w: Writer, all: readonly Obj[]): void {
  if (all.length === 0) return;
  w.write(0, 'Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n');
  w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n');
  for (const each of all)
    w.write(
      1,
      `${text(each['type'])} \t${text(each['status'])} \t${rfc1123(each['lastProbeTime'])} \t${rfc1123(each['lastTransitionTime'])} \t${text(each['reason'])} \t${text(each['message'])}\n`,
    );
}

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

export const describeStorageClass: Describer = {
  *page(w, object) {
    const annotations = obj(at(object, 'metadata.annotations'));
    w.field('Name', nameOf(object));
    w.field('IsDefaultClass', annotations[defaultClass] === 'true' ? 'Yes' : 'No');
    w.field('Annotations', mapLine(annotations));
    w.field('Provisioner', object['provisioner']);
    w.field('Parameters', mapLine(object['parameters']));
    w.field('AllowVolumeExpansion', object['allowVolumeExpansion'] === undefined ? '<unset>' : object['allowVolumeExpansion'] === true ? 'True' : 'False');
    const options = texts(object['mountOptions']);
    if (options.length === 0) w.field('MountOptions', '<none>');
    else w.write(0, `MountOptions:\n${options.map((option) => `  ${option}\n`).join('')}`);
    w.field('ReclaimPolicy', object['reclaimPolicy']);
    w.field('VolumeBindingMode', object['volumeBindingMode']);
    if (object['allowedTopologies'] !== undefined) allowedTopologies(w, objs(object['allowedTopologies']));
  },
  events: true,
};

function allowedTopologies(w: Writer, terms: readonly Obj[]): void {
  w.write(0, `AllowedTopologies:\t${terms.length === 0 ? '<none>' : ''}\n`);
  terms.forEach((term, i) => {
    const expressions = objs(term['matchLabelExpressions']).map((each) => `${text(each['key'])} in [${texts(each['values']).join(', ')}]`);
    w.write(1, `Term ${i}:\t${expressions[0] ?? '<none>'}\n`);
    for (const expression of expressions.slice(1)) w.write(1, `\t${expression}\n`);
  });
}

export const describeVolumeAttributesClass: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Annotations', mapLine(at(object, 'metadata.annotations')));
    w.field('DriverName', object['driverName']);
    w.field('Parameters', mapLine(object['parameters']));
  },
  events: true,
};

export const describeCsiNode: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    w.field('CreationTimestamp', rfc1123(at(object, 'metadata.creationTimestamp')));
    w.write(0, 'Spec:\n');
    const drivers = at(object, 'spec.drivers');
    if (!drivers) return;
    w.write(1, 'Drivers:\n');
    for (const driver of objs(drivers)) {
      w.write(2, `${text(driver['name'])}:\n`);
      w.field('Node ID', driver['nodeID'], 3);
      const count = at(driver, 'allocatable.count');
      if (count !== undefined) w.write(3, `Allocatables:\n${'  '.repeat(4)}Count:\t${text(count)}\n`);
      if (driver['topologyKeys']) w.field('Topology Keys', brackets(driver['topologyKeys']), 3);
    }
  },
  events: true,
};

export const describePriorityClass: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Value', object['value'] ?? 0);
    w.field('GlobalDefault', object['globalDefault'] === true);
    w.field('PreemptionPolicy', object['preemptionPolicy']);
    w.field('Description', object['description']);
    w.field('Annotations', mapLine(at(object, 'metadata.annotations')));
  },
  events: true,
};

export const describePodDisruptionBudget: Describer = {
  *page(w, object) {
    const [spec, status] = [obj(object['spec']), obj(object['status'])];
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    if (spec['minAvailable'] !== undefined) w.field('Min available', spec['minAvailable']);
    else if (spec['maxUnavailable'] !== undefined) w.field('Max unavailable', spec['maxUnavailable']);
    w.field('Selector', spec['selector'] === undefined ? '<unset>' : formatLabelSelector(obj(spec['selector'])));
    w.write(0, 'Status:\n');
    w.field('Allowed disruptions', num(status['disruptionsAllowed']), 2);
    w.field('Current', num(status['currentHealthy']), 2);
    w.field('Desired', num(status['desiredHealthy']), 2);
    w.field('Total', num(status['expectedPods']), 2);
  },
  events: true,
};

export const describeCertificateSigningRequest: Describer = {
  *page(w, object) {
    const spec = obj(object['spec']);
    w.field('Name', nameOf(object));
    w.field('Labels', mapLine(at(object, 'metadata.labels')));
    w.field('Annotations', mapLine(at(object, 'metadata.annotations')));
    w.field('CreationTimestamp', rfc1123(at(object, 'metadata.creationTimestamp')));
    w.field('Requesting User', spec['username']);
    if (text(spec['signerName']) !== '') w.field('Signer', spec['signerName']);
    if (spec['expirationSeconds'] !== undefined) w.field('Requested Duration', shortHumanDuration(num(spec['expirationSeconds']) * 1000));
    w.field('Status', csrStatus(object));
    const request = readRequest(text(spec['request']));
    const [name, organizations] = [
      text(at(request, 'subject.commonName') ?? at(request, 'commonName')),
      list(at(request, 'subject.organizations') ?? at(request, 'organizations')),
    ];
    w.write(0, 'Subject:\n');
    w.write(0, `\tCommon Name:\t${name}\n\tSerial Number:\t\n`);
    if (organizations.length > 0) w.write(0, `\tOrganization:\t${texts(organizations).join('\n\t\t')}\n`);
  },
  events: true,
};

function readRequest(base64: string): unknown {
  const pem = Buffer.from(base64, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) throw new KubectlError('Error parsing CSR: PEM block type must be CERTIFICATE REQUEST');
  const request = readCertificateRequest(pem);
  if (!request) throw new KubectlError('Error parsing CSR: asn1: syntax error: data truncated');
  return request;
}

function csrStatus(object: Obj): string {
  const types = objs(at(object, 'status.conditions')).map((each) => text(each['type']));
  const first = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  return [first, ...(types.includes('Failed') ? ['Failed'] : []), ...(text(at(object, 'status.certificate')) === '' ? [] : ['Issued'])].join(',');
}
