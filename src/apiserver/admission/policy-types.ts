/** ValidatingAdmissionPolicies and their bindings, as far as the plugin reads them. */
import type { KubeObject, LabelSelector } from '../../api/types.ts';
import type { Rule } from './matching.ts';

/** Which requests a policy or a binding is for; what is absent matches everything. */
export type MatchResources = {
  readonly matchPolicy?: string;
  readonly resourceRules?: readonly Rule[];
  readonly excludeResourceRules?: readonly Rule[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
};
/** A condition, a variable or an audit annotation: `expression` is CEL. */
export type Named = { readonly name: string; readonly expression: string };
/** `expression` must be true; `reason` becomes the Status' reason. */
export type Validation = { readonly expression: string; readonly message?: string; readonly messageExpression?: string; readonly reason?: string };
/** ValidatingAdmissionPolicy; without a binding it has no effect. */
export type Policy = KubeObject & {
  readonly spec?: {
    readonly failurePolicy?: string;
    readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
    readonly matchConstraints?: MatchResources;
    readonly matchConditions?: readonly Named[];
    readonly variables?: readonly Named[];
    readonly validations?: readonly Validation[];
    readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
  };
};
/** `validationActions`: Deny, Warn, Audit. */
export type PolicyBinding = KubeObject & {
  readonly spec?: {
    readonly policyName?: string;
    readonly paramRef?: { readonly name?: string; readonly namespace?: string; readonly selector?: LabelSelector; readonly parameterNotFoundAction?: string };
    readonly matchResources?: MatchResources;
    readonly validationActions?: readonly string[];
  };
};
