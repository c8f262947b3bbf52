/** What programs of all kinds speak on sockets, beside the walls of interfaces/: HTTP, DNS, plain bytes, ssh. */
import type { Condition, Routine } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';
import type { SpokenProtocol } from './network.ts';
import type { Process } from './process.ts';

/** `host` is what the client asked for, `remoteAddress` what the server sees after any NAT. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly remoteAddress: string;
  /** PEM of the client certificate of a TLS connection. */
  readonly clientCertificate?: string;
};
/** The whole body at once. */
export type HttpResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The real server may well have it: clients end with the body, which says so in the lab's name, and status 70. */
  readonly notSimulated?: true;
};
/** What an HTTP listener offers, whichever wall it speaks besides: curl, wget and probes dial it. */
export type HttpServer = {
  /** Speaks TLS although the listener shows no certificate: a host outside of the cluster. */
  readonly tls?: boolean;
  /** Its certificate is from an authority that every machine trusts. */
  readonly publiclyTrusted?: boolean;
  handle(request: HttpRequest): Routine<HttpResponse>;
  /** A promise to those who ask again and again (probes): what GET of this path answers stays as it is until the condition is notified. */
  steady?(path: string): Condition | undefined;
};
/** Dialed by curl, wget, probes and Go's clients; a port where only another protocol is spoken is EPROTO. */
export const httpProtocol: SpokenProtocol<HttpServer> = { name: 'http' };

const statusTexts: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
/** `Not Found` of 404, the empty text where there is none: Go's http.StatusText. */
export const statusText = (status: number): string => statusTexts[status] ?? '';
/** `404 Not Found` */
export const statusLine = (status: number): string => `${status} ${statusText(status)}`.trim();

/** `ttl` in seconds; `data` as dig prints it. */
export type DnsRecord = { readonly name: string; readonly type: 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR' | 'TXT'; readonly ttl: number; readonly data: string };
/** NXDOMAIN: the name is not there. NOERROR without records: it is, but has none of that type. */
export type DnsAnswer = {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly records: readonly DnsRecord[];
  readonly authoritative: boolean;
};
/** CoreDNS, dockerd's embedded server and the name servers of the world outside answer; resolvers and dig ask. */
export type DnsServer = { query(name: string, type: DnsRecord['type'], asker?: DnsAsker): Routine<DnsAnswer> };
/** Who asks; `bufferSize` is what EDNS offers, undefined without it. */
export type DnsAsker = { readonly address: string; readonly transport?: 'udp' | 'tcp'; readonly bufferSize?: number };
/** Port 53, over UDP. */
export const dnsProtocol: SpokenProtocol<DnsServer> = { name: 'dns' };

/** Plain TCP: the server gets both directions of each connection. */
export type ByteServer = { accept(connection: { readonly fromClient: ByteStream; readonly toClient: ByteStream }): Routine };
/** `nc -l` answers; port-forward joins such a connection, and curl gets an empty reply from it. */
export const byteProtocol: SpokenProtocol<ByteServer> = { name: 'bytes' };

/** sshd: starts a login shell or a command for a user, as a child of itself, and hands over its process. */
export type SshServer = { login(user: string, command: string | undefined, client: Process): Process };
/** Port 22 of machines with sshd. */
export const sshProtocol: SpokenProtocol<SshServer> = { name: 'ssh' };
