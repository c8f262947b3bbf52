import type { EtcdApi } from '../interfaces/etcd.ts';
import type { KubeletApi } from '../interfaces/kubelet.ts';
import type { RestRequest, RestResponse, RestServer, UserInfo } from '../interfaces/rest.ts';
import type { HttpServer } from '../linux/protocols.ts';
import type { Sim } from '../sim/sim.ts';
import type { AdmissionConfigs } from './admission/configs.ts';
import type { AuditPolicy } from './audit-log.ts';
import type { AuthenticationOptions } from './authn/authenticator.ts';
import type { TokenAuthenticator } from './authn/service-account-tokens.ts';
import type { AuthorizationMode, Authorizer } from './authz/authorizer.ts';
import type { CustomResources } from './custom/custom-resources.ts';
import type { Discovery } from './discovery.ts';
import type { EncryptionConfig } from './encryption.ts';
import type { RequestMetrics } from './metrics.ts';
import type { OpenApi } from './openapi/openapi.ts';
import type { ComponentHealth } from './registry/componentstatuses.ts';
import type { ServiceAllocator } from './registry/service-allocator.ts';
import type { StrategyContext } from './registry/strategy.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceTable, ServedResource } from './resource-table.ts';
import type { Storage } from './storage.ts';
import type { Uids } from './uid.ts';
import type { WatchCaches } from './watch-caches.ts';

/** The answer of `/version`, field by field. */
type VersionInfo = { readonly major: string; readonly minor: string; readonly gitVersion: string; readonly [field: string]: string };

/** What an apiserver is started with; the cluster makes it of kube-apiserver's flags and the files that they name. */
export type ApiServerOptions = {
  readonly sim: Sim;
  readonly etcd: EtcdApi;
  /** The kubelet of a node; throws an Error with the text to show when there is no way to it. */
  readonly dialKubelet: (nodeName: string) => KubeletApi;
  /** An HTTP server of the cluster's network, for the proxy subresources; throws an Error with Go's text. */
  readonly dialHttp?: (address: { readonly host: string; readonly port: number; readonly tls: boolean }) => HttpServer;
  /** `--kubelet-client-certificate`. */
  readonly kubeletClientCertificate?: () => string;
  /** The CA that signs client certificates. */
  readonly caPem: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountIssuer?: string;
  /** `--requestheader-client-ca-file`: whom other servers may believe what they say of users. */
  readonly requestheaderCa?: string;
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string;
  readonly version?: VersionInfo;
  /** Where clients reach this server: the endpoint of the Service `kubernetes`. */
  readonly advertiseAddress?: string;
  /** 6443 unless told. */
  readonly securePort?: number;
  /** Whether another apiserver answers at an address; absent: this one is alone. */
  readonly masterAnswers?: (ip: string) => boolean;
  /** The health of the other components of the control plane, for ComponentStatuses. */
  readonly componentHealth?: () => readonly ComponentHealth[];
  /** A server of the cluster's network that extends this one; throws an Error with Go's text. Without it no APIService of another server is looked at. */
  readonly dialExtension?: (address: string, port: number) => RestServer;
  /** POST of a JSON text to a webhook of the cluster's network; `error` in Go's words when there is no answer. */
  readonly postToWebhook?: (call: WebhookCall) => { readonly status: number; readonly body: string } | { readonly error: string };
  /** Writes what `--audit-policy-file` asks for. */
  readonly auditLog?: { readonly policy: AuditPolicy; readonly write: (line: string) => void };
  readonly authentication?: AuthenticationOptions;
  readonly authorizationModes?: readonly AuthorizationMode[];
  /** `--encryption-provider-config`. */
  readonly encryption?: EncryptionConfig;
  /** `--event-ttl`. */
  readonly eventTtlSeconds?: number;
  /** As `--enable-admission-plugins`. */
  readonly enableAdmissionPlugins?: readonly string[];
  /** As `--disable-admission-plugins`. */
  readonly disableAdmissionPlugins?: readonly string[];
};

/** One admission review to be posted; `seconds` is the webhook's timeout, `address` a Service's cluster address or a host. */
export type WebhookCall = {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly body: string;
  /** There is a caBundle to verify the server with. */
  readonly trusted: boolean;
  readonly seconds: number;
};

/** What all requests share. */
export type Core = {
  readonly options: ApiServerOptions;
  /** 35 of v1.35: what is served and said depends on it. */
  readonly minor: number;
  readonly sim: Sim;
  /** The time now as metadata has it; made once a second. */
  readonly stamp: () => string;
  readonly uids: Uids;
  readonly storage: Storage;
  readonly tokens: TokenAuthenticator;
  readonly table: ResourceTable;
  readonly allocator: ServiceAllocator;
  readonly watchCaches: WatchCaches;
  readonly authorizer: Authorizer;
  readonly discovery: Discovery;
  readonly openApi: OpenApi;
  readonly customResources: CustomResources;
  readonly admission: AdmissionConfigs;
  readonly metrics: RequestMetrics;
};

/** One request for a resource, on its way through admission, registry and storage. */
export type RequestContext = StrategyContext & {
  readonly core: Core;
  readonly request: RestRequest;
  readonly info: RequestInfo;
  readonly served: ServedResource;
  readonly user: UserInfo;
  /** managedFields are already right: a server-side apply works them out itself. */
  readonly managersKnown?: boolean;
  /** The subresource that admission and managedFields are told of, where a write of it goes on as one of the object itself. */
  readonly admittedAs?: string;
};

/** The body goes out as it is: it must not change afterwards. */
export const jsonResponse = (status: number, body: unknown): RestResponse => ({ status, headers: jsonHeaders, body });

const jsonHeaders = Object.freeze({ 'content-type': 'application/json' });
