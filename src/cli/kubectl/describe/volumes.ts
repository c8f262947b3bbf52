/** Volumes of pods and persistent volumes: kubernetes kubectl/pkg/describe/describe.go. */
import { goValue } from '../../../apimachinery/go-text.ts';
import { at, entriesOf, list, type Obj, obj, objs, text } from '../json.ts';
import type { Writer } from './writer.ts';

type Source = {
  readonly type: string;
  readonly fields: (source: Obj) => readonly (readonly [string, unknown])[];
  readonly more?: (w: Writer, source: Obj) => void;
};

const unset = (value: unknown): unknown => value ?? '<unset>';
const flag = (value: unknown): string => String(value === true);

/** What each kind of volume shows, by its key in the API. */
const sources: Readonly<Record<string, Source>> = {
  hostPath: {
    type: 'HostPath (bare host directory volume)',
    fields: (s) => [
      ['Path', s['path']],
      ['HostPathType', s['type']],
    ],
  },
  emptyDir: {
    type: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: (s) => [
      ['Medium', s['medium']],
      ['SizeLimit', unset(s['sizeLimit'])],
    ],
  },
  secret: {
    type: 'Secret (a volume populated by a Secret)',
    fields: (s) => [
      ['SecretName', s['secretName']],
      ['Optional', flag(s['optional'])],
    ],
  },
  configMap: {
    type: 'ConfigMap (a volume populated by a ConfigMap)',
    fields: (s) => [
      ['Name', s['name']],
      ['Optional', flag(s['optional'])],
    ],
  },
  persistentVolumeClaim: {
    type: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    fields: (s) => [
      ['ClaimName', s['claimName']],
      ['ReadOnly', flag(s['readOnly'])],
    ],
  },
  nfs: {
    type: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    fields: (s) => [
      ['Server', s['server']],
      ['Path', s['path']],
      ['ReadOnly', flag(s['readOnly'])],
    ],
  },
  local: { type: 'LocalVolume (a persistent volume backed by local storage on a node)', fields: (s) => [['Path', s['path']]] },
  image: {
    type: 'Image (a container image or OCI artifact)',
    fields: (s) => [
      ['Reference', s['reference']],
      ['PullPolicy', s['pullPolicy']],
    ],
  },
  csi: {
    type: 'CSI (a Container Storage Interface (CSI) volume source)',
    fields: (s) => [
      ['Driver', s['driver']],
      ['FSType', s['fsType']],
      ...(s['volumeHandle'] === undefined ? [] : [['VolumeHandle', s['volumeHandle']] as const]),
      ['ReadOnly', flag(s['readOnly'])],
    ],
    more: (w, s) => pairLines(w, 'VolumeAttributes', s['volumeAttributes']),
  },
};

/** Whether something is set at all, and how. */
const shown: Readonly<Record<string, (value: unknown) => unknown>> = {
  '?': flag,
  '#': (value) => value ?? 0,
  '[': (value) => `[${list(value).map(text).join(' ')}]`,
  ',': (value) => list(value).map(text).join(', '),
  '&': (value) => (value === undefined ? 'nil' : `&LocalObjectReference{Name:${text(obj(value)['name'])},}`),
  '%': (value) => goValue(value ?? {}),
  '-': (value) => value ?? '<none>',
};

/** Further kinds: what they are, and their fields as `Title=key` (`_` is a blank), with a sign for what is no text. */
const plainSources: Readonly<Record<string, readonly [type: string, fields: string]>> = {
  iscsi: [
    "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    'TargetPortal=targetPortal IQN=iqn Lun=#lun ISCSIInterface=iscsiInterface FSType=fsType ReadOnly=?readOnly Portals=[portals DiscoveryCHAPAuth=?chapAuthDiscovery SessionCHAPAuth=?chapAuthSession SecretRef=&secretRef InitiatorName=-initiatorName',
  ],
  gitRepo: ['GitRepo (a volume that is pulled from git when the pod is created)', 'Repository=repository Revision=revision'],
  rbd: [
    "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
    'CephMonitors=[monitors RBDImage=image FSType=fsType RBDPool=pool RadosUser=user Keyring=keyring SecretRef=&secretRef ReadOnly=?readOnly',
  ],
  cephfs: [
    "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
    'Monitors=[monitors Path=path User=user SecretFile=secretFile SecretRef=&secretRef ReadOnly=?readOnly',
  ],
  gcePersistentDisk: [
    'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    'PDName=pdName FSType=fsType Partition=#partition ReadOnly=?readOnly',
  ],
  awsElasticBlockStore: ['AWSElasticBlockStore (a Persistent Disk resource in AWS)', 'VolumeID=volumeID FSType=fsType Partition=#partition ReadOnly=?readOnly'],
  azureDisk: [
    'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    'DiskName=diskName DiskURI=diskURI Kind=kind FSType=fsType CachingMode=cachingMode ReadOnly=?readOnly',
  ],
  azureFile: ['AzureFile (an Azure File Service mount on the host and bind mount to the pod)', 'SecretName=secretName ShareName=shareName ReadOnly=?readOnly'],
  vsphereVolume: ['vSphereVolume (a Persistent Disk resource in vSphere)', 'VolumePath=volumePath FSType=fsType StoragePolicyName=storagePolicyName'],
  fc: ['FC (a Fibre Channel disk)', 'TargetWWNs=,targetWWNs LUN=#lun FSType=fsType ReadOnly=?readOnly'],
  portworxVolume: ['PortworxVolume (a Portworx Volume resource)', 'VolumeID=volumeID'],
  flexVolume: [
    'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    'Driver=driver FSType=fsType SecretRef=&secretRef ReadOnly=?readOnly Options=%options',
  ],
  glusterfs: ["Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)", 'EndpointsName=endpoints Path=path ReadOnly=?readOnly'],
  scaleIO: [
    'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
    'Gateway=gateway System=system Protection_Domain=protectionDomain Storage_Pool=storagePool Storage_Mode=storageMode VolumeName=volumeName FSType=fsType ReadOnly=?readOnly',
  ],
  storageos: ['StorageOS (a StorageOS Persistent Disk resource)', 'VolumeName=volumeName VolumeNamespace=volumeNamespace FSType=fsType ReadOnly=?readOnly'],
  quobyte: ["Quobyte (a Quobyte mount on the host that shares a pod's lifetime)", 'Registry=registry Volume=volume ReadOnly=?readOnly'],
  photonPersistentDisk: ['PhotonPersistentDisk (a Persistent Disk resource in photon platform)', 'PdID=pdID FSType=fsType'],
  flocker: ['Flocker (a Flocker volume mounted by the Flocker agent)', 'DatasetName=datasetName DatasetUUID=datasetUUID'],
  cinder: ['Cinder (a Persistent Disk resource in OpenStack)', 'VolumeID=volumeID FSType=fsType ReadOnly=?readOnly SecretRef=&secretRef'],
};

