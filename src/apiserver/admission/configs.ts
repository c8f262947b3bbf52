/** The objects that set up admission at run time, kept at hand: policies, bindings, webhooks. */
import type { KubeObject } from '../../api/types.ts';
import type { EtcdApi } from '../../interfaces/etcd.ts';
import { Mirror } from '../mirror.ts';
import { Cel } from './cel/environment.ts';
import type { Policy, PolicyBinding } from './policy-types.ts';
import type { WebhookConfiguration } from './webhook-types.ts';

/** Brought up to date once a request; while there is nothing, plugins have nothing to do. */
export class AdmissionConfigs {
  readonly cel = new Cel();
  readonly policies = new Map<string, Policy>();
  readonly bindings = new Map<string, PolicyBinding>();
  readonly validatingWebhooks = new Map<string, WebhookConfiguration>();
  readonly mutatingWebhooks = new Map<string, WebhookConfiguration>();
  readonly #mirrors: readonly { refresh(): void }[];
  /** Annotations of the request's audit event. */
  #annotations: Record<string, string> | undefined;

  constructor(etcd: EtcdApi) {
    this.#mirrors = [
      follow(etcd, 'validatingadmissionpolicies', this.policies),
      follow(etcd, 'validatingadmissionpolicybindings', this.bindings),
      follow(etcd, 'validatingwebhookconfigurations', this.validatingWebhooks),
      follow(etcd, 'mutatingwebhookconfigurations', this.mutatingWebhooks),
    ];
  }

  refresh(): void {
    for (const mirror of this.#mirrors) mirror.refresh();
  }

  annotate(key: string, value: string): void {
    this.#annotations = { ...this.#annotations, [key]: value };
  }

  /** What the request so far has left for its audit event. */
  takeAnnotations(): Readonly<Record<string, string>> | undefined {
    const taken = this.#annotations;
    this.#annotations = undefined;
    return taken;
  }
}

const follow = <T extends KubeObject>(etcd: EtcdApi, resource: string, into: Map<string, T>): Mirror<T> =>
  new Mirror<T>(etcd, `/registry/${resource}/`, (before, after) => {
    if (after) into.set(after.metadata.name ?? '', after);
    else if (before) into.delete(before.metadata.name ?? '');
  });
