/** Pods from files in /etc/kubernetes/manifests: kubernetes pkg/kubelet/config/file.go, common.go. */
import { createHash } from 'node:crypto';
import { wrongType } from '../api/decode.ts';
import { typeOf } from '../api/schema.ts';
import type { Pod } from '../api/types.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import { parseYaml, YamlError, yamlText } from '../apimachinery/yaml.ts';
import type { Condition, Routine } from '../sim/routine.ts';
import { compactJson } from './configuration/decode.ts';
import type { Context } from './context.ts';
import { defaultPod } from './default-pod.ts';
import { configHash, configSeen, configSource, fullName, uidOf } from './pod.ts';

type StaticPodHandler = { added(pod: Pod): void; removed(pod: Pod): void };

/** Follows the folder by inotify, and looks into it every 20 s where there is nothing to follow. */
export class StaticPods {
  readonly #context: Context;
  readonly #handler: StaticPodHandler;
  /** By uid, which is the content's hash. */
  readonly #pods = new Map<string, Pod>();
  readonly #complained = new Map<string, string>();
  /** What was read last, so that only what has changed is parsed again. */
  readonly #texts = new Map<string, { readonly text: string; readonly pod: Pod | undefined }>();

  constructor(context: Context, handler: StaticPodHandler) {
    this.#context = context;
    this.#handler = handler;
  }

  start(): void {
    if (this.#context.config.staticPodPath !== '') this.#context.sim.go(this.#watch(), 'kubelet static pods');
  }

  list(): Iterable<Pod> {
    return this.#pods.values();
  }

  get(name: string): Pod | undefined {
    for (const pod of this.#pods.values()) if (fullName(pod) === name) return pod;
    return undefined;
  }

  *#watch(): Routine {
    const { fs, config } = this.#context;
    for (;;) {
      this.#read();
      const conditions: Condition[] = [];
      const directory = fs.find(config.staticPodPath);
      if (directory?.type === 'directory') {
        conditions.push(directory.changed);
        // It may itself be moved away.
        const above = fs.find(config.staticPodPath.replace(/\/[^/]+\/*$/, '') || '/');
        if (above?.type === 'directory') conditions.push(above.changed);
        for (const [, inode] of fs.list(config.staticPodPath)) if (inode.type === 'file') conditions.push(inode.changed);
      } else this.#context.klog.error('file.go:108', 'Unable to read config path', 'path does not exist, ignoring', { path: config.staticPodPath });
      // A folder that is watched costs nothing; one that is not there is looked for.
      yield conditions.length > 0 ? { on: conditions } : { timeout: config.fileCheckFrequency };
      if (conditions.length > 0) yield { timeout: 1_000 };
    }
  }

  #read(): void {
    const { fs, config } = this.#context;
    const found = new Map<string, Pod>();
    if (fs.isDirectory(config.staticPodPath))
      for (const [name, inode] of fs.list(config.staticPodPath)) {
        if (name.startsWith('.') || inode.type === 'directory') continue;
        const pod = this.#parse(`${config.staticPodPath}/${name}`);
        if (pod) found.set(uidOf(pod), this.#pods.get(uidOf(pod)) ?? pod);
      }
    for (const [uid, pod] of [...this.#pods]) {
      if (found.has(uid)) continue;
      this.#pods.delete(uid);
      this.#handler.removed(pod);
    }
    for (const [uid, pod] of found) {
      if (this.#pods.has(uid)) continue;
      this.#pods.set(uid, pod);
      this.#handler.added(pod);
    }
  }

  #parse(path: string): Pod | undefined {
    const { fs, sim } = this.#context;
    const text = yamlText({ fs, toil: (steps) => sim.toil(steps) }, path);
    const before = this.#texts.get(path);
    if (before?.text === text) return before.pod;
    const pod = this.#decode(path, text);
    this.#texts.set(path, { text, pod });
    return pod;
  }

  #decode(path: string, text: string): Pod | undefined {
    try {
      const pod = this.#complete(decodePod(text, path), text, path);
      const problems = this.#context.validatePod?.(pod) ?? [];
      if (problems.length > 0) throw new ManifestError(`invalid pod: [${problems.join(', ')}]`);
      this.#complained.delete(path);
      return pod;
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      if (this.#complained.get(path) === error.message) return undefined;
      this.#complained.set(path, error.message);
      this.#context.klog.error('file.go:187', 'Could not process manifest file', error.message, { path });
      return undefined;
    }
  }

  #complete(pod: Pod, text: string, path: string): Pod {
    const { nodeName, sim } = this.#context;
    const uid = createHash('md5').update(`host:${nodeName}file:${path}${text}`).digest('hex');
    const annotations = { ...pod.metadata.annotations, [configHash]: uid, [configSeen]: rfc3339(sim.now), [configSource]: 'file' };
    const namespace = pod.metadata.namespace || 'default';
    const metadata = { ...pod.metadata, name: `${pod.metadata.name}-${nodeName}`, namespace, uid, annotations };
    const tolerations = [...(pod.spec.tolerations ?? []), { effect: 'NoExecute', operator: 'Exists' }];
    return defaultPod({ ...pod, metadata, spec: { ...pod.spec, nodeName, tolerations }, status: { phase: 'Pending' } });
  }
}

/** Why a file is no static pod. */
class ManifestError extends Error {}

const anyText = { quantity: () => undefined, time: () => undefined };

/** tryDecodeSinglePod. */
function decodePod(text: string, path: string): Pod {
  const failed = (why: string): ManifestError => new ManifestError(`${path}: couldn't parse as pod(${why}), please check config file`);
  const value = parsed(text, failed);
  if ((typeof value !== 'object' && value !== undefined) || Array.isArray(value))
    throw failed(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:"apiVersion,omitempty""; Kind string "json:"kind,omitempty"" }`,
    );
  const { kind, apiVersion } = (value ?? {}) as { kind?: string; apiVersion?: string };
  const lacking = !kind ? 'Kind' : !apiVersion ? 'apiVersion' : undefined;
  if (lacking !== undefined) throw failed(`Object '${lacking}' is missing in '${compactJson(value ?? null)}'`);
  const type = typeOf(String(apiVersion), String(kind));
  if (!type) throw failed(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`);
  const wrong = wrongType(value, type, anyText);
  if (wrong !== undefined) throw failed(wrong);
  if (kind !== 'Pod') throw failed(`invalid pod: ${compactJson(value)}`);
  const pod = value as Pod;
  if (!pod.metadata?.name) throw new ManifestError('invalid pod: name is needed for the pod');
  return { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [] } };
}

function parsed(text: string, failed: (why: string) => ManifestError): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw failed(error.message.replace('error converting YAML to JSON: ', ''));
  }
}
