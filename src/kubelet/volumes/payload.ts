/** The files of configMap, secret, downwardAPI and projected volumes: kubernetes pkg/volume/{configmap,secret,downwardapi,projected}. */
import type { core, Pod } from '../../api/types.ts';
import type { ConfigObjects } from '../config-objects.ts';
import { containerResourceValue, fieldValue, type PodFacts } from '../field-ref.ts';
import { namespaceOf } from '../pod.ts';
import type { FileProjection } from './atomic-writer.ts';
import { VolumeError } from './errors.ts';
import type { ServiceAccountTokens } from './tokens.ts';

/** `objects` reads ConfigMaps and Secrets through the kubelet's cache, `tokens` asks for service account tokens. */
export type PayloadInputs = {
  readonly pod: Pod;
  readonly objects: ConfigObjects;
  readonly facts: PodFacts;
  readonly tokens: ServiceAccountTokens;
  readonly volume: string;
};

const defaultMode = 0o644;

/** Throws VolumeError for a map or a key that is not there, unless `optional`. */
export function configMapPayload({ pod, objects }: PayloadInputs, source: core.ConfigMapVolumeSource): Map<string, FileProjection> {
  const { name = '', optional } = source;
  const map = objects.configMap(namespaceOf(pod), name);
  if (!map && !optional) throw new VolumeError(`configmap "${name}" not found`);
  const binary = Object.entries(map?.binaryData ?? {}).map(([key, value]) => [key, atob(value)] as const);
  const data = new Map([...Object.entries(map?.data ?? {}), ...binary]);
  return project(data, source.items, source.defaultMode, optional, (key) => `configmap references non-existent config key: ${key}`);
}

/** As configMapPayload, decoded. */
export function secretPayload({ pod, objects }: PayloadInputs, source: core.SecretVolumeSource): Map<string, FileProjection> {
  const { secretName = '', optional } = source;
  const data = objects.secretData(namespaceOf(pod), secretName);
  if (!data && !optional) throw new VolumeError(`secret "${secretName}" not found`);
  return project(new Map(Object.entries(data ?? {})), source.items, source.defaultMode, optional, (key) => `references non-existent secret key: ${key}`);
}

function project(
  data: ReadonlyMap<string, string>,
  items: readonly core.KeyToPath[] | undefined,
  mode: number | undefined,
  optional: boolean | undefined,
  missing: (key: string) => string,
): Map<string, FileProjection> {
  const payload = new Map<string, FileProjection>();
  if (!items) for (const [key, text] of data) payload.set(key, { text, mode: mode ?? defaultMode });
  for (const item of items ?? []) {
    const text = data.get(item.key);
    if (text !== undefined) payload.set(item.path, { text, mode: item.mode ?? mode ?? defaultMode });
    else if (!optional) throw new VolumeError(missing(item.key));
  }
  return payload;
}

/** A field that the pod has not is an empty file. */
export function downwardPayload({ pod, facts }: PayloadInputs, source: core.DownwardAPIVolumeSource): Map<string, FileProjection> {
  const payload = new Map<string, FileProjection>();
  for (const item of source.items ?? []) {
    const text = item.fieldRef
      ? fieldValue(pod, item.fieldRef.fieldPath, facts)
      : item.resourceFieldRef && containerResourceValue(pod, item.resourceFieldRef, '', facts);
    payload.set(item.path, { text: text ?? '', mode: item.mode ?? source.defaultMode ?? defaultMode });
  }
  return payload;
}

/** Later sources win where paths meet. */
export function projectedPayload(inputs: PayloadInputs, source: core.ProjectedVolumeSource): Map<string, FileProjection> {
  const payload = new Map<string, FileProjection>();
  const mode = source.defaultMode;
  const withMode = mode === undefined ? {} : { defaultMode: mode };
  for (const each of source.sources ?? []) {
    let part = new Map<string, FileProjection>();
    if (each.configMap) part = configMapPayload(inputs, { ...each.configMap, ...withMode });
    else if (each.secret) {
      const { name = '', ...rest } = each.secret;
      part = secretPayload(inputs, { ...rest, secretName: name, ...withMode });
    } else if (each.downwardAPI) part = downwardPayload(inputs, { ...each.downwardAPI, ...withMode });
    else if (each.serviceAccountToken) {
      const text = inputs.tokens.get(inputs.pod, each.serviceAccountToken);
      part = new Map([[each.serviceAccountToken.path, { text, mode: mode ?? defaultMode }]]);
    } else throw new VolumeError('k8s-lab: this kind of projected source is not simulated');
    for (const [path, file] of part) payload.set(path, file);
  }
  return payload;
}
