/** The API's copies of static pods: kubernetes pkg/kubelet/pod/mirror_client.go. */
import type { Pod } from '../api/types.ts';
import { isReason } from '../apimachinery/status.ts';
import { isRetriable } from '../client/client.ts';
import type { Context } from './context.ts';
import { configHash, configMirror, fullName, nameOf, namespaceOf, podRef, uidOf } from './pod.ts';

export class MirrorPods {
  readonly #context: Context;
  /** By the pod's full name. */
  readonly #mirrors = new Map<string, Pod>();
  readonly #nodeUid: () => string | undefined;

  constructor(context: Context, nodeUid: () => string | undefined) {
    this.#context = context;
    this.#nodeUid = nodeUid;
  }

  of(pod: Pod): Pod | undefined {
    return this.#mirrors.get(fullName(pod));
  }

  set(mirror: Pod): void {
    this.#mirrors.set(fullName(mirror), mirror);
  }

  remove(mirror: Pod): void {
    if (this.of(mirror)?.metadata.uid === mirror.metadata.uid) this.#mirrors.delete(fullName(mirror));
  }

  /** Makes the mirror of a static pod unless it is there; one of an older manifest is replaced. False: to be tried again. */
  ensure(pod: Pod): boolean {
    const mirror = this.of(pod);
    const hash = pod.metadata.annotations?.[configHash] ?? uidOf(pod);
    if (mirror && mirror.metadata.deletionTimestamp === undefined && mirror.metadata.annotations?.[configMirror] === hash) return true;
    const uid = this.#nodeUid();
    if (uid === undefined) return false;
    try {
      if (mirror) this.delete(pod);
      const { name, namespace, labels, annotations } = pod.metadata;
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: this.#context.nodeName, uid, controller: true }];
      const metadata = {
        ...(name !== undefined && { name }),
        ...(namespace !== undefined && { namespace }),
        ...(labels && { labels }),
        annotations: { ...annotations, [configMirror]: hash },
        ownerReferences,
      };
      this.set(this.#context.client().create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: pod.spec }));
      return true;
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return true;
      if (!isRetriable(error)) throw error;
      this.#context.klog.error('kubelet.go:3305', 'Failed creating a mirror pod', (error as Error).message, { pod: podRef(pod) });
      return false;
    }
  }

  /** Deletes the mirror of a static pod. */
  delete(pod: Pod): void {
    const mirror = this.of(pod);
    if (!mirror) return;
    try {
      this.#context
        .client()
        .delete('pods', { namespace: namespaceOf(mirror), name: nameOf(mirror) }, { gracePeriodSeconds: 0, preconditions: { uid: uidOf(mirror) } });
    } catch (error) {
      if (!isRetriable(error)) throw error;
    }
    this.#mirrors.delete(fullName(pod));
  }
}
