import type { Pod } from '../../api/types.ts';
import type { Context } from '../context.ts';
import { configMirror, fieldPathOf, isStatic, uidOf } from '../pod.ts';

/** Events about pods and their containers. Those of a static pod are recorded against its mirror. */
export class ContainerEvents {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  normal(pod: Pod, container: string, reason: string, message: string): void {
    this.#context.recorder.normal(this.#subject(pod, fieldPathOf(pod, container)), reason, message);
  }

  warning(pod: Pod, container: string, reason: string, message: string): void {
    this.#context.recorder.warning(this.#subject(pod, fieldPathOf(pod, container)), reason, message);
  }

  podNormal(pod: Pod, reason: string, message: string): void {
    this.#context.recorder.normal(this.#subject(pod), reason, message);
  }

  podWarning(pod: Pod, reason: string, message: string): void {
    this.#context.recorder.warning(this.#subject(pod), reason, message);
  }

  /** A reference with kind and version, which objects of a typed client lack. */
  #subject(pod: Pod, fieldPath?: string) {
    const { name, namespace, resourceVersion } = pod.metadata;
    const uid = isStatic(pod) ? (pod.metadata.annotations?.[configMirror] ?? uidOf(pod)) : uidOf(pod);
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      name: name ?? '',
      namespace: namespace ?? '',
      uid,
      ...(fieldPath !== undefined && { fieldPath }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
  }
}
