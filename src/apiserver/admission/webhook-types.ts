/** Webhook configurations, as far as the plugins read them. */
import type { KubeObject, LabelSelector } from '../../api/types.ts';
import type { Rule } from './matching.ts';
import type { Named } from './policy-types.ts';

/** With `url` or `service`; `caBundle` is base64 of PEM. */
export type Webhook = {
  readonly name: string;
  readonly clientConfig: {
    readonly url?: string;
    readonly caBundle?: string;
    readonly service?: { readonly namespace: string; readonly name: string; readonly path?: string; readonly port?: number };
  };
  readonly rules?: readonly Rule[];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly reinvocationPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions?: readonly Named[];
  readonly timeoutSeconds?: number;
  readonly sideEffects?: string;
  readonly admissionReviewVersions?: readonly string[];
};
/** Of either kind. */
export type WebhookConfiguration = KubeObject & { readonly webhooks?: readonly Webhook[] };