/** Kinds that the tables do not know are `<unknown>`. */
export function describeVolumes(w: Writer, volumes: readonly Obj[], indent = ''): void {
  if (volumes.length === 0) {
    w.write(0, `${indent}Volumes:\t<none>\n`);
    return;
  }
  w.write(0, `${indent}Volumes:\n`);
  for (const volume of volumes) {
    w.write(1, `${indent === '' ? '' : ' '}${text(volume['name'])}:\n`);
    volumeSource(w, volume);
  }
}

/** The one source among a volume's keys. */
export function volumeSource(w: Writer, volume: Obj): void {
  const key = Object.keys(volume).find((name) => sources[name] !== undefined);
  if (volume['projected'] !== undefined) return projected(w, obj(volume['projected']));
  if (volume['downwardAPI'] !== undefined) return downward(w, obj(volume['downwardAPI']));
  if (volume['ephemeral'] !== undefined) return ephemeral(w, obj(at(volume, 'ephemeral.volumeClaimTemplate')));
  const source = key === undefined ? undefined : sources[key];
  if (key === undefined || source === undefined) return plainSource(w, volume);
  w.field('Type', source.type, 2);
  for (const [name, value] of source.fields(obj(volume[key]))) w.field(name, value, 2);
  source.more?.(w, obj(volume[key]));
}

function plainSource(w: Writer, volume: Obj): void {
  const key = Object.keys(volume).find((name) => plainSources[name] !== undefined);
  const [type, fields] = (key === undefined ? undefined : plainSources[key]) ?? [];
  if (key === undefined || fields === undefined) return w.write(2, '<unknown>\n');
  w.field('Type', type, 2);
  for (const field of fields.split(' ')) {
    const [words = '', path = ''] = field.split('=');
    const title = words.replace('_', ' ');
    const show = shown[path[0] ?? ''];
    const value = obj(volume[key])[show ? path.slice(1) : path];
    // This title alone has no colon upstream.
    if (title === 'ISCSIInterface') w.write(2, `${title}\t${text(value)}\n`);
    else w.field(title, show ? show(value) : value, 2);
  }
}

/** Pairs below each other; the writer sets each at its level, values too. */
function pairLines(w: Writer, title: string, value: unknown, mark = '='): void {
  const pairs = entriesOf(value);
  w.write(2, `${title}:\t`);
  if (pairs.length === 0) w.write(title === 'VolumeAttributes' ? 0 : 2, '<none>\n');
  pairs.forEach(([key, item], i) => {
    if (i > 0) w.write(4, '\t');
    w.write(2, `${key}${mark}${item}\n`);
  });
}

/** A claim's page without what a template does not have: printPersistentVolumeClaim. */
function ephemeral(w: Writer, template: Obj): void {
  w.field('Type', 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)', 2);
  w.field('StorageClass', at(template, 'spec.storageClassName'), 2);
  w.field('Volume', at(template, 'spec.volumeName'), 2);
  pairLines(w, 'Labels', at(template, 'metadata.labels'));
  pairLines(w, 'Annotations', at(template, 'metadata.annotations'), ': ');
  w.field('Capacity', '', 2);
  w.field('Access Modes', '', 2);
  if (at(template, 'spec.volumeMode') !== undefined) w.field('VolumeMode', at(template, 'spec.volumeMode'), 2);
}

function projected(w: Writer, volume: Obj): void {
  w.field('Type', 'Projected (a volume that contains injected data from multiple sources)', 2);
  for (const source of objs(volume['sources'])) {
    const [secret, configMap, token] = [source['secret'], source['configMap'], source['serviceAccountToken']].map((each) =>
      each === undefined ? undefined : obj(each),
    );
    if (secret) {
      w.field('SecretName', secret['name'], 2);
      w.field('Optional', flag(secret['optional']), 2);
    } else if (source['downwardAPI'] !== undefined) w.field('DownwardAPI', 'true', 2);
    else if (configMap) {
      w.field('ConfigMapName', configMap['name'], 2);
      w.field('Optional', flag(configMap['optional']), 2);
    } else if (token) w.field('TokenExpirationSeconds', token['expirationSeconds'], 2);
  }
}

function downward(w: Writer, volume: Obj): void {
  w.field('Type', 'DownwardAPI (a volume populated by information about the pod)', 2);
  w.write(2, 'Items:\n');
  for (const item of list(volume['items']).map(obj)) {
    const field = obj(item['fieldRef'])['fieldPath'] ?? obj(item['resourceFieldRef'])['resource'];
    w.write(3, `${text(field)} -> ${text(item['path'])}\n`);
  }
}
