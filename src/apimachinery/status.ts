/** The errors of the Kubernetes API, with upstream's texts: kubernetes apimachinery/pkg/api/errors/errors.go. */

import { aggregateText, causeType, type FieldError, toBody } from './field-error.ts';
import { quote } from './go-text.ts';

/** metav1.StatusReason: the machine-readable part of an error. Code decides by it, never by the message. */
export type StatusReason =
  | 'Unknown'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'StoreReadError'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable'
  | '';

/** One field that is wrong; `reason` is `FieldValueInvalid` and the like. */
type StatusCause = { readonly reason?: string; readonly message?: string; readonly field?: string };

/** Which object the error is about; `kind` is the resource for most errors, as upstream has it. */
type StatusDetails = {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
};

/** metav1.Status: the body of every refusal, and of a deletion that is done at once. `code` is the HTTP status. */
export type Status = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code?: number;
};

/** The core group is ''; prints as `deployments.apps`, `pods`. */
export type GroupResource = { readonly group: string; readonly resource: string };
type GroupKind = { readonly group: string; readonly kind: string };

/** A Status that is thrown: inside the apiserver by who refuses, in clients by the answer. */
export class StatusError extends Error {
  readonly status: Status;
  readonly reason: StatusReason;
  readonly code: number;

  constructor(status: Status) {
    // A refusal is an answer, thrown some thousand times in an hour: where in the code it was made tells nobody anything, and finding out is slow.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(status.message ?? '');
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'StatusError';
    this.status = status;
    this.reason = status.reason ?? '';
    this.code = status.code ?? 500;
  }
}

/** Whether an error is the API's own with this reason. */
export const isReason = (error: unknown, reason: StatusReason): error is StatusError => error instanceof StatusError && error.reason === reason;

/** Whether a decoded answer is a Status. */
export const isStatus = (body: unknown): body is Status =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status' && 'apiVersion' in body && body.apiVersion === 'v1';

/** `deployments.apps`, or `pods`: what messages call a resource. */
const resourceText = ({ group, resource }: GroupResource): string => (group === '' ? resource : `${resource}.${group}`);
/** `Deployment.apps`, or `Pod`. */
const kindText = ({ group, kind }: GroupKind): string => (group === '' ? kind : `${kind}.${group}`);

/** A Success status, the answer to many deletes. */
export const success = (details?: StatusDetails): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  ...(details && { details }),
});

/** A failure of any kind. */
export function failure(code: number, reason: StatusReason, message: string, details?: StatusDetails): StatusError {
  return new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code });
}

const about = ({ group, resource }: GroupResource, name: string): StatusDetails => ({
  ...(name !== '' && { name }),
  ...(group !== '' && { group }),
  ...(resource !== '' && { kind: resource }),
});

/** 404: `pods "web" not found`. */
export const notFound = (resource: GroupResource, name: string): StatusError =>
  failure(404, 'NotFound', `${resourceText(resource)} ${quote(name)} not found`, about(resource, name));

/** 404 of a path that no resource has. */
export const unknownPath = (): StatusError => failure(404, 'NotFound', 'the server could not find the requested resource', {});

/** 409: `pods "web" already exists`. */
export const alreadyExists = (resource: GroupResource, name: string): StatusError =>
  failure(409, 'AlreadyExists', `${resourceText(resource)} ${quote(name)} already exists`, about(resource, name));

/** 409: `Operation cannot be fulfilled on pods "web": …`. */
export const conflict = (resource: GroupResource, name: string, message: string): StatusError =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${resourceText(resource)} ${quote(name)}: ${message}`, about(resource, name));

/** The message of a conflict of resourceVersions, upstream's OptimisticLockErrorMsg. */
export const optimisticLockMessage = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409 of a server-side apply; each cause names a manager and a field. */
export const applyConflict = (causes: readonly StatusCause[], message: string): StatusError => failure(409, 'Conflict', message, { causes });

/** 422: `Pod "web" is invalid: …`. */
export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const causes = errors.map((error) => ({ reason: causeType(error), message: toBody(error), field: error.field }));
  const text = `${kindText(kind)} ${quote(name)} is invalid`;
  const details = { ...(name !== '' && { name }), ...(kind.group !== '' && { group: kind.group }), kind: kind.kind, ...(causes.length > 0 && { causes }) };
  return failure(422, 'Invalid', errors.length > 0 ? `${text}: ${aggregateText(errors)}` : text, details);
}

/** 400. */
export const badRequest = (message: string): StatusError => failure(400, 'BadRequest', message);

/** 403: `pods "web" is forbidden: …`; without a name `pods is forbidden: …`. */
export function forbidden(resource: GroupResource, name: string, message: string): StatusError {
  const prefix =
    resource.resource === '' ? 'forbidden' : name === '' ? `${resourceText(resource)} is forbidden` : `${resourceText(resource)} ${quote(name)} is forbidden`;
  return failure(403, 'Forbidden', `${prefix}: ${message}`, about(resource, name));
}

/** 401. */
export const unauthorized = (message = 'Unauthorized'): StatusError => failure(401, 'Unauthorized', message);

/** 410 Expired: the resourceVersion or continue token asked for is too old. */
export const expired = (message: string): StatusError => failure(410, 'Expired', message);

/** 405. */
export const methodNotSupported = (resource: GroupResource, action: string): StatusError =>
  failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind ${quote(resourceText(resource))}`, about(resource, ''));

/** 504: `Timeout: …`. */
export const timeout = (message: string, retryAfterSeconds = 0): StatusError => failure(504, 'Timeout', `Timeout: ${message}`, retry(retryAfterSeconds));

/** 429. Eviction uses it for disruption budgets. */
export const tooManyRequests = (message: string, retryAfterSeconds = 0, causes?: readonly StatusCause[]): StatusError =>
  failure(429, 'TooManyRequests', message, { ...(causes && { causes }), ...retry(retryAfterSeconds) });

/** 500: `Internal error occurred: …`. */
export const internalError = (message: string): StatusError => failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/** 406. */
export const notAcceptable = (accepted: readonly string[]): StatusError =>
  failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);

/** 415. */
export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  failure(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);

/** 413. */
export const requestEntityTooLarge = (message: string): StatusError => failure(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);

const retry = (retryAfterSeconds: number): StatusDetails => (retryAfterSeconds > 0 ? { retryAfterSeconds } : {});
