/** The Kubernetes REST API: what crosses the wall between the apiserver and everyone else. */

import type { KubeObject } from '../api/types.ts';
import type { Channel } from '../sim/channel.ts';
import type { Cause } from '../sim/fiber.ts';
import type { Routine } from '../sim/routine.ts';
import { defineProtocol } from './protocol.ts';
import type { StreamSession } from './streams.ts';

/** Who a request says it is from. The apiserver's authenticators turn it into a UserInfo, or refuse with 401. */
export type Credentials = {
  /** PEM of a client certificate. */
  readonly clientCertificate?: string;
  /** Bearer token. */
  readonly token?: string;
};

/**
 * Who the request is from once authenticated (k8s.io/apiserver pkg/authentication/user). `groups` include `system:authenticated` or
 * `system:unauthenticated`; authorization reads nothing else.
 */
export type UserInfo = {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
};

/** HEAD and OPTIONS are not spoken; `kubectl` verbs map to these as the real client's do (a list and a watch are GETs). */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request, from any client (client-go's part is `client/`, kubectl's `cli/kubectl/api.ts`). */
export type RestRequest = {
  readonly method: Method;
  /** Without the query, e.g. `/api/v1/namespaces/default/pods/web/log`. */
  readonly path: string;
  /** Decoded; a list where a key repeats (`command` of exec). */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case: accept, content-type, user-agent, impersonate-user … */
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
  /** Where it comes from, for the audit log. */
  readonly remoteAddress?: string;
  /** A plain JSON-like value (YAML and protobuf are decoded by adapters). The apiserver takes it over: the caller must not change it afterwards. */
  readonly body?: unknown;
  /** From a component whose own types the body is of: there are no unknown fields to look for. Nothing that comes in bytes is. */
  readonly typed?: boolean;
};

/** A refusal has a `status` of 400 or more and a Status object as its body. */
export type RestResponse = {
  readonly status: number;
  /** Names in lower case; `warning` holds texts that kubectl prints as `Warning: …`, one a line. */
  readonly headers: Readonly<Record<string, string>>;
  /** A frozen object of the store, a list, a Table, a Status, or text (`/healthz`, `/metrics`). */
  readonly body?: unknown;
  /** Of a request with `watch=true`: closed by the server at the end, broken by the client when it has seen enough. */
  readonly watch?: Channel<WatchEvent>;
};

/** ERROR carries a Status (410 Gone: list again). BOOKMARK carries an object with a resourceVersion only. Objects are shared and frozen. */
export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
  /** What set off the write (see sim/fiber.ts); informers hand it on to the worker. */
  readonly cause: Cause;
};

/**
 * Answered by the apiserver and, for aggregated APIs, metrics-server; called through `dial(restProtocol, …)`. Throws an Errno (ECONNREFUSED …) only
 * when nobody listens.
 */
export type RestServer = {
  /** Authentication, authorization, admission, registry, storage. Never throws for a bad request: errors are responses with a Status. */
  handle(request: RestRequest): RestResponse;
  /** The subresources that stream and take time: pods/log, exec, attach, portforward, and proxy. A refusal is a response too. */
  connect(request: RestRequest): Routine<RestResponse | StreamSession>;
};

const connected = /^\/api\/v1\/(?:nodes\/[^/]+\/proxy|namespaces\/[^/]+\/(?:pods|services)\/[^/]+\/proxy|namespaces\/[^/]+\/pods\/[^/]+\/log$)(?:\/|$)/;

/** Whether a path is one of a proxy subresource or a log: its answer takes time, and `connect` gives it. */
export const isConnectPath = (path: string): boolean => connected.test(path);

/** Spoken on port 6443 of control-plane nodes, TLS checked by the dialer. */
export const restProtocol = defineProtocol<RestServer>('kubernetes');
